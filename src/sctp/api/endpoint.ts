import type { IpAddress } from '../../base/address.ts';
import { LazyMap } from '../../base/lazy-map.ts';
import { type AssociationConfig, type EndpointConfig, endpointConfig } from '../core/config.ts';
import type {
  AssociateRequest,
  AssociationEvent,
  AssociationId,
  CloseReason,
  EndpointCounters,
  IcmpMessage,
  SctpCore,
  SendRequest,
} from '../core/contract.ts';
import { Endpoint } from '../core/endpoint.ts';
import { SctpError } from '../core/errors.ts';
import type { Acceleration } from '../udp/acceleration.ts';
import { Driver, type DriverOwner } from '../udp/driver.ts';
import { type CaptureHook, SCTP_TUNNELING_PORT, UdpEncapsulation } from '../udp/encapsulation.ts';
import { hmacSha256 } from '../udp/hmac.ts';
import { nodeSubstrate } from '../udp/node-substrate.ts';
import type { Substrate } from '../udp/substrate.ts';
import { localAddresses, peerAddresses } from './addresses.ts';
import { GRACEFUL_CLOSE_MS, SctpAssociation } from './association.ts';
import { closeError } from './close-error.ts';
import { Listener, type ListenOptions } from './listener.ts';
import type { SendOptions } from './message.ts';
import { sendRequest } from './send-request.ts';
import { Waiters, type WaitOptions } from './waiters.ts';

export interface BindOptions {
  /** SCTP port, 1 to 65535. 0 or not given: a random one of the dynamic range. */
  readonly sctpPort?: number | undefined;
  /**
   * Local addresses, the preferred one first. They are what peers are told, and nothing else is. `['0.0.0.0']` or
   * `['::']` means whatever the system chooses: good for clients, never advertised. Not with `encapsulation`.
   */
  readonly addresses?: readonly string[] | undefined;
  /** UDP port. Not given: 9899 if it is free, else any. 0: any. Not with `encapsulation`. RFC 6951 §5.1. */
  readonly udpPort?: number | undefined;
  /** Sockets shared with other endpoints of this process; they stay open when the endpoint closes. */
  readonly encapsulation?: UdpEncapsulation | undefined;
  /** Protocol parameters of the endpoint, and defaults for its associations. */
  readonly config?: Partial<EndpointConfig> | undefined;
  /** Sockets, clock and randomness; default those of Node. Not with `encapsulation`. */
  readonly substrate?: Substrate | undefined;
  /** Called for every datagram. Not with `encapsulation`. */
  readonly capture?: CaptureHook | undefined;
  /** Whether the system cuts and joins packets where it can; default `auto`. Not with `encapsulation`. */
  readonly acceleration?: Acceleration | undefined;
}

/** A peer to connect to. */
export interface ConnectTarget {
  /** Addresses of one peer, the one to try first in front. */
  readonly addresses: readonly string[];
  readonly sctpPort: number;
  /** UDP encapsulation port of the peer, until it speaks from another one. Default 9899. RFC 6951 §5.1. */
  readonly udpPort?: number | undefined;
}

export interface ConnectOptions extends WaitOptions {
  /** Protocol parameters of this association, over those of the endpoint. */
  readonly config?: Partial<AssociationConfig> | undefined;
  /**
   * Sent as soon as the protocol allows: in the packet of the COOKIE ECHO as far as they fit, unless `config` says
   * otherwise (`dataWithCookieEcho`, which also tells when the peer may get them twice). RFC 9260 §5.1.
   */
  readonly messages?: readonly FirstMessage[] | undefined;
}

/** A message that is sent along with the set-up of an association. */
export interface FirstMessage extends SendOptions {
  readonly data: Uint8Array | string;
}

export interface CloseOptions {
  /** How long associations may take to end gracefully before they are aborted, ms. 0: abort at once. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

type UpEvent = Extract<AssociationEvent, { kind: 'up' }>;

/**
 * An SCTP port on one or several addresses, with any number of associations, over UDP. RFC 9260 §11.1.1.
 *
 * It keeps the process alive until it is closed, as every socket does.
 */
export class SctpEndpoint implements DriverOwner {
  readonly #driver: Driver;
  /** The protocol parameters, complete. */
  readonly config: EndpointConfig;
  readonly #ownsEncapsulation: boolean;
  readonly #associations = new LazyMap<AssociationId, SctpAssociation>();
  readonly #connecting = new LazyMap<AssociationId, Waiters<AssociateRequest, SctpAssociation>>();
  #listener: Listener | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    core: SctpCore,
    encapsulation: UdpEncapsulation,
    config: EndpointConfig,
    ownsEncapsulation: boolean,
  ) {
    this.config = config;
    this.#ownsEncapsulation = ownsEncapsulation;
    this.#driver = new Driver({ core, encapsulation, owner: this });
  }

