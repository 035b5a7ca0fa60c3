import type { IpAddress } from '../../src/base/address.ts';
import type { Instant } from '../../src/base/contract.ts';
import type { ChannelId, Role, RoleInput, RoleOutput, TransportTarget } from '../../src/rserpool/role.ts';
import type { ChannelEnd, RoleChannel } from './role-channel.ts';
import type { RoleNetwork } from './role-network.ts';

/** Where a role stands in the network. */
export interface RoleHostOptions {
  readonly addresses: readonly IpAddress[];
  /** UDP encapsulation port of the host's SCTP; default 9899. */
  readonly udpPort?: number;
  /** Ports on which the role takes channels; none for a pure client. */
  readonly listens?: readonly { readonly port: number; readonly protocol?: TransportTarget['protocol'] }[];
  /**
   * Which of its ports a channel that it opens comes from; default the first it listens on with that protocol, else a
   * free one. `ppid` is what the role means to speak, if it says so.
   */
  readonly localPort?: (target: TransportTarget, ppid: number | undefined) => number;
  /** Whether announcements of others reach it; default true. */
  readonly hearsAnnouncements?: boolean;
}

type ChannelOutput<Event> = Extract<RoleOutput<Event>, { readonly kind: 'send' | 'close' | 'probe' }>;

/** Drives a role on a {@link RoleNetwork}: one input, then all output, then the next input. */
// biome-ignore lint/suspicious/noExplicitAny: a network holds roles with all kinds of events
export class RoleHost<Event = any, R extends Role<Event> = Role<Event>> {
  readonly name: string;
  readonly options: RoleHostOptions;
  /** What the role told its program, in order. */
  readonly events: { readonly at: Instant; readonly event: Event }[] = [];
  /** What the role asked for against the contract of role.ts: a test of a role wants it empty. */
  readonly misuses: string[] = [];
  role: R;
  /** Counts restarts: channels belong to one life. */
  life = 1;
  isAlive = true;
  addresses: readonly IpAddress[];
  udpPort: number;
  readonly #network: RoleNetwork;
  readonly #channels = new Map<ChannelId, RoleChannel | undefined>();
  #nextRemoteId = 2;
  #lastLocalId = -1;
  #nextFreePort = 49_152;
  #cancelTimer: () => void = () => {};
  #timerAt: Instant | undefined;
  #busy = false;

  constructor(network: RoleNetwork, name: string, role: R, options: RoleHostOptions) {
    this.#network = network;
    this.name = name;
    this.role = role;
    this.options = options;
    this.addresses = options.addresses;
    this.udpPort = options.udpPort ?? 9899;
    this.#drain();
  }

