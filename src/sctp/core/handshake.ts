import type { IpAddress } from '../../base/address.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { Instant } from '../../base/contract.ts';
import { tsn } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import { encodeParameter } from '../wire/parameter.ts';
import type { InitAckChunk, InitChunk } from '../wire/types.ts';
import { abortAssociation, closeAssociation } from './closing.ts';
import { sendHeartbeat, startHeartbeats } from './heartbeat.ts';
import { addressParameters, readInitParameters, refusalOf, supportedAddressTypes } from './init-parameters.ts';
import { boundedCopy } from './replies.ts';
import type { SetUp, Tcb } from './tcb.ts';

/** Stale Cookie errors answered with a new INIT before giving up. RFC 9260 §5.2.6 leaves the number open. */
const MAX_STALE_COOKIES = 3;
/** §5.2.6: the increment asked for exceeds the round trip by no more than a second. */
const PRESERVATIVE_MARGIN_MS = 1000;

/** A tag that is not 0. RFC 9260 §5.3.1. */
export function newTag(random: () => number): number {
  for (;;) {
    const tag = random();
    if (tag !== 0) return tag;
  }
}

/** ASSOCIATE: sends INIT, enters COOKIE-WAIT. RFC 9260 §5.1 A. */
export function startAssociation(tcb: Tcb, now: Instant): void {
  tcb.state = 'COOKIE-WAIT';
  tcb.setUp = {
    path: tcb.paths.primary,
    attempts: 0,
    cookie: undefined,
    unrecognized: [],
    cookieSentAt: now,
    staleCookies: 0,
    preservativeMs: undefined,
  };
  sendInit(tcb, tcb.setUp, now);
}

/** The INIT of this association; it stays the same when it is sent again, and in a collision (RFC 9260 §5.1.6, §5.2.1). */
export function initChunk(tcb: Tcb, setUp: SetUp | undefined, peer: IpAddress): InitChunk {
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
    ],
  };
}

function sendInit(tcb: Tcb, setUp: SetUp, now: Instant): void {
  const { path } = setUp;
  tcb.services.transmit(
    path.localAddress,
    path.address,
    path.udpPort,
    { sourcePort: tcb.services.sctpPort, destinationPort: tcb.peerPort, verificationTag: 0 },
    [initChunk(tcb, setUp, path.address)],
  );
  tcb.counters.packetsSent++;
  path.lastProbeWorthySentAt = now;
  tcb.timers.set('t1-init', now + path.rto.rtoMs);
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
  setUp.path.rto.backOff();
  // Another address of the peer may answer; its RTO has to be backed off like the others'.
  const next = tcb.paths.after(setUp.path);
  while (next !== setUp.path && next.rto.rtoMs < setUp.path.rto.rtoMs) next.rto.backOff();
  setUp.path = next;
  if (tcb.state === 'COOKIE-WAIT') sendInit(tcb, setUp, now);
  else sendCookieEcho(tcb, setUp, now);
}

/** INIT ACK in COOKIE-WAIT: RFC 9260 §5.1 C. Elsewhere it is discarded (§5.2.3). */
export function handleInitAck(tcb: Tcb, ack: InitAckChunk, source: IpAddress, udpPort: number, now: Instant): void {
  const { setUp } = tcb;
  if (tcb.state !== 'COOKIE-WAIT' || setUp === undefined) return;
  const content = readInitParameters(ack, source, tcb.config.maxPeerAddresses);
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
  for (const address of content.addresses) tcb.addPath(address, udpPort, false);
  const path = tcb.paths.find(source) ?? setUp.path;
  // §5.4: what answers is where it says; addresses given by our own user are confirmed from the start.
  path.confirmed = true;
  tcb.openTransfer(
    ack.initialTsn,
    ack.advertisedRwndBytes,
    Math.min(tcb.config.outboundStreams, ack.maxInboundStreams),
    Math.min(tcb.config.maxInboundStreams, ack.outboundStreams),
  );
  if (setUp.attempts === 0) path.rto.measured(now - (path.lastProbeWorthySentAt ?? now));
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
  setUp.cookieSentAt = now;
  path.lastProbeWorthySentAt = now;
  tcb.timers.set('t1-cookie', now + path.rto.rtoMs);
  tcb.queueControl(path, { kind: 'cookie-echo', cookie: setUp.cookie! });
  // §5.4: to an unconfirmed address only together with a HEARTBEAT.
  if (!path.confirmed) sendHeartbeat(tcb, path, now);
  if (setUp.unrecognized.length > 0) {
    const parameters = boundedCopy(concatBytes(setUp.unrecognized), path);
    tcb.queueControl(path, { kind: 'error', causes: [{ kind: 'unrecognized-parameters', parameters }] });
    setUp.unrecognized = [];
  }
}

