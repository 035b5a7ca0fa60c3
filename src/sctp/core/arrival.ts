import type { Instant } from '../../base/contract.ts';
import type { ChunkCursor } from '../wire/chunk-cursor.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk, CommonHeader } from '../wire/types.ts';
import type { EndpointInside } from './endpoint-inside.ts';
import type { Origin } from './origin.ts';
import type { Tcb } from './tcb.ts';

/** A packet with its header and where it came from. */
export interface Arrival {
  readonly header: CommonHeader;
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

/** Whether the chunk at hand is the only one of its packet. */
export function isAlone(cursor: ChunkCursor, packet: Uint8Array): boolean {
  return cursor.offset === COMMON_HEADER_BYTES && cursor.offset + ((cursor.length + 3) & ~3) >= packet.length;
}

/** The association with the sender, by its address and ports. */
export function findByPeer(endpoint: EndpointInside, { header, origin }: Arrival): Tcb | undefined {
  const { associations, config } = endpoint;
  const exact = associations.byPeer(origin.address, header.sourcePort, origin.udpPort);
  if (exact !== undefined || config.newUdpPortPolicy === 'separate') return exact;
  for (const tcb of associations.byHost(origin.address, header.sourcePort)) return tcb;
  return undefined;
}

/** Answers a packet to where it came from, without an association. RFC 9260 §8.4, RFC 6951 §5.3. */
export function answer(
  endpoint: EndpointInside,
  { header, origin }: Arrival,
  verificationTag: number,
  chunk: Chunk,
): void {
  endpoint.transmit(
    origin.localAddress,
    origin.address,
    origin.udpPort,
    { sourcePort: header.destinationPort, destinationPort: header.sourcePort, verificationTag },
    [chunk],
  );
}

/** Likewise, unless there were too many such answers. */
export function answerWithinLimit(
  endpoint: EndpointInside,
  arrival: Arrival,
  verificationTag: number,
  chunk: Chunk,
  now: Instant,
): void {
  if (endpoint.statelessReplies.take(now, arrival.origin.address)) answer(endpoint, arrival, verificationTag, chunk);
}
