import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { HomeRegistrar } from '../asap/server-hunt.ts';
import { RSerPoolError } from '../errors.ts';
import type { Outbox } from '../outbox.ts';
import type { BusinessCard, EndpointKeepAlive } from '../wire/asap.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { ElementConfig } from './config.ts';
import type { ElementEvent } from './events.ts';
import { changedProfile, elementParameter, type RegistrationProfile, type RegistrationUpdate } from './profile.ts';
import { Registration } from './registration.ts';

/** The registrations of one role, which share the home registrar. RFC 5352 §3.1, §3.2. */
export class Registrations {
  readonly #outbox: Outbox<ElementEvent>;
  readonly #config: ElementConfig;
  readonly #registrations: Registration[] = [];

  constructor(outbox: Outbox<ElementEvent>, config: ElementConfig) {
    this.#outbox = outbox;
    this.#config = config;
  }

  get isEmpty(): boolean {
    return this.#registrations.length === 0;
  }

  /** Whether the endpoint that users connect to carries a control channel. RFC 5352 §3.8. */
  get haveControl(): boolean {
    return this.#registrations.every(({ profile }) => profile.use === 'data-and-control');
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_LIMIT` */
  add(profile: RegistrationProfile): Registration {
    const { poolHandle, peIdentifier } = profile;
    if (this.find(poolHandle, peIdentifier) !== undefined) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'this element is registered already: use update', {
        peIdentifier,
      });
    }
    if (this.#registrations.length >= this.#config.maxRegistrations) {
      throw new RSerPoolError('ERR_RSERPOOL_LIMIT', `at most ${this.#config.maxRegistrations} registrations`);
    }
    const registration = new Registration(this.#outbox, this.#config, profile);
    this.#registrations.push(registration);
    return registration;
  }

  find(poolHandle: PoolHandle, peIdentifier: number): Registration | undefined {
    return this.#registrations.find(
      ({ profile }) => profile.peIdentifier === peIdentifier && profile.poolHandle.key === poolHandle.key,
    );
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_NOT_REGISTERED`, `ERR_RSERPOOL_BAD_ARGUMENT` */
  update(
    poolHandle: PoolHandle,
    peIdentifier: number,
    change: RegistrationUpdate,
    home: HomeRegistrar | undefined,
    now: Instant,
  ): void {
    const registration = this.require(poolHandle, peIdentifier);
    registration.update(changedProfile(registration.profile, change), home, now);
  }

  deregisterAll(home: HomeRegistrar | undefined, now: Instant): void {
    for (const registration of this.#registrations) registration.deregister(home, now);
  }

  handleHome(home: HomeRegistrar, now: Instant): void {
    for (const registration of this.#registrations) registration.handleHome(home, now);
  }

  handleRsplibHome(home: HomeRegistrar, now: Instant): void {
    for (const registration of this.#registrations) registration.handleRsplibHome(home, now);
  }

  handleHomeLost(): void {
    for (const registration of this.#registrations) registration.handleHomeLost();
  }

  /** Members that a keep-alive is for: all of the pool, unless it names one. RFC 5352 §3.4 KA1. */
  askedBy({ poolHandle, peIdentifier }: EndpointKeepAlive): Registration[] {
    return this.#registrations.filter(({ member, profile }) => {
      const meant = peIdentifier === undefined || peIdentifier === profile.peIdentifier;
      return member && meant && profile.poolHandle.key === poolHandle.key;
    });
  }

  /** True if the home registrar did not answer in time. */
  handleTimeout(home: HomeRegistrar | undefined, now: Instant): boolean {
    let unanswered = false;
    for (const registration of this.#registrations) if (registration.handleTimeout(home, now)) unanswered = true;
    return unanswered;
  }

  nextTimeoutAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const registration of this.#registrations) next = earlier(next, registration.nextTimeoutAt());
    return next;
  }

  /** RFC 5352 §3.9: what a user is told when its session begins. */
  cards(home: HomeRegistrar | undefined): BusinessCard[] {
    if (!this.#config.businessCards) return [];
    const cards: BusinessCard[] = [];
    for (const registration of this.#registrations) {
      const { poolHandle, use, userTransport, preferredElements } = registration.profile;
      // Users of another transport do not come here, and data-only ones have no control channel.
      if (!registration.member || use !== 'data-and-control' || userTransport !== undefined) continue;
      const elements =
        preferredElements ?? (home === undefined ? [] : [elementParameter(registration.profile, home.local)]);
      if (elements.length > 0) cards.push({ kind: 'business-card', poolHandle, elements });
    }
    return cards;
  }

  /** Forgets those that have ended; true if the last one did. */
  sweep(): boolean {
    if (!this.#registrations.some((registration) => registration.ended)) return false;
    const alive = this.#registrations.filter((registration) => !registration.ended);
    this.#registrations.splice(0, this.#registrations.length, ...alive);
    return alive.length === 0;
  }

  clear(): void {
    this.#registrations.length = 0;
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_NOT_REGISTERED` */
  require(poolHandle: PoolHandle, peIdentifier: number): Registration {
    const registration = this.find(poolHandle, peIdentifier);
    if (registration === undefined) {
      throw new RSerPoolError('ERR_RSERPOOL_NOT_REGISTERED', `no element ${peIdentifier} in pool ${poolHandle}`, {
        poolHandle: poolHandle.toString(),
        peIdentifier,
      });
    }
    return registration;
  }
}
