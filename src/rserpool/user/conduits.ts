import type { Instant } from '../../base/contract.ts';
import { Deadlines } from '../../base/deadlines.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { targetKey } from '../asap/known-registrars.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { UserContext } from './context.ts';
import { FailedPools } from './failed-pools.ts';
import type { Conduit, ConduitEnd, Sending } from './sending.ts';

/** What happens to messages on conduits. */
export interface ConduitListener {
  /** Handed to the transport. */
  sent(sending: Sending, end: ConduitEnd): void;
  /** Not delivered through this conduit. */
  undelivered(sending: Sending, conduit: Conduit, reason: string, now: Instant): void;
}

/**
 * The channels of messages without a session, one for each element or transport address that was sent to. RFC 5352 §6.5.1
 * C to F, §6.5.3.
 */
export class Conduits {
  readonly #context: UserContext;
  readonly #listener: ConduitListener;
  readonly #conduits = new Map<string, Conduit>();
  readonly #channels = new Map<ChannelId, Conduit>();
  /** End of a pause, of a set-up, or of an idle time. */
  readonly #deadlines = new Deadlines<Conduit>();
  /** How soon a pool whose elements fail is called again. */
  readonly #failing: FailedPools;

  constructor(context: UserContext, listener: ConduitListener) {
    this.#context = context;
    this.#listener = listener;
    const { backOffMs, maxBackOffMs, maxCacheEntries } = context.config;
    this.#failing = new FailedPools({ firstMs: backOffMs, maxMs: maxBackOffMs }, maxCacheEntries, context.entropy);
  }

  on(channel: ChannelId): Conduit | undefined {
    return this.#channels.get(channel);
  }

