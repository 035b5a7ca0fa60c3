import type { Instant } from '../../src/base/contract.ts';
import { ElementRole } from '../../src/rserpool/element/element.ts';
import type { ElementEvent } from '../../src/rserpool/element/events.ts';
import type { PolicyParameter } from '../../src/rserpool/wire/policy.ts';
import type { PoolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { ClusterHost } from './host.ts';
import type { RegistrarNode } from './registrar-node.ts';
import type { World } from './world.ts';

/** Pause before a registration that was refused, or came to nothing, is tried again by the program. */
const REGISTER_AGAIN_MS = 2000;

/** An element: it echoes what users send. */
export class ElementNode {
  readonly host: ClusterHost<ElementRole>;
  readonly poolHandle: PoolHandle;
  readonly policy: PolicyParameter;
  identifier: number;
  /** In the pool, or on the way into it. */
  wanted = false;
  joinedAt: Instant = 0;
  /** Since when nobody manages it, and why. */
  lost: { readonly at: Instant; readonly why: 'takeover' | 'rehome' | 'join' } | undefined;
  readonly #world: World;
  readonly #index: number;

  constructor(world: World, index: number, poolHandle: PoolHandle, policy: PolicyParameter) {
    this.#world = world;
    this.#index = index;
    this.poolHandle = poolHandle;
    this.policy = policy;
    this.identifier = world.newIdentifier();
    const options = {
      address: `10.1.${index >> 8}.${index & 255}`,
      ports: [4711],
      hearsAnnouncements: world.scenario.announcements,
    };
    this.host = new ClusterHost(world.network, `e${index + 1}`, options, this.#newRole());
    this.host.onEvent = (event: ElementEvent) => this.#onEvent(event);
  }

  /** The registrar that it takes for its home, if that lives and owns it. */
  get manager(): RegistrarNode | undefined {
    const { home } = this.host.role;
    const registrar = this.#world.registrarAt(home?.target.addresses[0]);
    if (registrar === undefined || !registrar.host.isAlive) return undefined;
    return registrar.view.get(this.identifier) === registrar.id ? registrar : undefined;
  }

  join(): void {
    this.wanted = true;
    this.joinedAt = this.#world.clock.now();
    this.lost = { at: this.joinedAt, why: 'join' };
    this.#world.elementJoined(this);
    this.host.call((role, now) => this.#register(role, now));
  }

  /** Leaves the pool, and then the network. */
  leave(): void {
    this.#gone();
    this.host.call((role, now) => role.deregisterAll(now));
    const { life } = this.host;
    this.#world.clock.after(1000, () => {
      if (this.host.life === life && this.host.isAlive) this.host.leave();
    });
  }

  crash(): void {
    this.#gone();
    this.host.kill();
  }

  restart(sameIdentifier: boolean): void {
    if (!sameIdentifier) this.identifier = this.#world.newIdentifier();
    this.host.restart(this.#newRole());
    this.join();
  }

  #gone(): void {
    if (!this.wanted) return;
    this.wanted = false;
    this.#world.elementGone(this);
    this.lost = undefined;
  }

  #newRole(): ElementRole {
    const { scenario, random } = this.#world;
    return new ElementRole({
      registrars: this.#world.registrarsFor(this.#index),
      announcements: scenario.announcements,
      entropy: random.fork(`element ${this.#index} ${this.host === undefined ? 1 : this.host.life + 1}`),
      config: scenario.elementConfig,
    });
  }

  #register(role: ElementRole, now: Instant): void {
    role.register({ poolHandle: this.poolHandle, peIdentifier: this.identifier, policy: this.policy }, now);
  }

  #onEvent(event: ElementEvent): void {
    const { clock } = this.#world;
    switch (event.kind) {
      case 'data':
        this.host.role.sendData(event.session, { bytes: event.bytes });
        break;
      case 'registered':
      case 'home-changed':
        this.#world.recheck(this);
        break;
      case 'registration-failed':
      case 'registration-rejected': {
        this.#world.count(event.kind);
        const { life } = this.host;
        clock.after(REGISTER_AGAIN_MS, () => {
          if (this.host.life === life && this.host.isAlive && this.wanted) this.#registerAgain();
        });
        break;
      }
      default:
        break;
    }
    this.#world.onElementEvent(this, event);
  }

  /** A member whose renewal was refused corrects it, another one registers. */
  #registerAgain(): void {
    this.host.call((role, now) => {
      try {
        role.update(this.poolHandle, this.identifier, {}, now);
      } catch {
        this.#register(role, now);
      }
    });
  }
}