  /**
   * Opens an endpoint.
   *
   * @throws (rejects) SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS`, `ERR_SCTP_BAD_ARGUMENT`; ConfigError
   *   `ERR_BAD_CONFIG`
   */
  static async bind(options: BindOptions): Promise<SctpEndpoint> {
    const config = endpointConfig(options.config);
    const wantedPort = port('sctpPort', options.sctpPort ?? 0, 0);
    if (options.encapsulation !== undefined) refuseSocketOptions(options);
    const encapsulation = options.encapsulation ?? (await openEncapsulation(options));
    const { addresses, substrate, udpPort } = encapsulation;
    const sctpPort = wantedPort === 0 ? encapsulation.unusedSctpPort() : wantedPort;
    const { entropy, links } = substrate;
    const core = new Endpoint(
      { sctpPort, addresses, udpPort, config, entropy, mac: hmacSha256, links, listening: false },
      substrate.now(),
    );
    return new SctpEndpoint(core, encapsulation, config, options.encapsulation === undefined);
  }

  get sctpPort(): number {
    return this.#driver.sctpPort;
  }

  get udpPort(): number {
    return this.#driver.encapsulation.udpPort;
  }

  get addresses(): readonly IpAddress[] {
    return this.#driver.encapsulation.addresses;
  }

  /** The sockets, to bind further endpoints to. */
  get encapsulation(): UdpEncapsulation {
    return this.#driver.encapsulation;
  }

