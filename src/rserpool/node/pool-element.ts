import { EventEmitter } from 'node:events';
import type { Instant } from '../../base/contract.ts';
import { emitSafely } from '../../base/emit-safely.ts';
import type { SctpEndpoint, Substrate } from '../../sctp/index.ts';
import type { ElementConfig } from '../element/config.ts';
import { ElementRole } from '../element/element.ts';
import type { ElementEvent, ElementSessionId } from '../element/events.ts';
import type { RegistrationRequest, RegistrationUpdate } from '../element/profile.ts';
import { RSerPoolError, type RSerPoolErrorCode } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import { componentId } from '../status/component.ts';
import type { ComponentStatus } from '../status/component-status.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { TransportParameter } from '../wire/transport.ts';
import { type TrustEvents, tellUntrusted, type Untrusted } from './connector.ts';
import { ElementSession } from './element-session.ts';
import { bindEndpoint, type EndpointOptions, substrateOf } from './endpoint-options.ts';
import { EventWaits } from './event-waits.ts';
import type { EventsByKind } from './events-by-kind.ts';
import { handleOf } from './handle.ts';
import { formatTarget } from './place.ts';
import { registrarCheck } from './registrar-check.ts';
import { type DiscoveryOptions, type LookupEvents, RegistrarDiscovery } from './registrar-discovery.ts';
import { registrarLink } from './registrar-link.ts';
import { RoleDriver } from './role-driver.ts';
import { type ElementSecurityOptions, elementSecurity } from './security-options.ts';
import type { StatusSource } from './status-reporter.ts';
import { transportParameter, type UserTransport } from './user-transport.ts';

export interface JoinOptions extends EndpointOptions, DiscoveryOptions {
  /** Round robin unless given. RFC 5356. */
  readonly policy?: PolicyParameter | undefined;
  /** PE identifier, 1 to 2^32 - 1; random unless given. */
  readonly peIdentifier?: number | undefined;
  /** Seconds, or -1 for ever. */
  readonly registrationLifeS?: number | undefined;
  /** What its business cards list, in the order of preference; the element itself unless given. RFC 5352 §3.9. */
  readonly preferredElements?: readonly PoolElementParameter[] | undefined;
  /** SCTP port of the service; any unless given. */
  readonly sctpPort?: number | undefined;
  /**
   * Where the program itself serves users, instead of a handler: by TCP, UDP, UDP-Lite, DCCP or whatever it is. Sessions,
   * failover and cookies are for SCTP only; users find it by `resolve`. RFC 5352 §2.1.
   */
  readonly transport?: UserTransport | undefined;
  /** TLS with registrars and users; none unless given. RFC 5355. */
  readonly security?: ElementSecurityOptions | undefined;
  /** Told of registrars that are not trusted, as by the event `untrusted`, but while `join` waits as well. */
  readonly onUntrusted?: ((event: Untrusted) => void) | undefined;
  /** Timers and limits, over those of the profile. */
  readonly config?: Partial<ElementConfig> | undefined;
  /** Ends the wait for the registration. */
  readonly signal?: AbortSignal | undefined;
}

/** Serves one user. When the promise settles the session is closed, by an abort if it was rejected. */
export type SessionHandler = (session: ElementSession) => Promise<void> | void;

/**
 * A pool element: one server of a pool. It stays registered, changes its registrar when that one dies, answers
 * keep-alives, and hands each user's session to the handler. RFC 5352.
 *
 * Emits every {@link ElementEvent} under its kind, and as `event`; a handler that fails as `handler-error`, a registrar's
 * name that is not known as `lookup-failed`, one that does not prove who it is as `untrusted`.
 */
