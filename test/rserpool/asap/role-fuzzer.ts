import { type ChannelId, PPID, type Role, type RoleInput } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import type { SeededRandom } from '../../harness/random.ts';
import { host } from './role-ladder.ts';

/**
 * A hostile world around a role: channels come, go and restart at random, with random, broken, mutated and valid
 * messages on them. It keeps the driver's side of the contract in role.ts, and checks the role's side of it.
 */
export class RoleFuzzer<Event extends { readonly kind: string }> {
  readonly role: Role<Event>;
  readonly random: SeededRandom;
  /** Channels as the driver knows them. */
  readonly channels = new Map<ChannelId, 'connecting' | 'up' | 'closing'>();
  readonly eventKinds = new Set<string>();
  messages = 0;
  outputs = 0;
  now = 0;
  #nextRemote = 2;
  readonly #doubts: SeededRandom;

  constructor(role: Role<Event>, random: SeededRandom) {
    this.role = role;
    this.random = random;
    this.#doubts = random.fork('doubts');
  }

  /** One random thing happens. */
  step(): void {
    const { random } = this;
    const channel = this.#anyChannel();
    const state = channel === undefined ? undefined : this.channels.get(channel);
    if (random.chance(0.03)) this.#pass(random.below(20_000));
    if (channel !== undefined && state === 'up') this.#doubt(channel);
    const dice = random.below(50);
    if (channel === undefined || dice === 0) this.#open();
    else if (state === 'connecting') {
      if (random.chance(0.7)) this.#up(channel, 'local');
      else this.#down(channel);
    } else if (state === 'closing' || dice === 1) this.#down(channel);
    else if (dice === 2) {
      const restarted = random.chance(0.5);
      this.#input({ kind: 'channel-changed', channel, remote: host(random.below(200)), restarted });
    } else if (dice === 3) {
      const ppid = random.chance(0.5) ? PPID.asap : 0;
      this.#input({ kind: 'send-failed', channel, ppid, bytes: random.bytes(8) });
    } else if (dice === 4) {
      const from = { address: `192.0.2.${random.below(256)}`, udpPort: 1 };
      this.#input({ kind: 'announcement', from, bytes: this.#bytes() });
    } else {
      this.messages++;
      const ppid = random.chance(0.85) ? PPID.asap : random.below(20);
      this.#input({ kind: 'message', channel, ppid, streamId: random.below(4), bytes: this.#bytes() });
    }
  }

  /** Carries out what the role wants, as far as it is allowed to want it. */
  drain(): void {
    for (let output = this.role.pollOutput(); output !== undefined; output = this.role.pollOutput()) {
      this.outputs++;
      if (output.kind === 'event') this.eventKinds.add(output.event.kind);
      else if (output.kind === 'connect') {
        if (this.channels.has(output.channel) || output.channel % 2 === 0) throw new Error('a bad channel number');
        this.channels.set(output.channel, 'connecting');
      } else if (output.kind === 'send' || output.kind === 'probe') {
        if (this.channels.get(output.channel) !== 'up')
          throw new Error(`${output.kind} on channel ${output.channel}, not up`);
      } else if (output.kind === 'close') {
        const state = this.channels.get(output.channel);
        if (state === undefined || state === 'closing') throw new Error(`close of channel ${output.channel}, not open`);
        this.channels.set(output.channel, 'closing');
      }
    }
  }

  #doubt(channel: ChannelId): void {
    if (this.#doubts.chance(0.02)) this.#input({ kind: 'channel-suspect', channel, reason: 'fuzz' });
    const alive = this.#doubts.chance(0.9);
    if (this.#doubts.chance(0.02)) this.#input({ kind: 'probe-result', channel, alive });
    if (this.#doubts.chance(0.01)) this.#input({ kind: 'channel-closing', channel, reason: 'fuzz' });
  }

  #input(input: RoleInput): void {
    this.role.handleInput(input, this.now);
    this.drain();
  }

  #pass(ms: number): void {
    const end = this.now + ms;
    let rounds = 0;
    for (let at = this.role.nextTimeoutAt(); at !== undefined && at <= end; at = this.role.nextTimeoutAt()) {
      this.now = Math.max(at, this.now);
      this.role.handleTimeout(this.now);
      this.drain();
      if (++rounds > 100_000) throw new Error('timeouts without end');
    }
    this.now = end;
  }

