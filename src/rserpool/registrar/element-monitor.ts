import type { Entropy, Instant } from '../../base/contract.ts';
import { Deadlines } from '../../base/deadlines.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import { DEFAULT_UDP_PORT } from '../endpoint-match.ts';
import { type ChannelId, PPID, type TransportTarget } from '../role.ts';
import type { Channels } from './channels.ts';
import type { RegistrarConfig } from './config.ts';
import type { StoredElement } from './element-store.ts';
import type { ElementLoss } from './events.ts';
import type { RegistrarOutbox } from './outbox.ts';
import { randomBetween } from './random.ts';

/** What is done to find out whether an element lives. Its deadline is the next keep-alive, or the end of the wait. */
interface Watch {
  /** Where the element takes ASAP messages: the channel it registered on, one that was opened to it, or one that was there. */
  channel: ChannelId | undefined;
  /**
   * The channel was there for something else, and nothing was heard of the element on it since it is asked there: it may
   * be left over from an attempt that the element gave up. If it fails, that says nothing of the element.
   */
  found: boolean;
  /** A keep-alive is under way: sent, or to be sent as soon as `channel` is up. */
  waiting: boolean;
  /** Keep-alives in a row that were not answered although the channel works. */
  missed: number;
  /** The deadline is a slot of its own: the keep-alive goes out then. */
  hasSlot: boolean;
  /** Keep-alives carry the H flag until one is acknowledged. RFC 5353 §3.5.2 (2). */
  adopting: boolean;
  /** Owned here: keep-alives go on. Otherwise it is only probed once, because somebody reported it. */
  readonly owned: boolean;
  readonly probes: RateLimit;
}

/** A channel that was opened to elements. */
interface Dialed {
  readonly key: string;
}

/** An element that is to be removed. */
export interface LostElement {
  readonly element: StoredElement;
  readonly reason: ElementLoss;
}

