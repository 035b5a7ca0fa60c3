import type { Instant } from '../../base/contract.ts';
import type { ChannelId } from '../role.ts';

/** How many of its usual pauses a home registrar may be silent. */
const PAUSES = 2.5;

/**
 * Notices that the home registrar has fallen silent: an element has nothing to say to it for minutes, and its end would
 * show no earlier. The pauses between its keep-alives are its own choice, and grow with the number of its elements.
 */
export class HomeWatch {
  readonly #silenceMs: number;
  #channel: ChannelId | undefined;
  #heardAt: Instant = 0;
  #keepAliveAt: Instant | undefined;
  #pauseMs = 0;

  /** @param silenceMs the least silence that is noticed; 0 switches it off */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** Which channel leads to the home registrar now. */
  follow(channel: ChannelId | undefined, now: Instant): void {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#heardAt = now;
    this.#keepAliveAt = undefined;
    this.#pauseMs = 0;
  }

  /** The home registrar has said something, or has answered a probe. */
  heard(now: Instant): void {
    this.#heardAt = now;
  }

  keepAlive(now: Instant): void {
    if (this.#keepAliveAt !== undefined) this.#pauseMs = now - this.#keepAliveAt;
    this.#keepAliveAt = now;
  }

  /** True if the home registrar is to be probed now. */
  handleTimeout(now: Instant): boolean {
    const at = this.nextTimeoutAt();
    if (at === undefined || now < at) return false;
    this.#heardAt = now;
    return true;
  }

  nextTimeoutAt(): Instant | undefined {
    if (this.#silenceMs === 0 || this.#channel === undefined) return undefined;
    return this.#heardAt + Math.max(this.#silenceMs, PAUSES * this.#pauseMs);
  }
}
