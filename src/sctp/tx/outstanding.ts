import { Deque } from '../../base/deque.ts';
import { type Fsn, type Mid, type Ssn, ssn, type Tsn, tsnAdd, tsnDiff, tsnLt } from '../../base/serial.ts';
import { DATA_HEADER_BYTES } from '../wire/chunks/data.ts';
import { I_DATA_HEADER_BYTES } from '../wire/chunks/i-data.ts';
import type { DataChunk, GapAckBlock, PayloadChunk } from '../wire/types.ts';
import type { Fragment, OutboundMessage, Sendable } from './send-queue.ts';

/** What this mechanism keeps on a destination; the path has more. */
export interface Carrier {
  /** Bytes of DATA chunks outstanding to it, headers and padding included. */
  flightBytes: number;
  /** Lowest TSN outstanding to it. */
  earliestTsn: Tsn | undefined;
}

/**
 * A DATA or I-DATA chunk that was sent and is not cumulatively acknowledged. It is `in-flight` (outstanding), `gap-acked`
 * (received, though the peer may still renege), or `lost` (marked for retransmission, not outstanding).
 */
export interface OutstandingChunk<Request extends Sendable, C extends Carrier>
  extends Omit<DataChunk, 'kind' | 'immediate'> {
  readonly kind: PayloadChunk['kind'];
  /** The I bit of its next transmission. */
  immediate: boolean;
  readonly mid: Mid;
  readonly fsn: Fsn;
  readonly message: OutboundMessage<Request>;
  /** Chunk size on the wire: header, data, padding. */
  readonly sizeBytes: number;
  status: 'in-flight' | 'gap-acked' | 'lost' | 'abandoned';
  /** Where it was sent last. */
  carrier: C;
  /** Miss indications. RFC 9260 §7.2.4. */
  misses: number;
  transmissions: number;
  /** It was fast-retransmitted once: only T3-rtx may mark it again (RFC 9260 §7.2.4 (5)). */
  fastRetransmitted: boolean;
  /** Marked by T3-rtx rather than by SACKs: goes to another destination if there is one (RFC 9260 §6.4.1). */
  timedOut: boolean;
  /** Abandoned while it was in flight: if it was lost, congestion control has to know (RFC 3758 §3.5 F5). */
  inDoubt: boolean;
}

/** What a SACK did to one destination. */
export interface CarrierAck<C extends Carrier> {
  readonly carrier: C;
  /** Newly acknowledged bytes that were outstanding to it. */
  ackedBytes: number;
  /** Outstanding to it before the SACK. */
  readonly flightBeforeBytes: number;
  /** The lowest TSN that was outstanding to it is acknowledged. */
  earliestAcked: boolean;
}

/** What a SACK did. */
export interface AckResult<Request extends Sendable, C extends Carrier> {
  readonly carriers: readonly CarrierAck<C>[];
  readonly cumulativeAdvanced: boolean;
  /** Chunks that got their third miss indication: marked lost now, unless they are abandoned. */
  readonly lost: readonly OutstandingChunk<Request, C>[];
  /** Chunks that were gap-acked before and are no longer: outstanding again. */
  readonly reneged: ReadonlySet<OutstandingChunk<Request, C>>;
}

/** Why a SACK is refused. */
export type AckRefusal =
  /** Older than what is known: reordered on the way (RFC 9260 §6.2.1 D i). */
  | 'stale'
  /** Gap blocks out of order, overlapping or touching the cumulative ack. */
  | 'malformed'
  /** Acknowledges what was never sent (RFC 9260 §12.4). */
  | 'acknowledges-unsent';

/** Miss indications that make a chunk lost. RFC 9260 §7.2.4. */
const MISSES_FOR_LOSS = 3;
/** Far below 2^16, so that gap blocks can name every chunk and no stream has 2^16 messages in flight (§6.1). */
export const MAX_OUTSTANDING_CHUNKS = 32_768;

/** DATA chunks between first transmission and cumulative acknowledgement, by TSN. RFC 9260 §6.1–§6.3, §7.2.4. */
export class Outstanding<Request extends Sendable, C extends Carrier> {
  readonly #chunks = new Deque<OutstandingChunk<Request, C>>();
  #nextTsn: Tsn;
  #flightBytes = 0;
  #flightDataBytes = 0;
  #lostCount = 0;
  /** Chunks from the head on within which gap-acked ones may be. */
  #gapSpan = 0;

  constructor(initialTsn: Tsn) {
    this.#nextTsn = initialTsn;
  }

