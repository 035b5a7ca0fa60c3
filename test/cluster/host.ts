import type { Instant } from '../../src/base/contract.ts';
import { sctpConfigOf } from '../../src/rserpool/node/sctp-profiles.ts';
import type { ChannelId, Role, RoleInput, RoleOutput, TransportTarget } from '../../src/rserpool/role.ts';
import type { Side } from './association.ts';
import type { Attempt, ClusterNetwork } from './network.ts';
import { kindOf, MESSAGE_KINDS } from './traffic.ts';

export interface HostOptions {
  readonly address: string;
  /** The first one is where channels are opened from, unless `portFor` says otherwise. */
  readonly ports: readonly number[];
  readonly portFor?: (ppid: number | undefined) => number;
  /** A user: takes no channels, and does not probe for long. */
  readonly client?: boolean;
  readonly hearsAnnouncements?: boolean;
}

/** What a host did within one second of virtual time. */
export interface BusySecond {
  /** All messages but data, updates and those of takeovers, and attempts to connect. */
  readonly messages: number;
  /** HANDLE_UPDATEs, and HANDLE_RESOLUTION_RESPONSEs, which subscribers get for each change. */
  readonly updates: number;
  /** INIT_TAKEOVER, INIT_TAKEOVER_ACK and TAKEOVER_SERVER. */
  readonly takeovers: number;
  /** Channels that there are, that are being opened, and that were closed in this second. */
  readonly channels: number;
}

/** Drives a role: one input, then all output, then the next input. Nothing is kept of what happened. */
// biome-ignore lint/suspicious/noExplicitAny: a network holds roles with all kinds of events
export class ClusterHost<R extends Role<any> = Role<any>> {
  readonly name: string;
  readonly address: string;
  readonly hearsAnnouncements: boolean;
  role: R;
  life = 1;
  isAlive = true;
  /** Hosts reach each other only on the same island. */
  island = 0;
  /** Half a link each: the delay between two hosts is the sum. One way, ms. */
  delayMs = 0.5;
  jitterMs = 0;
  /** Probability that a packet is lost here. */
  loss = 0;
  readonly channels = new Map<ChannelId, Side>();
  readonly attempts = new Map<ChannelId, Attempt>();
  /** Messages sent, by {@link kindOf}. */
  readonly sent = new Array<number>(MESSAGE_KINDS).fill(0);
  // biome-ignore lint/suspicious/noExplicitAny: a network holds roles with all kinds of events
  onEvent: (event: any, now: Instant) => void = () => {};
  /** Called for the second before, once the next one begins. */
  onSecond: ((second: BusySecond) => void) | undefined;
  /** What the role did against its contract. */
  onMisuse: (text: string) => void = (text) => {
    throw new Error(text);
  };
  readonly #network: ClusterNetwork;
  readonly #options: HostOptions;
  readonly #targets = new Map<number, TransportTarget>();
  #nextIncoming = 2;
  #timerAt: Instant | undefined;
  #draining = false;
  #second = 0;
  #messages = 0;
  #updates = 0;
  #takeovers = 0;
  #closed = 0;
  #most = 0;

  constructor(network: ClusterNetwork, name: string, options: HostOptions, role: R) {
    this.#network = network;
    this.#options = options;
    this.name = name;
    this.address = options.address;
    this.hearsAnnouncements = options.hearsAnnouncements ?? false;
    this.role = role;
    network.add(this as unknown as ClusterHost);
  }

  /** What the role wanted when it was made; once the listeners are there. */
  start(): void {
    this.#drain();
  }

