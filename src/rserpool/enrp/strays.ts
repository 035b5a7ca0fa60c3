import type { Instant } from '../../base/contract.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import type { Peers } from './peers.ts';

/**
 * Elements whose home nobody knows: a registrar that started late has them from its mentor's table, when those who knew
 * the home are gone as well. Nobody would watch them, and nobody take them over, until twice their life is over.
 */
export class Strays {
  readonly #config: RegistrarConfig;
  readonly #own: { readonly id: number };
  readonly #store: ElementStore;
  readonly #peers: Peers;
  /** Homes that are no peers, and since when that is so. */
  readonly #since = new Map<number, Instant>();
  #lookAt: Instant;

  constructor(config: RegistrarConfig, own: { readonly id: number }, store: ElementStore, peers: Peers, now: Instant) {
    this.#config = config;
    this.#own = own;
    this.#store = store;
    this.#peers = peers;
    this.#lookAt = now + config.peerHeartbeatCycleMs;
  }

  /** @returns homes that were not met for MAX-TIME-LAST-HEARD: as dead as a peer that is silent for so long */
  handleTimeout(now: Instant): readonly number[] {
    if (now < this.#lookAt) return [];
    this.#lookAt = now + this.#config.peerHeartbeatCycleMs;
    const strays: number[] = [];
    const homes = new Set(this.#store.handlespace.homes());
    for (const home of this.#since.keys()) if (!homes.has(home)) this.#since.delete(home);
    for (const home of homes) {
      if (home === this.#own.id || this.#peers.get(home) !== undefined) this.#since.delete(home);
      else if (now - (this.#since.get(home) ?? now) >= this.#config.maxTimeLastHeardMs) strays.push(home);
      else if (!this.#since.has(home)) this.#since.set(home, now);
    }
    return strays;
  }

  nextTimeoutAt(): Instant {
    return this.#lookAt;
  }
}