  /** TSN of the next new chunk. */
  get nextTsn(): Tsn {
    return this.#nextTsn;
  }

  /** Cumulative TSN Ack Point. */
  get cumulativeTsnAck(): Tsn {
    return tsnAdd(this.#nextTsn, -this.#chunks.length - 1);
  }

  /** Chunks not cumulatively acknowledged. */
  get length(): number {
    return this.#chunks.length;
  }

  get isFull(): boolean {
    return this.#chunks.length >= MAX_OUTSTANDING_CHUNKS;
  }

  /** Outstanding bytes, all destinations. */
  get flightBytes(): number {
    return this.#flightBytes;
  }

  /** Outstanding payload bytes: what the peer's window has to cover. */
  get flightDataBytes(): number {
    return this.#flightDataBytes;
  }

  /** Chunks marked for retransmission. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** The chunk with the lowest TSN. */
  get first(): OutstandingChunk<Request, C> | undefined {
    return this.#chunks.at(0);
  }

  /** First transmission of a fragment. */
  sendNew(fragment: Fragment<Request>, carrier: C, immediate: boolean): OutstandingChunk<Request, C> {
    const chunk = this.#append(fragment, carrier, immediate);
    this.retransmit(chunk, carrier);
    return chunk;
  }

  /**
   * Gives a TSN to the rest of an abandoned message, which will never be sent: the peer may have received everything
   * before it, and only a FORWARD TSN that goes further tells that nothing more will come.
   */
  skipRest(rest: Fragment<Request>, carrier: C): void {
    this.#append(rest, carrier, false);
  }

  /**
   * Abandons the chunks of abandoned messages, all of them: they are finally acknowledged as far as sending goes.
   * RFC 3758 §3.5 A2, A3.
   *
   * @param onAbandoned called for each chunk that was not abandoned before
   */
  abandon(onAbandoned: (chunk: OutstandingChunk<Request, C>) => void): void {
    for (const chunk of this.#chunks) {
      if (!chunk.message.abandoned || chunk.status === 'abandoned') continue;
      chunk.inDoubt = chunk.status === 'in-flight';
      if (chunk.inDoubt) this.#markLost(chunk);
      if (chunk.status === 'lost') this.#lostCount--;
      chunk.status = 'abandoned';
      onAbandoned(chunk);
    }
  }

  /** A chunk that is as good as lost until it is sent. */
  #append(fragment: Fragment<Request>, carrier: C, immediate: boolean): OutstandingChunk<Request, C> {
    const { kind, message, start, end } = fragment;
    const { request } = message;
    const headerBytes = kind === 'i-data' ? I_DATA_HEADER_BYTES : DATA_HEADER_BYTES;
    const chunk: OutstandingChunk<Request, C> = {
      kind,
      tsn: this.#nextTsn,
      streamId: request.streamId,
      ssn: request.unordered ? (0 as Ssn) : ssn(message.mid),
      mid: message.mid,
      fsn: fragment.fsn,
      ppid: request.ppid,
      unordered: request.unordered,
      beginning: start === 0,
      ending: end === request.data.length,
      immediate,
      userData: start === 0 && end === request.data.length ? request.data : request.data.subarray(start, end),
      message,
      sizeBytes: (headerBytes + end - start + 3) & ~3,
      status: 'lost',
      carrier,
      misses: 0,
      transmissions: 0,
      fastRetransmitted: false,
      timedOut: false,
      inDoubt: false,
    };
    this.#nextTsn = tsnAdd(this.#nextTsn, 1);
    this.#chunks.push(chunk);
    this.#lostCount++;
    return chunk;
  }

  /** A chunk marked lost goes out again: it is outstanding on `carrier` from now on. */
  retransmit(chunk: OutstandingChunk<Request, C>, carrier: C): void {
    chunk.status = 'in-flight';
    chunk.carrier = carrier;
    chunk.transmissions++;
    chunk.misses = 0;
    chunk.timedOut = false;
    this.#lostCount--;
    this.#addFlight(chunk);
  }

  /** The chunks marked lost, lowest TSN first. */
  *lostChunks(): Generator<OutstandingChunk<Request, C>, void, undefined> {
    let left = this.#lostCount;
    for (let i = 0; left > 0 && i < this.#chunks.length; i++) {
      const chunk = this.#chunks.at(i)!;
      if (chunk.status !== 'lost') continue;
      left--;
      yield chunk;
    }
  }

