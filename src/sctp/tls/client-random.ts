const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;
/** Behind the headers of record and message, and the version. RFC 5246 §7.4.1.2, RFC 8446 §4.1.2. */
const RANDOM_AT = RECORD_HEADER_BYTES + 4 + 2;
const RANDOM_BYTES = 32;

/** The random value of the ClientHello that a record begins with; undefined if it begins with something else. */
export function clientRandom(record: Uint8Array): Uint8Array | undefined {
  const isHello = record[0] === HANDSHAKE_RECORD && record[RECORD_HEADER_BYTES] === CLIENT_HELLO;
  const end = RANDOM_AT + RANDOM_BYTES;
  return isHello && record.length >= end ? record.subarray(RANDOM_AT, end) : undefined;
}
