import { unreachable } from '../../base/assert.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import { randomRegistrarId } from '../registrar/random.ts';
import type { Acquaintances } from './acquaintances.ts';
import type { Membership } from './membership.ts';
import type { Mentor, StartupAction } from './mentor.ts';
import type { Peers } from './peers.ts';
import type { OwnIdentity, Speaker } from './speaker.ts';
import type { Updates } from './updates.ts';

/** New identifiers that are drawn at start-up because the one before was taken. */
const MAX_COLLISIONS = 3;

/** What start-up works with. */
export interface StartupParts {
  readonly entropy: Entropy;
  readonly own: OwnIdentity;
  readonly outbox: RegistrarOutbox;
  readonly peers: Peers;
  readonly speaker: Speaker;
  readonly mentor: Mentor;
  readonly membership: Membership;
  readonly acquaintances: Acquaintances;
  readonly updates: Updates;
}

/** Carries out what start-up asks for, and draws another identifier if the first one was taken. RFC 5353 §3.2. */
export class Startup {
  readonly #parts: StartupParts;
  #collisions = 0;

  constructor(parts: StartupParts) {
    this.#parts = parts;
  }

  act(action: StartupAction): void {
    const { acquaintances, outbox, own, peers, speaker, updates } = this.#parts;
    switch (action.kind) {
      case 'none':
        return;
      case 'serve':
        updates.endDownload();
        outbox.event({ kind: 'serving', registrarId: own.id, mentorId: action.mentorId });
        speaker.announce(speaker.presence(false));
        if (action.mentorId !== undefined) acquaintances.noteMentor(action.mentorId);
        for (const peer of peers.values()) if (peer.heard) acquaintances.meet(peer);
        return;
      case 'mentor-failed':
        outbox.event({
          kind: 'warning',
          code: 'mentor-failed',
          registrarId: action.mentorId,
          text: `the mentor is ${action.why === 'rejected' ? 'not ready' : action.why}`,
        });
        return;
      default:
        unreachable(action);
    }
  }

  /** RFC 5353 §3.2.1 sees no harm in it, but nobody would hear the other one: unless we are known already we draw anew. */
  handleCollision(now: Instant): void {
    const { entropy, membership, mentor, outbox, own } = this.#parts;
    // Nobody draws the same one again and again by chance: whoever does wants to keep us from serving.
    if (mentor.serving || this.#collisions >= MAX_COLLISIONS) return;
    this.#collisions++;
    own.id = randomRegistrarId(entropy);
    membership.clear();
    mentor.restart(now);
    outbox.event({ kind: 'starting', registrarId: own.id });
  }
}
