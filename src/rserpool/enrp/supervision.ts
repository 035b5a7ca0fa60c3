import type { Instant } from '../../base/contract.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { Dialer } from './dialer.ts';
import type { Peer, Peers } from './peers.ts';
import type { Speaker } from './speaker.ts';

/** Tells the peers that we live, and finds out which of them do not. RFC 5353 §3.4. */
export class Supervision {
  readonly #config: RegistrarConfig;
  readonly #peers: Peers;
  readonly #speaker: Speaker;
  readonly #dialer: Dialer;
  readonly #outbox: RegistrarOutbox;
  /** When the latest heartbeat went out, or the first one began to be due. */
  #heartbeatFrom: Instant;

  constructor(
    config: RegistrarConfig,
    peers: Peers,
    speaker: Speaker,
    dialer: Dialer,
    outbox: RegistrarOutbox,
    now: Instant,
  ) {
    this.#config = config;
    this.#peers = peers;
    this.#speaker = speaker;
    this.#dialer = dialer;
    this.#outbox = outbox;
    this.#heartbeatFrom = now;
  }

  /** Doubts that a peer lives: asks it, and waits for MAX-TIME-NO-RESPONSE. RFC 5353 §3.4.3. */
  suspect(peer: Peer, now: Instant): void {
    const deadlineAt = now + this.#config.maxTimeNoResponseMs;
    if (!this.#peers.move(peer, 'silent', { kind: 'probing', deadlineAt })) return;
    this.#outbox.event({ kind: 'peer-suspected', registrarId: peer.id });
    const asked = this.#speaker.send(peer, this.#speaker.presence(true));
    this.#speaker.probe(peer);
    // Without a channel the time is spent on opening one, over which a PRESENCE goes at once.
    if (!asked && peer.transport !== undefined) this.#dialer.hurry(peer.transport, now);
  }

  /** The peer's transport has answered a probe. */
  handleAlive(peer: Peer): void {
    const { state } = peer;
    if (state.kind === 'probing') this.#peers.amend(peer, { ...state, reachable: true });
  }

  /**
   * MAX-TIME-NO-RESPONSE is over. What is lost several times in a row takes SCTP that long, so a peer whose transport
   * answers is asked once more.
   *
   * @returns false if it counts as dead
   */
  asksAgain(peer: Peer, now: Instant): boolean {
    const { maxMissedPresences, maxTimeNoResponseMs } = this.#config;
    const { state } = peer;
    if (state.kind !== 'probing' || state.reachable !== true) return false;
    const missed = (state.missed ?? 0) + 1;
    if (missed > maxMissedPresences) return false;
    this.#peers.amend(peer, { ...state, deadlineAt: now + maxTimeNoResponseMs, reachable: false, missed });
    this.#speaker.send(peer, this.#speaker.presence(true));
    this.#speaker.probe(peer);
    return true;
  }

  handleTimeout(now: Instant): void {
    if (now < this.nextTimeoutAt()) return;
    this.#heartbeatFrom = now;
    // §3.4.2: the heartbeat asks for no reply.
    this.#speaker.announce(this.#speaker.presence(false));
  }

  /** When the next heartbeat is due. rsplib takes a registrar for dead after a few seconds without a PRESENCE. */
  nextTimeoutAt(): Instant {
    const { peerHeartbeatCycleMs, rsplibHeartbeatCycleMs } = this.#config;
    const cycleMs = this.#peers.stretch * peerHeartbeatCycleMs;
    const isShorter = rsplibHeartbeatCycleMs < cycleMs && this.#hasRsplibPeer();
    return this.#heartbeatFrom + (isShorter ? rsplibHeartbeatCycleMs : cycleMs);
  }

  #hasRsplibPeer(): boolean {
    for (const { dialect } of this.#peers.values()) if (dialect === 'rsplib') return true;
    return false;
  }
}
