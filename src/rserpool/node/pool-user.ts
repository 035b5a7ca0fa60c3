import { EventEmitter } from 'node:events';
import type { Instant } from '../../base/contract.ts';
import { emitSafely } from '../../base/emit-safely.ts';
import type { SctpEndpoint, Substrate } from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import { componentId } from '../status/component.ts';
import { type ComponentStatus, SCTP_PROTOCOL } from '../status/component-status.ts';
import type { UserConfig } from '../user/config.ts';
import type { PoolElementHandle } from '../user/destination.ts';
import type { UserEvent, UserSessionId } from '../user/events.ts';
import type { SessionOptions } from '../user/session-options.ts';
import { UserRole } from '../user/user.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { type TrustEvents, tellUntrusted } from './connector.ts';
import { bindEndpoint, type EndpointOptions, substrateOf, tcpNetworkOf } from './endpoint-options.ts';
import type { EventsByKind } from './events-by-kind.ts';
import { handleOf, type PoolName } from './handle.ts';
import { noElement } from './no-element.ts';
import { formatTarget } from './place.ts';
import { type MessageDestination, type MessageSendOptions, type PoolMessage, PoolMessages } from './pool-messages.ts';
import { type DiscoveryOptions, type LookupEvents, RegistrarDiscovery } from './registrar-discovery.ts';
import { registrarLink } from './registrar-link.ts';
import { ResolutionWaits } from './resolution-waits.ts';
import { RoleDriver } from './role-driver.ts';
import { type UserSecurityOptions, userSecurity } from './security-options.ts';
import type { StatusSource } from './status-reporter.ts';
import { type TcpConfig, tcpConfig } from './tcp-config.ts';
import { UserSession } from './user-session.ts';

export interface PoolUserOptions extends EndpointOptions, DiscoveryOptions {
  /** TLS with registrars and elements; none unless given. RFC 5355. */
  readonly security?: UserSecurityOptions | undefined;
  /** Timers and limits, over those of the profile. */
  readonly config?: Partial<UserConfig> | undefined;
  /** Limits of a TCP connection with a registrar. */
  readonly tcpLimits?: Partial<TcpConfig> | undefined;
  /**
   * Elements of the same program: what goes to all elements of a pool does not come back to them (RFC 5352 §6.5.5), and
   * registrars are reached by SCTP only (§3.3).
   */
  readonly self?: readonly Pick<PoolElementHandle, 'poolHandle' | 'peIdentifier'>[] | undefined;
}

export interface ConnectToPoolOptions extends SessionOptions {
  /** Ends the wait, and the session with it. */
  readonly signal?: AbortSignal | undefined;
  /** Wait until the pool has an element that answers, instead of failing when there is none now. */
  readonly waitForPool?: boolean | undefined;
}

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A pool user: finds the elements of pools, and holds sessions that go on with another element when one fails. RFC 5352.
 *
 * Emits every {@link UserEvent} under its kind, and as `event`; a registrar's name that is not known as `lookup-failed`,
 * a registrar or an element that does not prove who it is as `untrusted`.
 */