  /** Calls the role, then carries out all that it wants. */
  call<T>(use: (role: R, now: Instant) => T): T {
    const result = use(this.role, this.#network.clock.now());
    this.#drain();
    return result;
  }

  deliver(input: RoleInput): void {
    if (!this.isAlive) return;
    this.role.handleInput(input, this.#network.clock.now());
    if (input.kind === 'channel-down') this.#closed++;
    this.#drain();
  }

  /** The host dies without a word. */
  kill(): void {
    const sides = [...this.channels.values()];
    this.isAlive = false;
    this.#timerAt = undefined;
    this.channels.clear();
    this.attempts.clear();
    this.#network.hostDied(sides);
  }

  /** The program ends in good order: its associations are shut down. */
  leave(): void {
    for (const side of this.channels.values()) {
      side.association?.tellOnce(side, 'shutdown', 'the program ends');
    }
    this.kill();
  }

  /** The host is back with a role that knows nothing of its former life. */
  restart(role: R): void {
    if (this.isAlive) this.kill();
    this.role = role;
    this.life++;
    this.isAlive = true;
    this.#nextIncoming = 2;
    this.#drain();
  }

  /** HEARTBEATs of a probe. */
  get probes(): number {
    return sctpConfigOf({}, this.#options.client === true ? 'user' : 'element').probeHeartbeats!;
  }

  listens(port: number): boolean {
    return this.#options.client !== true && this.#options.ports.includes(port);
  }

  target(port = this.#options.ports[0]!): TransportTarget {
    let target = this.#targets.get(port);
    if (target === undefined) {
      target = { protocol: 'sctp', addresses: [this.address], port, udpPort: 9899 };
      this.#targets.set(port, target);
    }
    return target;
  }

  localTarget(ppid: number | undefined): TransportTarget {
    return this.target(this.#options.portFor?.(ppid));
  }

  nextIncomingId(): ChannelId {
    const id = this.#nextIncoming;
    this.#nextIncoming += 2;
    return id;
  }

  misuse(text: string): void {
    this.onMisuse(`${this.name} at ${this.#network.clock.now()} ms: ${text}`);
  }

  #drain(): void {
    if (this.#draining || !this.isAlive) return;
    this.#draining = true;
    try {
      const { role } = this;
      for (let output = role.pollOutput(); output !== undefined; output = role.pollOutput()) this.#carryOut(output);
    } finally {
      this.#draining = false;
    }
    this.#setTimer();
  }

  #carryOut(output: RoleOutput<unknown>): void {
    switch (output.kind) {
      case 'event':
        this.onEvent(output.event, this.#network.clock.now());
        return;
      case 'send': {
        this.#count(kindOf(output.ppid, output.bytes));
        const side = this.channels.get(output.channel);
        const { ppid, streamId, unordered, bytes } = output;
        if (side === undefined) this.misuse(`a message on channel ${output.channel}, which is not up`);
        else side.association?.send(side, { kind: 'message', ppid, streamId, unordered, bytes });
        return;
      }
      case 'connect':
        this.#note();
        this.#messages++;
        for (const { ppid, bytes } of output.first ?? []) this.#count(kindOf(ppid, bytes));
        this.#network.connect(this as unknown as ClusterHost, output);
        return;
      case 'close':
        this.#close(output);
        return;
      case 'probe': {
        const side = this.channels.get(output.channel);
        if (side === undefined) this.misuse(`a probe of channel ${output.channel}, which is not up`);
        else side.association?.probe(side);
        return;
      }
      case 'hold':
        // Channels here have no windows.
        return;
      case 'announce':
        this.#count(kindOf(11, output.bytes));
        this.#network.announce(this as unknown as ClusterHost, output.bytes);
        return;
    }
  }

  #close({ channel, how, reason }: Extract<RoleOutput<unknown>, { kind: 'close' }>): void {
    const attempt = this.attempts.get(channel);
    const side = this.channels.get(channel);
    if (attempt !== undefined) this.#network.cancel(attempt);
    else if (side === undefined) return;
    else if (how === 'abort') side.association?.abort(side, reason);
    else side.association?.shutdown(side, reason);
  }

  #count(kind: number): void {
    this.#note();
    this.sent[kind]!++;
    if (kind === UPDATE || kind === RESOLUTION) this.#updates++;
    else if (TAKEOVER.has(kind)) this.#takeovers++;
    else if (kind !== DATA) this.#messages++;
  }

  #note(): void {
    this.#roll();
    this.#most = Math.max(this.#most, 1 + this.channels.size + this.attempts.size + this.#closed);
  }

  #roll(): void {
    const second = Math.floor(this.#network.clock.now() / 1000);
    if (second === this.#second) return;
    const [messages, updates, takeovers] = [this.#messages, this.#updates, this.#takeovers];
    this.onSecond?.({ messages, updates, takeovers, channels: this.#most });
    this.#second = second;
    this.#messages = 0;
    this.#updates = 0;
    this.#takeovers = 0;
    this.#closed = 0;
    this.#most = 0;
  }

  /** A timer that is set anew to a later time stays where it is, and looks again. */
  #setTimer(): void {
    const wanted = this.role.nextTimeoutAt();
    if (wanted === undefined || (this.#timerAt !== undefined && this.#timerAt <= wanted)) return;
    this.#timerAt = wanted;
    const { life } = this;
    this.#network.clock.at(wanted, () => this.#onTimer(wanted, life));
  }

  #onTimer(at: Instant, life: number): void {
    if (this.#timerAt !== at || this.life !== life || !this.isAlive) return;
    this.#timerAt = undefined;
    const now = this.#network.clock.now();
    const wanted = this.role.nextTimeoutAt();
    if (wanted !== undefined && wanted <= now) {
      this.role.handleTimeout(now);
      const next = this.role.nextTimeoutAt();
      if (next !== undefined && next <= now) this.misuse(`wants a timeout at ${next} right after one`);
      this.#drain();
    } else this.#setTimer();
  }
}

const UPDATE = kindOf(12, Uint8Array.of(4));
const RESOLUTION = kindOf(11, Uint8Array.of(6));
const TAKEOVER: ReadonlySet<number> = new Set([7, 8, 9].map((type) => kindOf(12, Uint8Array.of(type))));
const DATA = kindOf(0, Uint8Array.of(0));
