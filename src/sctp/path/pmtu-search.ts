import type { Instant } from '../../base/contract.ts';
import type { PmtuLimits } from './mtu.ts';

/** States of RFC 8899 §5.2. */
export type PmtuState =
  /** The path does not work, or the peer's address is not confirmed. */
  | 'disabled'
  /** Whether the path takes packets of BASE_PLPMTU is being found out. */
  | 'base'
  /** It does; larger ones are tried. */
  | 'searching'
  /** Nothing larger is tried for some time. */
  | 'search-complete'
  /** It does not: packets are as small as they may get. */
  | 'error';

export interface PmtuSearchSettings {
  /** MAX_PROBES: unanswered probes in a row that end a search. */
  readonly maxPmtuProbes: number;
  /** PMTU_RAISE_TIMER, ms. */
  readonly pmtuRaiseMs: number;
}

/** T3-rtx expirations in a row, each of a packet larger than BASE_PLPMTU, that make one look for a black hole. */
const BLACK_HOLE_TIMEOUTS = 2;

/**
 * Packetization layer path MTU discovery for one path: RFC 8899 §5. It keeps PLPMTU and says which size to probe next;
 * packets and timers are its owner's. Sizes are bytes of SCTP packets.
 *
 * An SCTP association has data that is acknowledged, so there is no CONFIRMATION_TIMER. Large packets that are not
 * acknowledged again and again make a black hole if a probe of BASE_PLPMTU is, and one of PLPMTU is not: without the
 * first the path is just dead, without the second packets are lost at random.
 */
export class PmtuSearch {
  readonly limits: PmtuLimits;
  readonly #settings: PmtuSearchSettings;
  #state: PmtuState = 'search-complete';
  #plpmtuBytes: number;
  /** PROBE_COUNT. */
  #probeCount = 0;
  /** Nothing above is tried until PMTU_RAISE_TIMER expires: the network said so, or it broke before. */
  #ceilingBytes: number;
  #ceilingTried = false;
  /** In `error`: whether the base is probed again. */
  #retrying = false;
  #suspicions = 0;
  /** Large packets were lost again and again: if the base gets through and PLPMTU does not, the path is a black hole. */
  #blackHoleSuspected = false;
  /** The base gets through: PLPMTU is probed. */
  #baseConfirmed = false;
  #raisedAt: Instant | undefined;
  #raiseAt: Instant | undefined;

  constructor(limits: PmtuLimits, plpmtuBytes: number, settings: PmtuSearchSettings) {
    this.limits = limits;
    this.#plpmtuBytes = plpmtuBytes;
    this.#settings = settings;
    this.#ceilingBytes = limits.maxBytes;
  }

  get state(): PmtuState {
    return this.#state;
  }

  /** PLPMTU: the largest packet that is sent, probes apart. */
  get plpmtuBytes(): number {
    return this.#plpmtuBytes;
  }

