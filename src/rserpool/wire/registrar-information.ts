import { ByteReader, type ByteWriter } from '../../base/bytes.ts';
import { TLV_HEADER_BYTES, type Tlv } from '../../base/tlv.ts';
import { invalidValues, PARAMETER_TYPE, ParameterReader, type Reading, writeParameter } from './parameter.ts';
import { readSctpTransport, type SctpTransport, writeTransport } from './transport.ts';
import { readUdpPorts, writeUdpPorts } from './udp-ports.ts';

/** Server Information parameter: a registrar and where it takes ENRP messages. RFC 5354 §3.11. */
export interface RegistrarInformation {
  /** Server Identifier, 32 bits. */
  readonly identifier: number;
  readonly transport: SctpTransport;
  /** UDP encapsulation port (RFC 6951) if it is not 9899, in a private parameter (0x8f09) that others skip. */
  readonly udpPort?: number | undefined;
}

/** Reads a Server Information parameter. */
export function readRegistrarInformation(reading: Reading, tlv: Tlv): RegistrarInformation {
  if (tlv.value.length < 4) throw invalidValues(reading, tlv, 'server information too short');
  const r = new ByteReader(tlv.value, tlv.offset);
  const identifier = r.u32();
  const nested = new ParameterReader(reading, r.rest(), tlv.offset + TLV_HEADER_BYTES + 4, tlv);
  const transport = readSctpTransport(reading, nested.take(PARAMETER_TYPE.sctpTransport), true);
  let udpPort: number | undefined;
  for (const more of nested.rest()) {
    if (more.type === PARAMETER_TYPE.udpPorts) udpPort ??= readUdpPorts(more)[0];
  }
  return { identifier, transport, ...(udpPort !== undefined && { udpPort }) };
}

/** Writes a Server Information parameter. */
export function writeRegistrarInformation(w: ByteWriter, information: RegistrarInformation): void {
  writeParameter(w, PARAMETER_TYPE.serverInformation, () => {
    w.u32(information.identifier);
    writeTransport(w, information.transport, { ofRegistrar: true });
    writeUdpPorts(w, information.udpPort);
  });
}
