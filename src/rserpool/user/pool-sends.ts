import type { Instant } from '../../base/contract.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { RSerPoolError } from '../errors.ts';
import type { DataMessage } from '../outbox.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';
import { candidateOf } from './candidates.ts';
import { Conduits } from './conduits.ts';
import type { UserContext } from './context.ts';
import type { DeliveryOptions } from './delivery-options.ts';
import type { Destination, FailedDestination } from './destination.ts';
import type { ResolutionFailure, WaitReason } from './events.ts';
import { Search } from './search.ts';
import type { Conduit, ConduitEnd, Sending } from './sending.ts';

/** Messages without a session: DATA.SEND.REQUEST of RFC 5352 §6.5. */
export class PoolSends {
  readonly #context: UserContext;
  readonly #conduits: Conduits;
  /** By pool: what waits for the registrar's answer. */
  readonly #held = new Map<PoolHandleKey, Sending[]>();
  /** By pool: which element got the latest message. */
  readonly #last = new Map<PoolHandleKey, number>();
  #lastId = 0;
  #heldBytes = 0;
  #stopped = false;

  constructor(context: UserContext) {
    this.#context = context;
    this.#conduits = new Conduits(context, {
      sent: (sending, end) => this.#sent(sending, end),
      undelivered: (sending, conduit, reason, now) => this.#undelivered(sending, conduit, reason, now),
    });
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_QUEUE_FULL` */
  send(destination: Destination, message: DataMessage, options: DeliveryOptions, now: Instant): number {
    const { maxQueuedBytes, sendFailover } = this.#context.config;
    if (this.#heldBytes + message.bytes.length > maxQueuedBytes) {
      throw new RSerPoolError('ERR_RSERPOOL_QUEUE_FULL', `${this.#heldBytes} bytes wait for elements already`, {
        queuedBytes: this.#heldBytes,
        bytes: message.bytes.length,
      });
    }
    const { to = 'one', toSelf = false, failover = sendFailover } = options;
    const sending: Sending = {
      id: ++this.#lastId,
      destination,
      message,
      failover,
      to,
      toSelf,
      tried: new Set(),
      asked: false,
      waiting: 1,
      sentTo: [],
      settled: false,
    };
    this.#heldBytes += message.bytes.length;
    if (destination.poolHandle === undefined) this.#through(sending, undefined, destination.target, now);
    else this.#toPool(sending, destination.poolHandle, now);
    return sending.id;
  }

  on(channel: ChannelId): Conduit | undefined {
    return this.#conduits.on(channel);
  }

  /** Channels that are up, or being set up. */
  channels(): ChannelId[] {
    return this.#conduits.channels();
  }

  handleChannelUp(conduit: Conduit, peer: PeerIdentity | undefined, now: Instant): void {
    this.#conduits.handleChannelUp(conduit, peer, now);
  }

  handleChannelDown(conduit: Conduit, reason: string, failed: boolean, now: Instant): void {
    this.#conduits.handleChannelDown(conduit, reason, failed, now);
  }

  handleSuspect(conduit: Conduit): void {
    this.#conduits.handleSuspect(conduit);
  }

  handleSilence(conduit: Conduit, now: Instant): void {
    this.#conduits.handleSilence(conduit, now);
  }

  /** The transport gives a message back. */
  handleSendFailed(conduit: Conduit, sending: Sending, now: Instant): void {
    sending.waiting++;
    this.#undelivered(sending, conduit, 'the transport gave it back', now);
  }

  /** DATA.RECEIVED of RFC 5352 §6.6. */
  handleData(
    conduit: Conduit,
    { channel, ppid, streamId, bytes }: { channel: ChannelId; ppid: number; streamId: number; bytes: Uint8Array },
    now: Instant,
  ): void {
    this.#conduits.touch(conduit, now);
    const { outbox, cache, protocols } = this.#context;
    const { target } = conduit;
    // Rules A and B: a PE handle, if the address is one of an element that is known.
    const element = conduit.element ?? cache.elementAt(target, protocols);
    const { poolHandle, peIdentifier } = element ?? {};
    const from = { poolHandle, peIdentifier, target, peer: conduit.peer, channel };
    outbox.event({ kind: 'data-received', from, ppid, streamId, bytes });
  }

  resolved(poolHandle: PoolHandle, now: Instant): void {
    for (const sending of this.#release(poolHandle)) this.#dispatch(sending, poolHandle, now);
  }

  resolutionFailed(poolHandle: PoolHandle, failure: ResolutionFailure, now: Instant): void {
    for (const sending of this.#release(poolHandle)) {
      const known = this.#context.cache.get(poolHandle) !== undefined && !sending.asked;
      if (known) this.#dispatch(sending, poolHandle, now);
      else this.#giveUp(sending, { poolHandle }, 'the registrar named no element', failure);
    }
  }

  handleTimeout(now: Instant): void {
    this.#conduits.handleTimeout(now);
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#conduits.nextTimeoutAt();
  }

  stop(reason: string, now: Instant): void {
    this.#stopped = true;
    for (const sendings of [...this.#held.values()]) {
      for (const sending of sendings) this.#giveUp(sending, sending.destination, reason);
    }
    this.#held.clear();
    this.#conduits.closeAll(reason, now);
  }

  /** §6.5.1, §6.5.3: first the translation, by rules C1 to C4 of §3.3. */
  #toPool(sending: Sending, poolHandle: PoolHandle, now: Instant): void {
    const cached = new Search(this.#context, poolHandle, undefined).cached(now);
    const { peIdentifier, target } = sending.destination;
    if (peIdentifier !== undefined && target !== undefined) {
      // §6.5.3 B: it is known where to send, but the pool is looked up for a failover.
      if (cached !== 'fresh') this.#context.resolve(poolHandle, now);
      this.#through(sending, { poolHandle, peIdentifier }, target, now);
    } else if (cached === 'useless') this.#hold(sending, poolHandle, now);
    else {
      if (cached === 'stale') this.#context.resolve(poolHandle, now);
      this.#dispatch(sending, poolHandle, now);
    }
  }

  #dispatch(sending: Sending, poolHandle: PoolHandle, now: Instant): void {
    if (sending.to === 'all') this.#toAll(sending, poolHandle, now);
    else this.#toOne(sending, poolHandle, now);
  }

  #toOne(sending: Sending, poolHandle: PoolHandle, now: Instant): void {
    const search = this.#search(sending, poolHandle);
    const next = search.next(now);
    if (next !== undefined) {
      const { peIdentifier, target } = next;
      this.#through(sending, { poolHandle, peIdentifier }, target, now);
    } else if (!sending.asked && !search.isJustResolved(now)) {
      sending.asked = true;
      this.#hold(sending, poolHandle, now);
    } else this.#toNobody(sending, poolHandle, now);
  }

  #toNobody(sending: Sending, poolHandle: PoolHandle, now: Instant): void {
    const { peIdentifier } = sending.destination;
    if (peIdentifier !== undefined && sending.failover && !sending.tried.has(peIdentifier)) {
      // The element of the PE handle is not there: another one takes its place.
      sending.tried.add(peIdentifier);
      this.#toOne(sending, poolHandle, now);
    } else this.#giveUp(sending, { poolHandle, peIdentifier }, 'no element can be reached', 'no-element-reachable');
  }

  /** The elements that come into question, those that failed lately last. */
  #search({ destination, to, tried }: Sending, poolHandle: PoolHandle): Search {
    const known = this.#context.cache.get(poolHandle)?.elements ?? [];
    const wanted = to === 'last' ? this.#last.get(poolHandle.key) : destination.peIdentifier;
    const isThere = known.some(({ identifier }) => identifier === wanted);
    const only = wanted !== undefined && !tried.has(wanted) && (isThere || to !== 'last') ? wanted : undefined;
    const search = new Search(this.#context, poolHandle, only);
    search.beginAgain();
    for (const peIdentifier of tried) search.skip(peIdentifier);
    return search;
  }

  /** ASAP_SEND_TO_ALL, ASAP_SEND_TO_SELF: no selection (§6.5.2). */
  #toAll(sending: Sending, poolHandle: PoolHandle, now: Instant): void {
    const { cache, protocols, isSelf } = this.#context;
    const candidates = (cache.get(poolHandle)?.elements ?? []).flatMap((each) => candidateOf(each, protocols) ?? []);
    const all = candidates.filter(({ peIdentifier }) => sending.toSelf || !isSelf(poolHandle, peIdentifier));
    if (all.length === 0) {
      this.#giveUp(sending, { poolHandle }, 'no element to send to', 'no-usable-transport');
      return;
    }
    sending.waiting = all.length;
    for (const { peIdentifier, target } of all) this.#through(sending, { poolHandle, peIdentifier }, target, now);
  }

  #through(sending: Sending, element: ConduitEnd['element'], target: TransportTarget, now: Instant): void {
    if (element !== undefined) this.#note(element.poolHandle, element.peIdentifier);
    if (this.#conduits.send(sending, element, target, now)) return;
    this.#giveUp(sending, { ...element, target }, 'maxElementChannels is reached');
  }

  /** RFC 5352 §6.5.1: in a queue until the registrar answers. */
  #hold(sending: Sending, poolHandle: PoolHandle, now: Instant): void {
    const held = this.#held.get(poolHandle.key);
    if (held === undefined) this.#held.set(poolHandle.key, [sending]);
    else held.push(sending);
    if (this.#context.resolve(poolHandle, now)) return;
    this.#release(poolHandle);
    this.#giveUp(sending, { poolHandle }, 'too many resolutions are under way');
  }

  #release({ key }: PoolHandle): readonly Sending[] {
    const held = this.#held.get(key) ?? [];
    this.#held.delete(key);
    return held;
  }

  #sent(sending: Sending, end: ConduitEnd): void {
    sending.sentTo.push(end);
    this.#oneLess(sending);
  }

  /** ASAP_SEND_FAILOVER and ASAP_SEND_NO_FAILOVER. A copy for all has nowhere else to go. */
  #undelivered(sending: Sending, { element, target }: Conduit, reason: string, now: Instant): void {
    if (element !== undefined) sending.tried.add(element.peIdentifier);
    if (!sending.failover || sending.to === 'all' || element === undefined || this.#stopped) {
      this.#giveUp(sending, { ...element, target }, reason);
    } else this.#toOne(sending, element.poolHandle, now);
  }

  /** ERROR.REPORT of RFC 5352 §6.7. */
  #giveUp(sending: Sending, destination: FailedDestination, reason: string, failure?: WaitReason): void {
    const { bytes, ppid = 0 } = sending.message;
    this.#context.outbox.event({ kind: 'error-report', send: sending.id, destination, ppid, bytes, failure, reason });
    this.#oneLess(sending);
  }

  #oneLess(sending: Sending): void {
    sending.waiting--;
    if (sending.waiting > 0 || sending.settled) return;
    sending.settled = true;
    this.#heldBytes -= sending.message.bytes.length;
    this.#context.outbox.event({ kind: 'sent', send: sending.id, to: sending.sentTo });
  }

  #note({ key }: PoolHandle, peIdentifier: number): void {
    this.#last.delete(key);
    this.#last.set(key, peIdentifier);
    if (this.#last.size <= this.#context.config.maxCacheEntries) return;
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      return;
    }
  }
}
