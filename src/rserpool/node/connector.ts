import { type SctpAssociation, type SctpEndpoint, SctpError } from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import { PPID, type RoleOutput, type TransportTarget } from '../role.ts';
import { tlsError } from '../security/tls-error.ts';
import { remoteOf } from './association-watch.ts';
import type { ChannelProof, ChannelSecurity, SecuredAssociation, SecuredConnection } from './channel-security.ts';
import { Dialer } from './dialer.ts';
import { formatTarget } from './place.ts';
import type { TcpNetwork, TcpSocket } from './tcp-network.ts';

/** What a channel runs on; where there is security, the peer has proven who it is. */
export type Transport =
  | { readonly kind: 'sctp'; readonly association: SctpAssociation }
  | { readonly kind: 'secured-sctp'; readonly secured: SecuredAssociation; readonly ppid: number }
  | { readonly kind: 'tcp'; readonly socket: TcpSocket }
  | { readonly kind: 'secured-tcp'; readonly secured: SecuredConnection };

/** Somebody who was not let in, or not trusted after it was called. */
export interface Refusal {
  /** Who has set the association or connection up. */
  readonly initiator: 'local' | 'remote';
  readonly remote: TransportTarget;
  /** What was wrong with it; `ERR_RSERPOOL_UNTRUSTED` if it was called. */
  readonly error: Error;
}

/** Somebody who was called, as a registrar, an element or a peer, and whose identity is suspect. */
export interface Untrusted {
  readonly remote: TransportTarget;
  /** `ERR_RSERPOOL_UNTRUSTED`; its details have `expected` and `names` if its certificate is for somebody else. */
  readonly error: RSerPoolError;
}

/** Beside the role's own events. */
export interface TrustEvents {
  /**
   * Who was called did not prove who it is, or is not accepted: it hears nothing, and the next one is tried. RFC 5352 §9.2.
   */
  untrusted: [event: Untrusted];
}

/** Of all refusals, those of who was called. */
export function tellUntrusted(tell: (event: Untrusted) => void): (refusal: Refusal) => void {
  return ({ remote, error }) => {
    if (error instanceof RSerPoolError && error.code === 'ERR_RSERPOOL_UNTRUSTED') tell({ remote, error });
  };
}

export interface ConnectorOptions {
  /** For everything but ENRP. */
  readonly endpoint: SctpEndpoint;
  /** For ENRP, if it has an endpoint of its own. */
  readonly enrpEndpoint?: SctpEndpoint | undefined;
  /** Whether there may be several associations with one peer at a time. Only if nobody calls the role's endpoint. */
  readonly severalPerPeer?: boolean | undefined;
  /** For connections by TCP, where the role may have such. */
  readonly tcp?: { readonly network: TcpNetwork } | undefined;
  /** TLS with everybody; without it there is none. */
  readonly security?: ChannelSecurity | undefined;
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
}

