import type { Instant } from '../../base/contract.ts';
import { ChunkCursor } from '../wire/chunk-cursor.ts';
import { CHUNK_TYPE } from '../wire/chunk-type.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import { type Arrival, answer, answerWithinLimit, findByPeer, isAlone } from './arrival.ts';
import { handleAbort, handlePacket } from './association.ts';
import type { EndpointInside } from './endpoint-inside.ts';
import { answerOutOfTheBlue } from './out-of-the-blue.ts';
import { handleCookieEchoOf, handleFirstCookieEcho, handleInit } from './passive-open.ts';
import { handleShutdownComplete } from './shutdown.ts';
import type { Tcb } from './tcb.ts';

/**
 * Whose packet is it? RFC 9260 §8.4, §8.5. Its checksum is right; nothing else has changed so far, and nothing does
 * before the tag is known to be right.
 */
export function routePacket(endpoint: EndpointInside, arrival: Arrival, now: Instant): void {
  const { header, bytes } = arrival;
  const cursor = new ChunkCursor(bytes, COMMON_HEADER_BYTES);
  if (!cursor.next()) {
    endpoint.counters.malformed++;
    return;
  }
  if (header.destinationPort !== endpoint.sctpPort) {
    handleOutOfTheBlue(endpoint, arrival, cursor, now);
    return;
  }
  if (header.verificationTag === 0) {
    // §8.5.1 A: a packet with tag 0 is an INIT and nothing else.
    if (cursor.type === CHUNK_TYPE.init && isAlone(cursor, bytes)) handleInit(endpoint, cursor, arrival, now);
    return;
  }
  const tcb = endpoint.associations.byTag(header.verificationTag);
  if (tcb !== undefined) tcb.replyBytes = 0;
  if (tcb !== undefined && belongs(tcb, arrival, cursor)) {
    // §8.5.1 E: the peer shuts down the association before this one, and what it says is answered as out of the blue.
    if (cursor.type === CHUNK_TYPE.shutdownAck && tcb.setUp !== undefined)
      handleOutOfTheBlue(endpoint, arrival, cursor, now);
    else handleAssociationPacket(endpoint, tcb, arrival, cursor, now);
    return;
  }
  if (handleReflectedTag(endpoint, arrival, cursor)) return;
  // §8.4 (2) comes before (4): a COOKIE ECHO beside an ABORT opens nothing.
  if (cursor.type === CHUNK_TYPE.cookieEcho && abortOf(bytes) === undefined) {
    const opened = handleFirstCookieEcho(endpoint, cursor, arrival, now);
    if (opened === undefined) return;
    if (cursor.next()) handleAssociationPacket(endpoint, opened, arrival, cursor, now);
    else endpoint.settle(opened);
    return;
  }
  const peer = findByPeer(endpoint, arrival);
  const latecomer = cursor.type === CHUNK_TYPE.shutdownAck && peer?.setUp !== undefined;
  if (peer !== undefined && !latecomer) {
    // §8.5: a wrong tag is silence.
    endpoint.counters.wrongTag++;
    return;
  }
  handleOutOfTheBlue(endpoint, arrival, cursor, now);
}

/** The tag is ours; the ports have to be, and the source one of the peer's, except for a first answer. */
function belongs(tcb: Tcb, { header, origin }: Arrival, cursor: ChunkCursor): boolean {
  if (header.sourcePort !== tcb.peerPort) return false;
  if (tcb.paths.find(origin.address) !== undefined) return true;
  return tcb.state === 'COOKIE-WAIT' && cursor.type === CHUNK_TYPE.initAck;
}

function handleAssociationPacket(
  endpoint: EndpointInside,
  tcb: Tcb,
  arrival: Arrival,
  cursor: ChunkCursor,
  now: Instant,
): void {
  // What the packet before has led to goes out by itself: every second packet is acknowledged (§6.2), in its turn.
  if (tcb.dirty) endpoint.settle(tcb);
  const { bytes, origin } = arrival;
  const path = tcb.paths.find(origin.address);
  if (path !== undefined && path.udpPort !== origin.udpPort) {
    // RFC 6951 §5.4: learnt for this address only, and only here, behind checksum and tag.
    path.udpPort = origin.udpPort;
    endpoint.reindex(tcb);
    tcb.emit({ kind: 'path-changed', address: path.address, change: 'udp-port' });
  }
  const outcome = handlePacket(tcb, cursor, {
    path,
    origin,
    alone: isAlone(cursor, bytes),
    cookieEcho: (cookie) => handleCookieEchoOf(endpoint, tcb, cookie, origin, now),
    now,
  });
  if (outcome === 'malformed') endpoint.counters.malformed++;
  endpoint.touch(tcb);
}

/**
 * ABORT and SHUTDOWN COMPLETE may carry the peer's tag, reflected (§8.5.1 B, C). Chunks may stand before the ABORT
 * (§3.3.7); with that tag they mean nothing.
 */
function handleReflectedTag(endpoint: EndpointInside, arrival: Arrival, first: ChunkCursor): boolean {
  const tcb = findByPeer(endpoint, arrival);
  if (tcb === undefined || arrival.header.verificationTag !== tcb.peerTag) return false;
  const cursor = first.type === CHUNK_TYPE.shutdownComplete ? first : abortOf(arrival.bytes);
  if (cursor === undefined) return false;
  const chunk = cursor.decode();
  if (chunk.kind === 'abort' && chunk.tagReflected) handleAbort(tcb, chunk);
  else if (chunk.kind === 'shutdown-complete' && chunk.tagReflected && isAlone(cursor, arrival.bytes))
    handleShutdownComplete(tcb);
  return true;
}

/** At the first ABORT of the packet. */
function abortOf(packet: Uint8Array): ChunkCursor | undefined {
  const cursor = new ChunkCursor(packet, COMMON_HEADER_BYTES);
  while (cursor.next()) if (cursor.type === CHUNK_TYPE.abort) return cursor;
  return undefined;
}

/** RFC 9260 §8.4. */
function handleOutOfTheBlue(endpoint: EndpointInside, arrival: Arrival, cursor: ChunkCursor, now: Instant): void {
  endpoint.counters.outOfTheBlue++;
  const { header, bytes } = arrival;
  if (cursor.type === CHUNK_TYPE.init && header.verificationTag === 0 && isAlone(cursor, bytes)) {
    // (3): an INIT to a port where nobody is; tag = Initiate Tag, T = 0.
    const init = cursor.decode();
    if (init.kind === 'init' && init.initiateTag !== 0 && endpoint.statelessReplies.take(now, arrival.origin.address)) {
      answer(endpoint, arrival, init.initiateTag, { kind: 'abort', tagReflected: false, causes: [] });
    }
    return;
  }
  const reply = answerOutOfTheBlue(bytes);
  if (reply.kind === 'reply') answerWithinLimit(endpoint, arrival, header.verificationTag, reply.chunk, now);
}
