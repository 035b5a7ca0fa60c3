import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';

/** What the messages of these services begin with: type, flags, and the length of the whole message. */
export interface Header {
  readonly type: number;
  readonly flags: number;
}

const HEADER_BYTES = 4;
/** Longest message that the length field can tell. */
export const MAX_MESSAGE_BYTES = 0xffff;

/** Reads the header; what follows is in the reader. @throws WireError */
export function openMessage(bytes: Uint8Array): { readonly header: Header; readonly body: ByteReader } {
  const r = new ByteReader(bytes);
  const header = { type: r.u8(), flags: r.u8() };
  const length = r.u16();
  if (length !== bytes.length) throw new WireError('bad-length', 2, `${length} announced, ${bytes.length} there`);
  return { header, body: r };
}

/** Refuses what follows the last field. @throws WireError */
export function atEnd(r: ByteReader): void {
  if (r.remaining > 0) throw new WireError('bad-length', r.offset, `${r.remaining} bytes too many`);
}

/** A message with the header and what `write` adds. @throws RangeError if it becomes too long */
export function message(type: number, write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter();
  w.u8(type);
  w.u8(0);
  w.u16(HEADER_BYTES);
  write(w);
  if (w.length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${w.length} bytes; ${MAX_MESSAGE_BYTES} fit`);
  w.patchU16(2, w.length);
  return w.finish();
}
