import type { Instant } from '../../base/contract.ts';
import { type SctpAssociation, type SctpEndpoint, SctpError, type Substrate } from '../../sctp/index.ts';
import { type ChannelId, PPID, type Role, type RoleInput, type RoleOutput } from '../role.ts';
import { Channel } from './channel.ts';

export interface RoleDriverOptions<Event, R extends Role<Event>> {
  readonly role: R;
  /** For everything but ENRP. */
  readonly endpoint: SctpEndpoint;
  /** For ENRP, if it has an endpoint of its own. */
  readonly enrpEndpoint?: SctpEndpoint | undefined;
  readonly substrate: Substrate;
  readonly onEvent: (event: Event) => void;
  /** Sends an announcement to the multicast group. */
  readonly announce?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Lets a role live on SCTP endpoints: channels are associations, time is the substrate's. One input, then all output,
 * then the next input (docs/ARCHITECTURE.md).
 */
export class RoleDriver<Event, R extends Role<Event>> {
  readonly role: R;
  readonly #options: RoleDriverOptions<Event, R>;
  readonly #channels = new Map<ChannelId, Channel>();
  readonly #connecting = new Map<ChannelId, AbortController>();
  #nextIncoming: ChannelId = 2;
  #cancelTimer: (() => void) | undefined;
  #timerAt: Instant | undefined;
  #draining = false;
  #stopped = false;

  constructor(options: RoleDriverOptions<Event, R>) {
    this.#options = options;
    this.role = options.role;
  }

  /** Lets peers open channels. */
  accept(): void {
    for (const endpoint of new Set([this.#options.endpoint, this.#options.enrpEndpoint])) {
      if (endpoint !== undefined) void this.#acceptOn(endpoint);
    }
  }

  /** A call on the role, and all that it leads to. */
  call<T>(use: (role: R, now: Instant) => T): T {
    const result = use(this.role, this.#options.substrate.now());
    this.#drain();
    return result;
  }

  handleAnnouncement(address: string, udpPort: number, bytes: Uint8Array): void {
    this.#tell({ kind: 'announcement', from: { address, udpPort }, bytes });
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

  /** No more inputs, no timer. The endpoints are closed by whoever opened them. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    for (const attempt of this.#connecting.values()) attempt.abort();
    for (const channel of this.#channels.values()) channel.resume();
  }

  async #acceptOn(endpoint: SctpEndpoint): Promise<void> {
    try {
      for await (const association of endpoint.listen()) {
        this.#open(this.#nextIncoming, association);
        this.#nextIncoming += 2;
      }
    } catch (error) {
      // The endpoint was closed.
      if (!(error instanceof SctpError)) throw error;
    }
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
        this.#probe(output.channel);
        break;
      case 'announce':
        this.#options.announce?.(output.bytes);
        break;
      case 'event':
        this.#options.onEvent(output.event);
        break;
    }
  }

  async #connect({ channel, target, ppid }: Extract<RoleOutput<Event>, { readonly kind: 'connect' }>): Promise<void> {
    const endpoint = (ppid === PPID.enrp ? this.#options.enrpEndpoint : undefined) ?? this.#options.endpoint;
    const attempt = new AbortController();
    this.#connecting.set(channel, attempt);
    let association: SctpAssociation;
    try {
      if (target.protocol !== 'sctp') {
        throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${target.protocol} is no protocol for this role`);
      }
      const { addresses, port: sctpPort, udpPort } = target;
      association = await endpoint.connect({ addresses, sctpPort, udpPort }, { signal: attempt.signal });
    } catch (error) {
      this.#connecting.delete(channel);
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell({ kind: 'channel-down', channel, reason, failed: true });
      return;
    }
    this.#connecting.delete(channel);
    if (attempt.signal.aborted) {
      // It came up in the same moment in which the role gave it up.
      association.abort('no longer wanted');
      this.#tell({ kind: 'channel-down', channel, reason: 'no longer wanted', failed: true });
      return;
    }
    this.#open(channel, association);
  }

  /** Associations cannot be probed yet: nothing speaks against the peer. */
  #probe(channel: ChannelId): void {
    queueMicrotask(() => {
      if (this.#channels.has(channel)) this.#tell({ kind: 'probe-result', channel, alive: true });
    });
  }

  #open(id: ChannelId, association: SctpAssociation): void {
    if (this.#stopped) {
      association.abort('this side is closing');
      return;
    }
    const channel = new Channel(
      id,
      association,
      (input) => this.#tell(input),
      () => this.#channels.delete(id),
    );
    this.#channels.set(id, channel);
    channel.open();
  }

  #setTimer(): void {
    const at = this.#stopped ? undefined : this.role.nextTimeoutAt();
    if (at === this.#timerAt && this.#cancelTimer !== undefined) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = at;
    if (at === undefined) return;
    this.#cancelTimer = this.#options.substrate.setTimer(at, () => {
      this.#cancelTimer = undefined;
      if (this.#stopped) return;
      this.role.handleTimeout(this.#options.substrate.now());
      this.#drain();
    });
  }
}
