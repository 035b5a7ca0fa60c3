import type { Entropy, Instant } from '../../base/contract.ts';
import { Deadlines } from '../../base/deadlines.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
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
  /** Pause after the next failure. */
  pauseMs: number;
  /** When an attempt was made without a pause. */
  hurriedAt: Instant;
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
  /** When to try those that there is no channel to. */
  readonly #attempts = new Deadlines<Destination>();

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
    const destination = this.#destinations.find((d) => !d.configured && sameEndpoint(d.target, target));
    if (destination !== undefined) this.#forget(destination);
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
    if (former.length > this.#config.maxPeers) this.#forget(former[0]!);
  }

  /** The channel to an endpoint is gone, whoever had opened it: one will be opened after the first, random pause. */
  retry(target: TransportTarget, now: Instant): void {
    const destination = this.#find(target);
    if (destination === undefined || destination.channel !== undefined) return;
    const pause = randomBetween(this.#entropy, 0, this.#config.peerRetryMinMs);
    this.#attempts.set(destination, Math.min(this.#attempts.at(destination) ?? Infinity, now + pause));
  }

  /**
   * Tries an endpoint now, if there is no attempt under way: once in `peerRetryMinMs`, so that a peer which takes every
   * call and ends it at once is not called without end.
   */
  hurry(target: TransportTarget, now: Instant): void {
    const destination = this.#find(target);
    if (destination === undefined || destination.channel !== undefined) return;
    if (now - destination.hurriedAt < this.#config.peerRetryMinMs) return;
    destination.hurriedAt = now;
    this.#attempts.set(destination, now);
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
    const pause = randomBetween(this.#entropy, destination.pauseMs / 2, destination.pauseMs);
    this.#attempts.set(destination, now + pause);
    destination.pauseMs = Math.min(2 * destination.pauseMs, this.#config.peerRetryMaxMs);
  }

  /**
   * Opens the channels that are due.
   * @param isReached whether there is a channel to this endpoint already, whoever opened it
   */
  handleTimeout(now: Instant, isReached: (target: TransportTarget) => boolean): void {
    for (let due = this.#attempts.takeDue(now); due !== undefined; due = this.#attempts.takeDue(now)) {
      if (due.forgetAt !== undefined && due.forgetAt <= now) this.#forget(due);
      else if (isReached(due.target)) this.#attempts.set(due, now + this.#config.peerRetryMaxMs);
      else due.channel = this.#outbox.connect(due.target, PPID.enrp);
    }
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#attempts.next();
  }

  #push(target: TransportTarget, configured: boolean, hint: boolean, now: Instant): void {
    const pauseMs = this.#config.peerRetryMinMs;
    const hurriedAt = Number.NEGATIVE_INFINITY;
    const destination = { target, configured, hint, channel: undefined, pauseMs, hurriedAt, forgetAt: undefined };
    this.#destinations.push(destination);
    this.#attempts.set(destination, now);
  }

  #forget(destination: Destination): void {
    this.#destinations.splice(this.#destinations.indexOf(destination), 1);
    this.#attempts.delete(destination);
  }

  #find(target: TransportTarget): Destination | undefined {
    return this.#destinations.find((d) => sameEndpoint(d.target, target));
  }
}
