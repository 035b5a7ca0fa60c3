import type { RegistrarEvent } from '../../src/rserpool/registrar/events.ts';
import { RegistrarRole } from '../../src/rserpool/registrar/registrar.ts';
import { ASAP_PORT, ENRP_PORT, PPID } from '../../src/rserpool/role.ts';
import { ClusterHost } from './host.ts';
import type { World } from './world.ts';

/** A registrar, and what it has told of its handlespace so far. */
export class RegistrarNode {
  readonly host: ClusterHost<RegistrarRole>;
  /** Home by PE identifier: an image of the handlespace that is made of events only. */
  readonly view = new Map<number, number>();
  /** Equal for equal views. */
  hash = 0;
  startedAt = 0;
  readonly #world: World;
  readonly #index: number;

  constructor(world: World, index: number) {
    this.#world = world;
    this.#index = index;
    const options = {
      address: registrarAddress(index),
      ports: [ASAP_PORT, ENRP_PORT],
      portFor: (ppid: number | undefined) => (ppid === PPID.enrp ? ENRP_PORT : ASAP_PORT),
      hearsAnnouncements: world.scenario.announcements,
    };
    this.host = new ClusterHost(world.network, `r${index + 1}`, options, this.#newRole(undefined));
    this.host.onEvent = (event: RegistrarEvent) => this.#onEvent(event);
  }

  get id(): number {
    return this.host.role.registrarId;
  }

  get isServing(): boolean {
    return this.host.isAlive && this.host.role.state === 'serving';
  }

  /** It is gone, and its view with it. */
  clear(): void {
    for (const identifier of [...this.view.keys()]) this.#set(identifier, undefined);
  }

  /** Comes back, with the identifier that it had or with another one. */
  restart(sameId: boolean): void {
    this.startedAt = this.#world.clock.now();
    this.host.restart(this.#newRole(sameId ? this.id : undefined));
  }

  #newRole(registrarId: number | undefined): RegistrarRole {
    const { scenario, random, clock } = this.#world;
    const life = this.host === undefined ? 1 : this.host.life + 1;
    const peers = [];
    for (let i = 0; i < scenario.registrars; i++) {
      if (i !== this.#index) peers.push(target(registrarAddress(i), ENRP_PORT));
    }
    return new RegistrarRole(
      {
        entropy: random.fork(`registrar ${this.#index} ${life}`),
        enrp: target(registrarAddress(this.#index), ENRP_PORT),
        asap: [target(registrarAddress(this.#index), ASAP_PORT)],
        peers,
        registrarId,
        config: scenario.registrarConfig,
      },
      clock.now(),
    );
  }

  #onEvent(event: RegistrarEvent): void {
    switch (event.kind) {
      case 'registered':
        this.#set(event.peIdentifier, this.id);
        break;
      case 'element-learnt':
        this.#set(event.peIdentifier, event.homeRegistrarId);
        break;
      case 'element-moved':
        this.#set(event.peIdentifier, event.to);
        break;
      case 'deregistered':
      case 'expired':
      case 'element-lost':
        this.#set(event.peIdentifier, undefined);
        break;
      default:
        break;
    }
    this.#world.onRegistrarEvent(this, event);
  }

  #set(identifier: number, home: number | undefined): void {
    const before = this.view.get(identifier);
    if (before === home) return;
    if (before !== undefined) this.hash = (this.hash - mix(identifier, before)) | 0;
    if (home !== undefined) {
      this.hash = (this.hash + mix(identifier, home)) | 0;
      this.view.set(identifier, home);
    } else this.view.delete(identifier);
    this.#world.onViewChange(identifier, before === undefined ? 1 : home === undefined ? -1 : 0);
  }
}

export function registrarAddress(index: number): string {
  return `10.0.0.${index + 1}`;
}

export function target(address: string, port: number) {
  return { protocol: 'sctp', addresses: [address], port, udpPort: 9899 } as const;
}

function mix(identifier: number, home: number): number {
  let z = Math.imul(identifier, 0x9e3779b1) ^ Math.imul(home, 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
