import { WireError } from '../../base/errors.ts';
import { EndianReader } from './endian-reader.ts';
import { decodeIpPacket, type TracedDatagram } from './ip-packet.ts';
import { type CapturedFrame, ipPacketOf, isKnownLinkType } from './link-layer.ts';
import { BLOCK_TYPES } from './pcapng-format.ts';
import { readPcapngFrames } from './pcapng-reader.ts';

/** An SCTP packet, or what may be one, out of a capture file. */
export interface CapturedDatagram extends TracedDatagram {
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly comment?: string | undefined;
}

/** Classic pcap: magic number by byte order, and how many of its time units a microsecond has. */
const PCAP_MAGICS = [
  { magic: 0xa1b2_c3d4, unitsPerUs: 1 },
  { magic: 0xa1b2_3c4d, unitsPerUs: 1000 },
] as const;
/** Longest frame that is believed. tcpdump's own limit. */
const MAX_FRAME_BYTES = 0x4_0000;

/**
 * The UDP datagrams and SCTP packets in a capture file: pcap or pcapng, either byte order; Ethernet, Linux cooked, BSD
 * loopback or raw IP. Everything else in the file is passed over, and so are fragments and packets with broken
 * headers. Payloads are views into `file`.
 *
 * @throws WireError while iterating, if the file is no capture or is broken; what stands before the break was yielded
 */
export function* readCapture(file: Uint8Array): Generator<CapturedDatagram, void, undefined> {
  for (const frame of readFrames(file)) {
    const datagram = decodeFrame(frame);
    if (datagram !== undefined) yield { timeUs: frame.timeUs, comment: frame.comment, ...datagram };
  }
}

function readFrames(file: Uint8Array): Iterable<CapturedFrame> {
  const magic = new EndianReader(file, false).u32();
  if (magic === BLOCK_TYPES.sectionHeader) return readPcapngFrames(file);
  for (const littleEndian of [false, true]) {
    const read = new EndianReader(file, littleEndian).u32();
    const found = PCAP_MAGICS.find((each) => each.magic === read);
    if (found !== undefined) return readPcapFrames(file, littleEndian, found.unitsPerUs);
  }
  throw new WireError('bad-value', 0, `neither pcap nor pcapng: it begins with 0x${magic.toString(16)}`);
}

/** https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html §4, §5. */
function* readPcapFrames(
  file: Uint8Array,
  littleEndian: boolean,
  unitsPerUs: number,
): Generator<CapturedFrame, void, undefined> {
  const r = new EndianReader(file, littleEndian);
  r.skip(20);
  // The high bits tell of frame check sequences; the link type is the low half.
  const linkType = r.u32() & 0xffff;
  if (!isKnownLinkType(linkType)) throw new WireError('unexpected', 20, `link type ${linkType}`);
  while (r.remaining > 0) {
    const [seconds, units, capturedBytes] = [r.u32(), r.u32(), r.u32()];
    if (capturedBytes > MAX_FRAME_BYTES) {
      throw new WireError('bad-length', r.offset - 4, `a frame of ${capturedBytes} bytes`);
    }
    r.skip(4);
    const timeUs = seconds * 1_000_000 + Math.floor(units / unitsPerUs);
    yield { timeUs, linkType, bytes: r.bytes(capturedBytes) };
  }
}

function decodeFrame(frame: CapturedFrame): TracedDatagram | undefined {
  try {
    const packet = ipPacketOf(frame);
    return packet === undefined ? undefined : decodeIpPacket(packet);
  } catch (error) {
    // A broken packet is no broken file: others follow.
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
