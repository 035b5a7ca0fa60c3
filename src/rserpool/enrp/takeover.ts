import type { Entropy, Instant } from '../../base/contract.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import { randomBetween } from '../registrar/random.ts';
import { isClaimed } from './peer-state.ts';
import { isWatched, type Peer, type Peers } from './peers.ts';
import type { OwnIdentity, Speaker } from './speaker.ts';

const NOBODY: ReadonlySet<number> = new Set();

/** Arbitration: which registrar takes over a dead one. RFC 5353 §3.5.1. */
export class Takeover {
  readonly #config: RegistrarConfig;
  readonly #entropy: Entropy;
  readonly #own: OwnIdentity;
  readonly #peers: Peers;
  readonly #speaker: Speaker;
  readonly #outbox: RegistrarOutbox;

  constructor(
    config: RegistrarConfig,
    entropy: Entropy,
    own: OwnIdentity,
    peers: Peers,
    speaker: Speaker,
    outbox: RegistrarOutbox,
  ) {
    this.#config = config;
    this.#entropy = entropy;
    this.#own = own;
    this.#peers = peers;
    this.#speaker = speaker;
    this.#outbox = outbox;
  }

  /**
   * The peer is dead: it is claimed after a short random pause, unless another registrar does so first. All find out at
   * about the same time, and where the network falls apart many peers die at once: most announcements are spared, and not
   * all of the peers fall to the same registrar.
   */
  handleDeath(target: Peer, now: Instant): void {
    const pauseMs = this.#config.takeoverPausePerPeerMs * this.#missing(target, NOBODY).length;
    const resumeAt = now + randomBetween(this.#entropy, 0, pauseMs);
    if (!this.#peers.move(target, 'unresponsive', { kind: 'pausing', attempt: 0, resumeAt })) return;
    if (resumeAt <= now) this.#start(target, now);
  }

  /** A pause is over: claims the peer. */
  #start(target: Peer, now: Instant): void {
    if (target.state.kind !== 'pausing') return;
    const attempt = target.state.attempt + 1;
    const deadlineAt = now + this.#config.maxTimeNoResponseMs;
    const acknowledgedBy = new Set<number>();
    const fresh = { attempt, acknowledgedBy, deadlineAt, repeated: false, forced: false };
    this.#peers.move(target, 'pause-over', { kind: 'arbitrating', ...fresh });
    this.#outbox.event({ kind: 'takeover-started', targetId: target.id, attempt });
    // To all peers, the target included: if it lives it will object.
    this.#speaker.announce({ kind: 'init-takeover', targetId: target.id });
  }

  /** Any message of a peer came: whatever was going on against it ends. */
  handleHeard(peer: Peer): void {
    const { state } = peer;
    if (!this.#peers.move(peer, 'heard', { kind: 'active' })) return;
    if (isClaimed(state)) {
      this.#outbox.event({ kind: 'takeover-aborted', targetId: peer.id, reason: 'target-alive' });
    }
  }

  /** A peer was met while arbitrations run, none against itself: it has to agree as well. */
  handleNewPeer(peer: Peer): void {
    for (const target of this.#peers.values()) {
      if (target.state.kind === 'arbitrating') {
        this.#speaker.send(peer, { kind: 'init-takeover', targetId: target.id });
      }
    }
  }

  /**
   * A registrar is gone.
   * @returns those that it was about to take over: they are ours to look after again
   */
  handleGone(peerId: number): readonly Peer[] {
    return [...this.#peers.values()].filter(
      (target) =>
        target.state.kind === 'not-active' &&
        target.state.claimedBy === peerId &&
        this.#peers.move(target, 'guard-over', { kind: 'active' }),
    );
  }

  /** INIT_TAKEOVER of another registrar. */
  handleInit(sender: Peer, targetId: number, now: Instant): void {
    if (targetId === this.#own.id) {
      // §3.5.1 (1): at once, to all peers, since all of them were asked.
      this.#speaker.announce(this.#speaker.presence(false));
      return;
    }
    const target = this.#peers.get(targetId);
    if (target?.state.kind === 'arbitrating') {
      // §3.5.1 (2): both want it. (2B) the winner does not even answer.
      if (!this.#yieldsTo(sender)) return;
      this.#outbox.event({ kind: 'takeover-aborted', targetId, reason: 'lost-arbitration' });
    }
    if (target !== undefined) {
      const guardAt = now + this.#config.takeoverGuardMs;
      this.#peers.move(target, 'claimed', { kind: 'not-active', claimedBy: sender.id, guardAt });
    }
    this.#speaker.send(sender, { kind: 'init-takeover-ack', targetId });
  }

  handleAck(sender: Peer, targetId: number): void {
    const state = this.#peers.get(targetId)?.state;
    if (state?.kind === 'arbitrating') state.acknowledgedBy.add(sender.id);
  }

  /** A target that is ours now: all peers that count have acknowledged, or we stop waiting for them. */
  won(): Peer | undefined {
    for (const target of this.#peers.values()) {
      const { state } = target;
      if (state.kind !== 'arbitrating') continue;
      if (state.forced || this.#missing(target, state.acknowledgedBy).length === 0) return target;
    }
    return undefined;
  }

  /** What was waited for did not happen in time. */
  handleTimeLimit(target: Peer, now: Instant): void {
    const { kind } = target.state;
    if (kind === 'not-active') this.#peers.move(target, 'guard-over', { kind: 'active' });
    else if (kind === 'pausing') this.#start(target, now);
    else if (kind === 'arbitrating') this.#handleDeadline(target, now);
  }

  /** Acknowledgements did not come in time: once more to those who owe one, then a pause, then all over again. */
  #handleDeadline(target: Peer, now: Instant): void {
    const { state } = target;
    if (state.kind !== 'arbitrating' || state.forced) return;
    const missing = this.#missing(target, state.acknowledgedBy);
    if (missing.length === 0) return;
    if (!state.repeated) {
      for (const peer of missing) this.#speaker.send(peer, { kind: 'init-takeover', targetId: target.id });
      this.#peers.amend(target, { ...state, repeated: true, deadlineAt: now + this.#config.maxTimeNoResponseMs });
      return;
    }
    if (state.attempt >= this.#config.takeoverMaxAttempts) {
      // Elements without a home are worse than two registrars that both want them: re-registration settles the latter.
      this.#peers.amend(target, { ...state, forced: true });
      this.#outbox.event({
        kind: 'warning',
        code: 'takeover-forced',
        registrarId: target.id,
        text: `${missing.length} registrars did not acknowledge the takeover in ${state.attempt} attempts; it is carried out without them`,
      });
      return;
    }
    const resumeAt = now + randomBetween(this.#entropy, 0, this.#config.takeoverRetryMaxMs);
    this.#peers.move(target, 'incomplete', { kind: 'pausing', attempt: state.attempt, resumeAt });
    this.#outbox.event({ kind: 'takeover-aborted', targetId: target.id, reason: 'no-acknowledgement' });
  }

  /** Peers that still have to acknowledge; those that are dead themselves do not count. */
  #missing(target: Peer, acknowledgedBy: ReadonlySet<number>): readonly Peer[] {
    const missing: Peer[] = [];
    for (const peer of this.#peers.values()) {
      if (peer !== target && isWatched(peer) && !acknowledgedBy.has(peer.id)) missing.push(peer);
    }
    return missing;
  }

  /** RFC 5353 §3.5.1 (2A): the smaller identifier gives way; with rsplib's rule the larger one. */
  #yieldsTo({ id, dialect }: Peer): boolean {
    const largestWins = dialect !== 'rsplib' && this.#config.takeoverArbitration === 'largest-id';
    return largestWins ? this.#own.id < id : this.#own.id > id;
  }
}