/** Watches the elements by keep-alives: periodically those that are owned here, and on report any. RFC 5352 §3.4, §3.5. */
export class ElementMonitor {
  readonly #config: RegistrarConfig;
  readonly #entropy: Entropy;
  readonly #own: { readonly id: number };
  readonly #channels: Channels;
  readonly #outbox: RegistrarOutbox;
  readonly #watches = new Map<StoredElement, Watch>();
  readonly #deadlines = new Deadlines<StoredElement>();
  /** Which elements use a channel, so that its loss concerns only them. */
  readonly #users = new Map<ChannelId, Set<StoredElement>>();
  readonly #dialed = new Map<ChannelId, Dialed>();
  readonly #dialedByKey = new Map<string, ChannelId>();
  readonly #lost: LostElement[] = [];
  /** When the latest adoption is due, so that the next one comes after it. */
  #adoptionAt: Instant = Number.NEGATIVE_INFINITY;
  /** When the next periodic keep-alive may go out. */
  #nextSlotAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(
    config: RegistrarConfig,
    entropy: Entropy,
    own: { readonly id: number },
    channels: Channels,
    outbox: RegistrarOutbox,
  ) {
    this.#config = config;
    this.#entropy = entropy;
    this.#own = own;
    this.#channels = channels;
    this.#outbox = outbox;
  }

  /** Elements that are watched at the moment. */
  get size(): number {
    return this.#watches.size;
  }

  /** The channel was opened here, to an element. */
  owns(channel: ChannelId): boolean {
    return this.#dialed.has(channel);
  }

  /** On which channel the element can be told something. */
  channelOf(element: StoredElement): ChannelId | undefined {
    return this.#channels.usable(this.#watches.get(element)?.channel)?.id;
  }

  /** The element registered on this channel. */
  handleRegistered(element: StoredElement, channel: ChannelId, now: Instant): void {
    const watch = this.#watch(element, true);
    this.#use(element, watch, channel);
    this.#scheduleNext(element, now);
  }

  /**
   * The element became ours by a takeover: it is told so, but not all elements at once. RFC 5353 §3.5.2 (2).
   * @param channel where it is, if that is known better than from its ASAP transport
   */
  adopt(element: StoredElement, now: Instant, channel?: ChannelId): void {
    const watch = this.#watch(element, true);
    watch.adopting = true;
    if (channel !== undefined) this.#use(element, watch, channel);
    this.#adoptionAt = Math.max(now, this.#adoptionAt + this.#config.adoptionSpacingMs);
    this.#deadlines.set(element, this.#adoptionAt);
  }

  /** The element is gone, or belongs to another registrar. */
  forget(element: StoredElement): void {
    const watch = this.#watches.get(element);
    if (watch === undefined) return;
    this.#watches.delete(element);
    this.#deadlines.delete(element);
    this.#leave(element, watch);
  }

  /**
   * Somebody could not reach the element: asks it at once, but not too often. RFC 5352 §3.5, RFC 5355 §2.14.
   *
   * @returns whether it is asked now, and not being asked already or a little later
   */
  probe(element: StoredElement, now: Instant): boolean {
    const watch = this.#watches.get(element) ?? this.#watch(element, false);
    if (watch.waiting) return false;
    if (watch.probes.take(now)) {
      this.#ask(element, watch, now);
      return true;
    }
    this.#deadlines.set(element, Math.min(this.#deadlines.at(element) ?? Infinity, watch.probes.allowedAt(now)));
    return false;
  }

  handleAck(element: StoredElement, channel: ChannelId, now: Instant): void {
    const watch = this.#watches.get(element);
    // Whoever answers on another channel than the one that was asked is not the element.
    if (watch === undefined || !watch.waiting || watch.channel !== channel) return;
    watch.waiting = false;
    watch.found = false;
    watch.missed = 0;
    watch.adopting = false;
    if (watch.owned) this.#scheduleNext(element, now);
    else this.forget(element);
  }

  handleChannelUp(channel: ChannelId): void {
    for (const element of this.#users.get(channel) ?? []) {
      const watch = this.#watches.get(element);
      if (watch?.waiting) this.#send(element, watch, channel);
    }
  }

  /** A channel is gone, or could not be opened. */
  handleChannelDown(channel: ChannelId, wasUp: boolean, now: Instant): void {
    const users = [...(this.#users.get(channel) ?? [])];
    this.#users.delete(channel);
    const dialed = this.#dialed.get(channel);
    this.#dialed.delete(channel);
    if (dialed !== undefined) this.#dialedByKey.delete(dialed.key);
    for (const element of users) {
      const watch = this.#watches.get(element);
      if (watch === undefined) continue;
      watch.channel = undefined;
      // SEND.FAILURE of the keep-alive: unreachable. A channel that is lost is only a reason to ask (§3.5).
      if (!wasUp) this.#lose(element, 'unreachable');
      else this.#askOnce(element, watch, now);
    }
  }

  /** Whoever was at the other end has lost its state: perhaps its elements are others now. */
  handleRestart(channel: ChannelId, now: Instant): void {
    for (const element of this.#users.get(channel) ?? []) {
      const watch = this.#watches.get(element);
      if (watch !== undefined) this.#askOnce(element, watch, now);
    }
  }

  /** The transport doubts that whoever is at the other end is there. */
  handleSuspect(channel: ChannelId): void {
    if (this.#users.has(channel) && this.#channels.usable(channel) !== undefined) this.#outbox.probe(channel);
  }

  /**
   * Nobody is at the other end: as if no keep-alive could be sent, SEND.FAILURE (RFC 5352 §3.5). Nothing is waited for on
   * a channel to the dead.
   */
  handleSilence(channel: ChannelId): void {
    for (const element of [...(this.#users.get(channel) ?? [])]) this.#lose(element, 'unreachable');
    const open = this.#channels.usable(channel);
    // Other registrars are given up by their own rules.
    if (open === undefined || open.peerId !== undefined) return;
    open.closing = true;
    open.aborted = true;
    this.#outbox.close(channel, 'abort', 'no sign of life');
  }

  /**
   * A keep-alive could not be sent: SEND.FAILURE (RFC 5352 §3.5). Not so if the channel ends in good order, for whoever
   * ends it is alive: the element is asked on another one when this one is down.
   */
  handleSendFailed(channel: ChannelId): void {
    if (this.#channels.get(channel)?.closing) return;
    for (const element of [...(this.#users.get(channel) ?? [])]) {
      const watch = this.#watches.get(element);
      if (watch?.waiting && !watch.found) this.#lose(element, 'unreachable');
    }
  }

  handleTimeout(now: Instant): void {
    for (let element = this.#deadlines.takeDue(now); element !== undefined; element = this.#deadlines.takeDue(now)) {
      const watch = this.#watches.get(element);
      if (watch === undefined) continue;
      if (watch.waiting) this.#unanswered(element, watch, now);
      else if (watch.hasSlot || watch.adopting || this.#takeSlot(element, watch, now)) this.#ask(element, watch, now);
    }
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#deadlines.next();
  }

  /** Takes the elements that turned out to be dead. */
  takeLost(): LostElement | undefined {
    return this.#lost.shift();
  }

  /** A keep-alive was not answered in time: once more, if the channel works. */
  #unanswered(element: StoredElement, watch: Watch, now: Instant): void {
    const usable = this.#channels.usable(watch.channel);
    // Also where the element is lost already: a channel to nobody is not kept.
    if (usable !== undefined) this.#outbox.probe(usable.id);
    if (usable === undefined || watch.missed >= this.#config.maxMissedKeepAlives) {
      this.#lose(element, 'keep-alive-timeout');
      return;
    }
    watch.missed++;
    this.#ask(element, watch, now);
  }

  /** Many elements at one time get slots one after the other: true if this one may be asked now. */
  #takeSlot(element: StoredElement, watch: Watch, now: Instant): boolean {
    const at = Math.max(now, this.#nextSlotAt);
    this.#nextSlotAt = at + 1000 / this.#config.keepAlivesPerSecond;
    if (at === now) return true;
    watch.hasSlot = true;
    this.#deadlines.set(element, at);
    return false;
  }

  /** Begins anew; the channel to the element stays. */
  #watch(element: StoredElement, owned: boolean): Watch {
    const old = this.#watches.get(element);
    const probes = old?.probes ?? new RateLimit(this.#config.probesPerSecond, this.#config.probeBurst);
    const watch: Watch = {
      channel: old?.channel,
      found: old?.found ?? false,
      waiting: false,
      missed: 0,
      hasSlot: false,
      adopting: false,
      owned,
      probes,
    };
    this.#watches.set(element, watch);
    return watch;
  }

  /** There is more reason for doubt than silence: it is not asked again. Registering again sets that back. */
  #askOnce(element: StoredElement, watch: Watch, now: Instant): void {
    watch.missed = this.#config.maxMissedKeepAlives;
    this.#ask(element, watch, now);
  }

  #ask(element: StoredElement, watch: Watch, now: Instant): void {
    watch.waiting = true;
    watch.hasSlot = false;
    this.#deadlines.set(element, now + this.#config.keepAliveAckTimeoutMs);
    if (this.#channels.usable(watch.channel) !== undefined) {
      this.#send(element, watch, watch.channel!);
      return;
    }
    const target = asapTargetOf(element);
    if (target === undefined) {
      this.#lose(element, 'unreachable');
      return;
    }
    // RFC 9260 §1.3: never two associations between the same endpoints. One that is closing is waited for.
    const existing = this.#channels.to(target);
    const isFound = existing !== undefined && existing.peerId === undefined && !this.owns(existing.id);
    const channel = isFound ? existing.id : this.#dial(target, element.parameter.owner);
    this.#use(element, watch, channel, isFound);
    if (this.#channels.usable(channel) !== undefined) this.#send(element, watch, channel);
  }

  #send(element: StoredElement, watch: Watch, channel: ChannelId): void {
    this.#outbox.sendAsap(channel, {
      kind: 'endpoint-keep-alive',
      home: watch.adopting,
      registrarIdentifier: this.#own.id,
      poolHandle: element.poolHandle,
      // Not in the RFC's figure; rsplib's elements answer for all that registered on the association without it.
      ...(this.#outbox.dialects.of(channel) === 'rsplib' && { peIdentifier: element.identifier }),
    });
  }

  /**
   * Different pauses for every element keep the traffic from coming in bursts (RFC 5352 §3.5), and longer ones for many
   * elements keep it within bounds.
   */
  #scheduleNext(element: StoredElement, now: Instant): void {
    const { keepAlivePeriodMs, keepAlivesPerSecond, keepAliveJitter: jitter } = this.#config;
    const period = Math.max(keepAlivePeriodMs, (1000 * this.#watches.size) / keepAlivesPerSecond);
    if (keepAlivePeriodMs === 0) this.#deadlines.delete(element);
    else this.#deadlines.set(element, now + randomBetween(this.#entropy, period * (1 - jitter), period * (1 + jitter)));
  }

  /** It stays watched until it is removed: the way to it is still known, and it has to hear that it is out. */
  #lose(element: StoredElement, reason: ElementLoss): void {
    this.#lost.push({ element, reason });
  }

  #use(element: StoredElement, watch: Watch, channel: ChannelId, found = false): void {
    watch.found = found;
    if (watch.channel === channel) return;
    this.#leave(element, watch);
    watch.channel = channel;
    const users = this.#users.get(channel);
    if (users === undefined) this.#users.set(channel, new Set([element]));
    else users.add(element);
  }

  #leave(element: StoredElement, watch: Watch): void {
    const { channel } = watch;
    if (channel === undefined) return;
    watch.channel = undefined;
    const users = this.#users.get(channel);
    users?.delete(element);
    if (users === undefined || users.size > 0) return;
    this.#users.delete(channel);
    const dialed = this.#dialed.get(channel);
    // Opened for keep-alives only, and nobody needs it any more.
    if (dialed === undefined) return;
    this.#dialed.delete(channel);
    this.#dialedByKey.delete(dialed.key);
    const open = this.#channels.get(channel);
    if (open?.closing) return;
    if (open !== undefined) open.closing = true;
    this.#outbox.close(channel, 'shutdown', 'no element of this registrar is here any more');
  }

  #dial(target: TransportTarget, owner: string | undefined): ChannelId {
    const key = `${target.addresses.join(',')} ${target.port} ${target.udpPort}`;
    const open = this.#dialedByKey.get(key);
    if (open !== undefined) return open;
    const channel = this.#outbox.connect(target, PPID.asap, owner);
    this.#dialed.set(channel, { key });
    this.#dialedByKey.set(key, channel);
    return channel;
  }
}

function asapTargetOf({ parameter }: StoredElement): TransportTarget | undefined {
  const { asapTransport, udpPorts } = parameter;
  if (asapTransport === undefined) return undefined;
  const udpPort = udpPorts?.asap ?? DEFAULT_UDP_PORT;
  return { protocol: 'sctp', addresses: asapTransport.addresses, port: asapTransport.port, udpPort };
}
