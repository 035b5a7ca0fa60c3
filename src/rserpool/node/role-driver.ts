import type { Instant } from '../../base/contract.ts';
import {
  type SctpAddress,
  type SctpAssociation,
  type SctpEndpoint,
  SctpError,
  type Substrate,
} from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import { type ChannelId, type FirstMessage, PPID, type Role, type RoleInput, type RoleOutput } from '../role.ts';
import type { ChannelProof, ChannelSecurity, SecuredAssociation } from './channel-security.ts';
import { Dialer } from './dialer.ts';
import type { DriverChannel } from './driver-channel.ts';
import type { PlainEndpoint } from './registrar-sockets.ts';
import { SctpChannel } from './sctp-channel.ts';
import { SecuredChannel } from './secured-channel.ts';
import { TcpChannel } from './tcp-channel.ts';
import type { TcpConfig } from './tcp-config.ts';
import type { TcpNetwork, TcpSocket } from './tcp-network.ts';

export interface RoleDriverOptions<Event, R extends Role<Event>> {
  readonly role: R;
  /** For everything but ENRP. */
  readonly endpoint: SctpEndpoint;
  /** For ENRP, if it has an endpoint of its own. */
  readonly enrpEndpoint?: SctpEndpoint | undefined;
  readonly substrate: Substrate;
  /** Whether there may be several associations with one peer at a time. Only if nobody calls the role's endpoint. */
  readonly severalPerPeer?: boolean | undefined;
  /** For channels by TCP, where the role may have such. */
  readonly tcp?: { readonly network: TcpNetwork; readonly config: TcpConfig } | undefined;
  /** Where others come without TLS although the others are secured. */
  readonly plainEndpoints?: readonly PlainEndpoint[] | undefined;
  /** TLS on all other channels by SCTP; without it there is none. */
  readonly security?: ChannelSecurity | undefined;
  /** A peer was sent away because of TLS, or could not be called because of it. */
  readonly onRefused?: ((remote: SctpAddress, error: Error) => void) | undefined;
  readonly onEvent: (event: Event) => void;
  /** Sends to the multicast groups of a protocol. */
  readonly announce?: ((bytes: Uint8Array, ppid: number) => void) | undefined;
}

/**
 * Lets a role live on SCTP endpoints, and on TCP where it uses that: channels are associations and connections, time is
 * the substrate's. One input, then all output, then the next input (docs/ARCHITECTURE.md).
 */
export class RoleDriver<Event, R extends Role<Event>> {
  readonly role: R;
  readonly #options: RoleDriverOptions<Event, R>;
  #security: ChannelSecurity | undefined;
  readonly #dialer: Dialer;
  readonly #enrpDialer: Dialer | undefined;
  readonly #channels = new Map<ChannelId, DriverChannel>();
  /** What the secured ones of them rest upon. */
  readonly #proofs = new Map<ChannelId, ChannelProof>();
  readonly #connecting = new Map<ChannelId, AbortController>();
  readonly #teller = (input: RoleInput): void => this.#tell(input);
  #nextIncoming: ChannelId = 2;
  #cancelTimer: (() => void) | undefined;
  #timerAt: Instant = 0;
  #draining = false;
  #stopped = false;

  constructor(options: RoleDriverOptions<Event, R>) {
    this.#options = options;
    this.#security = options.security;
    this.role = options.role;
    const { endpoint, enrpEndpoint, severalPerPeer = false } = options;
    this.#dialer = new Dialer(endpoint, { severalPerPeer });
    this.#enrpDialer = enrpEndpoint && new Dialer(enrpEndpoint, { severalPerPeer });
  }

  /** Lets peers open channels. */
  accept(): void {
    const { endpoint, enrpEndpoint, plainEndpoints = [] } = this.#options;
    const isSecured = this.#security !== undefined;
    void this.#acceptOn(endpoint, PPID.asap, isSecured);
    if (enrpEndpoint !== undefined && enrpEndpoint !== endpoint) {
      void this.#acceptOn(enrpEndpoint, PPID.enrp, isSecured);
    }
    for (const plain of plainEndpoints) void this.#acceptOn(plain.endpoint, plain.ppid, false);
  }

  /** A peer's connection becomes a channel; `gone` is called when it has ended. */
  acceptTcp(socket: TcpSocket, gone: () => void): void {
    this.#openTcp(this.#takeIncoming(), 'remote', socket, gone);
  }

