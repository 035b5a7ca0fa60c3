import type { AssociationEvent, AssociationId, CloseReason, SendRequest } from '../../src/sctp/core/contract.ts';
import type { Tcb } from '../../src/sctp/core/tcb.ts';
import type { SeededRandom } from '../harness/random.ts';
import { between, magnitude } from './draw.ts';
import type { Behaviour } from './draw-behaviour.ts';
import type { Host } from './host.ts';
import type { Sender } from './ledger.ts';
import { meddle } from './meddle.ts';
import { Parts } from './parts.ts';

/** The application of one side of one association: sends, reads and ends it as its behaviour says. */
export class Application {
  readonly tcb: Tcb;
  readonly behaviour: Behaviour;
  /** Bytes delivered and not taken: what the receive window has to count. */
  unreadBytes = 0;
  restarts = 0;
  readonly #host: Host;
  readonly #id: AssociationId;
  readonly #random: SeededRandom;
  readonly #unread: number[] = [];
  readonly #parts = new Parts();
  #left: number;
  #blocked = false;
  #shuttingDown = false;
  #over: CloseReason | undefined;

  constructor(host: Host, tcb: Tcb, behaviour: Behaviour, random: SeededRandom) {
    this.tcb = tcb;
    this.behaviour = behaviour;
    this.#host = host;
    this.#id = tcb.id;
    this.#random = random;
    this.#left = behaviour.messages;
    this.#after(0, () => this.#sendBurst());
    if (behaviour.ending !== 'none') this.#after(behaviour.endsAfterMs, () => this.#end());
  }

  get over(): CloseReason | undefined {
    return this.#over;
  }

  /** What its messages belong to. */
  get sender(): Sender {
    const { life } = this.#host;
    return { life, association: `${life} ${this.#id} ${this.restarts}` };
  }

  /** It is set up, and nothing is on its way, asked for or unread any more. */
  get isAtRest(): boolean {
    const { setUp, outbound, reconfiguration } = this.tcb;
    const { waiting, inFlight, deferred } = reconfiguration ?? {
      waiting: [],
      inFlight: undefined,
      deferred: undefined,
    };
    // A reset that waits for DATA of the peer has no timer: without heartbeats nobody notices that the peer is gone.
    const waitsForPeer = deferred !== undefined && this.tcb.config.heartbeats;
    const reconfigured = waiting.length === 0 && inFlight === undefined && !waitsForPeer;
    // What was given up is on its way until the peer knows.
    const nothingSent = outbound.bufferedBytes === 0 && outbound.outstanding.length === 0;
    return setUp === undefined && nothingSent && this.#unread.length === 0 && reconfigured;
  }

