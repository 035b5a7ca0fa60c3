import type { Instant } from '../../../src/base/contract.ts';
import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import type { Path } from '../../../src/sctp/path/path.ts';

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
      if (cwndBytes < path.pmdcsBytes) throw new Error(`cwnd of ${path.address} is ${cwndBytes}`);
      const grown = path.flightBytes > (this.#flightBytes.get(path) ?? 0);
      this.#flightBytes.set(path, path.flightBytes);
      // More in flight without having sent anything: the peer reneged.
      if (!grown || chunks === before.chunks || path.lastDataSentAt !== now) continue;
      const limitBytes = cwndBytes + path.pmdcsBytes * (fast > before.fast ? 2 : 1);
      if (path.flightBytes > limitBytes) {
        throw new Error(`${path.flightBytes} bytes in flight to ${path.address} with a cwnd of ${cwndBytes}`);
      }
    }
  }
}