  /**
   * Other keys, certificates and authorities, from now on. Channels that rest upon what is gone are broken.
   *
   * @throws RSerPoolError if there was no security so far: what is secured and what is not never mix (RFC 5355 §2.15)
   */
  setSecurity(security: ChannelSecurity): void {
    if (this.#security === undefined) {
      throw new RSerPoolError(
        'ERR_RSERPOOL_BAD_ARGUMENT',
        'it was started without `security`: start another one with it',
      );
    }
    this.#security = security;
    for (const [channel, proof] of this.#proofs) if (!security.holds(proof)) this.abort(channel, TAKEN_AWAY);
  }

  /** A call on the role, and all that it leads to. */
  call<T>(use: (role: R, now: Instant) => T): T {
    const result = use(this.role, this.#options.substrate.now());
    this.#drain();
    return result;
  }

  handleAnnouncement(address: string, udpPort: number, bytes: Uint8Array, ppid: number = PPID.asap): void {
    this.#tell({ kind: 'announcement', ppid, from: { address, udpPort }, bytes });
  }

  /** Smoothed round trip of a channel, ms, once it was measured. */
  roundTripMs(channel: ChannelId): number | undefined {
    return this.#channels.get(channel)?.roundTripMs;
  }

  /** Resolves when the peer of a channel has room for more. */
  async writable(channel: ChannelId): Promise<void> {
    await this.#channels.get(channel)?.writable();
  }

  pause(channel: ChannelId): void {
    this.#channels.get(channel)?.pause();
  }

  resume(channel: ChannelId): void {
    this.#channels.get(channel)?.resume();
  }

  /** Breaks a channel: the role learns it as it learns of any that breaks. */
  abort(channel: ChannelId, reason: string): void {
    this.#channels.get(channel)?.close('abort', reason);
  }

  /** No more inputs, no timer. The endpoints are closed by whoever opened them. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    for (const attempt of this.#connecting.values()) attempt.abort();
    for (const channel of this.#channels.values()) channel.abandon();
  }

  async #acceptOn(endpoint: SctpEndpoint, ppid: number, isSecured: boolean): Promise<void> {
    try {
      for await (const association of endpoint.listen()) {
        if (isSecured) void this.#letIn(association, ppid);
        else this.#openSctp(this.#takeIncoming(), association);
      }
    } catch (error) {
      // The endpoint was closed.
      if (!(error instanceof SctpError)) throw error;
    }
  }

  /** TLS first: the role hears of those only who have proven who they are. */
  async #letIn(association: SctpAssociation, ppid: number): Promise<void> {
    try {
      const secured = await this.#security!.accept(association, ppid);
      this.#assertHolds(secured);
      this.#openSecured(this.#takeIncoming(), secured, ppid);
    } catch (error) {
      this.#refuse(association, error as Error);
    }
  }

  /** @throws Error if what the handshake rests upon was taken away meanwhile */
  #assertHolds({ proof }: SecuredAssociation): void {
    if (this.#security?.holds(proof) === false) throw new Error(TAKEN_AWAY);
  }

  #refuse(association: SctpAssociation, error: Error): void {
    association.abort(`TLS: ${error.message}`);
    this.#options.onRefused?.(association.remote, error);
  }

