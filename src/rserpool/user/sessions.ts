import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import { describeCauses } from '../asap/cause-text.ts';
import { receiveControl } from '../asap/control.ts';
import { RSerPoolError } from '../errors.ts';
import { type ChannelId, PPID } from '../role.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { UserContext } from './context.ts';
import type { ResolutionFailure, UserSessionId } from './events.ts';
import { UserSession } from './session.ts';
import type { SessionOptions } from './session-options.ts';

/** The sessions of a user, by number, channel and pool. */
export class UserSessions {
  readonly #context: UserContext;
  readonly #sessions = new Map<UserSessionId, UserSession>();
  #lastId = 0;

  /** @param context what is shared; its `forget` is to lead to {@link forget} */
  constructor(context: UserContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#sessions.size;
  }

  get(id: UserSessionId): UserSession | undefined {
    return this.#sessions.get(id);
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION` */
  require(id: UserSessionId): UserSession {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      throw new RSerPoolError('ERR_RSERPOOL_NO_SESSION', `there is no session ${id}`, { session: id });
    }
    return session;
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_LIMIT` */
  open(poolHandle: PoolHandle, options: SessionOptions, now: Instant): UserSessionId {
    const { maxSessions } = this.#context.config;
    if (this.#sessions.size >= maxSessions) {
      throw new RSerPoolError('ERR_RSERPOOL_LIMIT', `at most ${maxSessions} sessions`);
    }
    const session = new UserSession(++this.#lastId, poolHandle, options, this.#context, now);
    this.#sessions.set(session.id, session);
    session.open(now);
    return session.id;
  }

  forget(id: UserSessionId): void {
    this.#sessions.delete(id);
  }

  closeAll(reason: string): void {
    for (const session of this.#sessions.values()) session.close('shutdown', reason);
  }

  /** The session whose channel it is. */
  on(channel: ChannelId): UserSession | undefined {
    const id = this.#context.channels.get(channel);
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  handleChannelDown(channel: ChannelId, reason: string, failed: boolean, now: Instant): void {
    const session = this.on(channel);
    this.#context.channels.delete(channel);
    session?.handleChannelDown(reason, failed, now);
  }

  /** The transport doubts that the element is there. */
  handleSuspect(channel: ChannelId): void {
    const session = this.on(channel);
    if (session?.channel === channel) session.probe();
  }

  /** The element gives no sign of life. */
  handleSilence(channel: ChannelId): void {
    const session = this.on(channel);
    if (session?.channel === channel) session.handleSilence();
  }

  /** A message from the element of a session. */
  handleMessage(
    session: UserSession,
    message: {
      readonly channel: ChannelId;
      readonly ppid: number;
      readonly streamId: number;
      readonly bytes: Uint8Array;
    },
    now: Instant,
  ): void {
    const { channel, ppid, streamId, bytes } = message;
    if (ppid !== PPID.asap) session.handleData(ppid, streamId, bytes);
    else if (session.hasControl) this.#onControl(channel, session, bytes, now);
  }

  resolved(poolHandle: PoolHandle, now: Instant): void {
    for (const session of this.#of(poolHandle)) session.handleResolution(now);
  }

  resolutionFailed(poolHandle: PoolHandle, failure: ResolutionFailure, now: Instant): void {
    for (const session of this.#of(poolHandle)) session.handleResolutionFailure(failure, now);
  }

  handleTimeout(now: Instant): void {
    for (const id of [...this.#context.timed]) this.#sessions.get(id)?.handleTimeout(now);
    const { requests } = this.#context;
    for (let id = requests.takeDue(now); id !== undefined; id = requests.takeDue(now)) this.#sessions.get(id)?.probe();
  }

  nextTimeoutAt(): Instant | undefined {
    let next = this.#context.requests.nextTimeoutAt();
    for (const id of this.#context.timed) next = earlier(next, this.#sessions.get(id)?.nextTimeoutAt());
    return next;
  }

  #onControl(channel: ChannelId, session: UserSession, bytes: Uint8Array, now: Instant): void {
    const { outbox, cache } = this.#context;
    const message = receiveControl(outbox, channel, bytes);
    switch (message?.kind) {
      case 'cookie':
        session.handleCookie(message.cookie);
        break;
      case 'business-card':
        session.handleBusinessCard(message);
        // BC1 of RFC 5352 §3.9.
        if (cache.get(message.poolHandle) === undefined) this.#context.resolve(message.poolHandle, now);
        break;
      case 'error':
        outbox.event({ kind: 'peer-error', channel, reason: describeCauses(message.causes) });
        break;
      default:
        // Refused, unknown, or meant for another role (RFC 5352 §4): no change of state.
        break;
    }
  }

  #of({ key }: PoolHandle): UserSession[] {
    const found: UserSession[] = [];
    for (const session of this.#sessions.values()) if (session.poolHandle.key === key) found.push(session);
    return found;
  }
}
