import { ByteReader, type ByteWriter } from '../../base/bytes.ts';
import type { Tlv } from '../../base/tlv.ts';
import { PARAMETER_TYPE, writeParameter } from './parameter.ts';

/**
 * The private parameter with UDP encapsulation ports (RFC 6951): two 16-bit numbers, 0 where none is given. It stands
 * last in what it belongs to, where implementations that do not know it skip it.
 */
export type UdpPortPair = readonly [first: number | undefined, second: number | undefined];

/** Reads the pair. A parameter of that type but of another shape is somebody else's: no ports. */
export function readUdpPorts(tlv: Tlv): UdpPortPair {
  if (tlv.value.length !== 4) return [undefined, undefined];
  const r = new ByteReader(tlv.value, tlv.offset);
  return [r.u16() || undefined, r.u16() || undefined];
}

/** Writes the parameter without ports, in a message that has none: it only tells who the sender is. */
export function writeOwnMark(w: ByteWriter): void {
  writeParameter(w, PARAMETER_TYPE.udpPorts, () => w.u32(0));
}

/** Writes the pair, or nothing if there is no port in it. */
export function writeUdpPorts(w: ByteWriter, first: number | undefined, second?: number | undefined): void {
  if (!first && !second) return;
  writeParameter(w, PARAMETER_TYPE.udpPorts, () => {
    w.u16(first ?? 0);
    w.u16(second ?? 0);
  });
}