  #tell(input: RoleInput): void {
    if (this.#stopped) return;
    this.role.handleInput(input, this.#options.substrate.now());
    this.#drain();
  }

  #drain(): void {
    // What an event's listener does to the role is drained by the loop that told it the event.
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let output = this.role.pollOutput(); output !== undefined; output = this.role.pollOutput())
        this.#carryOut(output);
    } finally {
      this.#draining = false;
    }
    this.#setTimer();
  }

  #carryOut(output: RoleOutput<Event>): void {
    switch (output.kind) {
      case 'connect':
        void this.#connect(output);
        break;
      case 'send':
        this.#channels.get(output.channel)?.send(output);
        break;
      case 'close':
        this.#connecting.get(output.channel)?.abort();
        this.#channels.get(output.channel)?.close(output.how, output.reason);
        break;
      case 'probe':
        this.#channels.get(output.channel)?.probe();
        break;
      case 'announce':
        this.#options.announce?.(output.bytes, output.ppid ?? PPID.asap);
        break;
      case 'event':
        this.#options.onEvent(output.event);
        break;
    }
  }

  async #connect(output: Extract<RoleOutput<Event>, { readonly kind: 'connect' }>): Promise<void> {
    const { channel, target } = output;
    const attempt = new AbortController();
    this.#connecting.set(channel, attempt);
    try {
      if (target.protocol === 'sctp') await this.#connectSctp(output, attempt.signal);
      else await this.#connectTcp(output, attempt.signal);
    } catch (error) {
      this.#connecting.delete(channel);
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell({ kind: 'channel-down', channel, reason, failed: true });
    }
  }

  async #connectSctp(
    { channel, target, ppid, first = [], owner }: Extract<RoleOutput<Event>, { readonly kind: 'connect' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const security = this.#security;
    const dialer = (ppid === PPID.enrp ? this.#enrpDialer : undefined) ?? this.#dialer;
    const association = await dialer.connect(target, signal, security === undefined ? first : []);
    // It came up in the same moment in which the role gave it up.
    if (signal.aborted) association.abort(NOT_WANTED);
    if (security === undefined) {
      this.#connected(channel, signal);
      this.#openSctp(channel, association);
      return;
    }
    const giveUp = (): void => association.abort(NOT_WANTED);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const secured = await security.connect(association, target, ppid, owner);
      this.#assertHolds(secured);
      this.#connected(channel, signal);
      this.#openSecured(channel, secured, ppid ?? PPID.asap, first);
    } catch (error) {
      this.#refuse(association, error as Error);
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #connectTcp(
    { channel, target }: Extract<RoleOutput<Event>, { readonly kind: 'connect' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { tcp } = this.#options;
    if (tcp === undefined || target.protocol !== 'tcp') {
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${target.protocol} is no protocol for this role`);
    }
    const [address] = target.addresses;
    const socket = await tcp.network.connect(address!, target.port, signal);
    if (signal.aborted) socket.destroy();
    this.#connected(channel, signal);
    this.#openTcp(channel, 'local', socket, () => undefined);
  }

  /** @throws Error if the role gave the attempt up meanwhile */
  #connected(channel: ChannelId, signal: AbortSignal): void {
    this.#connecting.delete(channel);
    if (signal.aborted) throw new Error(NOT_WANTED);
  }

  #openSctp(id: ChannelId, association: SctpAssociation): void {
    if (this.#stopped) association.abort(CLOSING);
    else this.#open(new SctpChannel(id, association, this.#teller, () => this.#channels.delete(id)));
  }

  #openSecured(
    id: ChannelId,
    { association, peer, proof }: SecuredAssociation,
    controlPpid: number,
    first: readonly FirstMessage[] = [],
  ): void {
    if (this.#stopped) {
      association.association.abort(CLOSING);
      return;
    }
    const gone = (): void => {
      this.#channels.delete(id);
      this.#proofs.delete(id);
    };
    this.#proofs.set(id, proof);
    this.#open(new SecuredChannel({ id, association, peer, controlPpid, first, tell: this.#teller, gone }));
  }

  #openTcp(id: ChannelId, initiator: 'local' | 'remote', socket: TcpSocket, gone: () => void): void {
    const { tcp, substrate } = this.#options;
    if (this.#stopped || tcp === undefined) {
      socket.destroy();
      gone();
      return;
    }
    const ended = (): void => {
      this.#channels.delete(id);
      gone();
    };
    this.#open(
      new TcpChannel({ id, initiator, socket, substrate, config: tcp.config, tell: this.#teller, gone: ended }),
    );
  }

  #open(channel: DriverChannel): void {
    this.#channels.set(channel.id, channel);
    channel.open();
  }

  #takeIncoming(): ChannelId {
    const id = this.#nextIncoming;
    this.#nextIncoming += 2;
    return id;
  }

  /** A timer that fires too early is harmless, and costs less than moving it at every request. */
  #setTimer(): void {
    const at = this.#stopped ? undefined : this.role.nextTimeoutAt();
    if (at === undefined || (this.#cancelTimer !== undefined && this.#timerAt <= at)) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#options.substrate.setTimer(at, () => {
      this.#cancelTimer = undefined;
      if (this.#stopped) return;
      this.role.handleTimeout(this.#options.substrate.now());
      this.#drain();
    });
  }
}

const NOT_WANTED = 'no longer wanted';
const TAKEN_AWAY = 'what this association was trusted for is valid no more';
const CLOSING = 'this side is closing';