  handle(event: AssociationEvent): void {
    if (this.#over !== undefined) throw new Error(`${event.kind} after closed`);
    const { ledger } = this.#host.world;
    this.#host.world.onEvent(this, event);
    switch (event.kind) {
      case 'message':
        // What was kept back until its streams were reset goes up late.
        if (this.#shuttingDown && !this.#host.world.hasReconfigured) throw new Error('a message after shutting-down');
        this.#receive(event);
        break;
      case 'send-failed':
        ledger.reportedFailed(event.request, event.partlySent, event.reason);
        break;
      case 'drain':
        this.#blocked = false;
        this.#sendBurst();
        break;
      case 'restart':
        this.#parts.checkEnd();
        if (this.#host.world.hasReconfigured) ledger.mayLackAcknowledged(this.sender);
        this.restarts++;
        this.#shuttingDown = false;
        break;
      case 'shutting-down':
        this.#shuttingDown = true;
        break;
      case 'closed':
        this.#parts.checkEnd();
        this.#over = event.reason;
        if (this.#host.world.hasReconfigured && !isGraceful(event.reason)) ledger.mayLackAcknowledged(this.sender);
        break;
      default:
    }
  }

  /** The storm is over: no more messages, and all that has come is read. */
  calm(): void {
    this.#left = 0;
    this.#readAll();
  }

  #receive(event: Extract<AssociationEvent, { kind: 'message' }>): void {
    const { reading, readDelayMs } = this.behaviour;
    const { windowBytes, ppid, streamId, unordered } = event;
    const data = this.#parts.add(event);
    if (data !== undefined) this.#host.world.ledger.arrived(ppid, streamId, unordered, data, this.sender.association);
    this.#unread.push(windowBytes);
    this.unreadBytes += windowBytes;
    if (reading === 'at-once' || this.#host.world.isCalm) this.#readAll();
    else if (reading === 'slow') this.#after(readDelayMs, () => this.#read());
    else if (this.#unread.length === 1) this.#after(5 * readDelayMs, () => this.#readAll());
  }

  #read(): void {
    const windowBytes = this.#unread.shift();
    if (windowBytes === undefined) return;
    this.unreadBytes -= windowBytes;
    this.#host.node.call((core, now) => core.consumed(this.#id, windowBytes, now));
  }

  #readAll(): void {
    while (this.#unread.length > 0) this.#read();
  }

  #sendBurst(): void {
    const { burst, pauseMs, meddling } = this.behaviour;
    for (let i = between(this.#random, 1, burst); i > 0 && this.#left > 0; i--) {
      if (!this.#maySend()) return;
      if (!this.#sendOne()) {
        this.#blocked = true;
        return;
      }
      this.#left--;
    }
    if (this.#random.chance(meddling)) {
      const { world, node } = this.#host;
      node.call((core, now) => meddle(core, this.tcb, this.#random, now));
      world.hasReconfigured ||= this.tcb.reconfiguration !== undefined;
    }
    if (this.#left > 0) this.#after(1 + this.#random.below(pauseMs), () => this.#blocked || this.#sendBurst());
  }

  #maySend(): boolean {
    const { state } = this.tcb;
    return state === 'COOKIE-WAIT' || state === 'COOKIE-ECHOED' || state === 'ESTABLISHED';
  }

  #sendOne(): boolean {
    const { behaviour, tcb } = this;
    const random = this.#random;
    const longest = Math.min(behaviour.longestBytes, this.#host.longestMessageBytes);
    const request = this.#host.world.ledger.next(
      random.below(Math.min(behaviour.streams, tcb.outbound.streams)),
      random.chance(behaviour.unordered),
      behaviour.allLong ? longest : magnitude(random, 1, longest),
      {
        ...(random.chance(behaviour.withPolicy) ? this.#policy() : {}),
        sackImmediately: random.chance(behaviour.immediate),
        destination: random.chance(behaviour.meddling) ? this.#somePath().address : undefined,
      },
    );
    return this.#host.node.call((core, now) => {
      const accepted = core.send(this.#id, request, now);
      if (accepted) this.#host.world.ledger.accepted(this.sender, request);
      return accepted;
    });
  }

  /** When a message may be given up. */
  #policy(): Partial<SendRequest> {
    const { policy, lifetimeMs, maxRetransmissions } = this.behaviour;
    if (policy === 'lifetime') return { lifetimeMs };
    return policy === 'retransmissions' ? { maxRetransmissions } : { priority: this.#random.below(4) };
  }

  #somePath() {
    const { all } = this.tcb.paths;
    return all[this.#random.below(all.length)]!;
  }

  #end(): void {
    if (this.behaviour.ending === 'abort') this.#host.node.abort(this.#id);
    else this.#host.node.shutdown(this.#id);
  }

  /** Later, unless the association has ended or the host has died. */
  #after(delayMs: number, act: () => void): void {
    const { node } = this.#host;
    this.#host.world.clock.after(delayMs, () => {
      if (this.#over === undefined && this.#host.isAlive(node)) act();
    });
  }
}

function isGraceful({ kind }: CloseReason): boolean {
  return kind === 'shutdown' || kind === 'peer-shutdown';
}