export class PoolElement
  extends EventEmitter<
    EventsByKind<ElementEvent> &
      LookupEvents &
      TrustEvents & { 'handler-error': [error: unknown, session: ElementSession] }
  >
  implements StatusSource
{
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
  readonly #endpoint: SctpEndpoint;
  readonly #driver: RoleDriver<ElementEvent, ElementRole>;
  readonly #waits = new EventWaits<ElementEvent>();
  readonly #handler: SessionHandler | undefined;
  readonly #sessions = new Map<ElementSessionId, ElementSession>();
  #registration: RegistrationRequest;
  readonly #substrate: Substrate;
  readonly #registrars: DiscoveryOptions['registrars'];
  #joined = false;
  readonly #discovery: RegistrarDiscovery;
  #isDraining = false;
  readonly #leaving = new AbortController();
  #closing: Promise<void> | undefined;

  private constructor(
    handle: PoolHandle,
    endpoint: SctpEndpoint,
    role: ElementRole,
    handler: SessionHandler | undefined,
    discovery: RegistrarDiscovery,
    options: JoinOptions,
  ) {
    super();
    this.poolHandle = handle;
    this.#endpoint = endpoint;
    this.#handler = handler;
    this.#discovery = discovery;
    this.#driver = new RoleDriver({
      role,
      endpoint,
      substrate: substrateOf(options),
      security: options.security && elementSecurity(options.security, substrateOf(options)),
      onRefused: tellUntrusted((event) => {
        options.onUntrusted?.(event);
        emitSafely(this, 'untrusted', event);
      }),
      onEvent: (event) => this.#onEvent(event),
    });
    const { policy, peIdentifier, registrationLifeS, preferredElements, transport } = options;
    const userTransport = transport && transportParameter(transport, endpoint.addresses);
    this.#substrate = substrateOf(options);
    this.#registrars = options.registrars;
    const request: RegistrationRequest = {
      poolHandle: handle,
      policy,
      peIdentifier,
      registrationLifeS,
      userTransport,
      preferredElements,
    };
    this.peIdentifier = role.register(request, this.#substrate.now());
    this.#registration = { ...request, peIdentifier: this.peIdentifier };
  }

  /**
   * Opens an endpoint, registers it in a pool and serves its users. Resolves when it is registered.
   *
   * @param handler serves the users' sessions; none if `transport` says where the program serves them itself
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_REJECTED` if the registrar refuses, `ERR_RSERPOOL_NO_REGISTRAR` if it
   *   does not answer, `ERR_RSERPOOL_LOOKUP` if no registrar's name is known, `ERR_RSERPOOL_BAD_ARGUMENT`,
   *   `ERR_RSERPOOL_NO_REGISTRARS`; SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS`; ConfigError; the signal's
   *   reason. As long as no registrar can be reached it goes on looking: use a signal to limit that.
   */
  static async join(
    pool: string | Uint8Array,
    options: JoinOptions,
    handler?: SessionHandler | undefined,
  ): Promise<PoolElement> {
    const { signal } = options;
    if ((handler === undefined) === (options.transport === undefined)) {
      const text = 'either a handler serves SCTP sessions, or `transport` says where the program serves users itself';
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text);
    }
    signal?.throwIfAborted();
    const handle = handleOf(pool);
    const discovery = await RegistrarDiscovery.open(options, ['sctp'], options.security !== undefined);
    const endpoint = await bindEndpoint(options, options.sctpPort, 'element');
    try {
      const { config, profile } = options;
      const role = new ElementRole({
        ...discovery.known,
        isRegistrar: options.security && registrarCheck(options.security, options.registrars),
        profile,
        config,
        entropy: substrateOf(options).entropy,
      });
      const element = new PoolElement(handle, endpoint, role, handler, discovery, options);
      await discovery.begin(
        element.#driver,
        () => element.home !== undefined,
        (error) => emitSafely(element, 'lookup-failed', error),
      );
      element.#driver.accept();
      try {
        await element.#whenRegistered(signal);
      } catch (error) {
        element.#driver.stop();
        throw error;
      }
      element.#joined = true;
      return element;
    } catch (error) {
      await discovery.close();
      await endpoint.close({ timeoutMs: 0 });
      throw error;
    }
  }

  /** The transport that users find if it is not this endpoint's. */
  get transport(): TransportParameter | undefined {
    return this.#registration.userTransport;
  }

  /** Its own SCTP endpoint: where users reach it unless `transport` says otherwise. */
  get target(): TransportTarget {
    const { addresses, sctpPort, udpPort } = this.#endpoint;
    return { protocol: 'sctp', addresses, port: sctpPort, udpPort };
  }

  /** The registrar that it is registered with, if there is one at the moment. */
  get home(): TransportTarget | undefined {
    return this.#driver.role.home?.target;
  }

  /** The users that are served. */
  get sessions(): readonly ElementSession[] {
    return [...this.#sessions.values()];
  }

  /**
   * Other keys, certificates and authorities with registrars and users, from now on, for an element that has begun with
   * `security`. Who is connected by a key or an authority that is gone has to come again.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, and what Node throws for certificates; then nothing has changed
   */
  reloadSecurity(security: ElementSecurityOptions): void {
    const isRegistrar = registrarCheck(security, this.#registrars);
    this.#driver.setSecurity(elementSecurity(security, this.#substrate));
    this.#driver.call((role) => role.recognizeRegistrars(isRegistrar));
  }

  /** What a {@link StatusReporter} tells of it. */
  componentStatus(): ComponentStatus {
    const { home } = this.#driver.role;
    const { policy } = this.#registration;
    return {
      id: componentId('pool-element', this.peIdentifier),
      location: formatTarget(this.target),
      status: `${this.#sessions.size} sessions${home === undefined ? ', looking for a registrar' : ''}`,
      workload: policy !== undefined && 'load' in policy ? policy.load / 0xffffffff : undefined,
      associations: registrarLink(home),
    };
  }

  /** Changes policy values (the load, say) or the registration life. RFC 5352 §3.1. @throws RSerPoolError */
  update(change: RegistrationUpdate): void {
    if (this.#closing !== undefined) throw new RSerPoolError('ERR_RSERPOOL_CLOSED', 'the pool element is closed');
    this.#driver.call((role, now) => role.update(this.poolHandle, this.peIdentifier, change, now));
    this.#registration = { ...this.#registration, ...change };
  }

  /**
   * Leaves without interrupting anybody: leaves the pool, takes no more users, lets the sessions end, and then does what
   * `leave` does. Resolves when all is done; never rejects.
   *
   * @param options.deadlineMs sessions that last longer are closed, and their users turn to another element, with their
   *   cookies; unless given, they may last for ever
   */
  async drain({ deadlineMs }: { readonly deadlineMs?: number | undefined } = {}): Promise<void> {
    if (deadlineMs !== undefined && !(deadlineMs >= 0)) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'deadlineMs is a number of milliseconds', { deadlineMs });
    }
    if (this.#closing === undefined) {
      this.#isDraining = true;
      await this.#within(deadlineMs, ['drained'], (role, now) => role.drain(now), this.#leaving.signal);
    }
    await this.leave();
  }

  /** Leaves the pool, ends the sessions and closes the sockets. Never rejects. */
  leave(): Promise<void> {
    this.#leaving.abort();
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  async #leave(): Promise<void> {
    await this.#farewell();
    this.#driver.call((role) => role.stop('the element leaves'));
    await this.#discovery.close();
    await this.#endpoint.close({ timeoutMs: LEAVE_MS });
    this.#driver.stop();
    for (const session of this.#sessions.values()) session.ended('the element left the pool');
  }

  /** Deregisters; waits for the registrar, but not for ever. */
  async #farewell(): Promise<void> {
    if (!this.#driver.role.isRegistered) return;
    await this.#within(LEAVE_MS, ['deregistered', 'deregistration-rejected'], (role, now) => role.deregisterAll(now));
  }

  /** Begins something, and waits for one of these events, but not longer than that, nor beyond `end`. */
  async #within(
    limitMs: number | undefined,
    kinds: readonly ElementEvent['kind'][],
    begin: (role: ElementRole, now: Instant) => void,
    end?: AbortSignal,
  ): Promise<void> {
    const limit = new AbortController();
    const substrate = this.#substrate;
    const abort = (): void => limit.abort();
    const cancel = limitMs === undefined ? undefined : substrate.setTimer(substrate.now() + limitMs, abort);
    const decide = ({ kind }: ElementEvent): { readonly result: undefined } | undefined =>
      kinds.includes(kind) ? { result: undefined } : undefined;
    try {
      end?.addEventListener('abort', abort, { once: true });
      await this.#waits.next(decide, limit.signal, () => this.#driver.call(begin));
    } catch (error) {
      if (!limit.signal.aborted) throw error;
    } finally {
      cancel?.();
      end?.removeEventListener('abort', abort);
    }
  }

  #whenRegistered(signal: AbortSignal | undefined): Promise<void> {
    const decide = (event: ElementEvent): { readonly result: undefined } | undefined => {
      if (event.kind === 'registered') return { result: undefined };
      if (event.kind !== 'registration-rejected' && event.kind !== 'registration-failed') return undefined;
      const code = event.kind === 'registration-rejected' ? 'ERR_RSERPOOL_REJECTED' : 'ERR_RSERPOOL_NO_REGISTRAR';
      throw new RSerPoolError(code, `not registered in ${this.poolHandle}: ${event.reason}`, {
        poolHandle: this.poolHandle.toString(),
        peIdentifier: this.peIdentifier,
      });
    };
    return this.#waits.next(decide, signal, () => this.#driver.call(() => undefined));
  }

  #onEvent(event: ElementEvent): void {
    switch (event.kind) {
      case 'session-opened':
        this.#openSession(event);
        break;
      case 'data':
        this.#sessions.get(event.session)?.received({ data: event.bytes, ppid: event.ppid, stream: event.streamId });
        break;
      case 'cookie-echo':
        this.#sessions.get(event.session)?.restored(event.cookie);
        break;
      case 'registration-failed':
        // MAX-REG-ATTEMPT ends one series of attempts (RFC 5352 §3.1); who has joined stays a member and begins anew.
        if (this.#joined && !this.#isDraining && this.#closing === undefined) {
          this.#driver.call((role, now) => role.register(this.#registration, now));
        }
        break;
      case 'session-closed':
        this.#sessions.get(event.session)?.ended(event.reason);
        this.#sessions.delete(event.session);
        break;
      default:
        break;
    }
    emitSafely(this, event.kind, event);
    emitSafely(this, 'event', event);
    this.#waits.tell(event);
  }

  #openSession({ session: id, remote, peer }: Extract<ElementEvent, { readonly kind: 'session-opened' }>): void {
    const session = new ElementSession(id, remote, peer, this.#driver);
    this.#sessions.set(id, session);
    queueMicrotask(() => void this.#serve(session));
  }

  async #serve(session: ElementSession): Promise<void> {
    try {
      await (this.#handler ?? sendAway)(session);
      session.close();
    } catch (error) {
      // The user is gone, and the handler learnt it by sending: that is no failure of the handler.
      const isGone = session.closed || this.#closing !== undefined;
      if (isGone && error instanceof RSerPoolError && GONE.has(error.code)) return;
      session.abort('the handler failed');
      // Without a listener the error is the process's, as in any program.
      if (!this.emit('handler-error', error, session)) throw error;
    }
  }
}

/** Users of an element that serves elsewhere: a registrar may be among those who call, so they go when they send data. */
async function sendAway(session: ElementSession): Promise<void> {
  for await (const _ of session) session.abort('this element is not reached by SCTP');
}

/** What sending to a user fails with who is gone, or whom the element is leaving. */
const GONE: ReadonlySet<RSerPoolErrorCode> = new Set(['ERR_RSERPOOL_CLOSED', 'ERR_RSERPOOL_NO_SESSION']);

/** How long leaving waits for the registrar and for users, ms. */
const LEAVE_MS = 2000;
