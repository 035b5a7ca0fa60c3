import { CHUNK_HEADER_BYTES } from '../wire/chunk-codec.ts';
import { crc32cFrom, storedChecksum } from '../wire/crc32c.ts';
import { padded, readU16 } from '../wire/fields.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';

/** Where the checksum is: for the CRC it counts as 0. RFC 9260 §6.8. */
const [CHECKSUM_AT, CHECKSUM_END] = [8, 12];
/** So many at most are joined by any Linux: it has been 64, and 128. What would be more is no piece of the system's. */
const MAX_PACKETS = 128;
/** A first packet with more chunks than this is not searched to its end: who sends such things decides how many there are. */
const MAX_CHUNKS = 1024;

/**
 * How long the packets are that the system has joined into one piece (UDP_GRO): all of one length, only the last may be
 * shorter. A piece that is as long as its packets is one packet.
 *
 * Node does not tell, so it has to be seen in the bytes, and seen right: what users send must neither have a packet cut
 * nor become one. The chunks of the first packet say where they end, and the first packet ends with one of them. So
 * whoever fills a chunk cannot add a place to cut. Chunks that end where the piece does are one packet; the second of two
 * packets would have to pass for a chunk, as long as the number of one of our ports. Otherwise the checksum decides: the
 * first packet is the one that it is right for.
 *
 * What is wrong here is lost, as on a bad line, since every packet is still checked by who receives it: a datagram that
 * somebody else has sent from the peer's address and port can take those with it that it was joined with.
 *
 * The work is linear in the length of the piece.
 *
 * @param isPort whether packets may be for that SCTP port
 */
export function joinedPacketBytes(piece: Uint8Array, isPort: (sctpPort: number) => boolean): number {
  return isOnePacket(piece, isPort) ? piece.length : firstPacketBytes(piece);
}

function isOnePacket(piece: Uint8Array, isPort: (sctpPort: number) => boolean): boolean {
  const { length } = piece;
  const port = readU16(piece, 2);
  let at = COMMON_HEADER_BYTES;
  for (;;) {
    const chunkBytes = chunkBytesAt(piece, at);
    // Padding that is missing behind the last chunk is no error.
    if (chunkBytes === length - at) return true;
    at += padded(chunkBytes);
    if (at === length) return true;
    if (chunkBytes === 0 || at > length) return false;
    const next = readU16(piece, at + 2);
    if (next === port || isPort(next)) return false;
  }
}

function firstPacketBytes(piece: Uint8Array): number {
  const { length } = piece;
  const checksum = storedChecksum(piece);
  let crc = crc32cFrom(0, piece.subarray(0, CHECKSUM_AT));
  crc = crc32cFrom(crc, NO_CHECKSUM);
  let [done, at] = [CHECKSUM_END, COMMON_HEADER_BYTES];
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const chunkBytes = chunkBytesAt(piece, at);
    if (chunkBytes === 0) break;
    at += chunkBytes;
    for (const end of at === padded(at) ? [at] : [at, padded(at)]) {
      crc = crc32cFrom(crc, piece.subarray(done, end));
      done = end;
      if (crc === checksum && end <= length) return length <= MAX_PACKETS * end ? end : length;
    }
    at = done;
  }
  return length;
}

const NO_CHECKSUM = new Uint8Array(CHECKSUM_END - CHECKSUM_AT);

/** What the chunk there says of its length; 0 if that cannot be. */
function chunkBytesAt(piece: Uint8Array, at: number): number {
  const left = piece.length - at;
  if (left < CHUNK_HEADER_BYTES) return 0;
  const bytes = readU16(piece, at + 2);
  return bytes < CHUNK_HEADER_BYTES || bytes > left ? 0 : bytes;
}
