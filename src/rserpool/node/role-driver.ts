import type { Instant } from '../../base/contract.ts';
import { type SctpAssociation, type SctpEndpoint, SctpError, type Substrate } from '../../sctp/index.ts';
import { type ChannelId, type FirstMessage, PPID, type Role, type RoleInput, type RoleOutput } from '../role.ts';
import type { ChannelProof, ChannelSecurity } from './channel-security.ts';
import { Connector, type ConnectorOptions, TAKEN_AWAY, type Transport } from './connector.ts';
import type { DriverChannel } from './driver-channel.ts';
import type { PlainEndpoint } from './registrar-sockets.ts';
import { SctpChannel } from './sctp-channel.ts';
import { SecuredChannel } from './secured-channel.ts';
import { TcpChannel, type TcpChannelParts } from './tcp-channel.ts';
import type { TcpConfig } from './tcp-config.ts';
import type { TcpNetwork, TcpSocket } from './tcp-network.ts';
import { TurnShares } from './turn-shares.ts';

export interface RoleDriverOptions<Event, R extends Role<Event>> extends ConnectorOptions {
  readonly role: R;
  readonly substrate: Substrate;
  /** For channels by TCP, where the role may have such. */
  readonly tcp?: { readonly network: TcpNetwork; readonly config: TcpConfig } | undefined;
  /** Where others come without TLS although the others are secured. */
  readonly plainEndpoints?: readonly PlainEndpoint[] | undefined;
  /** Messages of one channel that are read in one turn; all that there are unless given. */
  readonly messagesPerTurn?: number | undefined;
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
  readonly #connector: Connector;
  readonly #channels = new Map<ChannelId, DriverChannel>();
  /** What the secured ones of them rest upon. */
  readonly #proofs = new Map<ChannelId, ChannelProof>();
  readonly #shares: TurnShares | undefined;
  readonly #connecting = new Map<ChannelId, AbortController>();
  readonly #teller = (input: RoleInput): void => this.#tell(input);
  #nextIncoming: ChannelId = 2;
  #cancelTimer: (() => void) | undefined;
  #timerAt: Instant = 0;
  #draining = false;
  #stopped = false;

  constructor(options: RoleDriverOptions<Event, R>) {
    this.#options = options;
    this.role = options.role;
    const { messagesPerTurn, substrate } = options;
    this.#shares = messagesPerTurn === undefined ? undefined : new TurnShares(substrate, messagesPerTurn);
    this.#connector = new Connector(options);
  }

  /** Lets peers open channels. */
  accept(): void {
    const { endpoint, enrpEndpoint, plainEndpoints = [] } = this.#options;
    const { isSecured } = this.#connector;
    void this.#acceptOn(endpoint, PPID.asap, isSecured);
    if (enrpEndpoint !== undefined && enrpEndpoint !== endpoint) {
      void this.#acceptOn(enrpEndpoint, PPID.enrp, isSecured);
    }
    for (const plain of plainEndpoints) void this.#acceptOn(plain.endpoint, plain.ppid, false);
  }

