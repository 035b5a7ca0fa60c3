import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';

/** Peers decide how many destinations there are. */
const MAX_DESTINATIONS = 1024;
/** Routes change: as long as systems remember the MTU of a path (RFC 1191 §6.3, RFC 8201 §5.3). */
const REFUSAL_MS = 600_000;

/** The segments are longer than the route takes: Linux has had both. Alone, such a packet is sent in fragments. */
const TOO_LONG = new Set(['EMSGSIZE', 'EINVAL']);
/** The route or its device takes no segments. */
const NO_SEGMENTS = new Set(['EIO', 'EOPNOTSUPP', 'ENOTSUP']);

/** Where bursts need not be tried: what the system has refused. */
export class SegmentRefusals {
  readonly #now: () => Instant;
  /** From how many bytes on segments are refused, and how long that is believed. */
  readonly #byDestination = new Map<IpAddress, { readonly fromBytes: number; readonly until: Instant }>();
  #option: string | undefined;
  #last: string | undefined;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** Why bursts are not sent, for people: everywhere, or else to the destination that refused last. */
  get reason(): string | undefined {
    return this.#option ?? (this.#byDestination.size === 0 ? undefined : this.#last);
  }

  /** Whether segments of this length may be tried. */
  allow(destination: IpAddress, segmentBytes: number): boolean {
    if (this.#option !== undefined) return false;
    const refusal = this.#byDestination.get(destination);
    if (refusal === undefined || segmentBytes < refusal.fromBytes) return true;
    if (this.#now() < refusal.until) return false;
    this.#byDestination.delete(destination);
    return true;
  }

  /** The system did not send a burst. Other errors than those about segments say nothing about the next one. */
  add(destination: IpAddress, segmentBytes: number, code: string): void {
    const fromBytes = TOO_LONG.has(code) ? segmentBytes : 0;
    if (fromBytes === 0 && !NO_SEGMENTS.has(code)) return;
    if (this.#byDestination.size >= MAX_DESTINATIONS) this.#byDestination.clear();
    this.#byDestination.set(destination, { fromBytes, until: this.#now() + REFUSAL_MS });
    this.#last = `no bursts to ${destination}: ${code} for segments of ${segmentBytes} bytes`;
  }

  /** The system does not take the option any more. */
  addOption(code: string): void {
    this.#option = `the system refuses UDP_SEGMENT: ${code}`;
  }
}
