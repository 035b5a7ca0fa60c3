import { ByteWriter, fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import { type Tlv, walkTlvs } from '../../../src/base/tlv.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { MessageError } from '../../../src/rserpool/wire/message-error.ts';
import { newReading, type Reading } from '../../../src/rserpool/wire/parameter.ts';

/** The bytes of one parameter, padded, as a writer makes them. */
export function written(write: (w: ByteWriter) => void): string {
  const w = new ByteWriter();
  write(w);
  w.pad4();
  return toHex(w.finish());
}

/** What a reader makes of the one parameter in `hex`. */
export function readOne<T>(hex: string, read: (reading: Reading, tlv: Tlv) => T): T {
  const [tlv] = [...walkTlvs(fromHex(hex))];
  return read(newReading(), tlv!);
}

/** The error of what is expected to throw a {@link MessageError}. */
export function refusalOf(action: () => unknown): MessageError {
  try {
    action();
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

export const refusedAsap = (hex: string): MessageError => refusalOf(() => decodeAsap(fromHex(hex)));
export const refusedEnrp = (hex: string): MessageError => refusalOf(() => decodeEnrp(fromHex(hex)));
/** Causes with their bytes in hexadecimal: `invalid-values 00010009…`. */
export function causesOf(error: MessageError): string[] {
  return error.causes.map((cause) => ('parameter' in cause ? `${cause.kind} ${toHex(cause.parameter)}` : cause.kind));
}

/** Decodes anything; whatever is thrown that is not a `WireError` goes through. Returns whether it was accepted. */
export function survives(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}

/** Hexadecimal digits without blanks. */
export function plain(hex: string): string {
  return hex.replace(/\s+/g, '');
}
