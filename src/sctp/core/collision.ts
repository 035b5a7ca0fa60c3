import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { PathSet } from '../path/path-set.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { InitChunk } from '../wire/types.ts';
import { reportUndelivered } from './closing.ts';
import type { StateCookie } from './cookie.ts';
import { abortPartialDelivery } from './delivery.ts';
import { establish } from './handshake.ts';
import { sendHeartbeat, startHeartbeats } from './heartbeat.ts';
import { buildInitAck } from './init-ack.ts';
import { readInitParameters } from './init-parameters.ts';
import type { Origin } from './origin.ts';
import { queueReply } from './replies.ts';
import { chooseLocalAddress } from './source-address.ts';
import type { Tcb } from './tcb.ts';

/** INIT while there is an association with its sender: RFC 9260 §5.2.1, §5.2.2, §9.2. */
export function handleUnexpectedInit(tcb: Tcb, init: InitChunk, origin: Origin, now: Instant): void {
  if (tcb.state === 'SHUTDOWN-ACK-SENT') {
    // §9.2: the peer is gone already and did not see our last word.
    queueReply(tcb, tcb.paths.find(origin.address) ?? tcb.paths.primary, { kind: 'shutdown-ack' });
    return;
  }
  const content = readInitParameters(init, origin.address, tcb.services.addresses, tcb.config);
  const { addresses } = content;
  // Addresses of a family that we do not have were left out before as well (§5.1.2).
  const added = addresses.filter(
    (address) =>
      tcb.paths.find(address) === undefined && chooseLocalAddress(tcb.services.addresses, address) !== undefined,
  );
  if (added.length > 0 && tcb.state !== 'COOKIE-WAIT') {
    refuseInit(tcb, init, origin, { kind: 'restart-with-new-addresses', addresses: added });
    return;
  }
  const colliding = tcb.state === 'COOKIE-WAIT' || tcb.state === 'COOKIE-ECHOED';
  const to = tcb.state === 'COOKIE-WAIT' ? destinationInCookieWait(tcb, addresses, origin) : origin;
  if (tcb.state !== 'COOKIE-WAIT' && tcb.localTieTag === 0) {
    tcb.localTieTag = tcb.services.newTag();
    tcb.peerTieTag = tcb.services.newTag();
  }
  const ack = buildInitAck(
    tcb.services,
    init,
    { local: tcb.services.sctpPort, peer: tcb.peerPort },
    origin.address,
    {
      config: tcb.config,
      content,
      destination: to.address,
      // §5.2.1: the same tag as in our own INIT; §5.2.2: a new one.
      localTag: colliding ? tcb.localTag : tcb.services.newTag(),
      localInitialTsn: colliding ? tcb.localInitialTsn : tcb.services.entropy.u32(),
      localTieTag: tcb.state === 'COOKIE-WAIT' ? 0 : tcb.localTieTag,
      peerTieTag: tcb.state === 'COOKIE-WAIT' ? 0 : tcb.peerTieTag,
    },
    now,
  );
  reply(tcb, init, to, ack);
}

/**
 * §5.2.1 (1) to (3): INIT ACK goes to an address that our own user gave and that the INIT names: its source if that is one.
 *
 * @param named the source of the INIT, then the addresses in it
 */
function destinationInCookieWait(tcb: Tcb, named: readonly IpAddress[], origin: Origin): Origin {
  for (const address of named) {
    const path = tcb.paths.find(address);
    if (path !== undefined) return address === origin.address ? origin : path;
  }
  return origin;
}

/** Rows of the table in RFC 9260 §5.2.4. */
type Action = 'restart' | 'collision' | 'late' | 'duplicate' | 'discard';

/**
 * An authentic COOKIE ECHO while there is an association with its sender: RFC 9260 §5.2.4.
 *
 * @returns whether the rest of the packet belongs to the association
 */
export function handleUnexpectedCookieEcho(
  tcb: Tcb,
  cookie: StateCookie,
  overdueMs: number,
  origin: Origin,
  now: Instant,
): boolean {
  const action = actionFor(tcb, cookie);
  // §5.2.4 (3): an expired cookie is good only for the association that it made.
  if (overdueMs > 0 && action !== 'duplicate') {
    tcb.services.transmit(
      origin.localAddress,
      origin.address,
      origin.udpPort,
      { sourcePort: tcb.services.sctpPort, destinationPort: tcb.peerPort, verificationTag: cookie.peerTag },
      [{ kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: stalenessUs(overdueMs) }] }],
    );
    return false;
  }
  switch (action) {
    case 'restart':
      return restart(tcb, cookie, origin, now);
    case 'collision':
      return collide(tcb, cookie, origin, now);
    case 'duplicate':
      if (tcb.state === 'COOKIE-ECHOED') establish(tcb, now);
      acknowledgeCookie(tcb, origin, now);
      return true;
    case 'late':
    case 'discard':
      return false;
  }
}

/** §3.3.10.3: microseconds, rounded up, in 32 bits. */
export function stalenessUs(overdueMs: number): number {
  return Math.min(0xffff_ffff, Math.ceil(overdueMs * 1000));
}

/**
 * COOKIE ACK to where the COOKIE ECHO came from; to an unconfirmed address with a HEARTBEAT (RFC 9260 §5.4). When there
 * are no heartbeats any more (§8.3, §9.2) it goes to a confirmed one instead.
 */
