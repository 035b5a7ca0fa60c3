import { isIpv6 } from '../../base/address.ts';
import type { Path } from '../path/path.ts';
import type { OutstandingChunk } from '../tx/outstanding.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk } from '../wire/types.ts';
import type { SendRequest } from './contract.ts';

/**
 * The packet for a chunk that was cut for a larger PMTU than the path has now. It is never cut again (RFC 9260 §6.9): its
 * packet has to go in IP fragments.
 *
 * Sockets do not say so, but systems fragment, without DF, what is longer than their own link takes: PAD makes it so
 * long (RFC 8899 §4.4 prefers endpoint fragmentation, too). As fragments are lost on some ways, every other attempt is
 * made without. IPv6 routers fragment nothing: there it is left to what the system knows of the path.
 */
export function withFragmentation(chunk: OutstandingChunk<SendRequest, Path>, path: Path): readonly Chunk[] {
  if (path.pmtuSearch === undefined || isIpv6(path.address) || chunk.transmissions % 2 !== 0) return [chunk];
  // The header of PAD takes the packet beyond MAX_PLPMTU. Control chunks go before DATA (RFC 9260 §6.10).
  const paddingBytes = path.pmtuSearch.limits.maxBytes - COMMON_HEADER_BYTES - chunk.sizeBytes;
  return [{ kind: 'pad', paddingBytes: Math.max(0, paddingBytes) }, chunk];
}
