/**
 * The sans-I/O contract that the SCTP endpoint, the registrar, the pool element and the pool user keep.
 *
 * Bytes and time go in through `handle…` methods and calls; what should happen comes out of `pollOutput`. Nothing in a
 * core reads a clock, opens a socket, starts a timer or draws a random number by itself. A driver's duty is: one input,
 * then drain `pollOutput` until it is empty, then the next input; and call `handleTimeout(now)` once `now` has reached
 * `nextTimeoutAt()`. docs/ARCHITECTURE.md has the contract in prose.
 */

/** A point on a monotonic clock, in milliseconds with fractions. Only differences mean anything. */
export type Instant = number;

/** What every protocol core offers to its driver. */
export interface SansIo<Output> {
  /** Does everything that is due at `now`. Calling it too early or too often is harmless. */
  handleTimeout(now: Instant): void;
  /** The next thing that the driver has to carry out, or `undefined` when there is nothing left. */
  pollOutput(): Output | undefined;
  /** When `handleTimeout` is wanted next, or `undefined` if nothing is pending. */
  nextTimeoutAt(): Instant | undefined;
}

/** Source of randomness, injected so that every run can be replayed. */
export interface Entropy {
  /** A number from 0 to 2^32 - 1. Cryptographic quality in production. */
  u32(): number;
  /** `length` bytes. */
  bytes(length: number): Uint8Array;
}
