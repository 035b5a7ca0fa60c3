import type { ModelSack } from './receiver.ts';

/** RFC 9260 §16. */
const RTO_INITIAL_MS = 1000;
const RTO_MIN_MS = 1000;
const RTO_MAX_MS = 60_000;
const MAX_BURST = 4;
const MISSES_FOR_LOSS = 3;

/** A packet that is not cumulatively acknowledged. */
interface Packet {
  readonly tsn: number;
  state: 'in-flight' | 'gap-acked' | 'lost';
  misses: number;
  fastRetransmitted: boolean;
}

/**
 * The sender of the model: RFC 9260 §6.3, §7.2 to the letter, one chunk to a packet, always with more to send, its cwnd
 * in packets. It is written from the RFC and shares nothing with the code that is compared with it.
 */
export class ModelSender {
  readonly counters = { sent: 0, retransmissions: 0, fastRecoveries: 0, timeouts: 0 };
  /** When T3-rtx expires. */
  t3At = Number.POSITIVE_INFINITY;
  /** By TSN, from `#cumulative` on. */
  #packets: Packet[] = [];
  #cumulative = 0;
  #nextTsn = 0;
  #flight = 0;
  #lost = 0;
  /** §7.2.1: min(4, max(2, 4404 bytes)) packets. */
  #cwnd = 3;
  #ssthresh = Number.POSITIVE_INFINITY;
  #partialAcked = 0;
  #onePacket = false;
  #recoveryExit: number | undefined;
  #srtt: number | undefined;
  #rttvar = 0;
  #rto = RTO_INITIAL_MS;
  #measuring: { readonly tsn: number; readonly sentAt: number } | undefined;

