import { EventEmitter } from 'node:events';
import { emitSafely } from '../../base/emit-safely.ts';
import type { LiveConfig } from '../core/config.ts';
import type {
  AssociationEvent,
  AssociationId,
  AssociationStatus,
  CloseReason,
  PathSettings,
  PathStatus,
  SctpAddress,
  SendRequest,
  StreamReconfiguration,
} from '../core/contract.ts';
import { SctpError } from '../core/errors.ts';
import type { Driver } from '../udp/driver.ts';
import { type SctpAssociationEvents, toldOf } from './association-events.ts';
import { associationStats, type SctpAssociationStats } from './association-stats.ts';
import { closeError, isGraceful } from './close-error.ts';
import { Inbox } from './inbox.ts';
import { type NextMessage, type SctpMessage, type SendOptions, toMessage } from './message.ts';
import { Outbox } from './outbox.ts';
import { type AddStreamsOptions, Reconfigurations, type ResetStreamsOptions } from './reconfigurations.ts';
import { knownAddress, sendRequest } from './send-request.ts';
import type { SctpStream, StreamOptions } from './stream.ts';
import { Streams } from './streams.ts';
import { Waiters, type WaitOptions } from './waiters.ts';

/** How long `Symbol.asyncDispose` and `SctpEndpoint.close` let a graceful end take before they abort, in ms. */
export const GRACEFUL_CLOSE_MS = 5000;

type UpEvent = Extract<AssociationEvent, { kind: 'up' }>;
type MessageEvent = Extract<AssociationEvent, { kind: 'message' }>;

/**
 * An SCTP association: whole messages on many streams, to a peer with one or several addresses. Made by
 * `SctpEndpoint.connect` and `SctpEndpoint.listen`, and up from the beginning.
 *
 * Messages are read in one of two ways: `receive` and `for await` read when the application asks, and what is unread
 * fills the receive window until the peer has to wait; with a listener for `message` they are handed over at once.
 *
 * Events: {@link SctpAssociationEvents}. An exception of a listener goes to the process (`uncaughtException`) and does
 * not disturb the association or other listeners.
 */
export class SctpAssociation extends EventEmitter<SctpAssociationEvents> implements AsyncIterable<SctpMessage> {
  readonly id: AssociationId;
  /** Who set it up. */
  readonly initiator: 'local' | 'remote';
  /** What calls of `send` leave open is taken from here. RFC 6458 §8.1.31, §8.1.32. */
  sendDefaults: SendOptions | undefined;
  readonly #driver: Driver;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  /** These five are made when somebody asks for them: most associations need none, and there may be thousands. */
  #reconfigurations: Reconfigurations | undefined;
  #streams: Streams | undefined;
  #closed: Promise<CloseReason> | undefined;
  /** Calls of `probe`. */
  #probers: Waiters<undefined, boolean> | undefined;
  #closers: Waiters<undefined, CloseReason> | undefined;
  #remote: SctpAddress;
  #outboundStreams: number;
  #inboundStreams: number;
  /** `ending`: the last event was asked for or is on its way, but did not come yet. */
  #state: 'open' | 'shutting-down' | 'ending' | 'closed' = 'open';
  #closeReason: CloseReason | undefined;
  #final: AssociationStatus | undefined;

