import type { IpAddress } from '../../base/address.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { Instant } from '../../base/contract.ts';
import type { Path } from '../path/path.ts';
import { chunkSize } from '../wire/chunk.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { InitAckChunk, InitChunk } from '../wire/types.ts';
import { startAutoclose } from './autoclose.ts';
import { abortAssociation, closeAssociation } from './closing.ts';
import { extensionParameters, NO_EXTENSIONS, offeredExtensions } from './extensions.ts';
import { sendHeartbeat, startHeartbeats } from './heartbeat.ts';
import { HEARTBEAT_BYTES } from './heartbeat-chunk.ts';
import {
  adaptationParameters,
  addressParameters,
  readInitParameters,
  refusalOf,
  supportedAddressTypes,
} from './init-parameters.ts';
import { reportUnsent } from './send-buffer.ts';
import type { SetUp, Tcb } from './tcb.ts';

/** Stale Cookie errors answered with a new INIT before giving up. RFC 9260 §5.2.6 leaves the number open. */
const MAX_STALE_COOKIES = 3;
/** §5.2.6: the increment asked for exceeds the round trip by no more than a second. */
const PRESERVATIVE_MARGIN_MS = 1000;

/** ASSOCIATE: sends INIT, enters COOKIE-WAIT. RFC 9260 §5.1 A. */
export function startAssociation(tcb: Tcb, earlyData: boolean, now: Instant): void {
  tcb.state = 'COOKIE-WAIT';
  tcb.setUp = {
    given: [...tcb.paths.all],
    path: tcb.paths.primary,
    attempts: 0,
    earlyData,
    cookie: undefined,
    unrecognized: [],
    sentAt: now,
    staleCookies: 0,
    preservativeMs: undefined,
  };
  sendInit(tcb, tcb.setUp, now);
}

/** The INIT of this association; it stays the same when it is sent again, and in a collision (RFC 9260 §5.1.6, §5.2.1). */
function initChunk(tcb: Tcb, setUp: SetUp | undefined, peer: IpAddress): InitChunk {
  const { addresses } = tcb.services;
  return {
    kind: 'init',
    initiateTag: tcb.localTag,
    advertisedRwndBytes: tcb.config.receiveBufferBytes,
    outboundStreams: tcb.config.outboundStreams,
    maxInboundStreams: tcb.config.maxInboundStreams,
    initialTsn: tcb.localInitialTsn,
    parameters: [
      ...addressParameters(addresses, peer, tcb.config),
      ...(setUp?.preservativeMs === undefined
        ? []
        : [{ kind: 'cookie-preservative' as const, incrementMs: setUp.preservativeMs }]),
      ...supportedAddressTypes(addresses),
      ...extensionParameters(offeredExtensions(tcb.config)),
      ...adaptationParameters(tcb.config),
    ],
  };
}

function sendInit(tcb: Tcb, setUp: SetUp, now: Instant): void {
  const { path } = setUp;
  tcb.transmit(path, 0, [initChunk(tcb, setUp, path.address)]);
  setUp.sentAt = now;
  path.lastProbeWorthySentAt = now;
  tcb.timers.set('t1-init', now + Math.min(path.rto.rtoMs, tcb.config.maxInitTimeoutMs));
}

/** T1-init or T1-cookie expired. RFC 9260 §5.1.6, §6.3.3. */
export function setUpTimedOut(tcb: Tcb, now: Instant): void {
  const { setUp } = tcb;
  if (setUp === undefined) return;
  setUp.attempts++;
  if (setUp.attempts > tcb.config.maxInitRetransmits) {
    closeAssociation(tcb, {
      kind: 'unreachable',
      text: `no answer from ${tcb.paths.all.map(({ address, udpPort }) => `${address} (UDP port ${udpPort})`).join(', ')} to ${setUp.attempts} ${tcb.state === 'COOKIE-WAIT' ? 'INITs' : 'COOKIE ECHOs'}`,
      causes: [],
    });
    return;
  }
  // §5.1: another address of the peer may answer; each has its own RTO, as for DATA.
  setUp.path.rto.backOff();
  setUp.path = nextPath(tcb, setUp);
  takeBackEarlyData(tcb);
  if (tcb.state === 'COOKIE-WAIT') sendInit(tcb, setUp, now);
  else sendCookieEcho(tcb, setUp, now);
}

/**
 * The next address of the peer in turn. §5.4: INIT goes to confirmed ones only, COOKIE ECHO to others only if a HEARTBEAT
 * fits its packet.
 */
function nextPath(tcb: Tcb, { path: last, cookie }: SetUp): Path {
  for (let path = tcb.paths.after(last); path !== last; path = tcb.paths.after(path)) {
    if (path.confirmed) return path;
    if (cookie !== undefined && roomBesideCookie(path, cookie) >= HEARTBEAT_BYTES) return path;
  }
  return last;
}

/** What fits a packet to `path` behind COOKIE ECHO. */
function roomBesideCookie(path: Path, cookie: Uint8Array): number {
  return path.pmtuBytes - COMMON_HEADER_BYTES - chunkSize({ kind: 'cookie-echo', cookie });
}