  /** A peer's connection becomes a channel; `gone` is called when it has ended. */
  acceptTcp(socket: TcpSocket, gone: () => void): void {
    if (this.#connector.isSecured) void this.#letInTcp(socket, gone);
    else this.#open(this.#takeIncoming(), 'remote', { kind: 'tcp', socket }, [], gone);
  }

  /**
   * Other keys, certificates and authorities, from now on. Channels that rest upon what is gone are broken.
   *
   * @throws RSerPoolError if there was no security so far: what is secured and what is not never mix (RFC 5355 §2.15)
   */
  setSecurity(security: ChannelSecurity): void {
    this.#connector.setSecurity(security);
    for (const [channel, proof] of this.#proofs) if (!this.#connector.holds(proof)) this.abort(channel, TAKEN_AWAY);
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
    this.#shares?.stop();
    for (const attempt of this.#connecting.values()) attempt.abort();
    for (const channel of this.#channels.values()) channel.abandon();
  }

  async #acceptOn(endpoint: SctpEndpoint, ppid: number, isSecured: boolean): Promise<void> {
    try {
      for await (const association of endpoint.listen()) {
        if (isSecured) void this.#letIn(association, ppid);
        else this.#open(this.#takeIncoming(), 'remote', { kind: 'sctp', association });
      }
    } catch (error) {
      // The endpoint was closed.
      if (!(error instanceof SctpError)) throw error;
    }
  }

  /** TLS first: the role hears of those only who have proven who they are. */
  async #letIn(association: SctpAssociation, ppid: number): Promise<void> {
    const transport = await this.#connector.accept(association, ppid);
    if (transport !== undefined) this.#open(this.#takeIncoming(), 'remote', transport);
  }

  async #letInTcp(socket: TcpSocket, gone: () => void): Promise<void> {
    const transport = await this.#connector.acceptTcp(socket);
    if (transport === undefined) gone();
    else this.#open(this.#takeIncoming(), 'remote', transport, [], gone);
  }

  #tell(input: RoleInput): void {
    if (this.#stopped) return;
    this.role.handleInput(input, this.#options.substrate.now());
    this.#drain();
    if (this.#shares !== undefined) this.#share(this.#shares, input);
  }

  #share(shares: TurnShares, input: RoleInput): void {
    if (input.kind === 'channel-down') shares.forget(input.channel);
    else if (input.kind === 'message') {
      const channel = this.#channels.get(input.channel);
      if (channel !== undefined) shares.note(channel);
    }
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
      case 'hold': {
        const channel = this.#channels.get(output.channel);
        if (channel !== undefined) this.#shares?.hold(channel, output.until);
        break;
      }
      case 'announce':
        this.#options.announce?.(output.bytes, output.ppid ?? PPID.asap);
        break;
      case 'event':
        this.#options.onEvent(output.event);
        break;
    }
  }

  async #connect(output: Extract<RoleOutput<Event>, { readonly kind: 'connect' }>): Promise<void> {
    const { channel, first } = output;
    const attempt = new AbortController();
    this.#connecting.set(channel, attempt);
    try {
      const transport = await this.#connector.connect(output, attempt.signal);
      if (attempt.signal.aborted) {
        discard(transport);
        throw new Error('no longer wanted');
      }
      this.#connecting.delete(channel);
      this.#open(channel, 'local', transport, first);
    } catch (error) {
      this.#connecting.delete(channel);
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell({ kind: 'channel-down', channel, reason, failed: true });
    }
  }

  /** @param gone called when the channel has ended */
  #open(
    id: ChannelId,
    initiator: 'local' | 'remote',
    transport: Transport,
    first: readonly FirstMessage[] = [],
    gone: () => void = () => undefined,
  ): void {
    const ended = (): void => {
      this.#channels.delete(id);
      this.#proofs.delete(id);
      gone();
    };
    if (this.#stopped) {
      discard(transport);
      gone();
      return;
    }
    if ('secured' in transport) this.#proofs.set(id, transport.secured.proof);
    const channel = this.#channelOn(transport, { id, initiator, first, gone: ended });
    this.#channels.set(id, channel);
    channel.open();
  }

  #channelOn(
    transport: Transport,
    parts: Pick<TcpChannelParts, 'id' | 'initiator' | 'gone'> & { readonly first: readonly FirstMessage[] },
  ): DriverChannel {
    const tell = this.#teller;
    if (transport.kind === 'sctp') return new SctpChannel(parts.id, transport.association, tell, parts.gone);
    if (transport.kind === 'secured-sctp') {
      const { association, peer } = transport.secured;
      return new SecuredChannel({ ...parts, association, peer, controlPpid: transport.ppid, tell });
    }
    const { socket, peer } =
      transport.kind === 'tcp' ? { socket: transport.socket, peer: undefined } : transport.secured;
    const { tcp, substrate } = this.#options;
    return new TcpChannel({ ...parts, socket, peer, substrate, config: tcp!.config, tell });
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

function discard(transport: Transport): void {
  if (transport.kind === 'sctp') transport.association.abort(CLOSING);
  else if (transport.kind === 'secured-sctp') transport.secured.association.association.abort(CLOSING);
  else (transport.kind === 'tcp' ? transport : transport.secured).socket.destroy();
}

const CLOSING = 'this side is closing';
