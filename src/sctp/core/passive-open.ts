import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import type { ChunkCursor } from '../wire/chunk-cursor.ts';
import type { InitChunk } from '../wire/types.ts';
import { type Arrival, answer, answerWithinLimit, findByPeer } from './arrival.ts';
import {
  acknowledgeCookie,
  addPeerPaths,
  handleUnexpectedCookieEcho,
  handleUnexpectedInit,
  openTransferOf,
  stalenessUs,
} from './collision.ts';
import type { StateCookie } from './cookie.ts';
import type { EndpointInside } from './endpoint-inside.ts';
import { establish } from './handshake.ts';
import { buildInitAck } from './init-ack.ts';
import { readInitParameters, refusalOf } from './init-parameters.ts';
import type { Origin } from './origin.ts';
import { Tcb } from './tcb.ts';

/** "Restart of an Association with New Encapsulation Port": proposed for RFC 6951, not assigned. */
const CAUSE_NEW_ENCAPSULATION_PORT = 14;

/** INIT, alone in a packet with tag 0: RFC 9260 §5.1 B, §5.2. */
export function handleInit(endpoint: EndpointInside, cursor: ChunkCursor, arrival: Arrival, now: Instant): void {
  const { origin, header } = arrival;
  const init = cursor.decode();
  // §3.3.2: an Initiate Tag of 0 gets no answer.
  if (init.kind !== 'init' || init.initiateTag === 0) return;
  if (!endpoint.statelessReplies.take(now, origin.address)) return;
  const content = readInitParameters(init, origin.address, endpoint.addresses, endpoint.config);
  const refusal = refusalOf(init, content.hostName);
  if (refusal !== undefined) {
    answer(endpoint, arrival, init.initiateTag, { kind: 'abort', tagReflected: false, causes: [refusal] });
    return;
  }
  const tcb = findByPeer(endpoint, arrival) ?? findByListedAddress(endpoint, arrival, content.addresses);
  if (tcb !== undefined) {
    handleInitOf(endpoint, tcb, init, arrival, now);
    return;
  }
  if (!endpoint.listening) {
    // §8.4 (3)
    answer(endpoint, arrival, init.initiateTag, { kind: 'abort', tagReflected: false, causes: [] });
    return;
  }
  const ack = buildInitAck(
    endpoint,
    init,
    { local: endpoint.sctpPort, peer: header.sourcePort },
    origin.address,
    {
      config: endpoint.config,
      content,
      localTag: endpoint.newTag(),
      localInitialTsn: endpoint.entropy.u32(),
      localTieTag: 0,
      peerTieTag: 0,
    },
    now,
  );
  endpoint.counters.initsAnswered++;
  answer(endpoint, arrival, init.initiateTag, ack);
}

/** INIT while there is an association with its sender. */
function handleInitOf(endpoint: EndpointInside, tcb: Tcb, init: InitChunk, arrival: Arrival, now: Instant): void {
  const { origin } = arrival;
  const knownPort = tcb.paths.find(origin.address)?.udpPort ?? origin.udpPort;
  if (endpoint.config.newUdpPortPolicy === 'abort' && knownPort !== origin.udpPort) {
    const cause = newPortCause(knownPort, origin.udpPort);
    answer(endpoint, arrival, init.initiateTag, { kind: 'abort', tagReflected: false, causes: [cause] });
    return;
  }
  tcb.replyBytes = 0;
  handleUnexpectedInit(tcb, init, origin, now);
  endpoint.settle(tcb);
}

/**
 * §5.1.2: an INIT, and the cookie made of it, belong to an association if any of their addresses does. Only confirmed ones
 * count: everybody can list the addresses of others, and hosts behind different NATs can have equal ones.
 */
function findByListedAddress(
  endpoint: EndpointInside,
  { header, origin }: Arrival,
  addresses: readonly IpAddress[],
): Tcb | undefined {
  for (const address of addresses) {
    const tcb = endpoint.associations.byPeer(address, header.sourcePort, origin.udpPort);
    if (tcb?.paths.find(address)?.confirmed === true) return tcb;
  }
  return undefined;
}

/**
 * COOKIE ECHO as the first chunk, with a tag that no association has: a new association, or a restart.
 *
 * @returns the association that the rest of the packet belongs to
 */
