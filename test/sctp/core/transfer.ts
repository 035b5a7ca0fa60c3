import type { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import { Endpoint as Core } from '../../../src/sctp/core/endpoint.ts';
import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import type { CoreNode } from '../../harness/core-node.ts';
import { EndpointPair, type EndpointPairOptions } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import { reordering } from '../../harness/links/reordering.ts';
import { PartJoiner } from '../../harness/part-joiner.ts';
import { SeededRandom } from '../../harness/random.ts';
import { checkFlight, recountFlight } from '../../soak/invariants/flight.ts';
import { checkLimits } from '../../soak/invariants/limits.ts';
import { checkT3Timer } from '../../soak/invariants/t3-timer.ts';

const STREAMS = 16;
const LONGEST_MESSAGE_BYTES = 64 * 1024;

/** What was sent and has not arrived, per stream; unordered messages in a set of their own. */
class Expectation {
  readonly #ordered = new Map<number, { readonly number: number; readonly bytes: number }[]>();
  readonly #unordered = new Map<number, number>();
  sentBytes = 0;
  arrivedBytes = 0;
  sentMessages = 0;

  sent(streamId: number, unordered: boolean, number: number, bytes: number): void {
    this.sentBytes += bytes;
    this.sentMessages++;
    if (unordered) this.#unordered.set(number, bytes);
    else {
      const queue = this.#ordered.get(streamId);
      if (queue === undefined) this.#ordered.set(streamId, [{ number, bytes }]);
      else queue.push({ number, bytes });
    }
  }

  arrived(streamId: number, unordered: boolean, data: Uint8Array): void {
    const number = numberOf(data);
    if (unordered) {
      if (this.#unordered.get(number) !== data.length)
        throw new Error(`unordered message ${number} came twice, or changed`);
      this.#unordered.delete(number);
    } else {
      const next = this.#ordered.get(streamId)?.shift();
      if (data.length >= 4 ? next?.number !== number : next?.bytes !== data.length) {
        throw new Error(`stream ${streamId}: message ${number} instead of ${next?.number}`);
      }
      if (next?.bytes !== data.length)
        throw new Error(`message ${number} has ${data.length} bytes, not ${next?.bytes}`);
    }
    checkContent(data, data.length >= 4 ? number : undefined);
    this.arrivedBytes += data.length;
  }
}

/** The number of a message in its first four bytes, then bytes that follow from it. */
function messageOf(number: number, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  for (let i = 0; i < Math.min(4, bytes); i++) data[i] = number >>> (24 - 8 * i);
  for (let i = 4; i < bytes; i++) data[i] = number + i + (i >> 8);
  return data;
}

function numberOf(data: Uint8Array): number {
  return data.length < 4 ? -1 : ((data[0]! << 24) | (data[1]! << 16) | (data[2]! << 8) | data[3]!) >>> 0;
}

function checkContent(data: Uint8Array, number: number | undefined): void {
  if (number === undefined) return;
  for (let i = 4; i < data.length; i++) {
    if (data[i] !== ((number + i + (i >> 8)) & 0xff)) throw new Error(`byte ${i} of message ${number} has changed`);
  }
}

/** Invariants of an association between inputs. */
export function checkInvariants(tcb: Tcb): void {
  checkT3Timer(tcb);
  checkFlight(tcb);
  checkLimits(tcb);
}

export const coreOf = (node: CoreNode): Endpoint => node.core as Endpoint;
export const makeCore = (...options: ConstructorParameters<typeof Core>): Core => new Core(...options);

/**
 * Sends messages of 1 byte to 64 KiB on many streams, ordered and unordered, from `a` to `b`, and checks every byte, the
 * order and the invariants.
 */
export class Transfer {
  readonly pair: EndpointPair;
  readonly expectation = new Expectation();
  readonly parts = new PartJoiner();
  readonly #random: SeededRandom;
  readonly #totalBytes: number;
  #id = 0;
  #numbered = 0;
  #steps = 0;

  constructor(totalBytes: number, options: EndpointPairOptions & { readonly seed: number }) {
    this.#random = new SeededRandom(options.seed).fork('messages');
    this.#totalBytes = totalBytes;
    this.pair = new EndpointPair(makeCore, {
      ...options,
      a: { ...options.a, record: false, onEvent: (event) => event.kind === 'drain' && this.#fill() },
      b: {
        ...options.b,
        record: false,
        onEvent: (event) => {
          if (event.kind !== 'message') return;
          const whole = this.parts.add(event.data, event.partial);
          if (whole !== undefined) this.expectation.arrived(event.streamId, event.unordered, whole);
        },
      },
    });
  }

  get finished(): boolean {
    return (
      this.expectation.sentBytes >= this.#totalBytes && this.expectation.arrivedBytes === this.expectation.sentBytes
    );
  }

  /** @returns the association of the sender */
  begin(): Tcb {
    this.#id = this.pair.a.associate(this.pair.b);
    this.#fill();
    return coreOf(this.pair.a).associations.get(this.#id)!;
  }

  /** Runs to the end, and until the last SACK has come. */
  run(limitMs = 3_600_000): void {
    const tcb = this.begin();
    this.pair.clock.runWhileNot(() => this.#check(tcb) && this.finished, limitMs);
    this.pair.clock.runWhileNot(() => tcb.outbound.outstanding.length === 0, limitMs);
    checkInvariants(tcb);
    recountFlight(tcb);
    if (tcb.outbound.bufferedBytes !== 0 || tcb.outbound.outstanding.flightBytes !== 0 || !tcb.outbound.queue.isEmpty) {
      throw new Error('something is left of what has all been acknowledged');
    }
    for (const { inbound } of coreOf(this.pair.b).associations) {
      if (inbound!.reassembly.heldBytes !== 0 || inbound!.tracker.hasGaps)
        throw new Error('something is left at the receiver');
    }
  }

  #check(tcb: Tcb): true {
    checkInvariants(tcb);
    if (this.#steps++ % 512 === 0) recountFlight(tcb);
    return true;
  }

  #fill(): void {
    while (this.expectation.sentBytes < this.#totalBytes) {
      const number = this.#numbered;
      const unordered = this.#random.chance(0.2);
      // As many short messages as long ones: the exponent is drawn evenly. Unordered ones have to be told apart.
      const drawn = Math.floor(LONGEST_MESSAGE_BYTES ** this.#random.float());
      const bytes = unordered ? Math.max(4, drawn) : drawn;
      const streamId = this.#random.below(STREAMS);
      if (!this.pair.a.send(this.#id, messageOf(number, bytes), { streamId, unordered })) return;
      this.#numbered++;
      this.expectation.sent(streamId, unordered, number, bytes);
    }
  }
}

const TEN_MEGABYTES = 10_000_000;

/** 10 MB at 5 % loss, with reordering: the numbers depend on the seed. */
export function tenMegabytes(seed: number): void {
  const random = new SeededRandom(seed).fork('link');
  const link = [delay(1 + random.below(40)), loss(0.05), reordering(0.05 + 0.2 * random.float(), 1 + random.below(30))];
  const config = { rtoMinMs: 200, sackDelayMs: 50 };
  new Transfer(TEN_MEGABYTES, { seed, link, a: { config }, b: { config } }).run();
}
