import { ByteQueue } from '../../base/byte-queue.ts';
import { WireError } from '../../base/errors.ts';
import { MAX_MESSAGE_BYTES, streamSpanBytes } from './message-frame.ts';

/**
 * Messages on a byte stream (TCP): one follows the other, each takes its Message Length rounded up to a multiple of
 * four, and segments may cut and join them anywhere. RFC 5352 §2.1, RFC 5354 §4.
 *
 * `add` what came, then `take` until it is `undefined`.
 */
export class MessageStream {
  readonly #maxSpanBytes: number;
  readonly #queue = new ByteQueue();

  /** @param maxMessageBytes a message that claims to be longer loses the stream */
  constructor(maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.#maxSpanBytes = (maxMessageBytes + 3) & ~3;
  }

  /** Bytes of a message that is not complete yet, once all others were taken. */
  get pendingBytes(): number {
    return this.#queue.length;
  }

  /** Copies bytes in, in the order in which they came. */
  add(bytes: Uint8Array): void {
    this.#queue.add(bytes);
  }

  /**
   * The next whole message with its padding, as it would come in one SCTP message; owned by the caller.
   *
   * @throws WireError if the length is impossible: where the next message begins is unknown from then on
   */
  take(): Uint8Array | undefined {
    const span = streamSpanBytes(this.#queue.waiting);
    if (span === undefined) return undefined;
    if (span === 0 || span > this.#maxSpanBytes) {
      throw new WireError('bad-length', 2, 'a message on a byte stream');
    }
    return this.#queue.length < span ? undefined : this.#queue.take(span);
  }
}