  #open(): void {
    const channel = this.#nextRemote;
    this.#nextRemote += 2;
    this.#up(channel, 'remote');
  }

  #up(channel: ChannelId, initiator: 'local' | 'remote'): void {
    this.channels.set(channel, 'up');
    const remote = host(this.random.below(200));
    this.#input({ kind: 'channel-up', channel, initiator, remote, local: host(100, 4711) });
  }

  #down(channel: ChannelId): void {
    this.channels.delete(channel);
    this.#input({ kind: 'channel-down', channel, reason: 'fuzz', failed: this.random.chance(0.5) });
  }

  #anyChannel(): ChannelId | undefined {
    const all = [...this.channels.keys()];
    return all[this.random.below(all.length)];
  }

  #bytes(): Uint8Array {
    const { random } = this;
    if (random.chance(0.1)) return random.bytes(random.below(80));
    const bytes = encodeAsap(randomMessage(random)).slice();
    if (random.chance(0.4)) return bytes;
    const kind = random.below(3);
    if (kind === 0) return bytes.subarray(0, random.below(bytes.length + 1));
    for (let i = 0; i <= random.below(4); i++) bytes[random.below(bytes.length)] = random.below(256);
    if (kind === 1) return bytes;
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    longer.set(random.bytes(8), bytes.length);
    return longer;
  }
}

function randomMessage(random: SeededRandom): AsapMessage {
  const pool = poolHandle(`pool${random.below(4)}`);
  const peIdentifier = 1 + random.below(4);
  const causes = random.chance(0.3) ? ([{ kind: 'unknown-pool-handle' }] as const) : [];
  const elements = Array.from({ length: random.below(5) }, () => randomElement(random));
  const cookie = random.bytes(random.below(40));
  const options: readonly AsapMessage[] = [
    { kind: 'registration', poolHandle: pool, element: randomElement(random) },
    { kind: 'deregistration', poolHandle: pool, peIdentifier },
    { kind: 'registration-response', rejected: random.chance(0.2), poolHandle: pool, peIdentifier, causes },
    { kind: 'deregistration-response', poolHandle: pool, peIdentifier, causes },
    { kind: 'handle-resolution', subscribe: random.chance(0.5), poolHandle: pool },
    {
      kind: 'handle-resolution-response',
      acceptedSubscription: random.chance(0.5),
      poolHandle: pool,
      elements,
      causes,
    },
    {
      kind: 'endpoint-keep-alive',
      home: random.chance(0.5),
      registrarIdentifier: random.below(4),
      poolHandle: pool,
    },
    { kind: 'endpoint-keep-alive-ack', poolHandle: pool, peIdentifier },
    { kind: 'endpoint-unreachable', poolHandle: pool, peIdentifier },
    { kind: 'server-announce', registrarIdentifier: 1, transports: [] },
    { kind: 'cookie', cookie },
    { kind: 'cookie-echo', cookie },
    { kind: 'business-card', poolHandle: pool, elements },
    { kind: 'error', causes: [{ kind: 'unspecified' }] },
    { kind: 'unknown', type: 0x4f, flags: 0, report: true, whole: Uint8Array.of(0x4f, 0, 0, 4) },
  ];
  return options[random.below(options.length)]!;
}

function randomElement(random: SeededRandom): PoolElementParameter {
  const n = 1 + random.below(6);
  return {
    identifier: n,
    homeRegistrarIdentifier: 1,
    registrationLifeS: 600,
    userTransport: random.chance(0.9)
      ? {
          protocol: 'sctp',
          port: 4711,
          use: random.chance(0.8) ? 'data-and-control' : 'data-only',
          addresses: [`192.0.2.${n}`],
        }
      : { protocol: 'opaque', bytes: random.bytes(3) },
    policy: { kind: 'round-robin' },
  };
}