  /** Calls the role, then carries out all that it wants. */
  call<T>(use: (role: R, now: Instant) => T): T {
    const result = use(this.role, this.#network.clock.now());
    this.#drain();
    return result;
  }

  /** The host dies without a word; what it has sent still arrives. */
  kill(): void {
    this.isAlive = false;
    this.#cancelTimer();
    this.#timerAt = undefined;
    this.#channels.clear();
    this.#network.hostDied(this);
  }

  /** The host is back with a role that knows nothing of its former life. */
  restart(role: R): void {
    if (this.isAlive) this.kill();
    this.role = role;
    this.life++;
    this.isAlive = true;
    this.#nextRemoteId = 2;
    this.#lastLocalId = -1;
    this.#drain();
  }

  /** The host gets other addresses or another UDP port; peers see `channel-changed`. */
  move(to: { readonly addresses?: readonly IpAddress[]; readonly udpPort?: number }, restarted = false): void {
    this.addresses = to.addresses ?? this.addresses;
    this.udpPort = to.udpPort ?? this.udpPort;
    this.#network.hostMoved(this, restarted);
  }

  /** The events of one kind, where events are tagged by `kind`. */
  eventsOf(kind: string): readonly Event[] {
    return this.events.map(({ event }) => event).filter((event) => (event as { readonly kind?: string }).kind === kind);
  }

  /** This host as a target, with one of the ports it listens on. */
  target(port = this.options.listens?.[0]?.port ?? 0): TransportTarget {
    const listens = this.options.listens?.find((each) => each.port === port);
    return this.#localTarget(listens?.protocol ?? 'sctp', port);
  }

  /** For the network: an input has arrived. */
  deliver(input: RoleInput): void {
    if (this.isAlive) this.call((role, now) => role.handleInput(input, now));
  }

  /** For the network: our side of a channel that we open, or that a peer opens. */
  newEnd(initiator: 'local' | 'remote', local: TransportTarget, remote: TransportTarget, id?: ChannelId): ChannelEnd {
    const channel = id ?? this.#nextRemoteId;
    if (id === undefined) this.#nextRemoteId += 2;
    return { host: this, life: this.life, id: channel, initiator, local, remote };
  }

  bind(id: ChannelId, channel: RoleChannel): void {
    this.#channels.set(id, channel);
  }

  forget(id: ChannelId): void {
    this.#channels.delete(id);
  }

  /** Whether this channel was asked for, and not closed since. */
  knows(id: ChannelId): boolean {
    return this.#channels.has(id);
  }

  misuse(text: string): void {
    this.misuses.push(`${this.#network.clock.now()} ms: ${text}`);
  }

  localTargetFor(target: TransportTarget, ppid: number | undefined): TransportTarget {
    const { protocol } = target;
    const listening = this.options.listens?.find((each) => (each.protocol ?? 'sctp') === protocol);
    const port = this.options.localPort?.(target, ppid) ?? listening?.port ?? this.#nextFreePort++;
    return this.#localTarget(protocol, port);
  }

  #localTarget(protocol: TransportTarget['protocol'], port: number): TransportTarget {
    const target = { protocol, addresses: this.addresses, port };
    return protocol === 'sctp' ? { ...target, udpPort: this.udpPort } : target;
  }

  #drain(): void {
    if (this.#busy || !this.isAlive) return;
    this.#busy = true;
    try {
      const { role } = this;
      for (let output = role.pollOutput(); output !== undefined; output = role.pollOutput()) this.#carryOut(output);
    } finally {
      this.#busy = false;
    }
    this.#setTimer();
  }

  #carryOut(output: RoleOutput<Event>): void {
    if (output.kind === 'event') this.events.push({ at: this.#network.clock.now(), event: output.event });
    else if (output.kind === 'announce') this.#network.announce(this, output.bytes);
    else if (output.kind === 'connect') this.#connect(output);
    // Channels here have no windows.
    else if (output.kind === 'hold') return;
    else this.#use(output);
  }

  #connect(output: Extract<RoleOutput<Event>, { kind: 'connect' }>): void {
    const { channel: id, target, ppid, first } = output;
    if (id % 2 !== 1 || id <= this.#lastLocalId) {
      this.misuse(`connect with channel ${id}, which is not a new odd number`);
      return;
    }
    this.#lastLocalId = id;
    this.#channels.set(id, undefined);
    this.#network.connect(this, id, target, ppid, first);
  }

  #use(output: ChannelOutput<Event>): void {
    const channel = this.#channels.get(output.channel);
    const end = channel?.ends.find(({ host, id }) => host === this && id === output.channel);
    if (channel === undefined || end === undefined) {
      this.#useUnopened(output);
    } else if (output.kind === 'send') {
      channel.send(end, output);
    } else if (output.kind === 'probe') {
      channel.probe(end);
    } else if (output.how === 'shutdown') {
      channel.shutdown(end, output.reason);
    } else channel.abort(end, output.reason);
  }

  /** A channel that is being set up can be closed; everything else needs one that is up. */
  #useUnopened(output: ChannelOutput<Event>): void {
    const { channel } = output;
    if (output.kind === 'close' && this.#channels.has(channel)) {
      this.#channels.delete(channel);
      const input = { kind: 'channel-down', channel, reason: output.reason, failed: false } as const;
      this.#network.clock.after(0, () => this.deliver(input));
    } else this.misuse(`${output.kind} on channel ${channel}, which is not up`);
  }

  #setTimer(): void {
    const wanted = this.role.nextTimeoutAt();
    if (wanted === this.#timerAt) return;
    this.#cancelTimer();
    this.#timerAt = wanted;
    if (wanted === undefined) return;
    this.#cancelTimer = this.#network.clock.at(wanted, () => {
      this.#timerAt = undefined;
      this.call((role, now) => role.handleTimeout(now));
    });
  }
}
