import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { Dialer } from './dialer.ts';
import { movePeer, type Peer, type Peers } from './peers.ts';
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
    if (!movePeer(peer, 'silent', { kind: 'probing', deadlineAt })) return;
    this.#outbox.event({ kind: 'peer-suspected', registrarId: peer.id });
    const asked = this.#speaker.send(peer, this.#speaker.presence(true));
    this.#speaker.probe(peer);
    // Without a channel the time is spent on opening one, over which a PRESENCE goes at once.
    if (!asked && peer.transport !== undefined) this.#dialer.hurry(peer.transport, now);
  }

  /** @returns the peers that are to be considered dead */
  handleTimeout(now: Instant): readonly Peer[] {
    if (this.#heartbeatAt <= now) {
      this.#heartbeatFrom = now;
      // §3.4.2: the heartbeat asks for no reply.
      this.#speaker.announce(this.#speaker.presence(false));
    }
    const dead: Peer[] = [];
    for (const peer of this.#peers.values()) {
      if (peer.state.kind === 'active' && this.#silentAt(peer) <= now) this.suspect(peer, now);
      else if (peer.state.kind === 'probing' && peer.state.deadlineAt <= now) dead.push(peer);
    }
    return dead;
  }

  nextTimeoutAt(): Instant {
    let next = this.#heartbeatAt;
    for (const peer of this.#peers.values()) {
      if (peer.state.kind === 'active') next = Math.min(next, this.#silentAt(peer));
      else if (peer.state.kind === 'probing') next = earlier(next, peer.state.deadlineAt)!;
    }
    return next;
  }

  /** rsplib takes a registrar for dead after a few seconds without a PRESENCE. */
  get #heartbeatAt(): Instant {
    const { peerHeartbeatCycleMs, rsplibHeartbeatCycleMs } = this.#config;
    const cycleMs = this.#stretch() * peerHeartbeatCycleMs;
    let pauseMs = cycleMs;
    for (const { dialect } of this.#peers.values()) {
      if (dialect === 'rsplib') pauseMs = Math.min(cycleMs, rsplibHeartbeatCycleMs);
    }
    return this.#heartbeatFrom + pauseMs;
  }

  /** How much longer everything takes with many peers. All registrars have as many, and go by the same rule. */
  #stretch(): number {
    const { peerHeartbeatCycleMs, presencesPerSecond } = this.#config;
    return Math.max(1, (1000 * this.#peers.size) / presencesPerSecond / peerHeartbeatCycleMs);
  }

  #silentAt(peer: Peer): Instant {
    return peer.lastHeardAt + this.#stretch() * this.#config.maxTimeLastHeardMs;
  }
}
