/** What the estimator needs of the configuration. */
export interface RtoLimits {
  readonly rtoInitialMs: number;
  readonly rtoMinMs: number;
  readonly rtoMaxMs: number;
}

/** RTO.Alpha and RTO.Beta. RFC 9260 §16. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
/** Clock granularity G: the clock behind `Instant` is finer, timers are not. RFC 9260 §6.3.1 G1. */
const GRANULARITY_MS = 1;

/** Retransmission time-out of one path. RFC 9260 §6.3.1. */
export class RtoEstimator {
  #limits: RtoLimits;
  #srttMs: number | undefined;
  #rttvarMs = 0;
  #rtoMs: number;

  constructor(limits: RtoLimits) {
    this.#limits = limits;
    this.#rtoMs = limits.rtoInitialMs;
  }

  /** Current time-out, back-off included. */
  get rtoMs(): number {
    return this.#rtoMs;
  }

  /** Smoothed round-trip time, `undefined` before the first measurement. */
  get srttMs(): number | undefined {
    return this.#srttMs;
  }

  /** The longest round trip to be expected: SRTT + 4 × RTTVAR, without limits and back-off; `undefined` as `srttMs`. */
  get roundTripMs(): number | undefined {
    return this.#srttMs === undefined ? undefined : this.#srttMs + 4 * this.#rttvarMs;
  }

  /** A measurement on something that was sent once only (C5). Ends any back-off. */
  measured(rttMs: number): void {
    if (this.#srttMs === undefined) {
      // C2: the first measurement.
      this.#srttMs = rttMs;
      this.#rttvarMs = rttMs / 2;
    } else {
      // C3: RTTVAR first, with the old SRTT.
      this.#rttvarMs = (1 - BETA) * this.#rttvarMs + BETA * Math.abs(this.#srttMs - rttMs);
      this.#srttMs = (1 - ALPHA) * this.#srttMs + ALPHA * rttMs;
    }
    if (this.#rttvarMs === 0) this.#rttvarMs = GRANULARITY_MS;
    this.#rtoMs = this.#clamp(this.#srttMs + 4 * this.#rttvarMs);
  }

  /** E2: a timer expired. */
  backOff(): void {
    this.#rtoMs = this.#clamp(2 * this.#rtoMs);
  }

  /** New bounds; the current time-out stays inside them from now on. RFC 9260 §11.1.13. */
  setLimits(limits: RtoLimits): void {
    this.#limits = limits;
    this.#rtoMs = this.#clamp(this.#rtoMs);
  }

  /** C6 and C7. */
  #clamp(rtoMs: number): number {
    return Math.min(Math.max(rtoMs, this.#limits.rtoMinMs), this.#limits.rtoMaxMs);
  }
}
