import type { Entropy, Instant } from '../../base/contract.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import { sameEndpoint } from '../registrar/endpoint-match.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import { randomBetween } from '../registrar/random.ts';
import { type ChannelId, PPID, type TransportTarget } from '../role.ts';

/** An ENRP endpoint that we want to be connected to. */
interface Destination {
  readonly target: TransportTarget;
  /** From the configuration: never given up. */
  configured: boolean;
  /** Somebody said that there is a registrar: forgotten if there is none. */
  hint: boolean;
  channel: ChannelId | undefined;
  /** When the next attempt is due, unless there is a channel. */
  attemptAt: Instant;
  /** Pause after the next failure. */
  pauseMs: number;
  /** Nobody who is in the peer list is there: when to forget it. */
  forgetAt: Instant | undefined;
}

/** Hints that are followed at the same time: anybody can send them. */
const MAX_HINTS = 16;

/** Keeps trying to reach peers, with growing pauses. */
export class Dialer {
  readonly #config: RegistrarConfig;
  readonly #entropy: Entropy;
  readonly #outbox: RegistrarOutbox;
  readonly #destinations: Destination[] = [];

  constructor(config: RegistrarConfig, entropy: Entropy, outbox: RegistrarOutbox) {
    this.#config = config;
    this.#entropy = entropy;
    this.#outbox = outbox;
  }

  /** Wants a channel to an endpoint from now on; the first attempt is due at once. */
  add(target: TransportTarget, configured: boolean, now: Instant): void {
    const known = this.#find(target);
    if (known === undefined) this.#push(target, configured, false, now);
    else {
      known.hint = false;
      known.forgetAt = undefined;
    }
  }

  /** Tries an endpoint that a datagram told of, once. */
  suggest(target: TransportTarget, now: Instant): void {
    if (this.#find(target) !== undefined) return;
    if (this.#destinations.filter(({ hint }) => hint).length >= MAX_HINTS) return;
    this.#push(target, false, true, now);
  }

  /** Replaces the configured endpoints, where names have other addresses now. What is connected stays. */
  configure(targets: readonly TransportTarget[], now: Instant): void {
    for (const destination of [...this.#destinations]) {
      if (targets.some((target) => sameEndpoint(target, destination.target))) destination.configured = true;
      else if (destination.configured) {
        destination.configured = false;
        if (destination.channel === undefined) this.remove(destination.target);
      }
    }
    for (const target of targets) this.add(target, true, now);
  }

  /** Wants no channel to an endpoint any more, unless it is a configured one. */
  remove(target: TransportTarget): void {
    const index = this.#destinations.findIndex((d) => !d.configured && sameEndpoint(d.target, target));
    if (index >= 0) this.#destinations.splice(index, 1);
  }

  /**
   * The registrar at an endpoint is out of the peer list. If it was only cut off it comes back, but may not be configured
   * to call us: the endpoint is called for some time yet, with the usual pauses.
   */
  retire(target: TransportTarget, now: Instant): void {
    const destination = this.#find(target);
    if (destination === undefined || destination.configured) return;
    destination.forgetAt = now + this.#config.formerPeerMemoryMs;
    const former = this.#destinations.filter(({ forgetAt }) => forgetAt !== undefined);
    if (former.length > this.#config.maxPeers) this.#destinations.splice(this.#destinations.indexOf(former[0]!), 1);
  }

  /** The channel to an endpoint is gone, whoever had opened it: one will be opened after the first, random pause. */
  retry(target: TransportTarget, now: Instant): void {
    const destination = this.#find(target);
    if (destination === undefined || destination.channel !== undefined) return;
    const pause = randomBetween(this.#entropy, 0, this.#config.peerRetryMinMs);
    destination.attemptAt = Math.min(destination.attemptAt, now + pause);
  }

  /** Tries an endpoint now, if there is no attempt under way. */
  hurry(target: TransportTarget, now: Instant): void {
    const destination = this.#find(target);
    if (destination !== undefined) destination.attemptAt = now;
  }

  /** Whether this is a channel that was opened here and is not up yet, or is up. */
  owns(channel: ChannelId): boolean {
    return this.#destinations.some((d) => d.channel === channel);
  }

  /** The endpoint that the channel was opened to. */
  targetOf(channel: ChannelId): TransportTarget | undefined {
    return this.#destinations.find((d) => d.channel === channel)?.target;
  }

  /** @param answered whether a peer was there: one that takes calls only to end them is called less and less often */
  handleChannelDown(channel: ChannelId, answered: boolean, now: Instant): void {
    const destination = this.#destinations.find((d) => d.channel === channel);
    if (destination === undefined) return;
    destination.channel = undefined;
    if (destination.hint) {
      this.remove(destination.target);
      return;
    }
    if (answered) destination.pauseMs = this.#config.peerRetryMinMs;
    // Random, so that two registrars that lost each other do not both dial at the same moment.
    destination.attemptAt = now + randomBetween(this.#entropy, destination.pauseMs / 2, destination.pauseMs);
    destination.pauseMs = Math.min(2 * destination.pauseMs, this.#config.peerRetryMaxMs);
  }

  /**
   * Opens the channels that are due.
   * @param isReached whether there is a channel to this endpoint already, whoever opened it
   */
  handleTimeout(now: Instant, isReached: (target: TransportTarget) => boolean): void {
    for (const destination of [...this.#destinations]) {
      if (destination.channel !== undefined || destination.attemptAt > now) continue;
      if (destination.forgetAt !== undefined && destination.forgetAt <= now) {
        this.#destinations.splice(this.#destinations.indexOf(destination), 1);
        continue;
      }
      if (isReached(destination.target)) destination.attemptAt = now + this.#config.peerRetryMaxMs;
      else destination.channel = this.#outbox.connect(destination.target, PPID.enrp);
    }
  }

  nextTimeoutAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const { channel, attemptAt } of this.#destinations) {
      if (channel === undefined && (next === undefined || attemptAt < next)) next = attemptAt;
    }
    return next;
  }

  #push(target: TransportTarget, configured: boolean, hint: boolean, now: Instant): void {
    const pauseMs = this.#config.peerRetryMinMs;
    const channel = undefined;
    this.#destinations.push({ target, configured, hint, channel, attemptAt: now, pauseMs, forgetAt: undefined });
  }

  #find(target: TransportTarget): Destination | undefined {
    return this.#destinations.find((d) => sameEndpoint(d.target, target));
  }
}