  /** T3-rtx of `carrier` expired: everything outstanding to it is lost (RFC 9260 §6.3.3 E3). */
  timeout(carrier: C): void {
    for (const chunk of this.#chunks) {
      if (chunk.status === 'in-flight' && chunk.carrier === carrier) {
        this.#markLost(chunk);
        chunk.timedOut = true;
        // §7.2.4 (5): a time-out makes the chunk eligible again.
        chunk.fastRetransmitted = false;
      } else if (chunk.inDoubt && chunk.carrier === carrier) chunk.inDoubt = false;
    }
    carrier.earliestTsn = undefined;
  }

  /** The one chunk that probes a closed window was not taken: it may go out again at once. */
  probeRefused(): void {
    for (const chunk of this.#chunks) if (chunk.status === 'in-flight') this.#markLost(chunk);
  }

  /**
   * A SACK, or the cumulative ack of a SHUTDOWN.
   *
   * @param gaps `undefined` for SHUTDOWN, which tells nothing about gaps and is no reneging (RFC 9260 §3.3.8)
   * @param onAcknowledged called for each chunk that was not acknowledged in any way before
   * @param onReleased called for each chunk that is cumulatively acknowledged: it is gone for good
   */
  acknowledge(
    cumulative: Tsn,
    gaps: readonly GapAckBlock[] | undefined,
    inFastRecovery: boolean,
    onAcknowledged: (chunk: OutstandingChunk<Request, C>) => void,
    onReleased: (chunk: OutstandingChunk<Request, C>) => void,
  ): AckResult<Request, C> | AckRefusal {
    const advance = tsnDiff(cumulative, this.cumulativeTsnAck);
    if (advance < 0) return 'stale';
    if (advance > this.#chunks.length) return 'acknowledges-unsent';
    const refusal = gaps === undefined ? undefined : this.#checkGaps(gaps, advance);
    if (refusal !== undefined) return refusal;

    const carriers: CarrierAck<C>[] = [];
    let highestNewlyAcked: Tsn | undefined;
    const newlyAcked = (chunk: OutstandingChunk<Request, C>): void => {
      this.#removeFlight(chunk, carriers);
      highestNewlyAcked = chunk.tsn;
      onAcknowledged(chunk);
    };
    for (let i = 0; i < advance; i++) {
      const chunk = this.#chunks.shift()!;
      // An abandoned chunk gives no credit (RFC 3758 §3.5 A2).
      if (chunk.status !== 'gap-acked' && chunk.status !== 'abandoned') newlyAcked(chunk);
      onReleased(chunk);
    }
    this.#gapSpan = Math.max(0, this.#gapSpan - advance);

    const reneged = new Set<OutstandingChunk<Request, C>>();
    const lost: OutstandingChunk<Request, C>[] = [];
    if (gaps !== undefined && (gaps.length > 0 || this.#gapSpan > 0)) {
      this.#applyGaps(gaps, newlyAcked, reneged);
      this.#countMisses(gaps, highestNewlyAcked, inFastRecovery && advance > 0, reneged, lost);
    }
    if (gaps === undefined) this.#takeBackHead(reneged);
    for (const entry of carriers) if (entry.earliestAcked) entry.carrier.earliestTsn = this.#earliestOn(entry.carrier);
    return { carriers, cumulativeAdvanced: advance > 0, lost, reneged };
  }

  /** Everything that is not cumulatively acknowledged, for reports when the association ends. */
  *[Symbol.iterator](): Generator<OutstandingChunk<Request, C>, void, undefined> {
    yield* this.#chunks;
  }

  /** SHUTDOWN has no gap blocks, but if the first chunk behind its cumulative ack were still there the ack would cover it. */
  #takeBackHead(reneged: Set<OutstandingChunk<Request, C>>): void {
    const head = this.#chunks.at(0);
    if (head?.status === 'gap-acked') this.#takeBack(head, reneged);
  }

  /** §6.2.1 D iii: the peer dropped it again. */
  #takeBack(chunk: OutstandingChunk<Request, C>, reneged: Set<OutstandingChunk<Request, C>>): void {
    chunk.status = 'in-flight';
    chunk.misses++;
    this.#addFlight(chunk);
    reneged.add(chunk);
  }

  #checkGaps(gaps: readonly GapAckBlock[], advance: number): AckRefusal | undefined {
    const highestOffset = this.#chunks.length - advance;
    let previousEnd = 1;
    for (const { start, end } of gaps) {
      // A block at offset 1 would be the cumulative ack itself; blocks go upwards and do not overlap (§3.3.4).
      if (start <= previousEnd || end < start) return 'malformed';
      previousEnd = end;
    }
    return gaps.length > 0 && previousEnd > highestOffset ? 'acknowledges-unsent' : undefined;
  }

