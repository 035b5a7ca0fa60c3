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
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** @param maxMessageBytes a message that claims to be longer loses the stream */
  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Keeps the bytes, which belong to it from now on. */
  add(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  /** The next whole message. @throws WireError if it is too long, or no frame begins here */
  take(): DataFrame | undefined {
    if (this.#pendingBytes < HEADER_BYTES) return undefined;
    const header = this.#joined(HEADER_BYTES);
    const length = header.readUInt32BE(0);
    if (length === 0 || length > this.#maxMessageBytes)
      throw new WireError('bad-length', 0, `a message of ${length} bytes`);
    if (header.readUInt16BE(10) !== 0) throw new WireError('bad-value', 10, 'a message within TLS');
    if (this.#pendingBytes < HEADER_BYTES + length) return undefined;
    const frame = this.#joined(HEADER_BYTES + length);
    const rest = frame.subarray(HEADER_BYTES + length);
    this.#pending.shift();
    if (rest.length > 0) this.#pending.unshift(rest);
    this.#pendingBytes -= HEADER_BYTES + length;
    return {
      ppid: frame.readUInt32BE(4),
      streamId: frame.readUInt16BE(8),
      bytes: new Uint8Array(frame.subarray(HEADER_BYTES, HEADER_BYTES + length)),
    };
  }

  /** The first piece, with so many bytes at least: pieces are joined once for a message, not once for each that comes. */
  #joined(bytes: number): Buffer {
    const [first] = this.#pending;
    if (first !== undefined && first.length >= bytes) return first;
    const all = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [all];
    return all;
  }
}
