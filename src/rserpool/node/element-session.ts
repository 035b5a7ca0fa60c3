import type { PeerIdentity } from '../access/identity.ts';
import type { ElementRole } from '../element/element.ts';
import type { ElementEvent, ElementSessionId } from '../element/events.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import { MessageQueue, type SessionMessage } from './message-queue.ts';
import type { RoleDriver } from './role-driver.ts';
import { messageBytes, type SessionSendOptions } from './send-options.ts';

/** A user's session at a pool element: messages come in by `for await` or `receive`, and go out by `send`. */
export class ElementSession implements AsyncIterable<SessionMessage> {
  readonly id: ElementSessionId;
  readonly remote: TransportTarget;
  /** Who the user has proven to be; undefined without TLS. */
  readonly peer: PeerIdentity | undefined;
  readonly #driver: RoleDriver<ElementEvent, ElementRole>;
  readonly #messages: MessageQueue;
  #cookie: Uint8Array | undefined;
  #onCookieEcho: ((cookie: Uint8Array) => void) | undefined;
  #ended: string | undefined;

  /** @internal */
  constructor(
    id: ElementSessionId,
    remote: TransportTarget,
    peer: PeerIdentity | undefined,
    driver: RoleDriver<ElementEvent, ElementRole>,
  ) {
    this.id = id;
    this.remote = remote;
    this.peer = peer;
    this.#driver = driver;
    this.#messages = new MessageQueue({ pause: () => driver.pause(id), resume: () => driver.resume(id) });
  }

  /**
   * The state that another element gave the user, if the session goes on from one that failed. It is there before the
   * first message is read. Whoever wants to trust it signs and verifies it (RFC 5352 §3.8).
   */
  get cookie(): Uint8Array | undefined {
    return this.#cookie;
  }

  /**
   * Calls `listener` with every cookie that the user echoes from now on, for services that go on without being asked: a
   * user who was failed over may send nothing else. One listener; a second one replaces the first.
   */
  onCookieEcho(listener: (cookie: Uint8Array) => void): void {
    this.#onCookieEcho = listener;
  }

  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Sends to the user; resolves when there is room for more.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  async send(data: Uint8Array | string, options: SessionSendOptions = {}): Promise<void> {
    this.#assertOpen();
    const { ppid, stream: streamId, unordered } = options;
    const bytes = messageBytes(data);
    this.#driver.call((role) => role.sendData(this.id, { bytes, ppid, streamId, unordered }));
    await this.#driver.writable(this.id);
  }

  /**
   * Gives the user what the next element needs to go on with the session; it replaces the one before. RFC 5352 §3.8.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED`, `ERR_RSERPOOL_NO_CONTROL_CHANNEL`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  async setCookie(cookie: Uint8Array | string): Promise<void> {
    this.#assertOpen();
    const bytes = messageBytes(cookie);
    this.#driver.call((role) => role.setCookie(this.id, bytes));
    await this.#driver.writable(this.id);
  }

  /** The next message; `undefined` when the user is gone. @throws (rejects) the signal's reason */
  receive(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<SessionMessage | undefined> {
    return this.#messages.read(options.signal);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SessionMessage, void, undefined> {
    for (let message = await this.receive(); message !== undefined; message = await this.receive()) yield message;
  }

  /** Ends the session after all that was sent has arrived. */
  close(): void {
    this.#close('shutdown', 'the element closed the session');
  }

  /** Ends the session at once: the user turns to another element. */
  abort(reason = ''): void {
    this.#close('abort', reason);
  }

  /** @internal */
  received(message: SessionMessage): void {
    this.#messages.push(message);
  }

  /** @internal */
  restored(cookie: Uint8Array): void {
    this.#cookie = cookie;
    this.#onCookieEcho?.(cookie);
  }

  /** @internal */
  ended(reason: string): void {
    this.#ended ??= reason;
    this.#messages.end();
  }

  #close(how: 'shutdown' | 'abort', reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    try {
      this.#driver.call((role) => role.closeSession(this.id, how, reason));
    } catch (error) {
      // The element leaves its pool, and closes the session itself.
      if (!(error instanceof RSerPoolError) || error.code !== 'ERR_RSERPOOL_NO_SESSION') throw error;
    }
  }

  #assertOpen(): void {
    if (this.#ended === undefined) return;
    throw new RSerPoolError('ERR_RSERPOOL_CLOSED', `the session is closed: ${this.#ended}`, { session: this.id });
  }
}