  /** Walks the chunks up to the highest gap block, old or new, and brings their status in line with the blocks. */
  #applyGaps(
    gaps: readonly GapAckBlock[],
    newlyAcked: (chunk: OutstandingChunk<Request, C>) => void,
    reneged: Set<OutstandingChunk<Request, C>>,
  ): void {
    const reach = gaps.length === 0 ? 0 : gaps[gaps.length - 1]!.end;
    const span = Math.max(reach, this.#gapSpan);
    let block = 0;
    for (let offset = 1; offset <= span; offset++) {
      while (block < gaps.length && gaps[block]!.end < offset) block++;
      const covered = block < gaps.length && gaps[block]!.start <= offset;
      const chunk = this.#chunks.at(offset - 1)!;
      if (chunk.status === 'abandoned') {
        if (covered) chunk.inDoubt = false;
      } else if (covered && chunk.status !== 'gap-acked') {
        newlyAcked(chunk);
        chunk.status = 'gap-acked';
      } else if (!covered && chunk.status === 'gap-acked') this.#takeBack(chunk, reneged);
    }
    this.#gapSpan = reach;
  }

  /** Highest TSN Newly Acknowledged (HTNA) algorithm. RFC 9260 §7.2.4. */
  #countMisses(
    gaps: readonly GapAckBlock[],
    highestNewlyAcked: Tsn | undefined,
    countAllReported: boolean,
    reneged: ReadonlySet<OutstandingChunk<Request, C>>,
    lost: OutstandingChunk<Request, C>[],
  ): void {
    const reach = gaps.length === 0 ? 0 : gaps[gaps.length - 1]!.end;
    if (highestNewlyAcked === undefined && !countAllReported) return;
    for (let offset = 1; offset < reach; offset++) {
      const chunk = this.#chunks.at(offset - 1)!;
      if (!countAllReported && !tsnLt(chunk.tsn, highestNewlyAcked!)) break;
      if (chunk.status !== 'in-flight' && !chunk.inDoubt) continue;
      // A reneged chunk has got its miss indication of this SACK already.
      if (!reneged.has(chunk)) chunk.misses++;
      if (chunk.misses >= MISSES_FOR_LOSS && !chunk.fastRetransmitted) {
        if (chunk.status === 'in-flight') this.#markLost(chunk);
        chunk.inDoubt = false;
        chunk.fastRetransmitted = true;
        lost.push(chunk);
      }
    }
  }

  #addFlight(chunk: OutstandingChunk<Request, C>): void {
    this.#flightBytes += chunk.sizeBytes;
    this.#flightDataBytes += chunk.userData.length;
    const { carrier } = chunk;
    carrier.flightBytes += chunk.sizeBytes;
    if (carrier.earliestTsn === undefined || tsnLt(chunk.tsn, carrier.earliestTsn)) carrier.earliestTsn = chunk.tsn;
  }

  #removeFlight(chunk: OutstandingChunk<Request, C>, carriers: CarrierAck<C>[]): void {
    const { carrier } = chunk;
    let entry = carriers.find((known) => known.carrier === carrier);
    if (entry === undefined) {
      entry = { carrier, ackedBytes: 0, flightBeforeBytes: carrier.flightBytes, earliestAcked: false };
      carriers.push(entry);
    }
    if (chunk.status === 'lost') {
      this.#lostCount--;
      return;
    }
    entry.ackedBytes += chunk.sizeBytes;
    if (carrier.earliestTsn === chunk.tsn) entry.earliestAcked = true;
    this.#flightBytes -= chunk.sizeBytes;
    this.#flightDataBytes -= chunk.userData.length;
    carrier.flightBytes -= chunk.sizeBytes;
  }

  #markLost(chunk: OutstandingChunk<Request, C>): void {
    chunk.status = 'lost';
    this.#lostCount++;
    this.#flightBytes -= chunk.sizeBytes;
    this.#flightDataBytes -= chunk.userData.length;
    chunk.carrier.flightBytes -= chunk.sizeBytes;
    if (chunk.carrier.earliestTsn === chunk.tsn) chunk.carrier.earliestTsn = this.#earliestOn(chunk.carrier);
  }

  #earliestOn(carrier: C): Tsn | undefined {
    if (carrier.flightBytes === 0) return undefined;
    for (const chunk of this.#chunks) {
      if (chunk.status === 'in-flight' && chunk.carrier === carrier) return chunk.tsn;
    }
    return undefined;
  }
}