  /** Channels that are up, or being set up, or not closed yet. */
  channels(): ChannelId[] {
    return [...this.#channels.keys()];
  }

  /** Sends through a conduit, which is set up if there is none. False if there are too many. */
  send(sending: Sending, element: ConduitEnd['element'], target: TransportTarget, now: Instant): boolean {
    const key = `${targetKey(target)} ${element === undefined ? '' : `${element.peIdentifier} ${element.poolHandle.key}`}`;
    const conduit = this.#conduits.get(key) ?? this.#open(key, element, target, now);
    if (conduit === undefined) return false;
    if (conduit.state.kind === 'up') this.#transmit(conduit, conduit.state.channel, sending, now);
    else conduit.queue.push(sending);
    return true;
  }

  handleChannelUp(conduit: Conduit, peer: PeerIdentity | undefined, now: Instant): void {
    if (conduit.state.kind !== 'connecting') return;
    const { channel } = conduit.state;
    conduit.state = { kind: 'up', channel, since: now };
    conduit.peer = peer;
    if (conduit.element !== undefined) {
      this.#context.failed.delete(conduit.element.poolHandle, conduit.element.peIdentifier);
    }
    const queue = conduit.queue;
    conduit.queue = [];
    for (const sending of queue) this.#transmit(conduit, channel, sending, now);
  }

  handleChannelDown(conduit: Conduit, reason: string, failed: boolean, now: Instant): void {
    const { state } = conduit;
    this.#forget(conduit);
    if (state.kind !== 'pausing') this.#channels.delete(state.channel);
    if (state.kind === 'connecting') this.#failed(conduit, reason, true, now);
    else if (state.kind === 'up') {
      const { element } = conduit;
      if (element !== undefined && now - state.since >= this.#context.config.sessionRetryMs) {
        this.#failing.worked(element.poolHandle);
      }
      this.#failed(conduit, reason, failed, now);
    }
  }

  /** The transport doubts that the other side is there. */
  handleSuspect({ state }: Conduit): void {
    if (state.kind === 'up') this.#context.outbox.probe(state.channel);
  }

  /** The other side gives no sign of life: what it did not get is given back as soon as the channel is closed. */
  handleSilence(conduit: Conduit, now: Instant): void {
    if (conduit.state.kind !== 'up') return;
    const { channel } = conduit.state;
    const reason = 'no sign of life';
    this.#forget(conduit);
    this.#context.outbox.close(channel, 'abort', reason);
    conduit.state = { kind: 'closing', channel };
    this.#failed(conduit, reason, true, now);
  }

  /** Something came from the other side: it is in use. */
  touch(conduit: Conduit, now: Instant): void {
    if (conduit.state.kind === 'up') this.#deadlines.set(conduit, now + this.#context.config.idleChannelMs);
  }

  handleTimeout(now: Instant): void {
    for (let due = this.#deadlines.takeDue(now); due !== undefined; due = this.#deadlines.takeDue(now)) {
      this.#expired(due, now);
    }
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#deadlines.next();
  }

  closeAll(reason: string, now: Instant): void {
    for (const conduit of [...this.#conduits.values()]) {
      this.#close(conduit, reason);
      for (const sending of conduit.queue) this.#listener.undelivered(sending, conduit, reason, now);
    }
  }

  #open(key: string, element: ConduitEnd['element'], target: TransportTarget, now: Instant): Conduit | undefined {
    if (this.#conduits.size >= this.#context.config.maxElementChannels) return undefined;
    const conduit: Conduit = { key, element, target, peer: undefined, state: { kind: 'pausing' }, queue: [] };
    this.#conduits.set(key, conduit);
    const at = element === undefined ? now : this.#failing.nextAt(element.poolHandle, now);
    if (at > now) this.#deadlines.set(conduit, at);
    else this.#connect(conduit, now);
    return conduit;
  }

  #connect(conduit: Conduit, now: Instant): void {
    const channel = this.#context.outbox.connect(conduit.target);
    this.#channels.set(channel, conduit);
    conduit.state = { kind: 'connecting', channel };
    this.#deadlines.set(conduit, now + this.#context.config.connectTimeoutMs);
  }

  #transmit(conduit: Conduit, channel: ChannelId, sending: Sending, now: Instant): void {
    this.#context.outbox.data(channel, { ...sending.message, context: sending });
    this.touch(conduit, now);
    const { element, target, peer } = conduit;
    this.#listener.sent(sending, { element, target, peer, channel });
  }

  #expired(conduit: Conduit, now: Instant): void {
    const { state } = conduit;
    if (state.kind === 'pausing') {
      this.#connect(conduit, now);
      return;
    }
    this.#close(conduit, 'idle');
    if (state.kind === 'connecting') this.#failed(conduit, 'no answer', true, now);
  }

  #close(conduit: Conduit, reason: string): void {
    const { state } = conduit;
    this.#forget(conduit);
    if (state.kind === 'up') {
      this.#context.outbox.close(state.channel, 'shutdown', reason);
      conduit.state = { kind: 'closing', channel: state.channel };
    } else if (state.kind === 'connecting') {
      this.#context.outbox.close(state.channel, 'abort', reason);
      this.#channels.delete(state.channel);
    }
  }

  /** RFC 5352 §3.5, §6.9: the registrar is told, and all sessions know. */
  #failed(conduit: Conduit, reason: string, failed: boolean, now: Instant): void {
    const { element, queue } = conduit;
    if (element !== undefined) {
      const { poolHandle, peIdentifier } = element;
      this.#failing.failed(poolHandle, now);
      this.#context.failed.add(poolHandle, peIdentifier, now);
      if (failed) this.#context.reportUnreachable(poolHandle, peIdentifier, now);
    }
    for (const sending of queue) this.#listener.undelivered(sending, conduit, reason, now);
  }

  /** While a channel closes, the next message may have set up another conduit to the same place: that one stays. */
  #forget(conduit: Conduit): void {
    if (this.#conduits.get(conduit.key) === conduit) this.#conduits.delete(conduit.key);
    this.#deadlines.delete(conduit);
  }
}
