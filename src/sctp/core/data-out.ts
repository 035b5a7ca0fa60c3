import type { Instant } from '../../base/contract.ts';
import { tsnLte } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import type { OutstandingChunk } from '../tx/outstanding.ts';
import { padded } from '../wire/fields.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import { abandonUndeliverable } from './abandonment.ts';
import type { SendRequest } from './contract.ts';
import { buildSack } from './data-in.ts';
import { addForwardTsn } from './forward-tsn.ts';
import { dataAwaitsAnswer } from './liveness.ts';
import { withFragmentation } from './oversized-chunk.ts';
import { PacketBuilder } from './packet-builder.ts';
import type { Inbound, Outbound, Tcb } from './tcb.ts';

type Chunk = OutstandingChunk<SendRequest, Path>;

/** States in which DATA may be sent. RFC 9260 §6. */
function mayCarryData(tcb: Tcb): boolean {
  const { state } = tcb;
  return (
    (state === 'ESTABLISHED' || state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-RECEIVED') &&
    // §5.4
    tcb.paths.anyConfirmed
  );
}

/** Sends all that may go now: control chunks, then SACK, then lost DATA, then new DATA. RFC 9260 §6.1, §6.10. */
export function transmit(tcb: Tcb, now: Instant): void {
  if (hasNothingToSend(tcb)) return;
  const builder = new PacketBuilder(tcb);
  const beside = tcb.state === 'COOKIE-ECHOED' ? pathForEarlyData(tcb) : undefined;
  for (const { path, chunk } of tcb.control) builder.control(path, chunk);
  tcb.forgetControl();
  const { inbound } = tcb;
  if (inbound?.ack.due === true && maySack(tcb)) addSack(tcb, inbound, builder);
  if (mayCarryData(tcb)) {
    if (tcb.extensions.partialReliability) {
      abandonUndeliverable(tcb, now);
      addForwardTsn(tcb, builder, now);
    }
    if (hasDataToSend(tcb.outbound)) new DataSender(tcb, builder, now, undefined).run();
  } else if (beside !== undefined && builder.path === beside) new DataSender(tcb, builder, now, beside).run();
  builder.flush();
}

/** A look that spares the rest after most packets that come in. */
function hasNothingToSend({ control, inbound, outbound, extensions }: Tcb): boolean {
  const { outstanding } = outbound;
  return (
    control.length === 0 &&
    inbound?.ack.due !== true &&
    !hasDataToSend(outbound) &&
    // What is outstanding may have to be given up.
    (!extensions.partialReliability || outstanding.length === 0)
  );
}

function hasDataToSend({ queue, outstanding, fastRetransmitPending }: Outbound): boolean {
  return !queue.isEmpty || outstanding.lostCount > 0 || fastRetransmitPending;
}

/** §5.1 C: where a COOKIE ECHO is about to go that may take DATA along. */
function pathForEarlyData(tcb: Tcb): Path | undefined {
  if (!tcb.setUp?.earlyData) return undefined;
  const path = tcb.control.find(({ chunk }) => chunk.kind === 'cookie-echo')?.path;
  return path?.confirmed === true ? path : undefined;
}

function maySack(tcb: Tcb): boolean {
  return mayCarryData(tcb) || tcb.state === 'SHUTDOWN-SENT';
}

/** §6.4: to where the last DATA came from, unless that address is not confirmed (§5.4). */
function addSack(tcb: Tcb, inbound: Inbound, builder: PacketBuilder): void {
  const path = inbound.lastDataPath.confirmed ? inbound.lastDataPath : tcb.paths.forNewData();
  const room = builder.roomBytes(path);
  // A packet that is nearly full would cut gap blocks: then the SACK gets one of its own.
  builder.control(
    path,
    buildSack(inbound, room >= SACK_ROOM_BYTES ? room : builder.limitBytes(path) - COMMON_HEADER_BYTES),
  );
  inbound.ack.acknowledged();
}

const SACK_ROOM_BYTES = 256;

/** What may still be sent to one path. */
interface Room {
  readonly path: Path;
  bytes: number;
  begun: boolean;
}

/** One opportunity to send DATA: keeps what is left of each path's congestion window and burst limit. */
class DataSender {
  readonly #tcb: Tcb;
  readonly #builder: PacketBuilder;
  readonly #now: Instant;
  /** Before COOKIE ACK: the path of the one packet that DATA may go with. */
  readonly #beside: Path | undefined;
  readonly #rooms: Room[] = [];

  constructor(tcb: Tcb, builder: PacketBuilder, now: Instant, beside: Path | undefined) {
    this.#tcb = tcb;
    this.#builder = builder;
    this.#now = now;
    this.#beside = beside;
  }

  run(): void {
    const { outbound } = this.#tcb;
    if (outbound.outstanding.lostCount > 0) {
      if (outbound.fastRetransmitPending) this.#sendFastRetransmission();
      // §6.1 C: lost chunks before new ones.
      if (!this.#sendLost()) return;
    }
    outbound.fastRetransmitPending = false;
    if (!outbound.queue.isEmpty) this.#sendNew();
  }

  /** §7.2.4 (3): the lowest lost chunks that fit one packet, whatever cwnd says. */
  #sendFastRetransmission(): void {
    const { outbound } = this.#tcb;
    outbound.fastRetransmitPending = false;
    let path: Path | undefined;
    for (const chunk of outbound.outstanding.lostChunks()) {
      if (chunk.timedOut) continue;
      const destination = this.#destinationOf(chunk);
      if (path !== undefined && (destination !== path || this.#builder.roomBytes(path) < chunk.sizeBytes)) break;
      path = destination;
      this.#tcb.counters.fastRetransmissions++;
      this.#retransmit(chunk, path);
    }
  }

  /** @returns false if lost chunks are left: new data has to wait for them */
  #sendLost(): boolean {
    for (const chunk of this.#tcb.outbound.outstanding.lostChunks()) {
      const path = this.#destinationOf(chunk);
      const room = this.#roomOf(path);
      if (!this.#allows(room, chunk.sizeBytes)) return false;
      this.#retransmit(chunk, path);
      take(room, chunk);
    }
    return true;
  }

  #sendNew(): void {
    const { outbound, fragmentationPointBytes } = this.#tcb;
    const { queue, outstanding } = outbound;
    const { headerBytes } = queue;
    while (!outstanding.isFull) {
      if (queue.oneStreamPerPacket) this.#letStreamsAlternate(fragmentationPointBytes);
      const maxDataBytes = this.#longestPiece(fragmentationPointBytes);
      const bytes = queue.nextFragmentBytes(maxDataBytes);
      if (bytes === 0) return;
      const { request } = queue.head!;
      // §6.5: only before COOKIE ACK can there be messages for streams that the peer has not granted.
      if (this.#beside !== undefined && request.streamId >= outbound.streams) return;
      const path = this.#pathForNew(request);
      const room = this.#roomOf(path);
      if (!this.#allows(room, padded(headerBytes + bytes))) return;
      const closed = bytes > this.#tcb.peerRwndBytes;
      if (closed && !this.#mayProbe()) return;
      this.#bundlePendingSack(path, headerBytes + bytes);
      const fragment = queue.takeFragment(maxDataBytes);
      const last = fragment.end === fragment.message.request.data.length;
      const immediate =
        last && (fragment.message.request.sackImmediately === true || this.#tcb.state === 'SHUTDOWN-PENDING');
      const chunk = outstanding.sendNew(fragment, path, immediate);
      outbound.awaitingProbe = false;
      this.#tcb.timers.stop('zero-window');
      if (last) this.#tcb.counters.messagesSent++;
      if (closed) {
        outbound.probing = true;
        outbound.answeredSinceProbe = false;
      }
      if (path.measuring === undefined) path.measuring = { tsn: chunk.tsn, sentAt: this.#now };
      path.lastProbeWorthySentAt = this.#now;
      this.#put(chunk, path);
      take(room, chunk);
      // §6.1 A: one probe at a time.
      if (closed) return;
    }
  }

  /** A message that has to be cut in any case begins in the packet of the one before it, if there is room worth a chunk. */
  #longestPiece(maxDataBytes: number): number {
    const { queue } = this.#tcb.outbound;
    const path = this.#builder.path;
    if (path === undefined || this.#builder.streamId === undefined) return maxDataBytes;
    if (queue.oneStreamPerPacket || queue.nextFragmentBytes(maxDataBytes + 1) <= maxDataBytes) return maxDataBytes;
    const roomBytes = (this.#builder.roomBytes(path) - queue.headerBytes) & ~3;
    return roomBytes < maxDataBytes / 4 ? maxDataBytes : Math.min(roomBytes, maxDataBytes);
  }

  /** RFC 8260 §3.3: new data of one stream to a packet; with the next packet it is the next stream's turn. */
  #letStreamsAlternate(maxDataBytes: number): void {
    const { queue } = this.#tcb.outbound;
    const path = this.#builder.path;
    const inPacket = this.#builder.streamId;
    if (path !== undefined && inPacket !== undefined) {
      const room = this.#builder.roomBytes(path);
      const fits = padded(queue.headerBytes + queue.nextFragmentBytes(maxDataBytes)) <= room;
      if (fits && queue.head?.request.streamId === inPacket) return;
      this.#builder.flush();
    }
    queue.packetBegins();
  }

  /**
   * §6.1 A: into a closed window only if nothing is in flight, and one RTO after it was found closed. Later probes are
   * retransmissions of this one: their intervals are T3-rtx's and double.
   */
  #mayProbe(): boolean {
    const { outbound, timers, paths } = this.#tcb;
    if (outbound.outstanding.length > 0) return false;
    if (outbound.awaitingProbe && !timers.isRunning('zero-window')) return true;
    outbound.awaitingProbe = true;
    timers.setIfStopped('zero-window', this.#now + paths.forNewData().rto.rtoMs);
    return false;
  }

  #retransmit(chunk: Chunk, path: Path): void {
    const { outbound, counters, paths } = this.#tcb;
    counters.retransmissions++;
    path.counters.retransmissions++;
    outbound.outstanding.retransmit(chunk, path);
    outbound.repeated.repeated(chunk.tsn, chunk.sizeBytes, path);
    // §6.3.1 C5 (Karn): a measurement that this chunk could spoil is off.
    for (const each of paths.all) {
      if (each.measuring !== undefined && tsnLte(chunk.tsn, each.measuring.tsn)) each.measuring = undefined;
    }
    // §6.1: the earliest outstanding TSN of the address restarts its timer.
    if (path.earliestTsn === chunk.tsn) path.timers.stop('t3-rtx');
    this.#put(chunk, path);
  }

  #put(chunk: Chunk, path: Path): void {
    // §6.3.2 R1.
    path.timers.setIfStopped('t3-rtx', this.#now + path.rto.rtoMs);
    path.lastDataSentAt = this.#now;
    this.#tcb.lastUserDataAt = this.#now;
    dataAwaitsAnswer(this.#tcb, path, this.#now);
    path.congestion.used();
    // §6.1, I bit: the peer would wait for a second packet, which may not go before this one is acknowledged.
    if (path.congestion.isFilledByOnePacket(path.flightBytes)) chunk.immediate = true;
    this.#tcb.counters.dataChunksSent++;
    path.counters.dataChunksSent++;
    if (chunk.sizeBytes > path.pmdcsBytes) this.#builder.oversized(path, withFragmentation(chunk, path));
    else this.#builder.data(path, chunk, chunk.sizeBytes, chunk.streamId);
  }

  /** §6.1: DATA takes an outstanding acknowledgement along if it fits, goes the same way and comes first. */
  #bundlePendingSack(path: Path, dataBytes: number): void {
    const { inbound } = this.#tcb;
    if (inbound === undefined || !inbound.ack.pending || inbound.lastDataPath !== path) return;
    if (this.#builder.path !== undefined) return;
    const room = path.pmtuBytes - COMMON_HEADER_BYTES - padded(dataBytes);
    if (room < SACK_FIXED_BYTES || (inbound.tracker.hasGaps && room < SACK_ROOM_BYTES)) return;
    this.#builder.control(path, buildSack(inbound, room));
    inbound.ack.acknowledged();
  }

  /** §6.4, §6.4.1. */
  #destinationOf(chunk: Chunk): Path {
    const { paths } = this.#tcb;
    if (this.#beside !== undefined) return this.#beside;
    if (chunk.timedOut) return paths.forRetransmission(chunk.carrier);
    return chunk.carrier.usable ? chunk.carrier : paths.forNewData();
  }

  #pathForNew(request: SendRequest): Path {
    const { paths } = this.#tcb;
    const wanted = request.destination === undefined ? undefined : paths.find(request.destination);
    return wanted?.usable === true ? wanted : paths.forNewData();
  }

  #allows(room: Room, chunkBytes: number): boolean {
    if (room.bytes <= 0) return false;
    // §7.2.3, §5.1 C: what does not fit the one packet waits.
    const onePacket = (room.begun && room.path.congestion.onePacketInFlight) || this.#beside !== undefined;
    if (!onePacket) return true;
    return this.#builder.path === room.path && this.#builder.roomBytes(room.path) >= chunkBytes;
  }

  #roomOf(path: Path): Room {
    let room = this.#rooms.find((known) => known.path === path);
    if (room === undefined) {
      path.decayIfIdle(this.#now);
      room = {
        path,
        begun: false,
        bytes: path.congestion.roomBytes(path.flightBytes, this.#tcb.config.maxBurstPackets),
      };
      this.#rooms.push(room);
    }
    return room;
  }
}

function take(room: Room, chunk: Chunk): void {
  room.bytes -= chunk.sizeBytes;
  room.begun = true;
}

const SACK_FIXED_BYTES = 16;
