import { SctpError } from '../core/errors.ts';

/** Content type, version, length. RFC 5246 §6.2.1, RFC 8446 §5.1. */
const RECORD_HEADER_BYTES = 5;

/** The longest TLSCiphertext of TLS 1.2, which is longer than that of TLS 1.3. RFC 3436 §3.2. */
export const MAX_RECORD_BYTES = 2 ** 14 + 2048 + RECORD_HEADER_BYTES;

/**
 * Cuts what TLS writes, in pieces of any length, into its records: each becomes one SCTP message. RFC 3436 §3.2.
 */
export class RecordCutter {
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * Takes the next piece.
   *
   * @returns the records that are whole now, as views of what was given
   * @throws SctpError `ERR_SCTP_MESSAGE_TOO_LARGE` if the bytes are no TLS
   */
  cut(piece: Uint8Array): Uint8Array[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const records: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= RECORD_HEADER_BYTES) {
      const length = RECORD_HEADER_BYTES + (bytes[at + 3]! << 8) + bytes[at + 4]!;
      if (length > MAX_RECORD_BYTES) {
        const text = `a TLS record has at most ${MAX_RECORD_BYTES} bytes, not ${length}`;
        throw new SctpError('ERR_SCTP_MESSAGE_TOO_LARGE', text, { length });
      }
      if (bytes.length - at < length) break;
      records.push(bytes.subarray(at, at + length));
      at += length;
    }
    this.#rest = bytes.subarray(at);
    return records;
  }
}
