import { WireError } from '../../base/errors.ts';
import { MAX_MESSAGE_BYTES, streamSpanBytes } from './message-frame.ts';

/** What is kept for the next bytes of a stream that has nothing unread. */
const IDLE_BUFFER_BYTES = 4096;

/**
 * Messages on a byte stream (TCP): one follows the other, each takes its Message Length rounded up to a multiple of
 * four, and segments may cut and join them anywhere. RFC 5352 §2.1, RFC 5354 §4.
 *
 * `add` what came, then `take` until it is `undefined`.
 */
export class MessageStream {
  readonly #maxSpanBytes: number;
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** @param maxMessageBytes a message that claims to be longer loses the stream */
  constructor(maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.#maxSpanBytes = (maxMessageBytes + 3) & ~3;
  }

  /** Bytes of a message that is not complete yet, once all others were taken. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Copies bytes in, in the order in which they came. */
  add(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /**
   * The next whole message with its padding, as it would come in one SCTP message; owned by the caller.
   *
   * @throws WireError if the length is impossible: where the next message begins is unknown from then on
   */
  take(): Uint8Array | undefined {
    const waiting = this.#buffer.subarray(this.#start, this.#end);
    const span = streamSpanBytes(waiting);
    if (span === undefined) return undefined;
    if (span === 0 || span > this.#maxSpanBytes) {
      throw new WireError('bad-length', 2, 'a message on a byte stream');
    }
    if (waiting.length < span) return undefined;
    const message = waiting.slice(0, span);
    this.#start += span;
    if (this.#start === this.#end) this.#rest();
    return message;
  }

  #makeRoom(bytes: number): void {
    const pending = this.pendingBytes;
    const needed = pending + bytes;
    const target = needed <= this.#buffer.length ? this.#buffer : new Uint8Array(Math.max(needed, 2 * pending, 512));
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = target;
    this.#start = 0;
    this.#end = pending;
  }

  /** Most streams are silent most of the time: a large buffer is not kept for them. */
  #rest(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#buffer.length > IDLE_BUFFER_BYTES) this.#buffer = new Uint8Array(0);
  }
}
