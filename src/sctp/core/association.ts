import type { Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import { earlier } from '../../base/timers.ts';
import type { Path } from '../path/path.ts';
import { asUnknown } from '../wire/chunk.ts';
import type { ChunkCursor } from '../wire/chunk-cursor.ts';
import { unknownChunkAction } from '../wire/chunk-type.ts';
import type { AbortChunk, Chunk, ErrorChunk, UnknownChunk } from '../wire/types.ts';
import { handleSack } from './ack-in.ts';
import { autocloseDue } from './autoclose.ts';
import { closeAssociation } from './closing.ts';
import { type DataPacket, endOfDataPacket, handleData, noDataYet } from './data-in.ts';
import { transmit } from './data-out.ts';
import { namesForwardTsnSupported } from './extensions.ts';
import { t3Expired } from './failover.ts';
import { forwardTsnRefused, handleForwardTsn } from './forward-tsn.ts';
import { handleCookieAck, handleInitAck, handleStaleCookie, setUpTimedOut } from './handshake.ts';
import { handleHeartbeatAck, heartbeatDue, heartbeatTimedOut } from './heartbeat.ts';
import { peerHeard, probeDue, unansweredDue } from './liveness.ts';
import type { Origin } from './origin.ts';
import { pmtuProbeDue } from './pmtu-discovery.ts';
import { finishDeferred, handleReconfig } from './reconfiguration-answers.ts';
import { advanceReconfiguration, reconfigurationTimedOut } from './reconfiguration-requests.ts';
import { boundedCopy, queueReply } from './replies.ts';
import { reportUnsent } from './send-buffer.ts';
import {
  advanceShutdown,
  dataInShutdownSent,
  handleShutdown,
  handleShutdownAckChunk,
  handleShutdownComplete,
  peerSeenDuringShutdown,
  shutdownGuardExpired,
  shutdownTimedOut,
} from './shutdown.ts';
import type { Tcb } from './tcb.ts';

/** What the chunks of one packet have in common. */
export interface PacketContext {
  /**
   * Path of the packet's source; `undefined` for an address that the association does not know, which can only be a
   * peer's INIT ACK from another of its addresses.
   */
  readonly path: Path | undefined;
  readonly origin: Origin;
  /** There is one chunk only. */
  readonly alone: boolean;
  /** What the endpoint does with a COOKIE ECHO; says whether to go on with the packet. */
  readonly cookieEcho: (cookie: Uint8Array) => boolean;
  readonly now: Instant;
}

/**
 * The chunks of a packet whose checksum and verification tag are right, in their order (RFC 9260 §6.10).
 *
 * @param cursor at the first chunk
 */
export function handlePacket(tcb: Tcb, cursor: ChunkCursor, packet: PacketContext): 'done' | 'malformed' {
  const { now } = packet;
  tcb.counters.packetsReceived++;
  if (packet.path !== undefined) packet.path.counters.packetsReceived++;
  peerHeard(tcb);
  const data = noDataYet();
  let outcome: 'done' | 'malformed' = 'done';
  peerSeenDuringShutdown(tcb, now);
  try {
    do {
      if (!handleChunk(tcb, cursor.decode(), packet, data)) break;
    } while (tcb.state !== 'CLOSED' && cursor.next());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    outcome = 'malformed';
  }
  if (cursor.malformed !== undefined) outcome = 'malformed';
  if (tcb.state === 'CLOSED') return outcome;
  endOfDataPacket(tcb, data, now);
  if (tcb.reconfiguration?.deferred !== undefined) finishDeferred(tcb);
  if (data.sawData) dataInShutdownSent(tcb, now);
  advanceShutdown(tcb, now);
  return outcome;
}

/** @returns whether to go on with the next chunk */
function handleChunk(tcb: Tcb, chunk: Chunk, packet: PacketContext, data: DataPacket): boolean {
  const { path, origin, alone, now } = packet;
  if (chunk.kind === 'init-ack') {
    // §3: never bundled.
    if (alone) handleInitAck(tcb, chunk, origin.address, origin.udpPort, now);
    return false;
  }
  if (path === undefined) return false;
  switch (chunk.kind) {
    case 'data':
    case 'i-data':
      handleData(tcb, chunk, path, data);
      return true;
    case 'sack':
      handleSack(tcb, chunk, now);
      return true;
    case 'heartbeat':
      // §8.3: from COOKIE-ECHOED on; answering during shutdown as well helps the peer.
      if (tcb.state !== 'COOKIE-WAIT') queueReply(tcb, path, { kind: 'heartbeat-ack', value: chunk.value.slice() });
      return true;
    case 'heartbeat-ack':
      handleHeartbeatAck(tcb, chunk, now);
      return true;
    case 'init':
      // §12.3: an INIT needs tag 0 and a packet of its own.
      return false;
    case 'cookie-echo':
      return packet.cookieEcho(chunk.cookie);
    case 'cookie-ack':
      handleCookieAck(tcb, now);
      return true;
    case 'abort':
      // §8.5.1 B: our own tag goes with T = 0 only.
      if (!chunk.tagReflected) handleAbort(tcb, chunk);
      return false;
    case 'error':
      handleError(tcb, chunk, now);
      return true;
    case 'shutdown':
      handleShutdown(tcb, chunk, path, now);
      return true;
    case 'shutdown-ack':
      handleShutdownAckChunk(tcb, path);
      return true;
    case 'shutdown-complete':
      // §8.5.1 C: likewise; §3: never bundled.
      if (alone && !chunk.tagReflected) handleShutdownComplete(tcb);
      return false;
    case 're-config':
      handleReconfig(tcb, chunk, path, now);
      return true;
    case 'pad':
      // RFC 4820 §3: discarded, and on with the packet.
      return true;
    case 'forward-tsn':
      // RFC 3758 §3.3.1, §3.3.2: as if it were not known, unless both sides have announced it.
      if (!tcb.extensions.partialReliability && !tcb.extensions.interleaving) {
        return handleUnknown(tcb, asUnknown(chunk), path);
      }
      handleForwardTsn(tcb, chunk, path, data);
      return true;
    case 'i-forward-tsn':
      handleForwardTsn(tcb, chunk, path, data);
      return true;
    case 'unknown':
      return handleUnknown(tcb, chunk, path);
  }
}

/** RFC 9260 §3.2. @returns whether to go on with the next chunk */
function handleUnknown(tcb: Tcb, { type, whole }: UnknownChunk, path: Path): boolean {
  const action = unknownChunkAction(type);
  if (action.report) {
    const cause = { kind: 'unrecognized-chunk-type' as const, chunk: boundedCopy(whole, path) };
    queueReply(tcb, path, { kind: 'error', causes: [cause] });
  }
  return !action.stop;
}

/** ABORT with a tag that is right for its T bit (RFC 9260 §8.5.1 B). */
export function handleAbort(tcb: Tcb, chunk: AbortChunk): void {
  const reason = chunk.causes.find((cause) => cause.kind === 'user-initiated-abort');
  const said =
    reason === undefined ? chunk.causes.map(({ kind }) => kind).join(', ') : new TextDecoder().decode(reason.reason);
  closeAssociation(tcb, {
    kind: 'peer-aborted',
    text: `the peer aborted the association${said === '' ? '' : `: ${said}`}`,
    causes: structuredClone(chunk.causes),
  });
}

function handleError(tcb: Tcb, chunk: ErrorChunk, now: Instant): void {
  const stale = chunk.causes.find((cause) => cause.kind === 'stale-cookie');
  if (stale !== undefined) {
    handleStaleCookie(tcb, stale.stalenessUs, now);
    return;
  }
  if (tcb.state === 'COOKIE-WAIT') return;
  tcb.emit({ kind: 'peer-error', causes: structuredClone(chunk.causes) });
  for (const cause of chunk.causes) {
    if (cause.kind === 'unrecognized-parameters' && namesForwardTsnSupported(cause.parameters)) {
      forwardTsnRefused(tcb);
    }
  }
}

/** Everything that is due. */
export function handleAssociationTimeout(tcb: Tcb, now: Instant): void {
  tcb.inbound?.ack.timeout(now);
  // A procedure may set a timer to an instant that has passed already; the bound keeps that from spinning.
  for (let fired = 0; fired < MAX_TIMERS_PER_TURN && tcb.state !== 'CLOSED'; fired++) {
    const timer = tcb.timers.takeDue(now);
    if (timer === undefined) break;
    switch (timer) {
      case 't1-init':
      case 't1-cookie':
        setUpTimedOut(tcb, now);
        break;
      case 't2-shutdown':
        shutdownTimedOut(tcb, now);
        break;
      case 't5-shutdown-guard':
        shutdownGuardExpired(tcb);
        break;
      case 'autoclose':
        autocloseDue(tcb, now);
        break;
      case 'reconfiguration':
        reconfigurationTimedOut(tcb, now);
        break;
      case 'unanswered':
        unansweredDue(tcb, now);
        break;
      case 'probe':
        probeDue(tcb, now);
        break;
      case 'zero-window':
      case 'lifetime':
        // What they wait for is looked at when the association transmits.
        break;
    }
  }
  for (const path of tcb.paths.all) handlePathTimeout(tcb, path, now);
}

const MAX_TIMERS_PER_TURN = 8;

function handlePathTimeout(tcb: Tcb, path: Path, now: Instant): void {
  for (let fired = 0; fired < MAX_TIMERS_PER_TURN && tcb.state !== 'CLOSED'; fired++) {
    const timer = path.timers.takeDue(now);
    if (timer === undefined) return;
    switch (timer) {
      case 't3-rtx':
        t3Expired(tcb, path, now);
        break;
      case 'heartbeat':
        heartbeatDue(tcb, path, now);
        break;
      case 'heartbeat-timeout':
        heartbeatTimedOut(tcb, path, now);
        break;
      case 'pmtu-probe':
        pmtuProbeDue(tcb, path, now);
        break;
    }
  }
}

/** Sends what can be sent, gives up messages whose time is over, and works out the next deadline. */
export function settle(tcb: Tcb, now: Instant): void {
  if (tcb.state === 'CLOSED') return;
  const { queue } = tcb.outbound;
  const expired = queue.takeExpired(now);
  if (expired.length > 0) {
    reportUnsent(tcb, expired, 'lifetime');
    // It may have been the last thing that a shutdown waited for.
    advanceShutdown(tcb, now);
  }
  if (tcb.reconfiguration !== undefined) advanceReconfiguration(tcb, now);
  transmit(tcb, now);
  // What a reset waited for may just have left.
  if (tcb.reconfiguration !== undefined && advanceReconfiguration(tcb, now)) transmit(tcb, now);
  const expiry = queue.nextExpiryAt();
  if (expiry === undefined) tcb.timers.stop('lifetime');
  else tcb.timers.set('lifetime', expiry);
}

/** When the association wants `handleAssociationTimeout` next. */
export function nextDeadline(tcb: Tcb): Instant | undefined {
  const sackAt = tcb.inbound?.ack.due === false ? tcb.inbound.ack.deadline : undefined;
  return earlier(earlier(tcb.timers.next(), sackAt), tcb.paths.nextTimeoutAt());
}
