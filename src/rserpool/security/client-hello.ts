import { ByteQueue } from '../../base/byte-queue.ts';
import { ByteReader } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';

/** What a client offers that tells whether it wants to be known by a pre-shared key. */
export interface ClientHello {
  /** Identities of the extension `pre_shared_key` (TLS 1.3), tickets of earlier sessions included. RFC 8446 §4.2.11. */
  readonly pskIdentities: readonly Uint8Array[];
  /** Whether there is a suite of TLS 1.2 with a pre-shared key. RFC 4279, 5487, 5489, 7905, 8442. */
  readonly hasPskSuite: boolean;
}

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const PRE_SHARED_KEY = 41;
const RECORD_HEADER_BYTES = 5;
const MESSAGE_HEADER_BYTES = 4;

/** First and last of each run of suites in IANA's registry. */
const PSK_SUITES: readonly (readonly [number, number])[] = [
  [0x002c, 0x002e],
  [0x008a, 0x0095],
  [0x00a8, 0x00b9],
  [0xc033, 0xc03b],
  [0xccab, 0xccae],
  [0xd001, 0xd005],
];

/** Longer than any ClientHello is. OpenSSL would take 131,396. */
const MAX_HELLO_BYTES = 16_384;

/**
 * Reads the ClientHello that a TLS connection begins with, in however many records and pieces it comes. RFC 8446 §4.1.2,
 * §5.1, RFC 5246 §7.4.1.2.
 */
export class ClientHelloReader {
  readonly #received = new ByteQueue();
  /** Where the next record begins in that. */
  #nextRecord = 0;
  /** What the records that are whole carry. */
  readonly #message = new ByteQueue();

  /** All that has come. */
  get received(): Uint8Array {
    return this.#received.waiting;
  }

  /** Takes what comes next. @returns undefined as long as it is not complete @throws WireError if this is none */
  add(bytes: Uint8Array): ClientHello | undefined {
    this.#received.add(bytes);
    this.#takeRecords();
    const { waiting } = this.#message;
    if (waiting.length > 0 && waiting[0] !== CLIENT_HELLO) throw new WireError('unexpected', 0, 'no ClientHello');
    if (this.#isWhole) return helloOf(waiting.subarray(MESSAGE_HEADER_BYTES, this.#end));
    if (this.#received.length > MAX_HELLO_BYTES) throw new WireError('bad-length', 0, 'no end of the ClientHello');
    return undefined;
  }

  /** Where the message ends, once its header has come. */
  get #end(): number | undefined {
    const { waiting } = this.#message;
    if (waiting.length < MESSAGE_HEADER_BYTES) return undefined;
    return MESSAGE_HEADER_BYTES + ((waiting[1]! << 16) | (waiting[2]! << 8) | waiting[3]!);
  }

  get #isWhole(): boolean {
    return this.#end !== undefined && this.#message.length >= this.#end;
  }

  /** What follows the message is not looked at: early data, or a change_cipher_spec (RFC 8446 §4.2.10, D.4). */
  #takeRecords(): void {
    const { waiting } = this.#received;
    while (!this.#isWhole && waiting.length - this.#nextRecord >= RECORD_HEADER_BYTES) {
      const [begin, r] = [this.#nextRecord, new ByteReader(waiting.subarray(this.#nextRecord))];
      if (r.u8() !== HANDSHAKE_RECORD) throw new WireError('unexpected', begin, 'no TLS handshake');
      r.skip(2);
      const length = r.u16();
      // RFC 8446 §5.1, RFC 5246 §6.2.1.
      if (length === 0) throw new WireError('bad-length', begin, 'a TLS handshake');
      if (r.remaining < length) return;
      this.#message.add(r.bytes(length));
      this.#nextRecord += RECORD_HEADER_BYTES + length;
    }
  }
}

function helloOf(body: Uint8Array): ClientHello {
  const r = new ByteReader(body);
  // legacy_version, random, legacy_session_id.
  r.skip(2 + 32);
  r.skip(r.u8());
  const suites = new ByteReader(r.bytes(r.u16()));
  let hasPskSuite = false;
  while (suites.remaining > 0) hasPskSuite = isPskSuite(suites.u16()) || hasPskSuite;
  r.skip(r.u8());
  return { pskIdentities: r.remaining === 0 ? [] : pskIdentities(new ByteReader(r.bytes(r.u16()))), hasPskSuite };
}

function isPskSuite(suite: number): boolean {
  return PSK_SUITES.some(([first, last]) => first <= suite && suite <= last);
}

function pskIdentities(extensions: ByteReader): Uint8Array[] {
  while (extensions.remaining > 0) {
    const type = extensions.u16();
    const body = new ByteReader(extensions.bytes(extensions.u16()));
    if (type !== PRE_SHARED_KEY) continue;
    const list = new ByteReader(body.bytes(body.u16()));
    const identities: Uint8Array[] = [];
    while (list.remaining > 0) {
      identities.push(list.bytes(list.u16()));
      // obfuscated_ticket_age
      list.skip(4);
    }
    return identities;
  }
  return [];
}