/** INIT ACK in COOKIE-WAIT: RFC 9260 §5.1 C. Elsewhere it is discarded (§5.2.3). */
export function handleInitAck(tcb: Tcb, ack: InitAckChunk, source: IpAddress, udpPort: number, now: Instant): void {
  const { setUp } = tcb;
  if (tcb.state !== 'COOKIE-WAIT' || setUp === undefined) return;
  const content = readInitParameters(ack, source, tcb.services.addresses, tcb.config);
  if (ack.initiateTag === 0) {
    refuseInitAck(tcb, setUp, true, 'INIT ACK with Initiate Tag 0');
    return;
  }
  const refusal = refusalOf(ack, content.hostName);
  if (refusal?.kind === 'invalid-mandatory-parameter' && ack.outboundStreams > 0 && ack.maxInboundStreams > 0) {
    // §3.3.3: too small a window only costs the packet; the peer is told.
    transmitAbort(tcb, setUp.path, ack.initiateTag, false, refusal);
    return;
  }
  const known = content.addresses.find((address) => tcb.services.twinOf(tcb, address, udpPort));
  if (known !== undefined) {
    closeAsDuplicate(tcb, source, known);
    return;
  }
  tcb.peerTag = ack.initiateTag;
  if (refusal !== undefined) {
    abortAssociation(tcb, 'protocol-violation', `INIT ACK refused: ${refusal.kind}`, [refusal]);
    return;
  }
  if (content.cookie === undefined) {
    abortAssociation(tcb, 'protocol-violation', 'INIT ACK without State Cookie', [
      { kind: 'missing-mandatory-parameter', types: [STATE_COOKIE] },
    ]);
    return;
  }
  // §5.4: confirmed are only those that our own user gave; anybody can put a victim's address on a packet.
  tcb.keepPeerAddresses(content.addresses);
  for (const address of content.addresses) tcb.addPath(address, udpPort, false);
  const path = tcb.paths.find(source) ?? tcb.paths.primary;
  tcb.openTransfer(
    ack.initialTsn,
    ack.advertisedRwndBytes,
    Math.min(tcb.config.outboundStreams, ack.maxInboundStreams),
    Math.min(tcb.config.maxInboundStreams, ack.outboundStreams),
    content.extensions,
  );
  tcb.peerAdaptation = content.adaptation;
  if (hasDataOnLostStreams(tcb)) {
    abortAssociation(tcb, 'protocol-violation', 'after a Stale Cookie the peer takes fewer streams than before', [
      { kind: 'invalid-mandatory-parameter' },
    ]);
    return;
  }
  // §6.3.1 C5: only if it answers the one INIT that was sent, and that went to its address.
  if (setUp.attempts === 0 && path === setUp.path) path.rto.measured(now - setUp.sentAt);
  setUp.path = path;
  setUp.attempts = 0;
  setUp.cookie = content.cookie.slice();
  setUp.unrecognized = content.unrecognized.map((parameter) => parameter.slice());
  tcb.errorCount = 0;
  tcb.timers.stop('t1-init');
  tcb.state = 'COOKIE-ECHOED';
  tcb.services.reindex(tcb);
  sendCookieEcho(tcb, setUp, now);
}

const STATE_COOKIE = 7;

function sendCookieEcho(tcb: Tcb, setUp: SetUp, now: Instant): void {
  const { path } = setUp;
  const cookie = setUp.cookie!;
  setUp.sentAt = now;
  path.lastProbeWorthySentAt = now;
  tcb.timers.set('t1-cookie', now + path.rto.rtoMs);
  tcb.queueControl(path, { kind: 'cookie-echo', cookie });
  // §5.4: to an unconfirmed address only together with a HEARTBEAT.
  if (!path.confirmed) sendHeartbeat(tcb, path, now);
  reportUnrecognized(tcb, setUp, path, roomBesideCookie(path, cookie) - (path.confirmed ? 0 : HEARTBEAT_BYTES));
}

/** §3.2.2: an ERROR with the unrecognized parameters of the INIT ACK, as many as fit; the others stay to be reported. */
function reportUnrecognized(tcb: Tcb, setUp: SetUp, path: Path, roomBytes: number): void {
  const whole: Uint8Array[] = [];
  let left = roomBytes - ERROR_OVERHEAD_BYTES;
  for (const parameter of setUp.unrecognized) {
    left -= (parameter.length + 3) & ~3;
    if (left < 0) break;
    const padded = new Uint8Array((parameter.length + 3) & ~3);
    padded.set(parameter);
    whole.push(padded);
  }
  if (whole.length === 0) return;
  setUp.unrecognized = setUp.unrecognized.slice(whole.length);
  const cause = { kind: 'unrecognized-parameters' as const, parameters: concatBytes(whole) };
  tcb.queueControl(path, { kind: 'error', causes: [cause] });
}

/** Headers of chunk and cause. */
const ERROR_OVERHEAD_BYTES = 8;

/**
 * §6.1, §5.1 C: DATA that went with a COOKIE ECHO goes with the next one, and never alone. A time-out of COOKIE ECHO is one
 * of the DATA, too (§6.3.3 E1).
 */
