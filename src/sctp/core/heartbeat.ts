import { parseIp } from '../../base/address.ts';
import { bytesEqual, concatBytes } from '../../base/bytes.ts';
import type { Instant } from '../../base/contract.ts';
import { TLV_HEADER_BYTES } from '../../base/tlv.ts';
import type { Path } from '../path/path.ts';
import type { HeartbeatAckChunk, HeartbeatChunk } from '../wire/types.ts';
import { pathAnswered, pathFailedToAnswer } from './failover.ts';
import type { Tcb } from './tcb.ts';

const HEARTBEAT_INFO = 1;
/** §5.4: at least 64 bits. */
const NONCE_BYTES = 8;
/** The longest HEARTBEAT chunk that is sent here: headers of chunk and parameter, nonce, IPv6 address. */
export const HEARTBEAT_BYTES = 2 * TLV_HEADER_BYTES + NONCE_BYTES + 16;

/** Begins probing: unconfirmed paths at once, one after the other; the others when they have been idle. RFC 9260 §5.4, §8.3. */
export function startHeartbeats(tcb: Tcb, now: Instant): void {
  for (const path of tcb.paths.all) {
    if (!path.confirmed) scheduleVerification(tcb, path, now);
    else scheduleHeartbeat(tcb, path, now);
  }
}

/** §5.4: HB.Max.Burst is 1, at most one probe per RTO for all unconfirmed addresses together. */
function scheduleVerification(tcb: Tcb, path: Path, now: Instant): void {
  const at = Math.max(now, tcb.nextVerificationAt ?? now);
  tcb.nextVerificationAt = at + tcb.paths.primary.rto.rtoMs;
  path.timers.set('heartbeat', at);
}

/** §9.2, §8.3: no heartbeats once SHUTDOWN or SHUTDOWN ACK has been sent. */
export function stopHeartbeats(tcb: Tcb): void {
  for (const path of tcb.paths.all) {
    path.timers.stop('heartbeat');
    path.timers.stop('heartbeat-timeout');
    path.probe = undefined;
  }
}

/** Sends a HEARTBEAT to `path` and waits one RTO for its answer. */
export function sendHeartbeat(tcb: Tcb, path: Path, now: Instant): void {
  path.counters.heartbeatsSent++;
  path.probe = { nonce: tcb.services.entropy.bytes(NONCE_BYTES), sentAt: now };
  path.lastProbeWorthySentAt = now;
  path.timers.set('heartbeat-timeout', now + path.rto.rtoMs);
  path.timers.stop('heartbeat');
  tcb.queueControl(path, heartbeatChunk(path, path.probe.nonce));
}

/** Heartbeats to `path` were switched on or off, or their interval has changed: a new period begins. RFC 9260 §11.1.9. */
export function heartbeatsChanged(tcb: Tcb, path: Path, now: Instant): void {
  // An unconfirmed path is probed in any case, and one that is being probed goes on afterwards.
  if (!path.confirmed || path.probe !== undefined || !mayProbe(tcb)) return;
  path.timers.stop('heartbeat');
  scheduleHeartbeat(tcb, path, now);
}

/** §8.3: from ESTABLISHED until SHUTDOWN or SHUTDOWN ACK has been sent. */
export function mayProbe({ state }: Tcb): boolean {
  return state === 'ESTABLISHED' || state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-RECEIVED';
}

/** The heartbeat timer of `path` fired. */
export function heartbeatDue(tcb: Tcb, path: Path, now: Instant): void {
  // §8.3: not idle if something that measures the path has been sent in this period.
  const idleSince = path.lastProbeWorthySentAt;
  const busy = path.confirmed && idleSince !== undefined && now - idleSince < tcb.config.heartbeatIntervalMs;
  if (busy || path.probe !== undefined) scheduleHeartbeat(tcb, path, now);
  else sendHeartbeat(tcb, path, now);
}

/** No HEARTBEAT ACK within one RTO. */
export function heartbeatTimedOut(tcb: Tcb, path: Path, now: Instant): void {
  const sentAt = path.probe?.sentAt ?? now;
  path.probe = undefined;
  // §5.1 C: until COOKIE ACK, COOKIE ECHO is all that is sent, and T1-cookie counts for it.
  if (tcb.setUp !== undefined) return;
  path.rto.backOff();
  // §8.1, §5.4: only the path that carries the data speaks for the association, and no unconfirmed one does.
  pathFailedToAnswer(tcb, path, 'heartbeat', path.confirmed && path === tcb.paths.forNewData());
  if (tcb.state === 'CLOSED') return;
  // §5.4: an unconfirmed path is probed once per RTO as long as it is active.
  if (!path.confirmed && path.active) scheduleVerification(tcb, path, now);
  else scheduleHeartbeat(tcb, path, now, sentAt);
}

/** HEARTBEAT ACK: RFC 9260 §8.3, and §5.4 for unconfirmed addresses. One that we did not ask for changes nothing. */
export function handleHeartbeatAck(tcb: Tcb, chunk: HeartbeatAckChunk, now: Instant): void {
  const path = tcb.paths.all.find(
    ({ probe, address }) => probe !== undefined && bytesEqual(chunk.value, heartbeatValue(address, probe.nonce)),
  );
  if (path?.probe === undefined) return;
  path.counters.heartbeatsAcknowledged++;
  const { sentAt } = path.probe;
  path.rto.measured(now - sentAt);
  path.probe = undefined;
  path.timers.stop('heartbeat-timeout');
  if (!path.confirmed) {
    path.confirmed = true;
    tcb.emit({ kind: 'path-changed', address: path.address, change: 'confirmed' });
  }
  pathAnswered(tcb, path);
  scheduleHeartbeat(tcb, path, now, sentAt);
}

/** Period of RFC 9260 §8.3 since the last HEARTBEAT: HB.interval + RTO, with a jitter of half an RTO either way. */
function scheduleHeartbeat(tcb: Tcb, path: Path, now: Instant, since = now): void {
  // An unconfirmed address has to be verified even if heartbeats are switched off.
  if (!path.heartbeats && path.confirmed) return;
  const jitterMs = (tcb.services.entropy.u32() / 2 ** 32 - 0.5) * path.rto.rtoMs;
  path.timers.set('heartbeat', Math.max(now, since + tcb.config.heartbeatIntervalMs + path.rto.rtoMs + jitterMs));
}

function heartbeatChunk(path: Path, nonce: Uint8Array): HeartbeatChunk {
  return { kind: 'heartbeat', value: heartbeatValue(path.address, nonce) };
}

/** Heartbeat Info: the nonce and the address it was sent to; the time is remembered here. RFC 9260 §3.3.5. */
function heartbeatValue(address: string, nonce: Uint8Array): Uint8Array {
  const addressBytes = parseIp(address)!;
  const length = TLV_HEADER_BYTES + nonce.length + addressBytes.length;
  return concatBytes([new Uint8Array([0, HEARTBEAT_INFO, length >> 8, length & 0xff]), nonce, addressBytes]);
}
