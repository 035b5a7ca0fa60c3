import { Duplex } from 'node:stream';
import { Deque } from '../../base/deque.ts';
import type { AssociationEvent } from '../core/contract.ts';
import { ownBytes } from '../rx/kept-bytes.ts';
import type { SendOptions } from './message.ts';
import type { WaitOptions } from './waiters.ts';

type MessageEvent = Extract<AssociationEvent, { kind: 'message' }>;

/** How `SctpAssociation.stream` sends and reads. */
export interface StreamOptions extends Pick<SendOptions, 'ppid' | 'unordered' | 'lifetimeMs'>, WaitOptions {
  /** A longer chunk that is written becomes several messages. Default 64 KiB; at most the setting of this name. */
  readonly maxMessageBytes?: number | undefined;
  /** Bytes kept on either side before the other end of the pipe has to wait. Default: Node's. */
  readonly highWaterMark?: number | undefined;
  /** As long as there is the object, `send` refuses this stream, and `sendDefaults` do not count. Default false. */
  readonly exclusive?: boolean | undefined;
  /** Whether our side stays open when the peer's ends; as with other streams of Node. Default true. */
  readonly allowHalfOpen?: boolean | undefined;
}

/** What a stream needs of its association. */
export interface StreamServices {
  send(data: Uint8Array, options: SendOptions & WaitOptions): Promise<void>;
  /** Opens the receive window again. */
  consumed(windowBytes: number): void;
  /** Resets our side of the stream as far as the peer lets us; never rejects. */
  resetOutgoing(streamId: number): Promise<void>;
  /** The stream has come to its end and is no longer the association's. */
  closed(stream: SctpStream): void;
}

const DEFAULT_MESSAGE_BYTES = 65_536;

/** What `sendDefaults` of the association says does not count for who has a stream for itself. */
const NO_DEFAULTS: SendOptions = { maxRetransmissions: undefined, priority: undefined, destination: undefined };

/**
 * One stream of an association as a Node `Duplex` of bytes: what is written goes out as messages of that stream, and the
 * bytes of the peer's messages are read in their order, their limits being lost. Made by `SctpAssociation.stream`.
 *
 * `end` resets our side once all is sent (RFC 6525), which the peer sees as the end of its reading, and finishes when the
 * peer has done so; if the peer cannot or does not want that, only our side knows of the end. The peer's reset ends the
 * reading. `destroy` gives up both directions at once. Web streams: `Duplex.toWeb(stream)`, or `toWebStreams()`.
 */
export class SctpStream extends Duplex {
  /** Stream identifier, in both directions. */
  readonly id: number;
  /** @internal Nobody else sends on it. */
  readonly exclusive: boolean;
  readonly #services: StreamServices;
  readonly #sendOptions: SendOptions & WaitOptions;
  readonly #messageBytes: number;
  readonly #unread = new Deque<MessageEvent>();
  /** Ends the wait of a write when the stream is destroyed. */
  readonly #destroying = new AbortController();
  #wantsMore = false;
  #peerEnded = false;

  /** @internal */
  constructor(id: number, services: StreamServices, options: StreamOptions) {
    const {
      ppid,
      unordered,
      lifetimeMs,
      maxMessageBytes,
      signal,
      highWaterMark,
      allowHalfOpen = true,
      exclusive = false,
    } = options;
    super({ allowHalfOpen, ...(highWaterMark !== undefined && { highWaterMark }), ...(signal && { signal }) });
    this.id = id;
    this.exclusive = exclusive;
    this.#services = services;
    const sendOptions = { stream: id, ppid, unordered, lifetimeMs, signal: this.#destroying.signal };
    this.#sendOptions = exclusive ? { ...NO_DEFAULTS, ...sendOptions } : sendOptions;
    this.#messageBytes = maxMessageBytes ?? DEFAULT_MESSAGE_BYTES;
  }

  /** The two directions as web streams. */
  toWebStreams(): ReturnType<typeof Duplex.toWeb> {
    return Duplex.toWeb(this);
  }

  /** @internal Whether the peer's messages still belong here. */
  get takesMessages(): boolean {
    return !this.#peerEnded;
  }

  /** @internal A message of the peer, or a part of one. */
  deliver(event: MessageEvent): void {
    if (this.destroyed) {
      // Nobody will read it; it must not keep the window closed.
      this.#services.consumed(event.windowBytes);
      return;
    }
    // One stream may be read while another one is not.
    this.#unread.push(this.#wantsMore ? event : { ...event, data: ownBytes(event.data) });
    this.#flow();
  }

  /** @internal The peer has reset its side, or the association has ended gracefully. */
  peerEnded(): void {
    this.#peerEnded = true;
    this.#flow();
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#flow();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => callback(), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#services.resetOutgoing(this.id).then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#destroying.abort(error ?? undefined);
    for (let event = this.#unread.shift(); event !== undefined; event = this.#unread.shift()) {
      this.#services.consumed(event.windowBytes);
    }
    // The peer learns that nothing more will come.
    if (!this.writableFinished) void this.#services.resetOutgoing(this.id);
    this.#services.closed(this);
    callback(error);
  }

  async #send(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += this.#messageBytes) {
      await this.#services.send(chunk.subarray(at, at + this.#messageBytes), this.#sendOptions);
    }
  }

  #flow(): void {
    while (this.#wantsMore) {
      const event = this.#unread.shift();
      if (event === undefined) break;
      this.#services.consumed(event.windowBytes);
      if (event.data.length > 0) this.#wantsMore = this.push(event.data);
    }
    if (this.#peerEnded && this.#unread.length === 0 && !this.readableEnded) this.push(null);
  }
}
