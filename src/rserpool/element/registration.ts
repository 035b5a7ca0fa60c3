import type { Instant } from '../../base/contract.ts';
import { describeCauses } from '../asap/cause-text.ts';
import type { HomeRegistrar } from '../asap/server-hunt.ts';
import type { Outbox } from '../outbox.ts';
import type { DeregistrationResponse, RegistrationResponse } from '../wire/asap.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { TransportParameter } from '../wire/transport.ts';
import type { ElementConfig } from './config.ts';
import type { ElementEvent } from './events.ts';
import { elementParameter, type RegistrationProfile } from './profile.ts';

/** Where a registration stands. RFC 5352 §3.1, §3.2. */
type State =
  /** Waits for a home registrar. */
  | { readonly kind: 'hunting' }
  | { readonly kind: 'registering'; readonly t2At: Instant }
  | { readonly kind: 'registered'; readonly t4At: Instant }
  /** A renewal was refused: a member still, but nothing is sent until something is corrected. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'deregistering'; readonly t3At: Instant }
  | { readonly kind: 'ended' };

/** How close to the end of its life a registration is renewed, ms. RFC 5352 §7.1. */
const T4_MARGIN_MS = 20_000;

/** One element of one pool: registration, renewal and de-registration. RFC 5352 §3.1, §3.2. */
export class Registration {
  readonly #outbox: Outbox<ElementEvent>;
  readonly #config: ElementConfig;
  #profile: RegistrationProfile;
  #state: State = { kind: 'hunting' };
  /** Registrations sent since the latest success. */
  #attempts = 0;
  /** Expiries of T3 since de-registration began. */
  #t3Expiries = 0;
  /** A registrar accepted us, and did not tell otherwise since. */
  #member = false;
  /** A registration was sent: a registrar may have accepted us. */
  #known = false;
  /** The profile changed while a response was awaited. */
  #changed = false;
  /** A de-registration was sent only to register anew: its response means nothing. */
  #withdrawn = false;

  constructor(outbox: Outbox<ElementEvent>, config: ElementConfig, profile: RegistrationProfile) {
    this.#outbox = outbox;
    this.#config = config;
    this.#profile = profile;
  }

  get profile(): RegistrationProfile {
    return this.#profile;
  }

  get member(): boolean {
    return this.#member;
  }

  get ended(): boolean {
    return this.#state.kind === 'ended';
  }

