import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { throwLater } from '../../base/throw-later.ts';
import type { AssociationEvent, AssociationId, EndpointOutput, IcmpMessage, SctpCore } from '../core/contract.ts';
import type { EncapsulatedEndpoint, UdpEncapsulation } from './encapsulation.ts';
import type { Alarm } from './shared-timer.ts';

/** So long packets may wait in a flush for others to leave with, ms, while listeners get messages. */
const LONGEST_BURST_MS = 1;

/**
 * Packets in a batch. One wake-up brings up to 32 datagrams, and where the system joins packets a datagram is dozens of
 * them: a whole window, whose sender would wait for its first acknowledgement until all of it has been seen.
 */
const MAX_BATCH_PACKETS = 64;

export interface DriverOptions {
  readonly core: SctpCore;
  readonly encapsulation: UdpEncapsulation;
  readonly owner: DriverOwner;
}

/** Who has a driver. */
export interface DriverOwner {
  /** Told what happens to associations, in order with the packets: what it wants sent goes out in the same flush. */
  handleEvent(association: AssociationId, event: AssociationEvent): void;
  /** The sockets are about to close: end everything, then call {@link Driver.stop}. */
  close(): Promise<void>;
}

/**
 * Runs one SCTP core on UDP sockets and a timer, which it shares with others.
 *
 * Datagrams go into the core at once; what it wants done is carried out once per batch of datagrams (`udp/batches`):
 * first events, then packets, so that what the application says to the events goes with their acknowledgement. Listeners
 * answer while they are told; who waits for promises answers within the turn. After a call by the application there is
 * no batch to wait for: the output goes out in the microtask that follows, so calls of one tick share packets and a lone
 * request leaves at once.
 */
export class Driver implements EncapsulatedEndpoint, Alarm {
  readonly core: SctpCore;
  readonly #encapsulation: UdpEncapsulation;
  readonly #owner: DriverOwner;
  #flushIsComing = false;
  #flushing = false;
  /** The application was told of something, and may have an answer until the end of the turn. */
  #turnIsEnding = false;
  /** The application has called the core while it was told of something. */
  #answered = false;
  #closed = false;
  /** When the batch of datagrams that is coming in began: the clock is read once for all of them. */
  #batchAt: Instant | undefined;
  #batchPackets = 0;
  #flushedAt: Instant = 0;
  /** For the timer that it shares with the other endpoints: when it wants to be called. */
  rank: Instant = 0;
  readonly order: number;
  index = -1;

  /** @throws SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_NOT_OPEN` */
  constructor(options: DriverOptions) {
    this.core = options.core;
    this.#encapsulation = options.encapsulation;
    this.#owner = options.owner;
    this.order = options.core.sctpPort;
    options.encapsulation.attach(this);
  }

  get sctpPort(): number {
    return this.core.sctpPort;
  }

  get encapsulation(): UdpEncapsulation {
    return this.#encapsulation;
  }

  now(): Instant {
    return this.#encapsulation.substrate.now();
  }

  /** Calls `fire` after so many milliseconds; the function returned cancels it. */
  after(delayMs: number, fire: () => void): () => void {
    return this.#encapsulation.substrate.setTimer(this.now() + delayMs, fire);
  }