  /** PROBED_SIZE: what the next probe, or the one under way, measures; `undefined` if none is wanted. */
  get probeBytes(): number | undefined {
    if (this.#state === 'base' && this.#baseConfirmed) return this.#plpmtuBytes;
    if (this.#state === 'base' || (this.#state === 'error' && this.#retrying)) return this.limits.baseBytes;
    if (this.#state !== 'searching') return undefined;
    if (!this.#ceilingTried) return this.#ceilingBytes;
    const next = this.limits.commonBytes.find((bytes) => bytes > this.#plpmtuBytes);
    return Math.min(next ?? this.#ceilingBytes, this.#ceilingBytes);
  }

  /** The path works. */
  connected(): void {
    if (this.#state !== 'disabled' && this.#state !== 'search-complete') return;
    if (this.#blackHoleSuspected || this.#plpmtuBytes < this.#ceilingBytes) this.#enter('base');
    else this.#state = 'search-complete';
  }

  /** The path does not work any more. */
  disconnected(): void {
    this.#state = 'disabled';
  }

  probeAcknowledged(now: Instant): void {
    const bytes = this.probeBytes;
    if (bytes === undefined) return;
    this.#probeCount = 0;
    if (bytes > this.#plpmtuBytes) {
      this.#plpmtuBytes = bytes;
      if (bytes > this.limits.baseBytes) this.#raisedAt = now;
    }
    if (this.#blackHoleSuspected && !this.#baseConfirmed) {
      this.#baseConfirmed = true;
      return;
    }
    if (this.#state !== 'searching') this.#enter('searching');
    this.#completeAtCeiling(now);
  }

  /**
   * The probe arrived, but the system had cut it into IP fragments: it knows that the path takes less (RFC 8899 §3 (2)).
   */
  probeFragmented(now: Instant): void {
    // Smaller than the base there is nothing to look for.
    if (this.#state === 'searching')
      this.#lowerCeiling(Math.max(this.#commonBelow(this.probeBytes!), this.#plpmtuBytes), now);
    else this.probeAcknowledged(now);
  }

  /** PROBE_TIMER expired. */
  probeLost(now: Instant): void {
    if (this.#baseConfirmed) {
      this.#blackHoleFound(now);
      this.#completeAtCeiling(now);
      return;
    }
    this.#probeCount++;
    this.#ceilingTried = true;
    if (this.#probeCount < this.#settings.maxPmtuProbes) return;
    if (this.#state === 'searching') this.#complete(now);
    else if (this.#state === 'base') this.#fail(now);
    else if (this.#state === 'error') {
      this.#retrying = false;
      this.#raiseAt = now + this.#settings.pmtuRaiseMs;
    }
  }

  /**
   * A packet was refused because of its size: PTB of RFC 8899 §4.6.2, already known to be about a packet of ours.
   *
   * @param sentBytes the packet that was refused
   * @param largestBytes PL_PTB_SIZE: what would have been taken, if that is known
   */
  refused(sentBytes: number, largestBytes: number | undefined, now: Instant): void {
    const fits = (largestBytes ?? this.#commonBelow(sentBytes)) & ~3;
    if (fits < this.limits.minBytes || fits >= sentBytes) return;
    if (fits < this.#plpmtuBytes) {
      if (this.#plpmtuBytes <= this.limits.baseBytes && this.#state === 'base') this.#fail(now);
      else this.#startAgain(Math.max(fits, this.limits.baseBytes));
    } else if (this.#state === 'searching' && fits < this.probeBytes!) this.#lowerCeiling(fits, now);
  }

  #lowerCeiling(bytes: number, now: Instant): void {
    this.#ceilingBytes = bytes;
    this.#ceilingTried = false;
    this.#completeAtCeiling(now);
  }

  /** T3-rtx expired, with so many bytes in one packet under way. RFC 8899 §4.3. */
  dataTimedOut(packetBytes: number): void {
    const { baseBytes } = this.limits;
    if (this.#state === 'base' || this.#plpmtuBytes <= baseBytes || packetBytes <= baseBytes) return;
    this.#suspicions++;
    if (this.#suspicions < BLACK_HOLE_TIMEOUTS) return;
    this.#blackHoleSuspected = true;
    if (this.#state !== 'disabled') this.#enter('base');
  }

  /** Data was acknowledged that came in packets of so many bytes together. */
  dataAcknowledged(bytes: number, now: Instant): void {
    if (bytes > this.limits.baseBytes) {
      this.#suspicions = 0;
      // Beyond PLPMTU it came in fragments and proves nothing.
      if (this.#state === 'base' && this.#plpmtuBytes > this.limits.baseBytes) {
        this.#enter('searching');
        this.#completeAtCeiling(now);
      }
    }
    if (this.#raiseAt !== undefined && now >= this.#raiseAt) this.#raise();
  }

  /** PMTU_RAISE_TIMER. It is looked at when data is acknowledged, so that an idle path is not probed (§5.1.1). */
  #raise(): void {
    this.#raiseAt = undefined;
    this.#probeCount = 0;
    if (this.#state === 'error') this.#retrying = true;
    else if (this.#state === 'search-complete') {
      this.#ceilingBytes = this.limits.maxBytes;
      this.#enter('searching');
    }
  }

  /** Back to BASE_PLPMTU, which has to be confirmed, and up again from there, but not beyond `ceilingBytes`. */
  #startAgain(ceilingBytes: number): void {
    this.#ceilingBytes = ceilingBytes;
    this.#plpmtuBytes = Math.min(this.#plpmtuBytes, this.limits.baseBytes);
    this.#blackHoleSuspected = false;
    if (this.#state !== 'disabled') this.#enter('base');
  }

  /** Back to BASE_PLPMTU, which has been confirmed. */
  #blackHoleFound(now: Instant): void {
    // §5.3.3: a size that was found good and broke soon after is not tried again for some time.
    const flaps = this.#raisedAt !== undefined && now - this.#raisedAt < this.#settings.pmtuRaiseMs;
    this.#ceilingBytes = flaps
      ? Math.max(this.#commonBelow(this.#plpmtuBytes), this.limits.baseBytes)
      : this.limits.maxBytes;
    this.#plpmtuBytes = this.limits.baseBytes;
    this.#enter('searching');
    this.#ceilingTried = true;
  }

  #enter(state: 'base' | 'searching' | 'error'): void {
    this.#state = state;
    this.#probeCount = 0;
    this.#ceilingTried = false;
    this.#retrying = false;
    this.#raiseAt = undefined;
    this.#suspicions = 0;
    this.#baseConfirmed = false;
    if (state !== 'base') this.#blackHoleSuspected = false;
  }

  #completeAtCeiling(now: Instant): void {
    if (this.#plpmtuBytes >= this.#ceilingBytes) this.#complete(now);
  }

  #complete(now: Instant): void {
    this.#state = 'search-complete';
    this.#raiseAt = this.#plpmtuBytes < this.limits.maxBytes ? now + this.#settings.pmtuRaiseMs : undefined;
  }

  #fail(now: Instant): void {
    this.#enter('error');
    this.#plpmtuBytes = Math.min(this.#plpmtuBytes, this.limits.minBytes);
    // The path may just have been dead: the first data that comes through begins another attempt.
    this.#raiseAt = now;
  }

  /** The next smaller of the common sizes. RFC 1191 §7. */
  #commonBelow(bytes: number): number {
    const smaller = this.limits.commonBytes.filter((each) => each < bytes);
    return Math.max(this.limits.minBytes, smaller.at(-1) ?? 0);
  }
}