export function acknowledgeCookie(tcb: Tcb, origin: Origin, now: Instant): void {
  const { state, paths } = tcb;
  const source = paths.find(origin.address) ?? paths.primary;
  const probing = state !== 'SHUTDOWN-SENT' && state !== 'SHUTDOWN-ACK-SENT';
  const path = source.confirmed || probing ? source : paths.forNewData();
  // Once, however many COOKIE ECHOs are in the packet.
  if (tcb.control.some(({ chunk }) => chunk.kind === 'cookie-ack')) return;
  queueReply(tcb, path, { kind: 'cookie-ack' });
  if (!path.confirmed) sendHeartbeat(tcb, path, now);
}

function actionFor(tcb: Tcb, cookie: StateCookie): Action {
  const localMatches = cookie.localTag === tcb.localTag;
  const peerMatches = cookie.peerTag === tcb.peerTag;
  if (localMatches) return peerMatches ? 'duplicate' : 'collision';
  const noTieTags = cookie.localTieTag === 0 && cookie.peerTieTag === 0;
  if (peerMatches) return noTieTags ? 'late' : 'discard';
  const tieTagsMatch = cookie.localTieTag === tcb.localTieTag && cookie.peerTieTag === tcb.peerTieTag;
  return !noTieTags && tieTagsMatch ? 'restart' : 'discard';
}

/** Action A. */
function restart(tcb: Tcb, cookie: StateCookie, origin: Origin, now: Instant): boolean {
  if (tcb.state === 'SHUTDOWN-ACK-SENT') {
    const path = tcb.paths.find(origin.address) ?? tcb.paths.primary;
    queueReply(tcb, path, { kind: 'shutdown-ack' });
    queueReply(tcb, path, { kind: 'error', causes: [{ kind: 'cookie-received-while-shutting-down' }] });
    return false;
  }
  const { drainWanted } = tcb.outbound;
  const window = tcb.inbound?.window;
  abortPartialDelivery(tcb);
  reportUndelivered(tcb, 'restart');
  tcb.timers.stopAll();
  tcb.forgetControl();
  tcb.localTag = cookie.localTag;
  tcb.peerTag = cookie.peerTag;
  tcb.localTieTag = 0;
  tcb.peerTieTag = 0;
  tcb.setUp = undefined;
  tcb.errorCount = 0;
  tcb.shutdownByPeer = false;
  tcb.shutdownPath = undefined;
  // Everything that was learnt of the network belongs to the old association.
  tcb.paths = new PathSet();
  addPeerPaths(tcb, cookie, origin);
  tcb.resetTransfer(cookie.localInitialTsn);
  openTransferOf(tcb, cookie);
  // What the application has not taken yet still takes room.
  if (window !== undefined) tcb.inbound?.window.takeOver(window);
  tcb.state = 'ESTABLISHED';
  tcb.services.reindex(tcb);
  tcb.emit({ kind: 'restart' });
  if (drainWanted) tcb.emit({ kind: 'drain' });
  startHeartbeats(tcb, now);
  acknowledgeCookie(tcb, origin, now);
  return true;
}

/** Action B: both sides sent INIT. */
function collide(tcb: Tcb, cookie: StateCookie, origin: Origin, now: Instant): boolean {
  const settingUp = tcb.state === 'COOKIE-WAIT' || tcb.state === 'COOKIE-ECHOED';
  // The peer began once more after it had told us another Initial TSN: what was transferred since is unknown to it.
  if (!settingUp && cookie.peerInitialTsn !== tcb.peerInitialTsn) return restart(tcb, cookie, origin, now);
  tcb.peerTag = cookie.peerTag;
  if (settingUp) {
    tcb.keepPeerAddresses(cookie.peerAddresses);
    addPeerPaths(tcb, cookie, origin);
    openTransferOf(tcb, cookie);
    tcb.services.reindex(tcb);
    establish(tcb, now);
  }
  acknowledgeCookie(tcb, origin, now);
  return true;
}

/** The addresses of the cookie; the first one, where the INIT ACK was sent, is confirmed (RFC 9260 §5.4). */
export function addPeerPaths(tcb: Tcb, cookie: StateCookie, origin: Origin): void {
  cookie.peerAddresses.forEach((address, i) => {
    const isSource = address === origin.address;
    const local = isSource ? origin.localAddress : undefined;
    // The very same text, where there is one: associations with one host share it.
    const path = tcb.addPath(isSource ? origin.address : address, origin.udpPort, i === 0, local);
    if (i === 0 && path !== undefined) path.confirmed = true;
  });
}

/** What the cookie tells of the peer. */
export function openTransferOf(tcb: Tcb, cookie: StateCookie): void {
  const { peerInitialTsn, peerRwndBytes, outboundStreams, inboundStreams, extensions } = cookie;
  tcb.openTransfer(peerInitialTsn, peerRwndBytes, outboundStreams, inboundStreams, extensions);
  tcb.peerAdaptation = cookie.adaptation;
}

function refuseInit(tcb: Tcb, init: InitChunk, origin: Origin, cause: ErrorCause): void {
  reply(tcb, init, origin, { kind: 'abort', tagReflected: false, causes: [cause] });
}

function reply(
  tcb: Tcb,
  init: InitChunk,
  origin: Origin,
  chunk: Parameters<Tcb['services']['transmit']>[4][number],
): void {
  tcb.services.transmit(
    origin.localAddress,
    origin.address,
    origin.udpPort,
    { sourcePort: tcb.services.sctpPort, destinationPort: tcb.peerPort, verificationTag: init.initiateTag },
    [chunk],
  );
}
