import { ByteWriter } from '../../../src/base/bytes.ts';

interface Hello {
  readonly suites: readonly number[];
  readonly sessionIdBytes?: number;
  /** Identities of the extension `pre_shared_key`. */
  readonly identities?: readonly string[];
  /** Types of further, empty extensions. */
  readonly extensions?: readonly number[];
}

/** The handshake message. RFC 8446 §4.1.2, §4.2.11. */
function helloMessage({ suites, sessionIdBytes = 0, identities, extensions = [] }: Hello): Uint8Array {
  const body = new ByteWriter();
  body.u16(0x0303);
  body.bytes(new Uint8Array(32));
  body.u8(sessionIdBytes);
  body.bytes(new Uint8Array(sessionIdBytes));
  body.u16(2 * suites.length);
  for (const suite of suites) body.u16(suite);
  body.u16(0x0100);
  const list = new ByteWriter();
  for (const identity of identities ?? []) {
    const name = new TextEncoder().encode(identity);
    list.u16(name.length);
    list.bytes(name);
    list.u32(0);
  }
  const known = new ByteWriter();
  for (const type of extensions) known.u32(type << 16);
  if (identities !== undefined) {
    const bytes = list.finish();
    known.u16(41);
    known.u16(bytes.length + 2);
    known.u16(bytes.length);
    known.bytes(bytes);
  }
  if (known.length > 0) {
    const bytes = known.finish();
    body.u16(bytes.length);
    body.bytes(bytes);
  }
  const bytes = body.finish();
  return Uint8Array.from([1, 0, bytes.length >> 8, bytes.length & 255, ...bytes]);
}

/** In records of this length at most. */
function inRecords(message: Uint8Array, length: number): Uint8Array {
  const records: number[] = [];
  for (let at = 0; at < message.length; at += length) {
    const fragment = message.subarray(at, at + length);
    records.push(22, 3, 1, fragment.length >> 8, fragment.length & 255, ...fragment);
  }
  return Uint8Array.from(records);
}

/** ClientHellos with keys and without, in one record and in several. */
export const HELLOS: readonly Uint8Array[] = [
  inRecords(helloMessage({ suites: [0x1301, 0xc02f] }), 16_384),
  inRecords(helloMessage({ suites: [0x1301], identities: ['pe-1'], extensions: [0, 10, 43] }), 16_384),
  inRecords(helloMessage({ suites: [0xccac], sessionIdBytes: 32 }), 16_384),
  inRecords(helloMessage({ suites: [0x1301], identities: ['pe-1', 'a ticket'] }), 20),
];