  /** All that may go now, retransmissions first. §6.1 B to D. */
  send(now: number, put: (tsn: number) => void): void {
    for (let room = this.#onePacket ? 1 : MAX_BURST; room > 0 && this.#flight < this.#cwnd; room--) {
      if (this.#onePacket && this.#flight > 0) return;
      if (this.#lost > 0) this.#retransmit(now, put);
      else this.#sendNew(now, put);
    }
  }

  /** T3-rtx: §6.3.3, §7.2.3. */
  timeout(now: number, put: (tsn: number) => void): void {
    this.counters.timeouts++;
    this.#ssthresh = Math.max(this.#cwnd / 2, 4);
    this.#cwnd = 1;
    this.#partialAcked = 0;
    this.#onePacket = true;
    this.#recoveryExit = undefined;
    this.#rto = Math.min(2 * this.#rto, RTO_MAX_MS);
    this.#measuring = undefined;
    this.t3At = Number.POSITIVE_INFINITY;
    for (const packet of this.#packets) {
      if (packet.state !== 'in-flight') continue;
      this.#markLost(packet);
      packet.fastRetransmitted = false;
    }
    this.send(now, put);
  }

  acknowledge(sack: ModelSack, now: number, put: (tsn: number) => void): void {
    if (sack.cumulative < this.#cumulative) return;
    const advanced = sack.cumulative > this.#cumulative;
    const flightBefore = this.#flight;
    const earliest = this.#packets.find(({ state }) => state === 'in-flight')?.tsn;
    let acked = 0;
    let highest = -1;
    let earliestAcked = false;
    for (const packet of this.#packets) {
      const isAcked = packet.tsn < sack.cumulative || sack.gaps.has(packet.tsn);
      if (!isAcked || packet.state === 'gap-acked') continue;
      if (packet.state === 'in-flight') {
        this.#flight--;
        acked++;
      } else this.#lost--;
      packet.state = 'gap-acked';
      highest = packet.tsn;
      if (packet.tsn === earliest) earliestAcked = true;
      if (this.#measuring?.tsn === packet.tsn) this.#measured(now - this.#measuring.sentAt);
    }
    this.#packets.splice(0, sack.cumulative - this.#cumulative);
    this.#cumulative = sack.cumulative;
    if (acked + sack.duplicates > 0) this.#grow(acked, sack.duplicates, flightBefore);
    // §6.3.2 R2, R3.
    if (this.#flight === 0) this.t3At = Number.POSITIVE_INFINITY;
    else if (earliestAcked) this.t3At = now + this.#rto;
    const wasInRecovery = this.#recoveryExit !== undefined;
    if (this.#recoveryExit !== undefined && sack.cumulative > this.#recoveryExit) this.#recoveryExit = undefined;
    if (this.#packets.length === 0) this.#partialAcked = 0;
    if (this.#countMisses(sack, highest, wasInRecovery && advanced)) this.#fastRetransmit(now, put);
    this.send(now, put);
  }

  /** §7.2.1, §7.2.2. */
  #grow(acked: number, duplicates: number, flightBefore: number): void {
    if (acked > 0) this.#onePacket = false;
    const fullyUsed = flightBefore >= this.#cwnd;
    if (this.#cwnd <= this.#ssthresh) {
      if (fullyUsed && this.#recoveryExit === undefined) this.#cwnd += Math.min(acked, 1);
      return;
    }
    this.#partialAcked += acked + duplicates;
    if (this.#partialAcked < this.#cwnd) return;
    if (fullyUsed) {
      this.#partialAcked -= this.#cwnd;
      this.#cwnd++;
    } else this.#partialAcked = this.#cwnd;
  }

  /** §7.2.4, HTNA. Returns whether packets got their third miss indication. */
  #countMisses({ gaps }: ModelSack, highestNewlyAcked: number, countAll: boolean): boolean {
    const upTo = countAll ? Math.max(...gaps) : highestNewlyAcked;
    let found = false;
    for (const packet of this.#packets) {
      if (packet.tsn >= upTo) break;
      if (packet.state !== 'in-flight') continue;
      packet.misses++;
      if (packet.misses < MISSES_FOR_LOSS || packet.fastRetransmitted) continue;
      this.#markLost(packet);
      packet.fastRetransmitted = true;
      found = true;
    }
    return found;
  }

  /** §7.2.4 (2), (3), (6). */
  #fastRetransmit(now: number, put: (tsn: number) => void): void {
    if (this.#recoveryExit !== undefined) return;
    this.counters.fastRecoveries++;
    this.#ssthresh = Math.max(this.#cwnd / 2, 4);
    this.#cwnd = this.#ssthresh;
    this.#partialAcked = 0;
    this.#recoveryExit = this.#nextTsn - 1;
    this.#retransmit(now, put);
  }

  #markLost(packet: Packet): void {
    packet.state = 'lost';
    this.#flight--;
    this.#lost++;
  }

  #retransmit(now: number, put: (tsn: number) => void): void {
    const packet = this.#packets.find(({ state }) => state === 'lost')!;
    packet.state = 'in-flight';
    packet.misses = 0;
    this.#lost--;
    this.#flight++;
    this.counters.retransmissions++;
    // §6.3.1 C5: what is measured has to have arrived with its first transmission, and nothing before it be missing.
    if (this.#measuring !== undefined && packet.tsn <= this.#measuring.tsn) this.#measuring = undefined;
    // §6.1: retransmitting the earliest outstanding one restarts the timer.
    const isEarliest = this.#packets.find(({ state }) => state === 'in-flight') === packet;
    if (isEarliest) this.t3At = now + this.#rto;
    this.#put(packet.tsn, now, put);
  }

  #sendNew(now: number, put: (tsn: number) => void): void {
    const tsn = this.#nextTsn++;
    this.#packets.push({ tsn, state: 'in-flight', misses: 0, fastRetransmitted: false });
    this.#flight++;
    this.#measuring ??= { tsn, sentAt: now };
    this.#put(tsn, now, put);
  }

  #put(tsn: number, now: number, put: (tsn: number) => void): void {
    this.counters.sent++;
    // §6.3.2 R1.
    if (this.t3At === Number.POSITIVE_INFINITY) this.t3At = now + this.#rto;
    put(tsn);
  }

  /** §6.3.1. */
  #measured(rtt: number): void {
    this.#measuring = undefined;
    if (this.#srtt === undefined) {
      this.#srtt = rtt;
      this.#rttvar = rtt / 2;
    } else {
      this.#rttvar = 0.75 * this.#rttvar + 0.25 * Math.abs(this.#srtt - rtt);
      this.#srtt = 0.875 * this.#srtt + 0.125 * rtt;
    }
    this.#rto = Math.min(Math.max(this.#srtt + 4 * this.#rttvar, RTO_MIN_MS), RTO_MAX_MS);
  }
}