/**
 * Sets up what channels run on, and secures it where there is security: then nothing comes about without TLS, neither by
 * SCTP nor by TCP (RFC 5355 §2.9.2, §2.16).
 */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #dialer: Dialer;
  readonly #enrpDialer: Dialer | undefined;
  #security: ChannelSecurity | undefined;

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#security = options.security;
    const { endpoint, enrpEndpoint, severalPerPeer = false } = options;
    this.#dialer = new Dialer(endpoint, { severalPerPeer });
    this.#enrpDialer = enrpEndpoint && new Dialer(enrpEndpoint, { severalPerPeer });
  }

  get isSecured(): boolean {
    return this.#security !== undefined;
  }

  /** @throws RSerPoolError if there was no security so far: what is secured and what is not never mix (RFC 5355 §2.15) */
  setSecurity(security: ChannelSecurity): void {
    if (this.#security === undefined) {
      const text = 'it was started without `security`: start another one with it';
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text);
    }
    this.#security = security;
  }

  /** Whether a channel that was secured before would come about today, too. */
  holds(proof: ChannelProof): boolean {
    return this.#security?.holds(proof) ?? false;
  }

  /** @throws (rejects) why it could not be set up, or not be trusted; the signal's reason */
  async connect(
    output: Extract<RoleOutput<unknown>, { readonly kind: 'connect' }>,
    signal: AbortSignal,
  ): Promise<Transport> {
    return output.target.protocol === 'sctp' ? this.#connectSctp(output, signal) : this.#connectTcp(output, signal);
  }

  /** TLS that the peer of an association begins; undefined if it did not come about. */
  async accept(association: SctpAssociation, ppid: number): Promise<Transport | undefined> {
    return this.#letIn(
      remoteOf(association),
      async (security) => {
        const secured = this.#checked(await security.accept(association, ppid));
        return { kind: 'secured-sctp', secured, ppid };
      },
      (error) => association.abort(`TLS: ${error.message}`),
    );
  }

  /** As `accept`, on a TCP connection. */
  async acceptTcp(socket: TcpSocket): Promise<Transport | undefined> {
    return this.#letIn(
      targetOf(socket),
      async (security) => ({ kind: 'secured-tcp', secured: this.#checked(await security.acceptTcp(socket)) }),
      () => socket.destroy(),
    );
  }

  async #connectSctp(
    { target, ppid, first = [], owner }: Extract<RoleOutput<unknown>, { readonly kind: 'connect' }>,
    signal: AbortSignal,
  ): Promise<Transport> {
    const dialer = (ppid === PPID.enrp ? this.#enrpDialer : undefined) ?? this.#dialer;
    // What goes first is for the peer only, once it has proven that it is the peer.
    const association = await dialer.connect(target, signal, this.isSecured ? [] : first);
    const giveUp = (reason: string): void => association.abort(reason);
    return this.#secure(target, signal, giveUp, async (security) => {
      if (security === undefined) return { kind: 'sctp', association };
      const secured = this.#checked(await security.connect(association, target, ppid, owner));
      return { kind: 'secured-sctp', secured, ppid: ppid ?? PPID.asap };
    });
  }

  async #connectTcp(
    { target, ppid }: Extract<RoleOutput<unknown>, { readonly kind: 'connect' }>,
    signal: AbortSignal,
  ): Promise<Transport> {
    const { tcp } = this.#options;
    if (tcp === undefined || target.protocol !== 'tcp') {
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${target.protocol} is no protocol for this role`);
    }
    const [address] = target.addresses;
    const socket = await tcp.network.connect(address!, target.port, signal);
    const giveUp = (): void => socket.destroy();
    return this.#secure(target, signal, giveUp, async (security) => {
      if (security === undefined) return { kind: 'tcp', socket };
      return { kind: 'secured-tcp', secured: this.#checked(await security.connectTcp(socket, target, ppid)) };
    });
  }

  /** The second half of a call: TLS, if there is security. */
  async #secure(
    target: TransportTarget,
    signal: AbortSignal,
    giveUp: (reason: string) => void,
    secure: (security: ChannelSecurity | undefined) => Promise<Transport>,
  ): Promise<Transport> {
    const abort = (): void => giveUp(NOT_WANTED);
    // It may have come up in the same moment in which the role gave it up.
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      const transport = await secure(this.#security);
      signal.throwIfAborted();
      return transport;
    } catch (error) {
      if (signal.aborted) throw error;
      const why = tlsError(error as Error);
      giveUp(`TLS: ${why.message}`);
      const suspicion = untrusted(target, why);
      this.#options.onRefused?.({ initiator: 'local', remote: target, error: suspicion });
      throw suspicion;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #letIn(
    remote: TransportTarget,
    accept: (security: ChannelSecurity) => Promise<Transport>,
    sendAway: (error: Error) => void,
  ): Promise<Transport | undefined> {
    try {
      return await accept(this.#security!);
    } catch (thrown) {
      const error = tlsError(thrown as Error);
      sendAway(error);
      this.#options.onRefused?.({ initiator: 'remote', remote, error });
      return undefined;
    }
  }

  /** @throws Error if what the handshake rests upon was taken away meanwhile */
  #checked<Secured extends { readonly proof: ChannelProof }>(secured: Secured): Secured {
    if (!this.holds(secured.proof)) throw new Error(TAKEN_AWAY);
    return secured;
  }
}

/** RFC 5352 §9.2: the identity is suspect. */
function untrusted(target: TransportTarget, error: Error): RSerPoolError {
  const place = target.names === undefined ? '' : ` (${target.names.join(', ')})`;
  const text = `the identity of ${formatTarget(target)}${place} is suspect: ${error.message}`;
  return new RSerPoolError('ERR_RSERPOOL_UNTRUSTED', text, { target, ...expected(error) }, error);
}

/** Whom it should have been, and who it says it is, if that was the reason. */
function expected(error: Error & { readonly expected?: unknown; readonly names?: unknown }): object {
  return error.expected === undefined ? {} : { expected: error.expected, names: error.names };
}

function targetOf({ remote: { address, port } }: TcpSocket): TransportTarget {
  return { protocol: 'tcp', addresses: [address], port };
}

const NOT_WANTED = 'no longer wanted';
/** Why a channel is broken when keys or authorities have been replaced. */
export const TAKEN_AWAY = 'what this association was trusted for is valid no more';
