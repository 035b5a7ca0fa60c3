import type { Instant } from '../../base/contract.ts';
import type { Path, PmtuProbe } from '../path/path.ts';
import type { PmtuSearch } from '../path/pmtu-search.ts';
import { chunkSize } from '../wire/chunk.ts';
import { CHUNK_HEADER_BYTES } from '../wire/chunk-codec.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk } from '../wire/types.ts';
import { heartbeatNonce, heartbeatValue, mayProbe } from './heartbeat-chunk.ts';
import type { Tcb } from './tcb.ts';

/** More full packets than that under way: larger ones are worth looking for. */
const MANY_PACKETS = 2;

/** The path works: a larger PMTU is looked for, if the association needs one, or if one was lost. RFC 8899 §6.2.1.1. */
export function startPmtuDiscovery(tcb: Tcb, path: Path, now: Instant): void {
  if (path.pmtuSearch === undefined && !(tcb.fillsPackets && mayFindMore(tcb, path))) return;
  searchOf(tcb, path).connected();
  // Not at once: what confirmed the path goes first.
  path.timers.set('pmtu-probe', now);
}

/**
 * DATA filled several packets, as larger packets would be: the search begins, on every path since messages are cut for
 * all of them. Associations that never do so send no probe (§4.3, §5.1.1).
 */
export function lookForLargerPackets(tcb: Tcb, now: Instant): void {
  tcb.fillsPackets = true;
  for (const path of tcb.paths.all) if (path.usable) startPmtuDiscovery(tcb, path, now);
}

function mayFindMore({ config, services }: Tcb, path: Path): boolean {
  const { maxPathMtuBytes, pathMtuBytes } = config;
  return maxPathMtuBytes > pathMtuBytes && (services.links?.mtuBytes(path.address) ?? 0) > pathMtuBytes;
}

function searchOf(tcb: Tcb, path: Path): PmtuSearch {
  return path.searchPmtu(tcb.config, (address) => tcb.services.links?.mtuBytes(address));
}

/** The path does not work any more, or the association ends. */
export function stopPmtuDiscovery(path: Path): void {
  if (path.pmtuSearch === undefined) return;
  path.pmtuSearch.disconnected();
  forgetProbe(path);
}

/** T3-rtx expired; what was under way is still counted. After the first time that is one packet (RFC 9260 §7.2.3). */
export function dataTimedOut(tcb: Tcb, path: Path, now: Instant): void {
  const flightBytes = COMMON_HEADER_BYTES + path.flightBytes;
  // One packet, longer than PLPMTU: it was cut for a larger one, and says nothing of this one.
  if (path.congestion.onePacketInFlight && flightBytes > path.pmtuBytes) return;
  searchOf(tcb, path).dataTimedOut(Math.min(flightBytes, path.pmtuBytes));
  follow(tcb, path, now);
}

/** Data that went to `path` was acknowledged: chunks of so many bytes, of so many that were under way. */
export function dataAcknowledged(tcb: Tcb, path: Path, ackedBytes: number, flightBytes: number, now: Instant): void {
  if (!tcb.fillsPackets && flightBytes > MANY_PACKETS * path.pmdcsBytes) lookForLargerPackets(tcb, now);
  if (path.pmtuSearch === undefined) return;
  path.pmtuSearch.dataAcknowledged(COMMON_HEADER_BYTES + ackedBytes, now);
  follow(tcb, path, now);
}

/**
 * A packet to `path` was refused because of its size, by the system or by a router that knows the verification tag.
 *
 * @param sentBytes the SCTP packet that was refused
 * @param largestBytes the largest one that would not have been, if that is known
 */
export function packetTooBig(
  tcb: Tcb,
  path: Path,
  sentBytes: number,
  largestBytes: number | undefined,
  now: Instant,
): void {
  searchOf(tcb, path).refused(sentBytes, largestBytes, now);
  follow(tcb, path, now);
}

/** HEARTBEAT ACK for the probe that is under way. */
export function pmtuProbeAcknowledged(tcb: Tcb, path: Path, probe: PmtuProbe, now: Instant): void {
  forgetProbe(path);
  if (fragmentsMade(tcb) === probe.fragmentsBefore) path.pmtuSearch?.probeAcknowledged(now);
  else path.pmtuSearch?.probeFragmented(now);
  follow(tcb, path, now);
}

/** Counted for the whole host: what others send may cost us a size, until PMTU_RAISE_TIMER expires. */
function fragmentsMade(tcb: Tcb): number {
  return tcb.services.links?.fragmentsMade() ?? 0;
}

/** PROBE_TIMER expired, or a probe that had to wait may go now. A lost probe is no error of the path (§6.2.1.2). */
export function pmtuProbeDue(tcb: Tcb, path: Path, now: Instant): void {
  const { pmtuBytes } = path;
  if (path.pmtuProbe !== undefined) path.pmtuSearch?.probeLost(now);
  path.pmtuProbe = undefined;
  follow(tcb, path, now);
  // A black hole: what is under way is too large and does not arrive. T3-rtx, backed off by now, need not be waited for.
  if (path.pmtuBytes < pmtuBytes && path.pmtuState !== 'error') {
    tcb.outbound.outstanding.timeout(path);
    path.measuring = undefined;
    path.timers.stop('t3-rtx');
  }
}

/** Brings the path in line with its search: PMTU, and the next probe. */
function follow(tcb: Tcb, path: Path, now: Instant): void {
  if (path.followPmtuSearch()) tcb.emit({ kind: 'path-changed', address: path.address, change: 'pmtu' });
  const bytes = path.pmtuSearch?.probeBytes;
  // A probe under way of another size measures what nobody wants to know any more.
  if (path.pmtuProbe !== undefined && path.pmtuProbe.bytes !== bytes) forgetProbe(path);
  if (bytes === undefined || !path.usable || !mayProbe(tcb)) forgetProbe(path);
  else if (path.pmtuProbe === undefined) probe(tcb, path, bytes, now);
}

function forgetProbe(path: Path): void {
  path.pmtuProbe = undefined;
  path.timers.stop('pmtu-probe');
}

function probe(tcb: Tcb, path: Path, bytes: number, now: Instant): void {
  // §3 (7): a round trip apart, since congestion control does not hold them back.
  const earliest = (path.pmtuProbedAt ?? Number.NEGATIVE_INFINITY) + (path.rto.srttMs ?? path.rto.rtoMs);
  if (now < earliest) {
    path.timers.set('pmtu-probe', earliest);
    return;
  }
  const value = heartbeatValue(path.address, heartbeatNonce(tcb.services.entropy));
  path.pmtuProbe = { value, sentAt: now, bytes, fragmentsBefore: fragmentsMade(tcb) };
  path.pmtuProbedAt = now;
  path.timers.set('pmtu-probe', now + Math.max(tcb.config.pmtuProbeMs, path.rto.rtoMs));
  // A packet of its own: what would be bundled with it would be lost with it.
  tcb.transmit(path, tcb.peerTag, probeChunks(value, bytes));
}

/** §6.2.1.2: HEARTBEAT, and PAD to make the packet as long as wanted. */
function probeChunks(value: Uint8Array, bytes: number): Chunk[] {
  const heartbeat: Chunk = { kind: 'heartbeat', value };
  const paddingBytes = bytes - COMMON_HEADER_BYTES - chunkSize(heartbeat) - CHUNK_HEADER_BYTES;
  return [heartbeat, { kind: 'pad', paddingBytes }];
}
