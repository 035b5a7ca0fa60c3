import type { ByteWriter } from '../../base/bytes.ts';
import { WireError, type WireErrorReason } from '../../base/errors.ts';
import { type Tlv, TlvReader, unknownParameterAction } from '../../base/tlv.ts';
import type { Dialect } from './dialect.ts';
import { type MessageContext, MessageError, type RefusalCause } from './message-error.ts';

/** Parameter types. RFC 5354 §3, Table 1; the last three are private ones. */
export const PARAMETER_TYPE = {
  ipv4Address: 0x1,
  ipv6Address: 0x2,
  dccpTransport: 0x3,
  sctpTransport: 0x4,
  tcpTransport: 0x5,
  udpTransport: 0x6,
  udpLiteTransport: 0x7,
  policy: 0x8,
  poolHandle: 0x9,
  poolElement: 0xa,
  serverInformation: 0xb,
  operationError: 0xc,
  cookie: 0xd,
  peIdentifier: 0xe,
  peChecksum: 0xf,
  opaqueTransport: 0x10,
  /** How many elements a HANDLE_RESOLUTION asks for at most. Others skip it: high bits 10. */
  itemCount: 0x803f,
  /** UDP encapsulation ports (RFC 6951) of a Pool Element, a Server Information or a SERVER_ANNOUNCE. Others skip it. */
  udpPorts: 0x8f09,
  /** Whom a Pool Element belongs to, between secured registrars. Others skip it. */
  elementOwner: 0x8f0a,
} as const;

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(PARAMETER_TYPE));

/** How many unknown parameters of one message are reported; further ones are skipped without a word. */
export const MAX_REPORTED_PARAMETERS = 32;

/** What is known so far about a message that is being decoded. */
export interface Reading {
  /** Unknown parameters that were skipped and are to be reported. */
  readonly unrecognized: Uint8Array[];
  /** Grows while reading, so that a refusal can name what it is about. */
  readonly context: { -readonly [Key in keyof MessageContext]: MessageContext[Key] };
  /** Whether the sender may be told of errors: not for an ASAP_ERROR or ENRP_ERROR, lest two peers never stop. */
  readonly answerable: boolean;
  readonly dialect: Dialect;
}

/** The beginning of a {@link Reading}. */
export function newReading(context: Reading['context'] = {}, answerable = true, dialect: Dialect = 'rfc'): Reading {
  return { unrecognized: [], context, answerable, dialect };
}

/** The error to throw for the whole message; `cause` is what its sender will be told, if anything. */
export function refusal(
  reading: Reading,
  reason: WireErrorReason,
  offset: number,
  detail: string,
  cause?: RefusalCause,
): MessageError {
  const causes: RefusalCause[] = [];
  if (reading.answerable) {
    for (const parameter of reading.unrecognized) causes.push({ kind: 'unrecognized-parameter', parameter });
    if (cause !== undefined) causes.push(cause);
  }
  return new MessageError(reason, offset, detail, causes, reading.context);
}

/** The error for a parameter with a bad value: Invalid Values with the whole parameter. RFC 5354 §3.12.4. */
export function invalidValues(reading: Reading, tlv: Tlv, detail: string): MessageError {
  const cause: RefusalCause = { kind: 'invalid-values', parameter: tlv.whole.slice() };
  return refusal(reading, 'bad-value', tlv.offset, detail, cause);
}

/**
 * Reads the parameters of a message, or those nested in a parameter, in wire order. Unknown ones are skipped, reported
 * or end it all as the high bits of their type say (RFC 5354 §3).
 */
export class ParameterReader {
  readonly #reading: Reading;
  readonly #tlvs: TlvReader;
  readonly #end: number;
  readonly #outer: Tlv | undefined;

  /**
   * @param base offset of `bytes` in the message
   * @param outer the parameter that holds these ones, blamed for what is wrong with their structure
   */
  constructor(reading: Reading, bytes: Uint8Array, base: number, outer?: Tlv) {
    this.#reading = reading;
    this.#tlvs = new TlvReader(bytes, base);
    this.#end = base + bytes.length;
    this.#outer = outer;
  }

  /**
   * The next known parameter, which has to be of one of these types: order matters for mandatory ones.
   *
   * @throws MessageError if it is another one or if there is none
   */
  take(...types: readonly number[]): Tlv {
    let tlv = this.next();
    // Our own private parameters have high bits 10: out of place they are skipped as anybody would.
    while (tlv !== undefined && tlv.type >= 0x8000) tlv = this.next();
    if (tlv === undefined) throw this.#broken('missing', this.#end, `parameter ${types.map(hex).join(' or ')}`);
    if (!types.includes(tlv.type)) throw invalidValues(this.#reading, tlv, `parameter ${hex(tlv.type)} out of place`);
    return tlv;
  }

  /** All known parameters that are left, the private ones among them. */
  *rest(): Generator<Tlv, void, undefined> {
    for (let tlv = this.next(); tlv !== undefined; tlv = this.next()) yield tlv;
  }

  /** The next known parameter, private ones among them. */
  next(): Tlv | undefined {
    for (;;) {
      const tlv = this.#nextOfAny();
      if (tlv === undefined || KNOWN_TYPES.has(tlv.type)) return tlv;
      const action = unknownParameterAction(tlv.type);
      if (action.report && this.#reading.unrecognized.length < MAX_REPORTED_PARAMETERS) {
        this.#reading.unrecognized.push(tlv.whole.slice());
      }
      if (action.stop) throw refusal(this.#reading, 'unexpected', tlv.offset, `parameter ${hex(tlv.type)}`);
    }
  }

  #nextOfAny(): Tlv | undefined {
    try {
      return this.#tlvs.next();
    } catch (error) {
      if (error instanceof WireError) throw this.#broken(error.reason, error.offset, 'parameter header');
      throw error;
    }
  }

  /** Inside a parameter that one is to blame; a message without a sound structure is not worth an answer. */
  #broken(reason: WireErrorReason, offset: number, detail: string): MessageError {
    if (this.#outer !== undefined) return invalidValues(this.#reading, this.#outer, detail);
    return refusal(this.#reading, reason, offset, detail, reason === 'missing' ? { kind: 'unspecified' } : undefined);
  }
}

/**
 * Writes one parameter. Padding comes before the next one, never at the end: so the Length of an outer parameter leaves
 * out the padding after its last nested one, and the Message Length that after the last parameter (RFC 5354 §2, §4).
 */
export function writeParameter(w: ByteWriter, type: number, writeValue: (w: ByteWriter) => void): void {
  w.pad4();
  const start = w.length;
  w.u16(type);
  w.u16(0);
  writeValue(w);
  w.patchU16(start + 2, w.length - start);
}

function hex(type: number): string {
  return `0x${type.toString(16)}`;
}
