import type { Instant } from '../../base/contract.ts';
import { Deadlines } from '../../base/deadlines.ts';
import type { UserSessionId } from './events.ts';

/**
 * Sessions whose element may owe a reply: it took a request, and nothing came back since. If it dies now, nothing that
 * stays unacknowledged will show it, so it is asked from time to time.
 */
export class RequestWatch {
  readonly #periodMs: number;
  readonly #deadlines = new Deadlines<UserSessionId>();

  /** @param periodMs 0 switches it off */
  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Data went to the element. */
  sent(session: UserSessionId, now: Instant): void {
    if (this.#periodMs === 0 || this.#deadlines.at(session) !== undefined) return;
    this.#deadlines.set(session, now + this.#periodMs);
  }

  /** Data came from the element, or there is none any more. */
  settled(session: UserSessionId): void {
    this.#deadlines.delete(session);
  }

  /** Takes a session whose element is to be probed now; it goes on being watched. */
  takeDue(now: Instant): UserSessionId | undefined {
    const session = this.#deadlines.takeDue(now);
    if (session !== undefined) this.#deadlines.set(session, now + this.#periodMs);
    return session;
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#deadlines.next();
  }
}
