import { formatIp, type IpAddress, ipv4Number, isIpv6, parseIp } from '../../base/address.ts';
import { unreachable } from '../../base/assert.ts';
import { ByteReader, type ByteWriter } from '../../base/bytes.ts';
import { TLV_HEADER_BYTES, type Tlv } from '../../base/tlv.ts';
import type { Dialect } from './dialect.ts';
import { invalidValues, PARAMETER_TYPE, ParameterReader, type Reading, writeParameter } from './parameter.ts';

/** Transport parameters of RFC 5354 §3.3 to §3.7 and §3.16: where an element or a registrar can be reached, and how. */
export type TransportParameter =
  | SctpTransport
  | TcpTransport
  | UdpTransport
  | UdpLiteTransport
  | DccpTransport
  | OpaqueTransport;

/** Which messages a transport carries: data of the application, or also ASAP's control channel. RFC 5354 §3.4. */
export type TransportUse = 'data-only' | 'data-and-control';

/** SCTP Transport. RFC 5354 §3.4. */
export interface SctpTransport {
  readonly protocol: 'sctp';
  /** SCTP port. */
  readonly port: number;
  /** Means nothing for registrars' transports; there it is `data-only`. */
  readonly use: TransportUse;
  /** One or more, IPv4 and IPv6 mixed. */
  readonly addresses: readonly IpAddress[];
}