  /** @internal */
  constructor(driver: Driver, id: AssociationId, up: UpEvent) {
    super();
    this.id = id;
    this.initiator = up.initiator;
    this.#outboundStreams = up.outboundStreams;
    this.#inboundStreams = up.inboundStreams;
    this.#driver = driver;
    this.#remote = driver.core.peer(id) ?? { addresses: [], sctpPort: 0, udpPort: 0 };
    this.#inbox = new Inbox(driver, id);
    this.#outbox = new Outbox(driver, id);
    // Not a closure: one function serves all associations.
    this.on('newListener' as never, this.#listenerComes as never);
  }

  get local(): SctpAddress {
    const { encapsulation, sctpPort } = this.#driver;
    const { addresses, udpPort } = encapsulation;
    return { addresses, sctpPort, udpPort };
  }

  /** Resolves when the association has ended, whichever way; never rejects. */
  get closed(): Promise<CloseReason> {
    this.#closed ??= this.#waitForEnd();
    return this.#closed;
  }

  /** Streams that can be sent on: 0 to `outboundStreams` - 1. More can be added. */
  get outboundStreams(): number {
    return this.#outboundStreams;
  }

  /** Streams that the peer can send on. */
  get inboundStreams(): number {
    return this.#inboundStreams;
  }

  /** The peer: its addresses, the primary one first, and the UDP port of the primary one. */
  get remote(): SctpAddress {
    return this.#remote;
  }

  /** The ways to the peer: state, round-trip time, congestion window and so on. */
  get paths(): readonly PathStatus[] {
    return this.status()?.paths ?? [];
  }

  /** Bytes given to `send` that the peer has not acknowledged, those of waiting calls included. */
  get bufferedAmount(): number {
    return (this.status()?.bufferedBytes ?? 0) + this.#outbox.waitingBytes;
  }

  /**
   * Sends one message. A string is sent as UTF-8. The bytes are not copied: leave them alone until they are
   * acknowledged (`dry`, or `bufferedAmount` 0).
   *
   * Resolves when the send buffer (`sendBufferBytes`) has taken the message, which is at once unless the peer or the
   * network is slower than the caller: awaiting it is back-pressure.
   *
   * @throws (rejects) SctpError `ERR_SCTP_EMPTY_MESSAGE`, `ERR_SCTP_MESSAGE_TOO_LARGE`, `ERR_SCTP_BAD_ARGUMENT`,
   *   `ERR_SCTP_BAD_ADDRESS`, `ERR_SCTP_NOT_OPEN`; what closed the association if that happens while it waits; the
   *   signal's reason
   */
  send(data: Uint8Array | string, options: SendOptions & WaitOptions = {}): Promise<void> {
    try {
      this.#assertCanSend();
      this.#assertShared(options.stream);
      return this.#outbox.send(this.#request(data, options), options.signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends one message, or returns false if the send buffer is full; `drain` tells when to try again. For loops that
   * want no promise per message.
   *
   * @throws SctpError as `send` does
   */
  trySend(data: Uint8Array | string, options: SendOptions = {}): boolean {
    this.#assertCanSend();
    this.#assertShared(options.stream);
    return this.#outbox.trySend(this.#request(data, options));
  }

  /**
   * The next message.
   *
   * @throws (rejects) SctpError `ERR_SCTP_CLOSED` after the last one, or what else ended the association; the signal's
   *   reason
   */
  async receive(options: WaitOptions = {}): Promise<SctpMessage> {
    const message = await this.#inbox.read(options.signal);
    if (message !== undefined) return message;
    throw closeError(this.#closeReason!, this.#remote);
  }

  /**
   * Messages one after the other. Ends when the association was closed gracefully by either side; throws what else
   * ended it, or the signal's reason. Leaving the loop leaves the association open.
   */
  messages(options: WaitOptions = {}): AsyncIterableIterator<SctpMessage> {
    const iterator: AsyncIterableIterator<SctpMessage> = {
      next: async () => {
        const value = await this.#inbox.read(options.signal);
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => ({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  [Symbol.asyncIterator](): AsyncIterator<SctpMessage> {
    return this.messages();
  }

  /**
   * One stream as a Node `Duplex` of bytes: the same object until it is closed. As long as there is one, the messages of
   * the stream go there, and neither to `receive` nor to `message`; what came before and was not read goes there too.
   * The options count when the object is made.
   *
   * @throws SctpError `ERR_SCTP_BAD_ARGUMENT` if there is no such stream, `ERR_SCTP_NOT_OPEN`
   */
  stream(streamId: number, options: StreamOptions = {}): SctpStream {
    this.#assertOpen();
    this.#streams ??= this.#newStreams();
    return this.#streams.get(streamId, Math.max(this.outboundStreams, this.inboundStreams), options);
  }

  /**
   * Lets streams begin anew: ours, once all that was sent on them before has gone out, and the peer's, which is asked to
   * reset them. What is sent meanwhile on `outgoing` streams waits. Resolves when the peer has agreed and, for ours, has
   * done it; `stream-reset` tells of both. RFC 6525 §5.1.2, §5.1.3.
   *
   * @throws (rejects) SctpError `ERR_SCTP_RECONFIG_UNSUPPORTED`, `ERR_SCTP_RECONFIG_DENIED`,
   *   `ERR_SCTP_RECONFIG_IN_PROGRESS` if one of these streams is being reset, `ERR_SCTP_RECONFIG_FAILED`,
   *   `ERR_SCTP_BAD_ARGUMENT`, `ERR_SCTP_NOT_OPEN`; what closed the association meanwhile; the signal's reason, which
   *   ends the wait only
   */
  resetStreams({ outgoing, incoming, signal }: ResetStreamsOptions & WaitOptions): Promise<void> {
    return this.#reconfigure({ kind: 'reset-streams', outgoing, incoming }, signal);
  }

  /**
   * Lets all TSNs and SSNs of both sides begin anew, once all that was sent is acknowledged. At most once in 30 s.
   * Resolves when the peer has done it. RFC 6525 §5.1.4.
   *
   * @throws (rejects) as `resetStreams`; `ERR_SCTP_LIMIT` if it is too early for another one
   */
  resetAssociation({ signal }: WaitOptions = {}): Promise<void> {
    return this.#reconfigure({ kind: 'reset-association' }, signal);
  }

  /**
   * Adds so many streams behind those that there are: ours, and the peer's. Resolves when the peer has agreed;
   * `streams-added` tells how many there are then. RFC 6525 §5.1.5, §5.1.6.
   *
   * @throws (rejects) as `resetStreams`
   */
  addStreams({ outgoing, incoming, signal }: AddStreamsOptions & WaitOptions): Promise<void> {
    return this.#reconfigure({ kind: 'add-streams', outgoing, incoming }, signal);
  }

  /**
   * What `receive` would give next, without its data, or `undefined` if nothing has come. RFC 6458 §5.3.6.
   */
  peek(): NextMessage | undefined {
    return this.#inbox.peek();
  }

  /** STATUS of RFC 9260 §11.1.8: how it stands, or how it stood at the end. `undefined` for the moment between them. */
  status(): AssociationStatus | undefined {
    return this.#final ?? this.#driver.core.status(this.id);
  }

  /** Counters, queues, and why data waits, likewise. */
  stats(): SctpAssociationStats | undefined {
    const status = this.status();
    if (status === undefined) return undefined;
    const { acceleration } = this.#driver.encapsulation;
    return associationStats(status, this.#outbox.waitingMessages, this.#inbox.unreadMessages, acceleration);
  }

  /**
   * Sends to this address of the peer from now on, as long as it works. RFC 9260 §11.1.6.
   *
   * @throws SctpError `ERR_SCTP_BAD_ADDRESS` if the peer has no such address, `ERR_SCTP_NOT_OPEN`
   */
  setPrimary(address: string): void {
    this.#assertOpen();
    this.#driver.core.setPrimary(this.id, knownAddress(address, this.#remote.addresses));
    this.#refreshRemote();
    this.#driver.touched();
  }

  /**
   * Probes an address of the peer now; `paths` and `path-changed` show the outcome. RFC 9260 §11.1.10.
   *
   * @throws SctpError `ERR_SCTP_BAD_ADDRESS` if the peer has no such address, `ERR_SCTP_NOT_OPEN`
   */
  requestHeartbeat(address: string): void {
    this.#assertOpen();
    this.#driver.core.requestHeartbeat(this.id, knownAddress(address, this.#remote.addresses), this.#driver.now());
    this.#driver.touched();
  }

  /**
   * Whether the peer is there, found out at once: HEARTBEATs on all its paths, one after the other, until anything at all
   * comes from it (true), or nothing has come after `probeHeartbeats` of them (false). False is no proof: a busy program
   * or a broken network looks the same. The association goes on either way, and its error counters do not count this.
   *
   * @throws (rejects) SctpError `ERR_SCTP_NOT_OPEN` while there are no heartbeats, what closed the association meanwhile,
   *   the signal's reason
   */
  async probe({ signal }: WaitOptions = {}): Promise<boolean> {
    signal?.throwIfAborted();
    this.#assertOpen();
    this.#driver.core.probe(this.id, this.#driver.now());
    this.#driver.touched();
    this.#probers ??= new Waiters();
    return this.#probers.wait(undefined, signal);
  }

  /**
   * Priority of an outgoing stream for the scheduler `priority`: 0, the highest, to 65535; 256 if it is not set.
   * RFC 8260 §3.4.
   *
   * @throws SctpError `ERR_SCTP_BAD_ARGUMENT`, `ERR_SCTP_NOT_OPEN`
   */
  setStreamPriority(stream: number, priority: number): void {
    this.#assertOpen();
    this.#driver.core.setStreamPriority(this.id, stream, priority);
  }

  /**
   * Weight of an outgoing stream for the scheduler `weighted-fair`, 1 to 65535; 256 if it is not set. A stream gets
   * bandwidth in proportion to its weight. RFC 8260 §3.6.
   *
   * @throws SctpError `ERR_SCTP_BAD_ARGUMENT`, `ERR_SCTP_NOT_OPEN`
   */
  setStreamWeight(stream: number, weight: number): void {
    this.#assertOpen();
    this.#driver.core.setStreamWeight(this.id, stream, weight);
  }

  /**
   * Changes protocol parameters of the living association; `heartbeats` for all addresses of the peer. RFC 9260 §11.1.9,
   * §11.1.13.
   *
   * @throws ConfigError `ERR_BAD_CONFIG` for a setting that is fixed or out of range; SctpError `ERR_SCTP_NOT_OPEN`
   */
  configure(settings: Partial<LiveConfig>): void {
    this.#assertOpen();
    this.#driver.core.configure(this.id, settings, this.#driver.now());
    this.#driver.touched();
  }

  /**
   * Sets heartbeats and Path.Max.Retrans for one address of the peer. RFC 9260 §11.1.9, §11.1.12.
   *
   * @throws ConfigError `ERR_BAD_CONFIG`; SctpError `ERR_SCTP_BAD_ADDRESS` if the peer has no such address,
   *   `ERR_SCTP_NOT_OPEN`
   */
  configurePath(address: string, settings: PathSettings): void {
    this.#assertOpen();
    this.#driver.core.configurePath(
      this.id,
      knownAddress(address, this.#remote.addresses),
      settings,
      this.#driver.now(),
    );
    this.#driver.touched();
  }

  /**
   * Ends the association after everything sent, waiting calls included, has arrived. RFC 9260 §9.2.
   * Resolves when it is closed. The signal ends the wait only; use `abort` to give up.
   *
   * @throws (rejects) SctpError what else ended the association meanwhile; the signal's reason
   */
  async shutdown(options: WaitOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#state === 'open') {
      this.#state = 'shutting-down';
      this.#outbox.whenEmpty(() => {
        this.#driver.core.shutdown(this.id, this.#driver.now());
        this.#driver.touched();
      });
    }
    const reason = await this.#waitForEnd(options.signal);
    if (!isGraceful(reason)) throw closeError(reason, this.#remote);
  }

  /** Ends the association at once; what is not acknowledged is lost. The peer is told the reason. RFC 9260 §9.1. */
  abort(reason = ''): void {
    if (this.#state === 'ending' || this.#state === 'closed') return;
    this.#state = 'ending';
    this.#driver.core.abort(this.id, reason, this.#driver.now());
    this.#driver.touched();
  }

  /** Ends the association gracefully, or by an abort if the peer does not answer within 5 s. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeWithin(GRACEFUL_CLOSE_MS, 'the peer did not answer SHUTDOWN in time');
  }

  /** @internal Does something later, unless the function returned is called. */
  after(durationMs: number, action: () => void): () => void {
    return this.#driver.after(durationMs, action);
  }

  /** @internal Ends gracefully, or by an abort after `timeoutMs`. */
  async closeWithin(timeoutMs: number, reason: string): Promise<void> {
    if (timeoutMs <= 0) this.abort(reason);
    const cancel = this.#closeReason === undefined ? this.after(timeoutMs, () => this.abort(reason)) : undefined;
    this.shutdown().catch(() => undefined);
    await this.closed;
    cancel?.();
  }

  /** @internal Something happened: first here, then for the listeners. */
  handleEvent(event: AssociationEvent): void {
    this.#follow(event);
    const told = toldOf(event);
    if (told === undefined) return;
    const [name, ...args] = told;
    emitSafely(this, name, ...args);
  }

  #follow(event: AssociationEvent): void {
    switch (event.kind) {
      case 'message':
        this.#message(event);
        break;
      case 'drain':
        this.#outbox.drain();
        break;
      case 'path-changed':
        this.#refreshRemote();
        break;
      case 'restart':
        this.#restarted();
        break;
      case 'stream-reset':
        if (event.direction === 'incoming') this.#streams?.peerReset(event.streams);
        break;
      case 'streams-added':
        this.#setStreams(event);
        break;
      case 'reconfiguration-done':
        this.#reconfigurations?.done(event.call, event.outcome);
        break;
      case 'shutting-down':
        if (this.#state === 'open') this.#state = 'shutting-down';
        this.#outbox.end(() => this.#notOpen('the peer shuts the association down'));
        break;
      case 'closed':
        this.#final = event.final;
        this.#close(event.reason);
        break;
      case 'probed':
        this.#probers?.resolveAll(event.alive);
        break;
      case 'up':
      case 'dry':
      case 'unanswered':
      case 'send-failed':
      case 'peer-error':
      case 'association-reset':
        break;
    }
  }

  #message(event: MessageEvent): void {
    if (this.#streams?.deliver(event) === true) return;
    if (this.listenerCount('message') > 0 && this.#inbox.isIdle) {
      this.#driver.consumed(this.id, event.windowBytes);
      emitSafely(this, 'message', toMessage(event));
    } else this.#inbox.deliver(event);
  }

  #close(reason: CloseReason): void {
    this.#state = 'closed';
    this.#closeReason = reason;
    const error = closeError(reason, this.#remote);
    this.#outbox.end(() => error);
    this.#inbox.end(isGraceful(reason) ? undefined : error);
    this.#reconfigurations?.end(error);
    this.#probers?.rejectAll(error);
    this.#streams?.end(isGraceful(reason) ? undefined : error);
    this.#closers?.resolveAll(reason);
  }

  #waitForEnd(signal?: AbortSignal): Promise<CloseReason> {
    if (this.#closeReason !== undefined) return Promise.resolve(this.#closeReason);
    this.#closers ??= new Waiters();
    return this.#closers.wait(undefined, signal);
  }

  /** What was asked for is void, and a stream has lost what was on the way. */
  #restarted(): void {
    this.#refreshRemote();
    this.#setStreams(this.status() ?? this);
    const text = 'the peer restarted the association';
    this.#reconfigurations?.end(new SctpError('ERR_SCTP_RECONFIG_FAILED', text));
    this.#streams?.end(new SctpError('ERR_SCTP_LOST', text));
  }

  #newStreams(): Streams {
    return new Streams({
      send: async (data, options) => {
        this.#assertCanSend();
        await this.#outbox.send(this.#request(data, options), options.signal);
      },
      consumed: (windowBytes) => this.#driver.consumed(this.id, windowBytes),
      resetStreams: (outgoing) => this.resetStreams({ outgoing }),
      takeUnread: (streamId) => this.#inbox.takeStream(streamId),
    });
  }

  #reconfigure(wanted: StreamReconfiguration, signal: AbortSignal | undefined): Promise<void> {
    this.#reconfigurations ??= new Reconfigurations((each) => {
      this.#assertCanSend();
      const call = this.#driver.core.reconfigureStreams(this.id, each, this.#driver.now());
      this.#driver.touched();
      return call;
    });
    return this.#reconfigurations.ask(wanted, signal);
  }

  #setStreams({
    outboundStreams,
    inboundStreams,
  }: Pick<AssociationStatus, 'outboundStreams' | 'inboundStreams'>): void {
    this.#outboundStreams = outboundStreams;
    this.#inboundStreams = inboundStreams;
  }

  #request(data: Uint8Array | string, options: SendOptions): SendRequest {
    const { sendDefaults } = this;
    return sendRequest(
      data,
      sendDefaults === undefined ? options : { ...sendDefaults, ...options },
      this.#remote.addresses,
    );
  }

  /** Called by the emitter. In a microtask: the listener is only there after this event, and others may follow it. */
  #listenerComes(name: string): void {
    if (name === 'message') queueMicrotask(() => this.#emptyInbox());
  }

  #emptyInbox(): void {
    while (this.listenerCount('message') > 0) {
      const message = this.#inbox.take();
      if (message === undefined) return;
      emitSafely(this, 'message', message);
    }
  }

  #refreshRemote(): void {
    this.#remote = this.#driver.core.peer(this.id) ?? this.#remote;
  }

  /** @throws SctpError if an object has the stream for itself */
  #assertShared(stream = this.sendDefaults?.stream ?? 0): void {
    if (this.#streams?.isExclusive(stream) !== true) return;
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `stream ${stream} is in use`, { stream });
  }

  #assertCanSend(): void {
    if (this.#state === 'shutting-down') throw this.#notOpen('the association is shutting down');
    this.#assertOpen();
  }

  #assertOpen(): void {
    if (this.#closeReason !== undefined) {
      throw this.#notOpen(`the association is closed: ${this.#closeReason.text}`);
    }
    if (this.#state === 'ending') throw this.#notOpen('the association was aborted');
  }

  #notOpen(text: string): SctpError {
    return new SctpError('ERR_SCTP_NOT_OPEN', text, { reason: this.#closeReason, ...this.#remote });
  }
}
