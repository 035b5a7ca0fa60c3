import { ByteWriter } from '../../base/bytes.ts';
import { encodeIpPacket, type TracedDatagram } from './ip-packet.ts';
import { BLOCK_TYPES, BYTE_ORDER_MAGIC, LINK_TYPES, OPTIONS } from './pcapng-format.ts';

/** One packet for a capture file. */
export interface PcapngPacket extends Omit<TracedDatagram, 'encapsulation'> {
  /** Wall-clock time in microseconds since 1970. */
  readonly timeUs: number;
  /** What the packet is shown in: `udp` (default) as it was sent, or `none` for SCTP directly on IP. */
  readonly encapsulation?: TracedDatagram['encapsulation'];
  /** Shown by Wireshark beside the packet. */
  readonly comment?: string | undefined;
}

const MICROSECONDS = 6;
const SNAP_LENGTH_BYTES = 0x4_0000;

/**
 * The beginning of a capture file: a section header and one interface of raw IP packets. Packets of
 * {@link pcapngPacket} follow, any number, in any order. draft-ietf-opsawg-pcapng §4.1, §4.2.
 */
export function pcapngHeader(application = 'rserpool'): Uint8Array {
  const w = new ByteWriter();
  writeBlock(w, BLOCK_TYPES.sectionHeader, () => {
    w.u32(BYTE_ORDER_MAGIC);
    w.u16(1);
    w.u16(0);
    // Length of the section: not known.
    w.u32(0xffff_ffff);
    w.u32(0xffff_ffff);
    writeOption(w, OPTIONS.userApplication, new TextEncoder().encode(application));
    writeOption(w, OPTIONS.end, new Uint8Array(0));
  });
  writeBlock(w, BLOCK_TYPES.interfaceDescription, () => {
    w.u16(LINK_TYPES.raw);
    w.u16(0);
    w.u32(SNAP_LENGTH_BYTES);
    writeOption(w, OPTIONS.timestampResolution, new Uint8Array([MICROSECONDS]));
    writeOption(w, OPTIONS.end, new Uint8Array(0));
  });
  return w.finish();
}

/**
 * One packet of a capture file, with IP and UDP headers made up around the SCTP packet: an Enhanced Packet Block
 * (draft-ietf-opsawg-pcapng §4.3). Wireshark decodes SCTP in UDP on port 9899 by itself; for others
 * `tshark -d udp.port==N,sctp`.
 *
 * @throws RangeError if an address is none or the payload is too long for an IP packet
 */
export function pcapngPacket(packet: PcapngPacket): Uint8Array {
  const bytes = encodeIpPacket({ ...packet, encapsulation: packet.encapsulation ?? 'udp' });
  return pcapngIpPacket(packet.timeUs, bytes, packet.comment);
}

/** An IP packet as it was on the wire, as one packet of a capture file. `timeUs` as in {@link PcapngPacket}. */
export function pcapngIpPacket(timeUs: number, bytes: Uint8Array, comment?: string): Uint8Array {
  const w = new ByteWriter(bytes.length + 64);
  writeBlock(w, BLOCK_TYPES.enhancedPacket, () => {
    w.u32(0);
    w.u32(Math.floor(timeUs / 0x1_0000_0000));
    w.u32(Math.floor(timeUs) % 0x1_0000_0000);
    w.u32(bytes.length);
    w.u32(bytes.length);
    w.bytes(bytes);
    w.pad4();
    if (comment === undefined) return;
    writeOption(w, OPTIONS.comment, new TextEncoder().encode(comment).subarray(0, 0xffff));
    writeOption(w, OPTIONS.end, new Uint8Array(0));
  });
  return w.finish();
}

/** Type, length, body, length again. `w` begins at a multiple of four. */
function writeBlock(w: ByteWriter, type: number, writeBody: () => void): void {
  const start = w.length;
  w.u32(type);
  w.u32(0);
  writeBody();
  const lengthBytes = w.length + 4 - start;
  w.u32(lengthBytes);
  w.patchU32(start + 4, lengthBytes);
}

function writeOption(w: ByteWriter, code: number, value: Uint8Array): void {
  w.u16(code);
  w.u16(value.length);
  w.bytes(value);
  w.pad4();
}
