import type { Instant } from '../../../src/base/contract.ts';
import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import type { Path } from '../../../src/sctp/path/path.ts';

/** RFC 9260 §6.1 B, §7.2: cwnd is never below one chunk, and what is sent fits it but for less than one packet. */
export class CongestionCheck {
  readonly #flightBytes = new WeakMap<Path, number>();
  readonly #fastRetransmissions = new WeakMap<Tcb, number>();

  check(tcb: Tcb, now: Instant): void {
    const { fastRetransmissions } = tcb.counters;
    const fast = fastRetransmissions > (this.#fastRetransmissions.get(tcb) ?? 0);
    this.#fastRetransmissions.set(tcb, fastRetransmissions);
    for (const path of tcb.paths.all) {
      const { cwndBytes } = path.congestion;
      if (cwndBytes < path.pmdcsBytes) throw new Error(`cwnd of ${path.address} is ${cwndBytes}`);
      const before = this.#flightBytes.get(path) ?? 0;
      this.#flightBytes.set(path, path.flightBytes);
      // More in flight without having sent anything: the peer reneged.
      if (path.flightBytes <= before || path.lastDataSentAt !== now) continue;
      const limitBytes = cwndBytes + path.pmdcsBytes * (fast ? 2 : 1);
      if (path.flightBytes > limitBytes) {
        throw new Error(`${path.flightBytes} bytes in flight to ${path.address} with a cwnd of ${cwndBytes}`);
      }
    }
  }
}
