import { EventEmitter } from 'node:events';
import { emitSafely } from '../../base/emit-safely.ts';
import { RSerPoolError } from '../errors.ts';
import type { ChannelId } from '../role.ts';
import type { SessionElement, UserEvent, UserSessionId, WaitReason } from '../user/events.ts';
import type { UserRole } from '../user/user.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { MessageQueue, type SessionMessage } from './message-queue.ts';
import type { RoleDriver } from './role-driver.ts';
import { messageBytes, type SessionSendOptions } from './send-options.ts';

type Of<Kind extends UserEvent['kind']> = Extract<UserEvent, { readonly kind: Kind }>;

export interface UserSessionEvents {
  /** The element is gone; another one is looked for. */
  interrupted: [event: Of<'session-interrupted'>];
  /** The session goes on with another element. */
  failover: [event: Of<'failover'>];
  /** There is no element at the moment. */
  waiting: [event: Of<'session-waiting'>];
  /** Data that was perhaps not delivered, and will not be sent again. */
  'send-failed': [event: Of<'send-failed'>];
  /** The element gave a new cookie. */
  cookie: [event: Of<'cookie'>];
  'business-card': [event: Of<'business-card'>];
  /** The last event. */
  closed: [event: { readonly reason: string; readonly failed: boolean }];
}

type SessionEvent = Extract<UserEvent, { readonly session: UserSessionId }>;

/** A session with a pool: it outlives the elements that serve it. */
export class UserSession extends EventEmitter<UserSessionEvents> implements AsyncIterable<SessionMessage> {
  readonly id: UserSessionId;
  readonly poolHandle: PoolHandle;
  readonly #driver: RoleDriver<UserEvent, UserRole>;
  readonly #messages: MessageQueue;
  readonly #waitingForUp = new Set<{ up(): void; waiting(reason: WaitReason): void; closed(error: Error): void }>();
  #up = false;
  #ended: string | undefined;

  /** @internal */
  constructor(id: UserSessionId, handle: PoolHandle, driver: RoleDriver<UserEvent, UserRole>) {
    super();
    this.id = id;
    this.poolHandle = handle;
    this.#driver = driver;
    // Whichever element serves the session at that moment: the channels of former ones are gone.
    this.#messages = new MessageQueue({
      pause: () => this.#withChannel((channel) => driver.pause(channel)),
      resume: () => this.#withChannel((channel) => driver.resume(channel)),
    });
  }

  /** The element that serves the session at the moment. */
  get element(): SessionElement | undefined {
    return this.#driver.role.elementOf(this.id);
  }

  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Sends to the element; resolves when there is room for more. While there is no element the message waits for the
   * next one, and `ERR_RSERPOOL_QUEUE_FULL` is the limit.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED`, `ERR_RSERPOOL_QUEUE_FULL`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  async send(data: Uint8Array | string, options: SessionSendOptions = {}): Promise<void> {
    this.#assertOpen();
    const { ppid, stream: streamId, unordered } = options;
    const bytes = messageBytes(data);
    this.#driver.call((role, now) => role.sendData(this.id, { bytes, ppid, streamId, unordered }, now));
    const channel = this.#driver.role.channelOf(this.id);
    if (channel !== undefined) await this.#driver.writable(channel);
  }

  /**
   * The next message, from whichever element.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED` when the session has ended; the signal's reason
   */
  async receive(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<SessionMessage> {
    const message = await this.#messages.read(options.signal);
    if (message === undefined) throw this.#closedError();
    return message;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SessionMessage, void, undefined> {
    for (;;) {
      const message = await this.#messages.read();
      if (message === undefined) return;
      yield message;
    }
  }

  /**
   * Leaves the element that serves the session, as if it had failed, and turns to another one: for a program that has
   * noticed a failure which the transport does not see. Nothing happens while there is no element. RFC 5352 §6.8.
   */
  forceFailover(reason: string): void {
    this.#withChannel((channel) => this.#driver.abort(channel, reason));
  }

  /** Ends the session. */
  close(): void {
    if (this.#ended !== undefined) return;
    this.#driver.call((role) => role.closeSession(this.id, 'shutdown', 'the user closed the session'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** @internal Resolves when an element serves the session; `fail` turns a reason to wait into an error. */
  whenUp(signal: AbortSignal | undefined, fail: ((reason: WaitReason) => Error) | undefined): Promise<void> {
    if (this.#up) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waitingForUp.delete(waiter);
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = (): void => {
        settle();
        reject(signal!.reason as Error);
      };
      const waiter = {
        up: (): void => {
          settle();
          resolve();
        },
        waiting: (reason: WaitReason): void => {
          if (fail === undefined) return;
          settle();
          reject(fail(reason));
        },
        closed: (error: Error): void => {
          settle();
          reject(error);
        },
      };
      this.#waitingForUp.add(waiter);
      signal?.addEventListener('abort', aborted, { once: true });
      if (this.#ended !== undefined) waiter.closed(this.#closedError());
      else if (this.#lastWait !== undefined) waiter.waiting(this.#lastWait);
    });
  }

  #lastWait: WaitReason | undefined;

  /** @internal */
  handleEvent(event: SessionEvent): void {
    switch (event.kind) {
      case 'session-up':
        this.#up = true;
        for (const waiter of [...this.#waitingForUp]) waiter.up();
        break;
      case 'session-waiting':
        this.#lastWait = event.reason;
        for (const waiter of [...this.#waitingForUp]) waiter.waiting(event.reason);
        emitSafely(this, 'waiting', event);
        break;
      case 'session-interrupted':
        emitSafely(this, 'interrupted', event);
        break;
      case 'failover':
        emitSafely(this, 'failover', event);
        break;
      case 'data':
        this.#messages.push({ data: event.bytes, ppid: event.ppid, stream: event.streamId });
        break;
      case 'session-closed':
        this.ended(event.reason, event.failed);
        break;
      default:
        emitSafely(this, event.kind, event);
    }
  }

  /** @internal */
  ended(reason: string, failed: boolean): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#messages.end(failed ? this.#closedError() : undefined);
    for (const waiter of [...this.#waitingForUp]) waiter.closed(this.#closedError());
    emitSafely(this, 'closed', { reason, failed });
  }

  #withChannel(use: (channel: ChannelId) => void): void {
    const channel = this.#driver.role.channelOf(this.id);
    if (channel !== undefined) use(channel);
  }

  #assertOpen(): void {
    if (this.#ended !== undefined) throw this.#closedError();
  }

  #closedError(): RSerPoolError {
    return new RSerPoolError('ERR_RSERPOOL_CLOSED', `the session is closed: ${this.#ended ?? ''}`, {
      pool: this.poolHandle.toString(),
      session: this.id,
    });
  }
}