  /**
   * A home registrar is there, a new one or for the first time: it is told at once. Also one that took over and has the
   * registration: what changed while there was no home may not have reached it.
   */
  handleHome(home: HomeRegistrar, now: Instant): void {
    this.#withdrawn = false;
    // T3 goes on: registrars that come and go must not hold up the farewell.
    if (this.#state.kind === 'deregistering') this.#sendDeregistration(home);
    else if (this.#state.kind !== 'ended' && this.#state.kind !== 'refused') this.#sendRegistration(home, now);
  }

  /**
   * The home registrar turns out to be one of rsplib, and has taken our life in seconds for milliseconds. It keeps the
   * first life that it was told and passes it on however often we register again, so we leave and enter anew.
   */
  handleRsplibHome(home: HomeRegistrar, now: Instant): void {
    const isTold = this.#state.kind === 'registering' || this.#state.kind === 'registered';
    if (isTold) this.#sendDeregistration(home);
    this.handleHome(home, now);
    this.#withdrawn = isTold;
  }

  /** SEND.FAILURE: the home registrar is gone and another one is looked for. */
  handleHomeLost(): void {
    this.#withdrawn = false;
    if (this.#state.kind === 'registering' && this.#giveUp()) return;
    if (this.#state.kind === 'registering' || this.#state.kind === 'registered') this.#state = { kind: 'hunting' };
  }

  /** New policy values, or a new life: a registered element registers again (RFC 5352 §3.1). */
  update(profile: RegistrationProfile, home: HomeRegistrar | undefined, now: Instant): void {
    this.#profile = profile;
    if (this.#state.kind === 'registering') {
      this.#changed = true;
    } else if (this.#state.kind === 'registered' || this.#state.kind === 'refused') {
      if (home === undefined) this.#state = { kind: 'hunting' };
      else this.#sendRegistration(home, now);
    }
  }

  /** D1 to D4 of RFC 5352 §3.2. */
  deregister(home: HomeRegistrar | undefined, now: Instant): void {
    if (this.#state.kind === 'deregistering' || this.#state.kind === 'ended') return;
    if (!this.#known) {
      this.#end({ kind: 'deregistered', ...this.#name(), confirmed: true });
      return;
    }
    this.#t3Expiries = 0;
    this.#state = { kind: 'deregistering', t3At: now + this.#config.t3DeregistrationMs };
    if (home !== undefined) this.#sendDeregistration(home);
  }

  handleRegistrationResponse(message: RegistrationResponse, home: HomeRegistrar, now: Instant): void {
    // Nothing is outstanding: a forged or a late one.
    if (this.#state.kind !== 'registering') return;
    if (message.rejected) {
      this.#state = { kind: 'refused' };
      if (!this.#member) this.#state = { kind: 'ended' };
      this.#outbox.event({
        kind: 'registration-rejected',
        ...this.#name(),
        reason: describeCauses(message.causes),
        causes: message.causes,
      });
      // What was refused may be the profile before the correction.
      if (this.#changed && !this.ended) this.#sendRegistration(home, now);
      return;
    }
    const renewed = this.#member;
    this.#member = true;
    this.#attempts = 0;
    this.#becomeRegistered(now);
    this.#outbox.event({
      kind: 'registered',
      ...this.#name(),
      renewed,
      warning: message.causes.length > 0 ? describeCauses(message.causes) : undefined,
    });
    if (this.#changed) this.#sendRegistration(home, now);
  }

  handleDeregistrationResponse(message: DeregistrationResponse, home: HomeRegistrar, now: Instant): void {
    if (this.#withdrawn) {
      this.#withdrawn = false;
      return;
    }
    if (this.#state.kind === 'deregistering') {
      if (message.causes.length === 0) {
        this.#end({ kind: 'deregistered', ...this.#name(), confirmed: true });
        return;
      }
      this.#becomeRegistered(now);
      this.#outbox.event({
        kind: 'deregistration-rejected',
        ...this.#name(),
        reason: describeCauses(message.causes),
        causes: message.causes,
      });
    } else if (this.#member && message.causes.length === 0) {
      // Unsolicited: the registration life ran out at the registrar (RFC 5352 §2.2.4).
      this.#member = false;
      this.#outbox.event({ kind: 'registration-expired', ...this.#name() });
      if (this.#state.kind !== 'registering') this.#sendRegistration(home, now);
    }
  }

  /** True if the home registrar did not answer in time and another one is to be looked for. */
  handleTimeout(home: HomeRegistrar | undefined, now: Instant): boolean {
    const state = this.#state;
    switch (state.kind) {
      case 'registering':
        if (now < state.t2At) return false;
        if (!this.#giveUp()) this.#state = { kind: 'hunting' };
        return true;
      case 'registered':
        if (now < state.t4At) return false;
        if (home === undefined) this.#state = { kind: 'hunting' };
        else this.#sendRegistration(home, now);
        return false;
      case 'deregistering':
        if (now < state.t3At) return false;
        this.#t3Expiries++;
        // A farewell is not worth waiting for ever: the registration life ends it as well (RFC 5352 §3.2).
        if (this.#t3Expiries > this.#config.maxRegAttempt) {
          this.#end({ kind: 'deregistered', ...this.#name(), confirmed: false });
        } else {
          this.#state = { kind: 'deregistering', t3At: now + this.#config.t3DeregistrationMs };
        }
        return true;
      default:
        return false;
    }
  }

  nextTimeoutAt(): Instant | undefined {
    switch (this.#state.kind) {
      case 'registering':
        return this.#state.t2At;
      case 'registered':
        return this.#state.t4At;
      case 'deregistering':
        return this.#state.t3At;
      default:
        return undefined;
    }
  }

  #sendRegistration(home: HomeRegistrar, now: Instant): void {
    const element = elementParameter(this.#profile, home.local);
    const unbound = unboundAddress(element.userTransport, home.local.addresses);
    if (unbound !== undefined) {
      this.#fail(`${unbound} is not an address of the endpoint that talks to the registrar (RFC 5352 §2.2.1)`);
      return;
    }
    const { poolHandle } = this.#profile;
    // With lives in milliseconds comes no sign that they are in seconds.
    const { udpPorts, ...plain } = element;
    const isRsplib = this.#outbox.dialects.of(home.channel) === 'rsplib';
    if (
      !this.#outbox.control(home.channel, { kind: 'registration', poolHandle, element: isRsplib ? plain : element })
    ) {
      this.#fail(
        'the registrar is one of rsplib, which takes handles of at most 32 bytes, transports over SCTP, TCP and UDP, and its own policies',
      );
      return;
    }
    this.#attempts++;
    this.#changed = false;
    this.#known = true;
    this.#state = { kind: 'registering', t2At: now + this.#config.t2RegistrationMs };
  }

  #sendDeregistration(home: HomeRegistrar): void {
    this.#outbox.control(home.channel, { kind: 'deregistration', ...this.#name() });
  }

  /** A registration got no response: true if that was one too often. */
  #giveUp(): boolean {
    if (this.#attempts <= this.#config.maxRegAttempt) return false;
    this.#fail(`no registrar answered ${this.#attempts} registrations`);
    return true;
  }

  #fail(reason: string): void {
    this.#end({ kind: 'registration-failed', ...this.#name(), reason });
  }

  #end(event: ElementEvent): void {
    this.#state = { kind: 'ended' };
    this.#member = false;
    this.#outbox.event(event);
  }

  #becomeRegistered(now: Instant): void {
    this.#state = { kind: 'registered', t4At: now + this.#t4Ms() };
  }

  #t4Ms(): number {
    const { t4ReregistrationMs } = this.#config;
    const lifeMs = 1000 * this.#profile.registrationLifeS;
    if (lifeMs < 0) return t4ReregistrationMs;
    return Math.min(t4ReregistrationMs, lifeMs <= 2 * T4_MARGIN_MS ? lifeMs / 2 : lifeMs - T4_MARGIN_MS);
  }

  #name(): { readonly poolHandle: PoolHandle; readonly peIdentifier: number } {
    const { poolHandle, peIdentifier } = this.#profile;
    return { poolHandle, peIdentifier };
  }
}

/** RFC 5352 §2.2.1: what is registered must be a subset of the association's addresses, whatever the transport. */
function unboundAddress(transport: TransportParameter, bound: readonly string[]): string | undefined {
  return transport.protocol === 'opaque' ? undefined : transport.addresses.find((address) => !bound.includes(address));
}
