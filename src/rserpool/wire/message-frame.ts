import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { Slab } from '../../base/slab.ts';
import type { Tlv } from '../../base/tlv.ts';
import type { Dialect } from './dialect.ts';
import { MessageError } from './message-error.ts';
import { newReading, ParameterReader, type Reading, refusal } from './parameter.ts';

/** The longest message: its length field has 16 bits. RFC 5354 §4. */
export const MAX_MESSAGE_BYTES = 65_535;
const HEADER_BYTES = 4;

/** The common header and what follows it. RFC 5354 §4. */
export interface MessageFrame {
  readonly type: number;
  readonly flags: number;
  /** The message with its header, cut at Message Length. */
  readonly whole: Uint8Array;
}

/**
 * Reads the common header. Message Length may count the padding of the last parameter or not (both are in use).
 *
 * @throws MessageError without causes if the length does not fit the bytes
 */
export function readFrame(bytes: Uint8Array): MessageFrame {
  if (bytes.length < HEADER_BYTES) throw new MessageError('truncated', 0, 'message header');
  const length = (bytes[2]! << 8) | bytes[3]!;
  if (length < HEADER_BYTES || length > bytes.length || bytes.length - length > 3) {
    throw new MessageError('bad-length', 2, `message claims ${length} of ${bytes.length} bytes`);
  }
  const whole = length === bytes.length ? bytes : bytes.subarray(0, length);
  return { type: bytes[0]!, flags: bytes[1]!, whole };
}

/**
 * How many bytes a message takes on a byte stream (TCP), padding included, told by its first four bytes.
 *
 * @returns `undefined` while there are fewer than four bytes, 0 if the length is impossible and the stream is lost
 */
export function streamSpanBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const length = (bytes[2]! << 8) | bytes[3]!;
  return length < HEADER_BYTES ? 0 : (length + 3) & ~3;
}

/** A message of a type that is not known here. */
export interface UnknownMessage {
  readonly kind: 'unknown';
  readonly type: number;
  readonly flags: number;
  /** Whether the type's two high bits ask for an `unrecognized-message` cause (01); all others are dropped silently. */
  readonly report: boolean;
  /** The whole message with its header, without padding. */
  readonly whole: Uint8Array;
}

/** The frame as an unknown message. High bits 10 and 11 are reserved, so nothing is reported for them (RFC 5354 §4). */
export function unknownMessage({ type, flags, whole }: MessageFrame): UnknownMessage {
  return { kind: 'unknown', type, flags, report: type >> 6 === 1, whole: whole.slice() };
}

/** The fixed fields and the parameters of a message body. */
export class BodyReader {
  readonly reading: Reading;
  readonly #fixed: ByteReader | undefined;
  readonly #parameters: ParameterReader;

  /**
   * @param fixedBytes length of the fields before the first parameter
   * @param answerable false for an error message, which is never answered by another one (RFC 5352 §2.2.14)
   * @throws MessageError without causes if there are fewer bytes
   */
  constructor(frame: MessageFrame, fixedBytes: number, answerable: boolean, dialect: Dialect) {
    const { whole, type } = frame;
    const start = HEADER_BYTES + fixedBytes;
    this.reading = newReading({ messageType: type }, answerable, dialect);
    if (whole.length < start) throw refusal(this.reading, 'truncated', HEADER_BYTES, 'fixed fields');
    if (fixedBytes > 0) this.#fixed = new ByteReader(whole.subarray(HEADER_BYTES, start), HEADER_BYTES);
    this.#parameters = new ParameterReader(this.reading, whole.subarray(start), start);
  }

  /** Of the fixed fields. */
  u16(): number {
    return this.#fixed!.u16();
  }

  /** Likewise. */
  u32(): number {
    return this.#fixed!.u32();
  }

  /** The next parameter, which has to be of this type. */
  take(type: number): Tlv {
    return this.#parameters.take(type);
  }

  /** The next known parameter. */
  next(): Tlv | undefined {
    return this.#parameters.next();
  }

  /** All known parameters that are left. */
  rest(): Generator<Tlv, void, undefined> {
    return this.#parameters.rest();
  }

  /** Looks at what is left and adds to the message what is to be reported. */
  finish<Message extends object>(message: Message): Message & { readonly unrecognized?: readonly Uint8Array[] } {
    while (this.next() !== undefined);
    const { unrecognized, answerable } = this.reading;
    return answerable && unrecognized.length > 0 ? { ...message, unrecognized } : message;
  }
}

/** Messages are written here and copied: one never begins before the one before it is finished. */
const scratch = new ByteWriter(1024);
/** Where they are copied to. Memory of its own for each takes longer than all that is written into it. */
const slab = new Slab(8 * 1024);

/**
 * Writes a whole message, padded to a multiple of four; Message Length leaves out the padding (RFC 5354 §4) but in
 * rsplib's dialect.
 *
 * @throws RangeError if it would be longer than {@link MAX_MESSAGE_BYTES}
 */
export function writeMessage(
  type: number,
  flags: number,
  dialect: Dialect,
  writeBody: (w: ByteWriter) => void,
): Uint8Array {
  const w = scratch;
  w.reset();
  w.u8(type);
  w.u8(flags);
  w.u16(0);
  writeBody(w);
  if (dialect === 'rsplib') w.pad4();
  if (w.length > MAX_MESSAGE_BYTES) {
    throw new RangeError(`a message has at most ${MAX_MESSAGE_BYTES} bytes, not ${w.length}`);
  }
  w.patchU16(2, w.length);
  w.pad4();
  const message = slab.take(w.length);
  message.set(w.view());
  return message;
}

/** A message kept as bytes, padded to a multiple of four. */
export function padMessage(whole: Uint8Array): Uint8Array {
  const w = new ByteWriter(whole.length + 3);
  w.bytes(whole);
  w.pad4();
  return w.finish();
}
