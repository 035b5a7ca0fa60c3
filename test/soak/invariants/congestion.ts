import type { Instant } from '../../../src/base/contract.ts';
import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import { pmtuLimits } from '../../../src/sctp/path/mtu.ts';
import type { Path } from '../../../src/sctp/path/path.ts';
import { COMMON_HEADER_BYTES } from '../../../src/sctp/wire/packet.ts';

/** RFC 9260 §6.1 B, §7.2: cwnd is never below one chunk, and what is sent fits it but for less than one packet. */
export class CongestionCheck {
  readonly #flightBytes = new WeakMap<Path, number>();
  readonly #sent = new WeakMap<Tcb, { readonly chunks: number; readonly fast: number }>();

  check(tcb: Tcb, now: Instant): void {
    const { dataChunksSent: chunks, fastRetransmissions: fast } = tcb.counters;
    const before = this.#sent.get(tcb) ?? { chunks: 0, fast: 0 };
    this.#sent.set(tcb, { chunks, fast });
    for (const path of tcb.paths.all) {
      const { cwndBytes } = path.congestion;
      const { minBytes, maxBytes } = pmtuLimits(tcb.config, path.address, tcb.services.links?.mtuBytes(path.address));
      // A PMTU that has grown leaves cwnd as it is (RFC 8899 §3): it is no less than the least PMDCS.
      if (cwndBytes < pmdcsOf(minBytes)) throw new Error(`cwnd of ${path.address} is ${cwndBytes}`);
      const grown = path.flightBytes > (this.#flightBytes.get(path) ?? 0);
      this.#flightBytes.set(path, path.flightBytes);
      // More in flight without having sent anything: the peer reneged.
      if (!grown || chunks === before.chunks || path.lastDataSentAt !== now) continue;
      // A chunk that was cut for a PMTU of before is sent whole.
      const limitBytes = cwndBytes + pmdcsOf(maxBytes) * (fast > before.fast ? 2 : 1);
      if (path.flightBytes > limitBytes) {
        throw new Error(`${path.flightBytes} bytes in flight to ${path.address} with a cwnd of ${cwndBytes}`);
      }
    }
  }
}

function pmdcsOf(pmtuBytes: number): number {
  return pmtuBytes - COMMON_HEADER_BYTES;
}
