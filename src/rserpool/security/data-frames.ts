import { ByteQueue } from '../../base/byte-queue.ts';
import { WireError } from '../../base/errors.ts';

/** A message of the application within TLS. */
export interface DataFrame {
  readonly ppid: number;
  readonly streamId: number;
  readonly bytes: Uint8Array;
}

/** Length of what follows the header, PPID, stream identifier, 16 bits of zeros. */
const HEADER_BYTES = 12;

/**
 * A message as it stands in the byte stream that TLS is: neither RFC 3436 nor RFC 5352 says where one ends within it,
 * nor which PPID and stream it has. Data only; messages of ASAP and ENRP have lengths of their own.
 */
export function dataFrame({ ppid, streamId, bytes }: DataFrame): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
  frame.writeUInt32BE(bytes.length, 0);
  frame.writeUInt32BE(ppid, 4);
  frame.writeUInt16BE(streamId, 8);
  frame.writeUInt16BE(0, 10);
  frame.set(bytes, HEADER_BYTES);
  return frame;
}

/** Finds the messages in what comes: `add`, then `take` until it is `undefined`. */
export class DataFrameStream {
  readonly #maxMessageBytes: number;
  readonly #queue = new ByteQueue();

  /** @param maxMessageBytes a message that claims to be longer loses the stream */
  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Copies bytes in, in the order in which they came. */
  add(bytes: Uint8Array): void {
    this.#queue.add(bytes);
  }

  /** The next whole message, which is the caller's. @throws WireError if it is too long, or no frame begins here */
  take(): DataFrame | undefined {
    if (this.#queue.length < HEADER_BYTES) return undefined;
    const { waiting } = this.#queue;
    const header = new DataView(waiting.buffer, waiting.byteOffset, HEADER_BYTES);
    const length = header.getUint32(0);
    if (length === 0 || length > this.#maxMessageBytes)
      throw new WireError('bad-length', 0, `a message of ${length} bytes`);
    if (header.getUint16(10) !== 0) throw new WireError('bad-value', 10, 'a message within TLS');
    if (this.#queue.length < HEADER_BYTES + length) return undefined;
    const [ppid, streamId] = [header.getUint32(4), header.getUint16(8)];
    return { ppid, streamId, bytes: this.#queue.take(HEADER_BYTES + length).subarray(HEADER_BYTES) };
  }
}