  handleDatagram(local: IpAddress, from: IpAddress, udpPort: number, bytes: Uint8Array): void {
    this.#batchAt ??= this.now();
    this.core.handleDatagram(local, from, udpPort, bytes, this.#batchAt);
    if (++this.#batchPackets < MAX_BATCH_PACKETS) this.#flushAtEndOfBatch();
    else this.carryOut();
  }

  /** A deadline of the core has come, or was to come when it was set. */
  ring(): void {
    if (this.#closed) return;
    this.core.handleTimeout(this.now());
    this.carryOut();
  }

  handleMessageTooLong(to: IpAddress, packet: Uint8Array): void {
    this.core.handleMessageTooLong(to, packet, this.now());
    this.#flushAtEndOfBatch();
  }

  handleIcmp(message: IcmpMessage): void {
    this.core.handleIcmp(message, this.now());
    this.#flushAtEndOfBatch();
  }

  /** To be called after the application has called the core: carries out what the core wants now. */
  touched(): void {
    this.#answered = true;
    if (this.#flushIsComing || this.#flushing || this.#closed) return;
    this.#flushIsComing = true;
    this.#encapsulation.batches.afterCall(this);
  }

  /** The application has taken a message that fills so much of the window: often while it is told of that message. */
  consumed(association: AssociationId, windowBytes: number): void {
    this.core.consumed(association, windowBytes, this.#flushing ? this.#flushedAt : this.now());
    if (!this.#flushing) this.touched();
  }

  close(): Promise<void> {
    return this.#owner.close();
  }

  /** Aborts all associations, sends that, tells the events, and lets go of the timer and the SCTP port. */
  stop(reason: string): void {
    if (this.#closed) return;
    this.core.close(reason, this.now());
    this.carryOut();
    this.#closed = true;
    this.#encapsulation.timer.stop(this);
    this.#encapsulation.detach(this);
  }

  deliver(): void {
    if (!this.#beginFlush()) return;
    let toldAny = false;
    try {
      for (let output = this.core.pollDone(); output !== undefined; output = this.core.pollDone()) {
        this.#perform(output);
        toldAny ||= output.kind === 'event';
      }
      if (toldAny && !this.#answered) {
        this.#turnIsEnding = true;
        this.#encapsulation.batches.atEndOfTurn(this);
      } else this.#performAll();
    } finally {
      this.#endFlush();
    }
    if (!this.#turnIsEnding) this.#arm();
  }

  carryOut(): void {
    if (!this.#beginFlush()) return;
    try {
      this.#performAll();
    } finally {
      this.#endFlush();
    }
    this.#arm();
  }

  endTurn(): void {
    if (this.#turnIsEnding) this.carryOut();
  }

  #beginFlush(): boolean {
    this.#flushIsComing = false;
    if (this.#flushing || this.#closed) return false;
    this.#flushing = true;
    this.#turnIsEnding = false;
    this.#answered = false;
    this.#batchAt = undefined;
    this.#batchPackets = 0;
    this.#flushedAt = this.now();
    return true;
  }

  #endFlush(): void {
    this.#encapsulation.endOfFlush();
    this.#flushing = false;
  }

  /** What listeners do to the core meanwhile goes out with this flush too. */
  #performAll(): void {
    for (let output = this.core.pollOutput(); output !== undefined; output = this.core.pollOutput()) {
      this.#perform(output);
    }
  }

  #perform(output: EndpointOutput): void {
    if (output.kind === 'packet') this.#send(output);
    else {
      // Messages leave what stands between them together, above all their acknowledgements.
      if (output.event.kind !== 'message' || this.#encapsulation.othersWait) this.#encapsulation.flush();
      this.#tell(output.association, output.event);
    }
  }

  #flushAtEndOfBatch(): void {
    if (this.#flushIsComing || this.#flushing || this.#closed) return;
    this.#flushIsComing = true;
    this.#encapsulation.batches.atEndOfBatch(this);
  }

  /** Into a burst, unless listeners are slow. */
  #send({ from, to, udpPort, bytes }: Extract<EndpointOutput, { kind: 'packet' }>): void {
    this.#encapsulation.send(from, to, udpPort, bytes);
    const now = this.now();
    if (now - this.#flushedAt < LONGEST_BURST_MS) return;
    this.#encapsulation.flush();
    this.#flushedAt = now;
  }

  #tell(association: AssociationId, event: AssociationEvent): void {
    try {
      this.#owner.handleEvent(association, event);
    } catch (error) {
      throwLater(error);
    }
  }

  #arm(): void {
    if (this.#closed) return;
    const { timer } = this.#encapsulation;
    const next = this.core.nextTimeoutAt();
    if (next === undefined) timer.stop(this);
    else if (this.index < 0 || next !== this.rank) timer.set(this, next);
  }
}