export class PoolUser
  extends EventEmitter<EventsByKind<UserEvent> & LookupEvents & TrustEvents>
  implements StatusSource
{
  readonly #endpoint: SctpEndpoint;
  readonly #driver: RoleDriver<UserEvent, UserRole>;
  readonly #sessions = new Map<UserSessionId, UserSession>();
  readonly #waits = new ResolutionWaits();
  readonly #messages: PoolMessages;
  readonly #discovery: RegistrarDiscovery;
  readonly #substrate: Substrate;
  #closing: Promise<void> | undefined;
  /** Users have no identifier of their own: any number that nobody else has. */
  readonly #componentId: bigint;

  private constructor(endpoint: SctpEndpoint, role: UserRole, discovery: RegistrarDiscovery, options: PoolUserOptions) {
    super();
    const substrate = substrateOf(options);
    this.#substrate = substrate;
    this.#componentId = componentId('pool-user', substrate.entropy.u32());
    this.#endpoint = endpoint;
    this.#discovery = discovery;
    const network = tcpNetworkOf(options);
    this.#driver = new RoleDriver({
      role,
      endpoint,
      substrate,
      security: options.security && userSecurity(options.security, substrate),
      severalPerPeer: true,
      tcp: network && { network, config: tcpConfig(options.tcpLimits) },
      onRefused: tellUntrusted((event) => emitSafely(this, 'untrusted', event)),
      onEvent: (event) => this.#onEvent(event),
    });
    this.#messages = new PoolMessages(this.#driver);
  }

  /**
   * Opens an endpoint and begins to look for a registrar.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_NO_REGISTRARS`, `ERR_RSERPOOL_LOOKUP` if no
   *   registrar's name is known; SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS`; ConfigError
   */
  static async open(options: PoolUserOptions): Promise<PoolUser> {
    // RFC 5352 §3.3 NR3, §3.5: an element speaks SCTP with registrars, also when it is a user.
    const onlySctp = tcpNetworkOf(options) === undefined || (options.self ?? []).length > 0;
    const protocols = onlySctp ? (['sctp'] as const) : (['sctp', 'tcp'] as const);
    const discovery = await RegistrarDiscovery.open(options, protocols, options.security !== undefined);
    const endpoint = await bindEndpoint(options, undefined, 'user');
    try {
      const { config, profile, self = [] } = options;
      const { entropy } = substrateOf(options);
      const isSelf = ({ key }: PoolHandle, peIdentifier: number): boolean =>
        self.some((element) => element.poolHandle.key === key && element.peIdentifier === peIdentifier);
      const role = new UserRole({
        ...discovery.known,
        registrarProtocols: protocols,
        isSelf,
        profile,
        config,
        entropy,
      });
      const user = new PoolUser(endpoint, role, discovery, options);
      await discovery.begin(
        user.#driver,
        () => user.home !== undefined,
        (error) => emitSafely(user, 'lookup-failed', error),
      );
      user.#driver.call((each, now) => each.start(now));
      return user;
    } catch (error) {
      await discovery.close();
      await endpoint.close({ timeoutMs: 0 });
      throw error;
    }
  }

  /** The registrar that is asked, if there is one at the moment. */
  get home(): TransportTarget | undefined {
    return this.#driver.role.home?.target;
  }

  /**
   * Begins a session with a pool; resolves when an element has answered.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_UNKNOWN_POOL`, `ERR_RSERPOOL_NO_REGISTRAR`, `ERR_RSERPOOL_NO_ELEMENT`
   *   unless `waitForPool`; `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_LIMIT`, `ERR_RSERPOOL_CLOSED`; the signal's reason
   */
  async connect(pool: string | Uint8Array, options: ConnectToPoolOptions = {}): Promise<UserSession> {
    this.#assertOpen();
    const { signal, waitForPool = false, ...sessionOptions } = options;
    signal?.throwIfAborted();
    const handle = handleOf(pool);
    const id = this.#driver.call((role, now) => {
      const session = role.openSession(handle, sessionOptions, now);
      // Registered before the role's first events are told.
      this.#sessions.set(session, new UserSession(session, handle, this.#driver));
      return session;
    });
    const session = this.#sessions.get(id)!;
    try {
      await session.whenUp(signal, waitForPool ? undefined : (reason) => noElement(handle, reason));
    } catch (error) {
      session.close();
      throw error;
    }
    return session;
  }

  /**
   * The elements of a pool, in the order in which they should be used: from the cache, else from a registrar.
   * TRANSLATION.REQUEST, RFC 5352 §6.9.1.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_UNKNOWN_POOL`, `ERR_RSERPOOL_NO_REGISTRAR`, `ERR_RSERPOOL_NO_ELEMENT`,
   *   `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_CLOSED`; the signal's reason
   */
  resolve(pool: PoolName, { signal }: WaitOptions = {}): Promise<readonly PoolElementParameter[]> {
    return this.#elementsOf(pool, signal, (role, handle, now) => role.resolve(handle, now));
  }

  /**
   * Fills the cache from a registrar, whatever it has. CACHE.POPULATE.REQUEST, RFC 5352 §6.3.
   *
   * @throws (rejects) as {@link resolve}
   */
  populate(pool: PoolName, { signal }: WaitOptions = {}): Promise<readonly PoolElementParameter[]> {
    return this.#elementsOf(pool, signal, (role, handle, now) => role.populate(handle, now));
  }

  /**
   * The element of a resolved pool to use now, by the pool's policy and without those that failed lately; `undefined` if
   * none is known. GETPRIMARYSERVER and GETNEXTSERVER, RFC 5351 §4.1.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_CLOSED`
   */
  pick(pool: PoolName): PoolElementHandle | undefined {
    this.#assertOpen();
    const poolHandle = handleOf(pool);
    const element = this.#driver.call((role, now) => role.pick(poolHandle, now));
    return element && { poolHandle, ...element };
  }

  /** Forgets what is known about a pool. CACHE.PURGE.REQUEST, RFC 5352 §6.4. @throws RSerPoolError */
  purge(pool: PoolName): void {
    this.#assertOpen();
    this.#driver.call((role) => role.purge(handleOf(pool)));
  }

  /**
   * An element that `resolve` named does not work for a program that talks to it by itself: the registrar is told, and
   * the element avoided for a while. TRANSPORT.FAILURE, RFC 5352 §6.9.2; elements that were never named are not reported.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_CLOSED`
   */
  transportFailure(pool: PoolName, peIdentifier: number): void {
    this.#assertOpen();
    this.#driver.call((role, now) => role.transportFailure(handleOf(pool), peIdentifier, now));
  }

  /**
   * Sends one message without a session: to a pool, to an element, or to a transport address. DATA.SEND.REQUEST, RFC 5352
   * §6.5. Resolves when it is handed to the transport, with the PE handles of those that it went to (none for a transport
   * address). What happens later is told by `error-report`; answers come by {@link receive}, or as `data-received`.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_UNKNOWN_POOL`, `ERR_RSERPOOL_NO_REGISTRAR`, `ERR_RSERPOOL_NO_ELEMENT`,
   *   `ERR_RSERPOOL_QUEUE_FULL`, `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_CLOSED`
   */
  async send(
    destination: MessageDestination,
    data: Uint8Array | string,
    options: MessageSendOptions = {},
  ): Promise<readonly PoolElementHandle[]> {
    this.#assertOpen();
    return this.#messages.send(destination, data, options);
  }

  /**
   * The next message that came without a session, unless there are listeners for `data-received`. DATA.RECEIVED, RFC 5352
   * §6.6.
   *
   * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED`; the signal's reason
   */
  async receive({ signal }: WaitOptions = {}): Promise<PoolMessage> {
    const message = await this.#messages.receive(signal);
    if (message === undefined) throw closedError();
    return message;
  }

  /**
   * Other keys, certificates and authorities with registrars and elements, from now on, for a user that has begun with
   * `security`. Who is connected by a key or an authority that is gone has to come again.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, and what Node throws for certificates; then nothing has changed
   */
  reloadSecurity(security: UserSecurityOptions): void {
    this.#driver.setSecurity(userSecurity(security, this.#substrate));
  }

  /** What a {@link StatusReporter} tells of it. */
  componentStatus(): ComponentStatus {
    const { home } = this.#driver.role;
    const { addresses, sctpPort, udpPort } = this.#endpoint;
    return {
      id: this.#componentId,
      location: formatTarget({ protocol: 'sctp', addresses, port: sctpPort, udpPort }),
      status: `${this.#sessions.size} sessions${home === undefined ? ', looking for a registrar' : ''}`,
      workload: undefined,
      associations: [...registrarLink(home), ...this.#elementLinks()],
    };
  }

  #elementLinks(): ComponentStatus['associations'] {
    return [...this.#sessions.values()].flatMap(({ element }) =>
      element === undefined
        ? []
        : [{ receiverId: componentId('pool-element', element.peIdentifier), protocol: SCTP_PROTOCOL, ppid: 0 }],
    );
  }

  /** Ends all sessions and closes the sockets. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#driver.call((role, now) => role.stop('the user was closed', now));
    await this.#discovery.close();
    await this.#endpoint.close({ timeoutMs: CLOSE_MS });
    this.#driver.stop();
    for (const session of this.#sessions.values()) session.ended('the user was closed', false);
    this.#sessions.clear();
    this.#messages.end();
  }

  #elementsOf(
    pool: PoolName,
    signal: AbortSignal | undefined,
    begin: (role: UserRole, handle: PoolHandle, now: Instant) => void,
  ): Promise<readonly PoolElementParameter[]> {
    try {
      this.#assertOpen();
      signal?.throwIfAborted();
      const handle = handleOf(pool);
      return this.#waits.next(handle, signal, () => this.#driver.call((role, now) => begin(role, handle, now)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onEvent(event: UserEvent): void {
    this.#messages.handleEvent(event);
    if (event.kind === 'data-received' && this.listenerCount('data-received') === 0) this.#messages.received(event);
    if ('session' in event) {
      this.#sessions.get(event.session)?.handleEvent(event);
      if (event.kind === 'session-closed') this.#sessions.delete(event.session);
    }
    emitSafely(this, event.kind, event);
    emitSafely(this, 'event', event);
    if (event.kind === 'resolved' || event.kind === 'resolution-failed') this.#waits.tell(event);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }
}

function closedError(): RSerPoolError {
  return new RSerPoolError('ERR_RSERPOOL_CLOSED', 'the pool user is closed');
}

/** How long closing waits for elements and registrars, ms. */
const CLOSE_MS = 2000;