  /** The associations that are up. */
  get associations(): readonly SctpAssociation[] {
    return [...this.#associations.values()];
  }

  /** Packets that came, went, or belonged to nobody. */
  get counters(): EndpointCounters {
    return this.#driver.core.counters;
  }

  /**
   * Lets peers set up associations, from this call on until the loop over the result is left.
   *
   * @throws SctpError `ERR_SCTP_NOT_OPEN` if the endpoint is closed, `ERR_SCTP_BAD_ARGUMENT` if it listens already
   */
  listen(options: ListenOptions = {}): Listener {
    this.#assertOpen();
    options.signal?.throwIfAborted();
    const { backlog } = options;
    if (backlog !== undefined && !(Number.isInteger(backlog) && backlog >= 0)) {
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `backlog is ${backlog}, but takes a whole number from 0`, {
        backlog,
      });
    }
    if (this.#listener !== undefined && !this.#listener.ended) {
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', 'the endpoint listens already: leave that loop first', {});
    }
    const listener: Listener = new Listener(options, () => {
      if (this.#listener === listener) this.#driver.core.listening = listener.accepts;
    });
    this.#listener = listener;
    this.#driver.core.listening = listener.accepts;
    return listener;
  }

  /**
   * Sets up an association. RFC 9260 §11.1.2.
   *
   * @throws (rejects) SctpError `ERR_SCTP_UNREACHABLE` if nobody answers, `ERR_SCTP_ABORTED_BY_PEER` if nobody listens
   *   there, `ERR_SCTP_BAD_ADDRESS`, `ERR_SCTP_BAD_ARGUMENT`, `ERR_SCTP_NOT_OPEN`; the signal's reason
   */
  async connect(target: ConnectTarget, options: ConnectOptions = {}): Promise<SctpAssociation> {
    this.#assertOpen();
    const { signal, config, messages = [] } = options;
    signal?.throwIfAborted();
    const request: AssociateRequest = {
      addresses: peerAddresses(target.addresses),
      sctpPort: port('sctpPort', target.sctpPort, 1),
      udpPort: port('udpPort', target.udpPort ?? SCTP_TUNNELING_PORT, 1),
      config,
      // Who gives messages along wants them to go with COOKIE ECHO.
      dataWithCookieEcho: config?.dataWithCookieEcho ?? (messages.length > 0 || undefined),
    };
    const { core } = this.#driver;
    const first = messages.map(({ data, ...how }) => sendRequest(data, how, request.addresses));
    const id = core.associate(request, this.#driver.now());
    try {
      for (const message of first) this.#sendFirst(id, message);
    } catch (error) {
      core.abort(id, 'the set-up was cancelled', this.#driver.now());
      this.#driver.touched();
      throw error;
    }
    const attempt = new Waiters<AssociateRequest, SctpAssociation>(() => {
      this.#forgetAttempt(id);
      core.abort(id, 'the set-up was cancelled', this.#driver.now());
      this.#driver.touched();
    });
    this.#connecting.set(id, attempt);
    this.#driver.touched();
    return attempt.wait(request, signal);
  }

  /**
   * Sends one message to every association that is up (RFC 6458 §5.3.4, SCTP_SENDALL). Resolves when each has taken it
   * or refused it; an association that refused it stands in the result with the error.
   */
  async sendToAll(
    data: Uint8Array | string,
    options: SendOptions & WaitOptions = {},
  ): Promise<Map<SctpAssociation, Error>> {
    this.#assertOpen();
    const refused = new Map<SctpAssociation, Error>();
    const sendTo = async (association: SctpAssociation): Promise<void> => {
      try {
        await association.send(data, options);
      } catch (error) {
        refused.set(association, error as Error);
      }
    };
    await Promise.all(this.associations.map(sendTo));
    return refused;
  }

  /**
   * Takes an ICMP message that came in elsewhere: Node's UDP sockets show none. What does not quote a packet of this
   * endpoint with the right verification tag changes nothing. RFC 9260 §10, RFC 6951 §5.5.
   */
  handleIcmp(message: IcmpMessage): void {
    if (this.#closing === undefined) this.#driver.handleIcmp(message);
  }

  /**
   * Stops listening, ends all associations, and closes the sockets unless they are shared. Never rejects.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? GRACEFUL_CLOSE_MS);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Something happened to an association. */
  handleEvent(id: AssociationId, event: AssociationEvent): void {
    if (event.kind === 'up') this.#up(id, event);
    this.#associations.get(id)?.handleEvent(event);
    if (event.kind !== 'closed') return;
    this.#associations.delete(id);
    const attempt = this.#connecting.get(id);
    attempt?.rejectFirst(setUpError(event.reason, attempt.first()));
    this.#forgetAttempt(id);
  }

  async #close(timeoutMs: number): Promise<void> {
    const reason = 'the endpoint was closed';
    this.#listener?.stop();
    for (const id of this.#connecting.keys()) this.#driver.core.abort(id, reason, this.#driver.now());
    await Promise.all(this.associations.map((association) => association.closeWithin(timeoutMs, reason)));
    this.#driver.stop(reason);
    if (this.#ownsEncapsulation) await this.encapsulation.close();
  }

  #sendFirst(id: AssociationId, message: SendRequest): void {
    if (this.#driver.core.send(id, message, this.#driver.now())) return;
    const text = 'the first messages are more than sendBufferBytes: send the others when the association is up';
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', text);
  }

  #forgetAttempt(id: AssociationId): void {
    this.#connecting.delete(id);
    if (this.#connecting.size === 0) this.#connecting.clear();
  }

  #up(id: AssociationId, event: UpEvent): void {
    const association = new SctpAssociation(this.#driver, id, event);
    this.#associations.set(id, association);
    const attempt = this.#connecting.get(id);
    this.#forgetAttempt(id);
    if (attempt !== undefined) attempt.resolveFirst(association);
    else if (this.#listener?.offer(association) !== true) association.abort('nobody accepts associations here');
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new SctpError('ERR_SCTP_NOT_OPEN', 'the endpoint is closed: bind a new one');
  }
}

function setUpError(reason: CloseReason, target: AssociateRequest | undefined): SctpError {
  const refused = reason.kind === 'peer-aborted' && reason.causes.length === 0;
  const text = `the peer refused the association: nobody listens on its SCTP port ${target?.sctpPort}, or it is full`;
  return closeError(refused ? { ...reason, text } : reason, target ?? {});
}

async function openEncapsulation(options: BindOptions): Promise<UdpEncapsulation> {
  const { udpPort, capture, acceleration, substrate = nodeSubstrate } = options;
  return UdpEncapsulation.open({
    addresses: localAddresses(options.addresses),
    udpPort: udpPort === undefined ? undefined : port('udpPort', udpPort, 0),
    substrate,
    capture,
    acceleration,
  });
}

function refuseSocketOptions(options: BindOptions): void {
  for (const name of ['addresses', 'udpPort', 'substrate', 'capture', 'acceleration'] as const) {
    if (options[name] === undefined) continue;
    throw new SctpError(
      'ERR_SCTP_BAD_ARGUMENT',
      `${name} cannot be given together with encapsulation, which has it already`,
      { name },
    );
  }
}

function port(name: 'sctpPort' | 'udpPort', value: number, min: 0 | 1): number {
  if (Number.isInteger(value) && value >= min && value <= 65_535) return value;
  throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${name} is ${value}, but takes a whole number from ${min} to 65535`, {
    [name]: value,
  });
}
