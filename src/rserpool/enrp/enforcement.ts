import type { Instant } from '../../base/contract.ts';
import type { Channels } from '../registrar/channels.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { Departure } from './departure.ts';
import { isClaimed } from './peer-state.ts';
import { isWatched, type Peer, type Peers } from './peers.ts';
import type { OwnIdentity, Speaker } from './speaker.ts';
import type { Supervision } from './supervision.ts';
import type { Takeover } from './takeover.ts';

/** What enforcement works with. */
export interface EnforcementParts {
  readonly own: OwnIdentity;
  readonly peers: Peers;
  readonly channels: Channels;
  readonly speaker: Speaker;
  readonly supervision: Supervision;
  readonly takeover: Takeover;
  readonly store: ElementStore;
  readonly outbox: RegistrarOutbox;
  readonly departure: Departure;
}

/** The elements of a dead registrar get a new home, whoever has won the arbitration. RFC 5353 §3.5.2. */
export class Enforcement {
  readonly #parts: EnforcementParts;

  constructor(parts: EnforcementParts) {
    this.#parts = parts;
  }

  /** Carries out the takeovers that are won. */
  carryOut(now: Instant): void {
    const { departure, own, outbox, speaker, store, takeover } = this.#parts;
    for (let target = takeover.won(); target !== undefined; target = takeover.won()) {
      // First the peers are told, then the elements.
      speaker.announce({ kind: 'takeover-server', targetId: target.id });
      departure.remove(target, 'dead', now);
      const elements = store.setHome(target.id, own.id, now);
      outbox.event({ kind: 'takeover-completed', targetId: target.id, winnerId: own.id, elements });
    }
  }

  /** TAKEOVER_SERVER: another registrar says that it has won. */
  handleTakeoverServer(winner: Peer, targetId: number, now: Instant): void {
    if (targetId === winner.id) return;
    if (targetId === this.#parts.own.id) {
      this.#handleOwnTakeover(winner);
      return;
    }
    const target = this.#parts.peers.get(targetId);
    if (target !== undefined && isWatched(target) && this.#parts.channels.usable(target.channel) !== undefined) {
      // We did not agree, or have heard the target since: it may live, and is asked before its elements are given away.
      this.#parts.supervision.suspect(target, now);
      if (target.state.kind === 'probing') this.#parts.peers.amend(target, { ...target.state, heirId: winner.id });
    } else this.#inherit(targetId, winner, now);
  }

  /**
   * rsplib seldom sends TAKEOVER_SERVER: a target that it claimed and that owns nothing any more, for its elements turned
   * out to be rsplib's, has been taken over.
   */
  infer(winner: Peer, now: Instant): void {
    if (winner.dialect !== 'rsplib') return;
    const { peers, store } = this.#parts;
    for (const { id, state } of [...peers.values()]) {
      const isWinners = state.kind === 'not-active' && state.claimedBy === winner.id;
      if (isWinners && store.handlespace.countOf(id) === 0) this.#inherit(id, winner, now);
    }
  }

  /**
   * A peer gave no sign of life.
   * @returns false if nobody has claimed its elements yet
   */
  settle(dead: Peer, now: Instant): boolean {
    const heir = dead.state.kind === 'probing' ? this.#parts.peers.get(dead.state.heirId) : undefined;
    if (heir !== undefined) this.#inherit(dead.id, heir, now);
    return heir !== undefined;
  }

  /** All that the dead registrar owned belongs to the winner from now on, and nothing else. */
  #inherit(targetId: number, winner: Peer, now: Instant): void {
    const { departure, outbox, peers, store } = this.#parts;
    const target = peers.get(targetId);
    if (target !== undefined) {
      if (isClaimed(target.state)) {
        outbox.event({ kind: 'takeover-aborted', targetId, reason: 'taken-over-by-other' });
      }
      departure.remove(target, 'taken-over', now);
    }
    const elements = store.setHome(targetId, winner.id, now);
    outbox.event({ kind: 'takeover-completed', targetId, winnerId: winner.id, elements });
  }

  /**
   * We were taken for dead. Everybody has to hear that we live. Elements that follow the winner's keep-alives register
   * there, and it announces them; the others stay with us.
   */
  #handleOwnTakeover(winner: Peer): void {
    const { outbox, speaker } = this.#parts;
    speaker.announce(speaker.presence(false));
    const text = 'another registrar took this one for dead and claims its elements';
    outbox.event({ kind: 'warning', code: 'declared-dead', registrarId: winner.id, text });
  }
}