function takeBackEarlyData(tcb: Tcb): void {
  for (const path of tcb.paths.all) {
    if (path.flightBytes === 0) continue;
    path.congestion.timedOut();
    path.timers.stop('t3-rtx');
    tcb.outbound.outstanding.timeout(path);
  }
}

/** Whether DATA that went with an earlier COOKIE ECHO is on a stream that the peer has not granted this time. */
function hasDataOnLostStreams(tcb: Tcb): boolean {
  for (const { streamId } of tcb.outbound.outstanding) if (streamId >= tcb.outbound.streams) return true;
  return false;
}

/** COOKIE ACK: RFC 9260 §5.1 E. Outside COOKIE-ECHOED it is discarded (§5.2.5). */
export function handleCookieAck(tcb: Tcb, now: Instant): void {
  const { setUp } = tcb;
  if (tcb.state !== 'COOKIE-ECHOED' || setUp === undefined) return;
  if (setUp.attempts === 0) setUp.path.rto.measured(now - setUp.sentAt);
  // What had no room beside COOKIE ECHO.
  const path = tcb.paths.forNewData();
  reportUnrecognized(tcb, setUp, path, path.pmtuBytes - COMMON_HEADER_BYTES);
  establish(tcb, now);
}

/** Enters ESTABLISHED, by whichever way. */
export function establish(tcb: Tcb, now: Instant): void {
  tcb.timers.stop('t1-init');
  tcb.timers.stop('t1-cookie');
  tcb.setUp = undefined;
  tcb.errorCount = 0;
  tcb.state = 'ESTABLISHED';
  tcb.emit({
    kind: 'up',
    initiator: tcb.initiator,
    outboundStreams: tcb.outbound.streams,
    inboundStreams: tcb.inbound!.streams,
    extensions: tcb.extensions,
  });
  // Messages that were queued for streams which the peer did not grant.
  const { queue, streams } = tcb.outbound;
  reportUnsent(
    tcb,
    queue.takeUnbegun(({ request }) => request.streamId >= streams),
    'closed',
  );
  startHeartbeats(tcb, now);
  startAutoclose(tcb, now);
}

/** ERROR with Stale Cookie in COOKIE-ECHOED: begins anew and asks for a longer life. RFC 9260 §5.2.6. */
export function handleStaleCookie(tcb: Tcb, stalenessUs: number, now: Instant): void {
  const { setUp } = tcb;
  if (tcb.state !== 'COOKIE-ECHOED' || setUp === undefined) return;
  setUp.staleCookies++;
  if (setUp.staleCookies > MAX_STALE_COOKIES) {
    closeAssociation(tcb, {
      kind: 'unreachable',
      text: `the peer called ${setUp.staleCookies} cookies in a row stale`,
      causes: [{ kind: 'stale-cookie', stalenessUs }],
    });
    return;
  }
  setUp.preservativeMs = Math.ceil(Math.max(0, now - setUp.sentAt) + PRESERVATIVE_MARGIN_MS);
  setUp.attempts = 0;
  setUp.cookie = undefined;
  setUp.unrecognized = [];
  takeBackEarlyData(tcb);
  // §5.4: INIT goes to addresses that our own user gave.
  tcb.paths.replace(setUp.given);
  if (!setUp.given.includes(setUp.path)) setUp.path = tcb.paths.primary;
  tcb.services.reindex(tcb);
  tcb.peerTag = 0;
  tcb.inbound = undefined;
  tcb.extensions = NO_EXTENSIONS;
  tcb.peerAdaptation = undefined;
  tcb.timers.stop('t1-cookie');
  tcb.state = 'COOKIE-WAIT';
  sendInit(tcb, setUp, now);
}

/**
 * RFC 9260 §1.3: never two associations between the same endpoints. The INIT went to an address of a peer that another one
 * of its addresses has led to meanwhile. A COOKIE ECHO would be a restart to it (§5.2.4 A), so it gets none; it keeps no
 * state for an INIT ACK, so there is nothing to take back.
 */
function closeAsDuplicate(tcb: Tcb, source: IpAddress, known: IpAddress): void {
  const text = `${source} is an address of a peer that there is an association with already, by ${known}`;
  closeAssociation(tcb, { kind: 'duplicate', text, causes: [] });
}

function refuseInitAck(tcb: Tcb, setUp: SetUp, tagReflected: boolean, text: string): void {
  // §3.3.3: the peer's tag is unknown, so the tag of its packet, our own, goes back.
  transmitAbort(tcb, setUp.path, tcb.localTag, tagReflected, { kind: 'invalid-mandatory-parameter' });
  closeAssociation(tcb, { kind: 'protocol-violation', text, causes: [{ kind: 'invalid-mandatory-parameter' }] });
}

function transmitAbort(
  tcb: Tcb,
  path: Path,
  verificationTag: number,
  tagReflected: boolean,
  cause: { readonly kind: 'invalid-mandatory-parameter' },
): void {
  tcb.transmit(path, verificationTag, [{ kind: 'abort', tagReflected, causes: [cause] }]);
}