/** TCP Transport. RFC 5354 §3.5. */
export interface TcpTransport {
  readonly protocol: 'tcp';
  readonly port: number;
  /** Only in rsplib's dialect, where the RFC has a reserved field; nobody acts on it. Absent means `data-only`. */
  readonly use?: 'data-and-control' | undefined;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** UDP Transport. RFC 5354 §3.6. */
export interface UdpTransport {
  readonly protocol: 'udp';
  readonly port: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** UDP-Lite Transport. RFC 5354 §3.7. */
export interface UdpLiteTransport {
  readonly protocol: 'udp-lite';
  readonly port: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** DCCP Transport. RFC 5354 §3.3. */
export interface DccpTransport {
  readonly protocol: 'dccp';
  readonly port: number;
  /** Service Code, 32 bits. */
  readonly serviceCode: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** Opaque Transport: only the application knows what the bytes mean. RFC 5354 §3.16. */
export interface OpaqueTransport {
  readonly protocol: 'opaque';
  readonly bytes: Uint8Array;
}

/** Types of the parameters that can stand where a transport is wanted. */
export const TRANSPORT_TYPES: readonly number[] = [
  PARAMETER_TYPE.dccpTransport,
  PARAMETER_TYPE.sctpTransport,
  PARAMETER_TYPE.tcpTransport,
  PARAMETER_TYPE.udpTransport,
  PARAMETER_TYPE.udpLiteTransport,
  PARAMETER_TYPE.opaqueTransport,
];

/** Reads a parameter of one of the {@link TRANSPORT_TYPES}. */
export function readTransport(reading: Reading, tlv: Tlv): TransportParameter {
  switch (tlv.type) {
    case PARAMETER_TYPE.sctpTransport:
      return readSctpTransport(reading, tlv);
    case PARAMETER_TYPE.tcpTransport:
      return readTcpTransport(reading, tlv);
    case PARAMETER_TYPE.udpTransport:
      return { protocol: 'udp', ...readPortAndAddress(reading, tlv) };
    case PARAMETER_TYPE.udpLiteTransport:
      return { protocol: 'udp-lite', ...readPortAndAddress(reading, tlv) };
    case PARAMETER_TYPE.dccpTransport: {
      if (tlv.value.length < 8) throw invalidValues(reading, tlv, 'transport too short');
      const r = new ByteReader(tlv.value, tlv.offset);
      const port = r.u16();
      r.skip(2);
      const serviceCode = r.u32();
      return { protocol: 'dccp', port, serviceCode, addresses: readAddresses(reading, tlv, 8, 1) };
    }
    default:
      return { protocol: 'opaque', bytes: tlv.value.slice() };
  }
}

/** Reads an SCTP Transport. In one of a registrar the use means nothing and is ignored (RFC 5354 §3.11 is silent). */
export function readSctpTransport(reading: Reading, tlv: Tlv, ofRegistrar = false): SctpTransport {
  if (tlv.value.length < 4) throw invalidValues(reading, tlv, 'transport too short');
  const r = new ByteReader(tlv.value, tlv.offset);
  const [port, use] = [r.u16(), ofRegistrar ? 0 : r.u16()];
  if (use > 1) throw invalidValues(reading, tlv, `transport use ${use}`);
  const addresses = readAddresses(reading, tlv, 4, Number.POSITIVE_INFINITY);
  return { protocol: 'sctp', port, use: use === 1 ? 'data-and-control' : 'data-only', addresses };
}

function readTcpTransport(reading: Reading, tlv: Tlv): TcpTransport {
  const transport: TcpTransport = { protocol: 'tcp', ...readPortAndAddress(reading, tlv) };
  if (reading.dialect === 'rfc') return transport;
  const r = new ByteReader(tlv.value, tlv.offset);
  r.skip(2);
  return r.u16() === 1 ? { ...transport, use: 'data-and-control' } : transport;
}

/** What TCP, UDP and UDP-Lite have in common. The field after the port is reserved; some put a transport use there. */
function readPortAndAddress(reading: Reading, tlv: Tlv): { port: number; addresses: IpAddress[] } {
  if (tlv.value.length < 4) throw invalidValues(reading, tlv, 'transport too short');
  return { port: new ByteReader(tlv.value, tlv.offset).u16(), addresses: readAddresses(reading, tlv, 4, 1) };
}

function readAddresses(reading: Reading, transport: Tlv, at: number, maxCount: number): IpAddress[] {
  const addresses: IpAddress[] = [];
  const nested = new ParameterReader(
    reading,
    transport.value.subarray(at),
    transport.offset + TLV_HEADER_BYTES + at,
    transport,
  );
  for (let tlv = nested.next(); tlv !== undefined; tlv = nested.next()) {
    const isIpv6 = tlv.type === PARAMETER_TYPE.ipv6Address;
    if (isIpv6 || tlv.type === PARAMETER_TYPE.ipv4Address) {
      if (tlv.value.length !== (isIpv6 ? 16 : 4)) throw invalidValues(reading, tlv, 'address length');
      addresses.push(formatIp(tlv.value));
    } else if (tlv.type < 0x8000) throw invalidValues(reading, transport, 'something else than an address inside');
  }
  if (addresses.length < 1 || addresses.length > maxCount) {
    throw invalidValues(reading, transport, `${addresses.length} addresses`);
  }
  return addresses;
}

/** Bytes that {@link writeTransport} writes, padding included. */
export function transportBytes(transport: TransportParameter): number {
  if (transport.protocol === 'opaque') return TLV_HEADER_BYTES + ((transport.bytes.length + 3) & ~3);
  let bytes = TLV_HEADER_BYTES + (transport.protocol === 'dccp' ? 8 : 4);
  for (const address of transport.addresses) bytes += TLV_HEADER_BYTES + (isIpv6(address) ? 16 : 4);
  return bytes;
}

/** Where a transport stands, and for whom. */
export interface TransportWriting {
  readonly ofRegistrar?: boolean;
  readonly dialect?: Dialect;
}

/**
 * Writes a transport. One of a registrar has transport use 0 whatever it says (RFC 5354 §3.11 is silent).
 *
 * @throws RangeError if an address is none, or if there are too few or too many of them
 */
export function writeTransport(
  w: ByteWriter,
  transport: TransportParameter,
  { ofRegistrar = false, dialect = 'rfc' }: TransportWriting = {},
): void {
  switch (transport.protocol) {
    case 'sctp': {
      const use = transport.use === 'data-and-control' && !ofRegistrar ? 1 : 0;
      writeTransportWith(w, PARAMETER_TYPE.sctpTransport, transport, use);
      break;
    }
    case 'tcp':
      writeTransportWith(w, PARAMETER_TYPE.tcpTransport, transport, dialect === 'rsplib' && transport.use ? 1 : 0);
      break;
    case 'udp':
      writeTransportWith(w, PARAMETER_TYPE.udpTransport, transport, 0);
      break;
    case 'udp-lite':
      writeTransportWith(w, PARAMETER_TYPE.udpLiteTransport, transport, 0);
      break;
    case 'dccp':
      writeTransportWith(w, PARAMETER_TYPE.dccpTransport, transport, 0, () => w.u32(transport.serviceCode));
      break;
    case 'opaque':
      writeParameter(w, PARAMETER_TYPE.opaqueTransport, () => w.bytes(transport.bytes));
      break;
    default:
      unreachable(transport);
  }
}

function writeTransportWith(
  w: ByteWriter,
  type: number,
  transport: Exclude<TransportParameter, OpaqueTransport>,
  useOrReserved: number,
  writeMore: () => void = () => {},
): void {
  const { protocol, addresses } = transport;
  if (addresses.length < 1 || (protocol !== 'sctp' && addresses.length > 1)) {
    throw new RangeError(`a transport of ${protocol} cannot have ${addresses.length} addresses`);
  }
  writeParameter(w, type, () => {
    w.u16(transport.port);
    w.u16(useOrReserved);
    writeMore();
    for (const address of addresses) writeAddress(w, address);
  });
}

function writeAddress(w: ByteWriter, address: IpAddress): void {
  const bits = ipv4Number(address);
  if (bits !== undefined) {
    writeParameter(w, PARAMETER_TYPE.ipv4Address, () => w.u32(bits));
    return;
  }
  const bytes = parseIp(address);
  if (bytes === undefined) throw new RangeError(`not an IP address: ${JSON.stringify(address)}`);
  writeParameter(w, PARAMETER_TYPE.ipv6Address, () => w.bytes(bytes));
}
