import type { Instant } from '../../base/contract.ts';
import type { Acquaintances } from './acquaintances.ts';
import type { Audit } from './audit.ts';
import type { Membership } from './membership.ts';
import type { Peer } from './peers.ts';
import type { Supervision } from './supervision.ts';
import type { Takeover } from './takeover.ts';

/** What a peer leaves behind that is taken out of the list: every procedure forgets it. */
export class Departure {
  readonly #membership: Membership;
  readonly #acquaintances: Acquaintances;
  readonly #audit: Audit;
  readonly #supervision: Supervision;
  readonly #takeover: Takeover;

  constructor(
    membership: Membership,
    acquaintances: Acquaintances,
    audit: Audit,
    supervision: Supervision,
    takeover: Takeover,
  ) {
    this.#membership = membership;
    this.#acquaintances = acquaintances;
    this.#audit = audit;
    this.#supervision = supervision;
    this.#takeover = takeover;
  }

  /** Takes a peer out of the list, and watches again those that it was about to take over. */
  remove(peer: Peer, reason: 'dead' | 'taken-over', now: Instant): void {
    this.#audit.forget(peer.id);
    this.#acquaintances.forget(peer.id);
    this.#membership.remove(peer, reason, now);
    for (const target of this.#takeover.handleGone(peer.id)) this.#supervision.suspect(target, now);
  }
}
