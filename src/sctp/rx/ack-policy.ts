import type { Instant } from '../../base/contract.ts';

export interface AckPolicyOptions {
  readonly sackDelayMs: number;
  readonly sackEveryPackets: number;
}

/** What one packet brought, as far as acknowledging goes. */
export interface PacketSummary {
  /** At least one DATA chunk was new and taken. */
  readonly newData: boolean;
  /** At least one DATA chunk had been received before. */
  readonly duplicates: boolean;
  /** A chunk had to be dropped for want of room, or a chunk had the I bit. */
  readonly wantsSackNow: boolean;
  /** A TSN is missing below the highest one received. */
  readonly hasGaps: boolean;
}

/** When to send a SACK. RFC 9260 §6.2, §6.7. */
export class AckPolicy {
  #options: AckPolicyOptions;
  #unackedPackets = 0;
  #anyAcked = false;
  #due = false;
  #deadline: Instant | undefined;

  constructor(options: AckPolicyOptions) {
    this.#options = options;
  }

  /** Holds from the next packet on. */
  setOptions(options: AckPolicyOptions): void {
    this.#options = options;
  }

  /** A SACK has to go out now. */
  get due(): boolean {
    return this.#due;
  }

  /** DATA has come that no SACK has covered yet: a SACK may ride along with DATA (RFC 9260 §6.1). */
  get pending(): boolean {
    return this.#due || this.#unackedPackets > 0;
  }

  /** When the delayed SACK is due. */
  get deadline(): Instant | undefined {
    return this.#deadline;
  }

  /** A packet with DATA was processed. */
  packetReceived(summary: PacketSummary, now: Instant): void {
    if (summary.newData) this.#unackedPackets++;
    if (
      summary.wantsSackNow ||
      summary.hasGaps ||
      // §5.1.5, §5.1: the first DATA of an association is acknowledged at once.
      !this.#anyAcked ||
      // §6.2: a packet with nothing but duplicates.
      (summary.duplicates && !summary.newData) ||
      this.#unackedPackets >= this.#options.sackEveryPackets ||
      this.#options.sackDelayMs === 0
    ) {
      this.#due = true;
    } else if (this.#unackedPackets > 0) {
      // Counted from the oldest DATA not acknowledged: a running timer is left alone.
      this.#deadline ??= now + this.#options.sackDelayMs;
    }
  }

  /** Sends a SACK at the next opportunity, for a reason of the caller's: a window update, a shutdown. */
  demand(): void {
    this.#due = true;
  }

  /** The delay is over. */
  timeout(now: Instant): void {
    if (this.#deadline !== undefined && this.#deadline <= now) this.#due = true;
  }

  /** A SACK, or a SHUTDOWN in its place, has been sent. */
  acknowledged(): void {
    this.#anyAcked = true;
    this.#unackedPackets = 0;
    this.#due = false;
    this.#deadline = undefined;
  }
}