/** COOKIE ACK: RFC 9260 §5.1 E. Outside COOKIE-ECHOED it is discarded (§5.2.5). */
export function handleCookieAck(tcb: Tcb, now: Instant): void {
  const { setUp } = tcb;
  if (tcb.state !== 'COOKIE-ECHOED' || setUp === undefined) return;
  if (setUp.attempts === 0) setUp.path.rto.measured(now - setUp.cookieSentAt);
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
  });
  // Messages that were queued for streams which the peer did not grant.
  for (const { request } of tcb.outbound.queue.takeUnbegun(({ request }) => request.streamId >= tcb.outbound.streams)) {
    tcb.outbound.bufferedBytes -= request.data.length;
    tcb.emit({ kind: 'send-failed', request, partlySent: false, reason: 'closed' });
  }
  startHeartbeats(tcb, now);
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
  setUp.preservativeMs = Math.ceil(Math.max(0, now - setUp.cookieSentAt) + PRESERVATIVE_MARGIN_MS);
  setUp.attempts = 0;
  setUp.cookie = undefined;
  tcb.peerTag = 0;
  tcb.inbound = undefined;
  tcb.timers.stop('t1-cookie');
  tcb.state = 'COOKIE-WAIT';
  sendInit(tcb, setUp, now);
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
  tcb.services.transmit(
    path.localAddress,
    path.address,
    path.udpPort,
    { sourcePort: tcb.services.sctpPort, destinationPort: tcb.peerPort, verificationTag },
    [{ kind: 'abort', tagReflected, causes: [cause] }],
  );
}

/** The answer to an INIT: INIT ACK with a State Cookie, and no state kept. RFC 9260 §5.1 B, §5.1.3. */
export interface InitAckOptions {
  readonly localTag: number;
  readonly localInitialTsn: number;
  readonly localTieTag: number;
  readonly peerTieTag: number;
}

/** Builds the INIT ACK for `init`. */
export function buildInitAck(
  services: Tcb['services'],
  init: InitChunk,
  ports: { readonly local: number; readonly peer: number },
  source: IpAddress,
  options: InitAckOptions,
  now: Instant,
): InitAckChunk {
  const { config } = services;
  const content = readInitParameters(init, source, config.maxPeerAddresses);
  const outboundStreams = Math.min(config.outboundStreams, init.maxInboundStreams);
  const cookie = services.cookies.seal(
    {
      createdAt: now,
      // §5.2.6: a preservative is granted up to the life that a cookie has anyhow.
      lifeMs: config.validCookieLifeMs + Math.min(content.preservativeMs, config.validCookieLifeMs),
      localTag: options.localTag,
      peerTag: init.initiateTag,
      localTieTag: options.localTieTag,
      peerTieTag: options.peerTieTag,
      localPort: ports.local,
      peerPort: ports.peer,
      localInitialTsn: tsn(options.localInitialTsn),
      peerInitialTsn: init.initialTsn,
      peerRwndBytes: init.advertisedRwndBytes,
      outboundStreams,
      inboundStreams: Math.min(config.maxInboundStreams, init.outboundStreams),
      peerAddresses: content.addresses,
    },
    now,
  );
  return {
    kind: 'init-ack',
    initiateTag: options.localTag,
    advertisedRwndBytes: config.receiveBufferBytes,
    outboundStreams,
    maxInboundStreams: config.maxInboundStreams,
    initialTsn: tsn(options.localInitialTsn),
    parameters: [
      { kind: 'state-cookie', cookie },
      ...addressParameters(services.addresses, source, config),
      ...reportable(content.unrecognized),
    ],
  };
}

/** Unrecognized parameters go back up to a limit, so that the answer stays small (RFC 9260 §12.4, §3.2.2). */
function reportable(unrecognized: readonly Uint8Array[]): InitAckChunk['parameters'] {
  let left = MAX_REPORTED_BYTES;
  const reports: InitAckChunk['parameters'][number][] = [];
  for (const parameter of unrecognized) {
    const bytes = encodeParameter({ kind: 'unrecognized-parameter', parameter }).length;
    if (bytes > left) continue;
    left -= bytes;
    reports.push({ kind: 'unrecognized-parameter', parameter });
  }
  return reports;
}

const MAX_REPORTED_BYTES = 512;