export function handleFirstCookieEcho(
  endpoint: EndpointInside,
  cursor: ChunkCursor,
  arrival: Arrival,
  now: Instant,
): Tcb | undefined {
  const { origin, header } = arrival;
  const chunk = cursor.decode();
  if (chunk.kind !== 'cookie-echo') return undefined;
  const verdict = endpoint.cookies.open(chunk.cookie, now);
  if (verdict.kind === 'refused' || !cookieFits(verdict.cookie, arrival)) {
    endpoint.counters.cookiesRefused++;
    return undefined;
  }
  const { cookie, overdueMs } = verdict;
  const sameTag = endpoint.associations.byTag(cookie.localTag);
  // The tag of the cookie has become another association's since: nobody else can have it.
  if (sameTag !== undefined && sameTag.peerPort !== cookie.peerPort) return undefined;
  const existing =
    sameTag ?? findByPeer(endpoint, arrival) ?? findByListedAddress(endpoint, arrival, cookie.peerAddresses);
  if (existing !== undefined) {
    existing.replyBytes = 0;
    if (handleUnexpectedCookieEcho(existing, cookie, overdueMs, origin, now)) return existing;
    endpoint.settle(existing);
    return undefined;
  }
  if (overdueMs > 0) {
    // §5.1.5 (4)
    const causes = [{ kind: 'stale-cookie' as const, stalenessUs: stalenessUs(overdueMs) }];
    answerWithinLimit(endpoint, arrival, cookie.peerTag, { kind: 'error', causes }, now);
    return undefined;
  }
  if (endpoint.isSpent(cookie.localTag)) {
    endpoint.counters.cookiesRefused++;
    answerWithinLimit(endpoint, arrival, cookie.peerTag, { kind: 'abort', tagReflected: false, causes: [] }, now);
    return undefined;
  }
  if (!endpoint.listening || !hasRoomFor(endpoint, origin)) {
    const causes = [{ kind: 'out-of-resource' as const }];
    answerWithinLimit(endpoint, arrival, cookie.peerTag, { kind: 'abort', tagReflected: false, causes }, now);
    return undefined;
  }
  return createFromCookie(endpoint, cookie, header.sourcePort, origin, now);
}

/**
 * COOKIE ECHO with the tag of an association: most often its COOKIE ACK was lost.
 *
 * @returns whether to go on with the packet
 */
export function handleCookieEchoOf(
  endpoint: EndpointInside,
  tcb: Tcb,
  bytes: Uint8Array,
  origin: Origin,
  now: Instant,
): boolean {
  const verdict = endpoint.cookies.open(bytes, now);
  if (
    verdict.kind === 'refused' ||
    verdict.cookie.localTag !== tcb.localTag ||
    verdict.cookie.peerPort !== tcb.peerPort
  ) {
    endpoint.counters.cookiesRefused++;
    return false;
  }
  return handleUnexpectedCookieEcho(tcb, verdict.cookie, verdict.overdueMs, origin, now);
}

/** §5.1.5 (5), (6): the cookie has become an association. */
function createFromCookie(
  endpoint: EndpointInside,
  cookie: StateCookie,
  peerPort: number,
  origin: Origin,
  now: Instant,
): Tcb {
  const tcb = new Tcb({
    id: endpoint.nextAssociationId(),
    services: endpoint,
    config: endpoint.config,
    initiator: 'remote',
    peerPort,
    localTag: cookie.localTag,
    peerTag: cookie.peerTag,
    localInitialTsn: cookie.localInitialTsn,
  });
  addPeerPaths(tcb, cookie, origin);
  openTransferOf(tcb, cookie);
  endpoint.associations.file(tcb);
  establish(tcb, now);
  acknowledgeCookie(tcb, origin, now);
  return tcb;
}

function hasRoomFor({ associations, config }: EndpointInside, { address }: Origin): boolean {
  return associations.size < config.maxAssociations && associations.countOf(address) < config.maxAssociationsPerAddress;
}

/** §5.1.5 (3): ports and tag of the cookie are those of the packet, and its source one of the peer's addresses. */
function cookieFits(cookie: StateCookie, { header, origin }: Arrival): boolean {
  return (
    cookie.localPort === header.destinationPort &&
    cookie.peerPort === header.sourcePort &&
    cookie.localTag === header.verificationTag &&
    cookie.peerAddresses.includes(origin.address)
  );
}

function newPortCause(current: number, offered: number): { kind: 'unknown'; code: number; information: Uint8Array } {
  const information = new Uint8Array([current >> 8, current & 0xff, offered >> 8, offered & 0xff]);
  return { kind: 'unknown', code: CAUSE_NEW_ENCAPSULATION_PORT, information };
}
