import { describe, expect, it } from 'vitest';
import type { Instant } from '../../src/base/contract.ts';
import {
  type ChannelId,
  ChannelIds,
  type Role,
  type RoleInput,
  type RoleOutput,
  type TransportTarget,
} from '../../src/rserpool/role.ts';
import { SeededRandom } from './random.ts';
import type { RoleHost } from './role-host.ts';
import { RoleNetwork, type RoleNetworkOptions } from './role-network.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Does what the test says and tells every input as an event; answers `ping` by `pong`. */
class TestRole implements Role<RoleInput> {
  readonly ids = new ChannelIds();
  wakeAt: Instant | undefined;
  wokenAt: Instant[] = [];
  readonly #output: RoleOutput<RoleInput>[] = [];

  handleInput(input: RoleInput): void {
    this.#output.push({ kind: 'event', event: input });
    if (input.kind === 'message' && textOf(input.bytes) === 'ping') this.send(input.channel, 'pong');
  }

  handleTimeout(now: Instant): void {
    if (this.wakeAt === undefined || now < this.wakeAt) return;
    this.wakeAt = undefined;
    this.wokenAt.push(now);
  }

  pollOutput(): RoleOutput<RoleInput> | undefined {
    return this.#output.shift();
  }

  nextTimeoutAt(): Instant | undefined {
    return this.wakeAt;
  }

  put(output: RoleOutput<RoleInput>): void {
    this.#output.push(output);
  }

  connect(target: TransportTarget, ppid?: number): ChannelId {
    const channel = this.ids.take();
    this.put({ kind: 'connect', channel, target, ppid });
    return channel;
  }

  send(channel: ChannelId, text: string): void {
    this.put({ kind: 'send', channel, ppid: 11, streamId: 0, unordered: false, bytes: new TextEncoder().encode(text) });
  }
}

type Host = RoleHost<RoleInput, TestRole>;

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What a host saw, one line an input. */
function seen(host: Host): string[] {
  return host.events.map(({ at, event }) => {
    if (event.kind === 'message') return `${at} message ${event.channel} ${textOf(event.bytes)}`;
    if (event.kind === 'announcement') return `${at} announcement ${event.from.address} ${textOf(event.bytes)}`;
    if (event.kind === 'channel-down') return `${at} down ${event.channel} ${event.reason} ${event.failed}`;
    if (event.kind === 'channel-suspect') return `${at} suspect ${event.channel} ${event.reason}`;
    if (event.kind === 'channel-closing') return `${at} closing ${event.channel} ${event.reason}`;
    if (event.kind === 'probe-result') return `${at} probed ${event.channel} ${event.alive}`;
    if (event.kind === 'send-failed') return `${at} send-failed ${event.channel} ${textOf(event.bytes)}`;
    if (event.kind === 'channel-changed')
      return `${at} changed ${event.channel} ${event.remote.udpPort} ${event.restarted}`;
    return `${at} up ${event.channel} ${event.initiator} ${event.remote.addresses[0]}:${event.remote.port};udp=${event.remote.udpPort}`;
  });
}

function setUp(options: Partial<RoleNetworkOptions> = {}) {
  const clock = new VirtualClock();
  const network = new RoleNetwork({ clock, random: new SeededRandom(1), delayMs: 10, ...options });
  const server = network.add('server', new TestRole(), {
    addresses: ['10.0.0.1', '10.1.0.1'],
    listens: [{ port: 3863 }, { port: 9901 }],
  });
  const client = network.add('client', new TestRole(), { addresses: ['10.0.0.2'], udpPort: 5000 });
  const connected = (): ChannelId => {
    const channel = client.call((role) => role.connect(server.target()));
    clock.runFor(20);
    return channel;
  };
  const send = (host: Host, channel: ChannelId, text: string): void => host.call((role) => role.send(channel, text));
  const close = (host: Host, channel: ChannelId, how: 'shutdown' | 'abort'): void =>
    host.call((role) => role.put({ kind: 'close', channel, how, reason: 'enough' }));
  return { clock, network, server, client, connected, send, close };
}

describe('role network', () => {
  it('opens channels with odd ids here and even ids there, and carries messages in order', () => {
    const { clock, server, client, connected, send } = setUp();
    const channel = connected();
    for (const text of ['one', 'ping', 'two']) send(client, channel, text);
    clock.runFor(100);
    expect(seen(server)).toEqual([
      '10 up 2 remote 10.0.0.2:49152;udp=5000',
      '30 message 2 one',
      '30 message 2 ping',
      '30 message 2 two',
    ]);
    expect(seen(client)).toEqual(['20 up 1 local 10.0.0.1:3863;udp=9899', '40 message 1 pong']);
    expect([...server.misuses, ...client.misuses]).toEqual([]);
    expect(connected()).toBe(3);
    expect(seen(server).at(-1)).toContain('up 4 remote');
  });

  it('finds the host by address, port, protocol and UDP port', () => {
    const { clock, server, client } = setUp({ connectTimeoutMs: 2000 });
    const target = server.target(9901);
    const outcomes = (
      [
        target,
        { ...target, port: 1 },
        { ...target, udpPort: 1 },
        { ...target, protocol: 'tcp' },
        { ...target, addresses: ['10.9.9.9', '10.1.0.1'] },
        { ...target, addresses: ['10.9.9.9'] },
      ] as const
    ).map((each) => {
      const channel = client.call((role) => role.connect(each));
      clock.runFor(3000);
      return seen(client)
        .find((line) => line.includes(` ${channel} `))!
        .replace(/^\S+ /, '');
    });
    expect(outcomes).toEqual([
      'up 1 local 10.0.0.1:9901;udp=9899',
      'down 3 refused true',
      'down 5 nobody answers true',
      'down 7 refused true',
      'up 9 local 10.0.0.1:9901;udp=9899',
      'down 11 nobody answers true',
    ]);
  });

  it('uses the port that the host names for its own side', () => {
    const { clock, network, server } = setUp();
    const registrar = network.add('registrar', new TestRole(), {
      addresses: ['10.0.0.3'],
      listens: [{ port: 3863 }, { port: 9901 }],
      localPort: (_, ppid) => (ppid === 12 ? 9901 : 3863),
    });
    registrar.call((role) => role.connect(server.target(9901), 12));
    registrar.call((role) => role.connect(server.target(9901), 11));
    clock.runFor(100);
    expect(seen(server)).toEqual(['10 up 2 remote 10.0.0.3:9901;udp=9899', '10 up 4 remote 10.0.0.3:3863;udp=9899']);
  });

  it('shuts down gracefully: what was sent before arrives on both sides', () => {
    const { clock, server, client, connected, send, close } = setUp();
    const channel = connected();
    send(server, 2, 'under way');
    send(client, channel, 'last');
    close(client, channel, 'shutdown');
    clock.runFor(100);
    expect(seen(server).slice(1)).toEqual(['30 message 2 last', '30 down 2 closed by peer: enough false']);
    expect(seen(client).slice(1)).toEqual(['30 message 1 under way', '40 down 1 enough false']);
  });

  it('aborts at once', () => {
    const { clock, server, client, connected, close } = setUp();
    close(client, connected(), 'abort');
    clock.runFor(100);
    expect(seen(client).slice(1)).toEqual(['20 down 1 enough false']);
    expect(seen(server).slice(1)).toEqual(['30 down 2 aborted by peer: enough true']);
  });

  it('closes channels that are not up yet', () => {
    const { clock, server, client, close } = setUp();
    const first = client.call((role) => role.connect(server.target()));
    close(client, first, 'shutdown');
    clock.runFor(100);
    expect(seen(client)).toEqual(['0 down 1 enough false']);
    const second = client.call((role) => role.connect(server.target()));
    clock.runFor(10);
    close(client, second, 'shutdown');
    clock.runFor(100);
    expect(seen(client).slice(1)).toEqual(['110 down 3 enough false']);
    expect(seen(server)).toEqual([
      '110 up 2 remote 10.0.0.2:49152;udp=5000',
      '120 down 2 aborted by peer: enough true',
    ]);
  });

  it('tells the peers of a killed host after the detection time, and what was lost', () => {
    const { clock, server, client, connected, send } = setUp({ detectionMs: 500 });
    const channel = connected();
    send(server, 2, 'still sent');
    server.kill();
    send(client, channel, 'lost');
    clock.runFor(1000);
    expect(seen(client).slice(1)).toEqual([
      '30 message 1 still sent',
      '280 suspect 1 data stays unacknowledged',
      '520 send-failed 1 lost',
      '520 down 1 peer does not answer true',
    ]);
    const failed = client.eventsOf('send-failed');
    expect(failed).toMatchObject([{ channel, ppid: 11, streamId: 0, unordered: false }]);
    expect(seen(server)).toHaveLength(1);
  });

  it('tells once that what was sent stays unacknowledged, and probes on demand', () => {
    const { clock, server, client, connected, send } = setUp({ detectionMs: 5000, suspectMs: 250, probeMs: 400 });
    const channel = connected();
    const probe = (): void => client.call((role) => role.put({ kind: 'probe', channel }));
    probe();
    probe();
    clock.runFor(70);
    server.kill();
    send(client, channel, 'lost');
    send(client, channel, 'too');
    clock.runFor(400);
    probe();
    clock.runFor(1000);
    expect(seen(client).slice(1)).toEqual([
      '40 probed 1 true',
      '350 suspect 1 data stays unacknowledged',
      '890 probed 1 false',
    ]);
  });

  it('finds by a probe that a restarted peer has lost its state', () => {
    const { clock, server, client, connected } = setUp();
    const channel = connected();
    server.restart(new TestRole());
    client.call((role) => role.put({ kind: 'probe', channel }));
    clock.runFor(1000);
    expect(seen(client).slice(1)).toEqual(['40 down 1 peer has lost its state true']);
    expect(client.misuses).toEqual([]);
  });

  it('restarts a host that knows nothing of its former channels', () => {
    const { clock, server, client, connected, send } = setUp({ detectionMs: 500 });
    const channel = connected();
    server.restart(new TestRole());
    send(client, channel, 'who are you?');
    clock.runFor(100);
    expect(seen(client).slice(1)).toEqual(['40 send-failed 1 who are you?', '40 down 1 peer has lost its state true']);
    connected();
    expect(seen(server).at(-1)).toContain('up 2 remote');
    clock.runFor(1000);
    expect(seen(client)).toHaveLength(4);
  });

  it('gives a connecting role its channel when the host comes back in time', () => {
    const { clock, server, client } = setUp();
    server.kill();
    client.call((role) => role.connect(server.target()));
    clock.runFor(2500);
    server.restart(new TestRole());
    clock.runFor(2000);
    expect(seen(client)).toEqual(['3020 up 1 local 10.0.0.1:3863;udp=9899']);
  });

  it('holds messages back while the way is cut, and fails on both sides if it stays cut', () => {
    const { clock, network, server, client, connected, send } = setUp({ detectionMs: 500 });
    const channel = connected();
    network.partition.cutBetween('client', 'server');
    send(client, channel, 'held');
    clock.runFor(400);
    network.partition.healAll();
    send(client, channel, 'after');
    clock.runFor(400);
    expect(seen(server).slice(1)).toEqual(['430 message 2 held', '430 message 2 after']);
    network.partition.cut('client');
    send(client, channel, 'never');
    clock.runFor(1000);
    expect(seen(server).slice(3)).toEqual(['1320 down 2 peer does not answer true']);
    expect(seen(client).slice(1)).toEqual([
      '270 suspect 1 data stays unacknowledged',
      '1070 suspect 1 data stays unacknowledged',
      '1320 send-failed 1 never',
      '1320 down 1 peer does not answer true',
    ]);
  });

  it('survives the loss of one of several addresses', () => {
    const { clock, network, server, client, connected, send } = setUp({ detectionMs: 500 });
    const channel = connected();
    network.partition.cut('10.0.0.1');
    clock.runFor(1000);
    send(client, channel, 'other way');
    clock.runFor(100);
    expect(seen(server).at(-1)).toContain('other way');
    network.partition.cut('10.1.0.1');
    clock.runFor(1000);
    expect(seen(client).at(-1)).toContain('does not answer');
  });

  it('tells peers when a host moves to another UDP port', () => {
    const { clock, server, client, connected } = setUp();
    connected();
    client.move({ udpPort: 6000 });
    clock.runFor(100);
    expect(seen(server).slice(1)).toEqual(['30 changed 2 6000 false']);
  });

  it('carries announcements to all others that listen', () => {
    const { clock, network, server, client } = setUp();
    const deaf = network.add('deaf', new TestRole(), { addresses: ['10.0.0.9'], hearsAnnouncements: false });
    const cutOff = network.add('cut off', new TestRole(), { addresses: ['10.0.0.8'] });
    network.partition.cut('cut off');
    server.call((role) => role.put({ kind: 'announce', bytes: new TextEncoder().encode('here') }));
    clock.runFor(100);
    expect([server, client, deaf, cutOff].map(seen)).toEqual([[], ['10 announcement 10.0.0.1 here'], [], []]);
  });

  it('can lose announcements and refuse connections', () => {
    const { clock, server, client } = setUp({
      announcementLoss: 0.5,
      refuse: (_, { port }) => (port === 9901 ? 'no' : undefined),
    });
    for (let i = 0; i < 200; i++) server.call((role) => role.put({ kind: 'announce', bytes: new Uint8Array(1) }));
    clock.runFor(100);
    expect(Math.abs(client.events.length - 100)).toBeLessThan(36);
    client.events.length = 0;
    client.call((role) => role.connect(server.target(9901)));
    clock.runFor(100);
    expect(seen(client)).toEqual(['120 down 1 no true']);
  });

  it('calls a role when its timeout is due, and not when it is dead', () => {
    const { clock, server, client } = setUp();
    for (const host of [server, client]) {
      host.call((role) => {
        role.wakeAt = 123.5;
      });
    }
    client.kill();
    clock.runFor(1000);
    expect([server.role.wokenAt, client.role.wokenAt]).toEqual([[123.5], []]);
  });

  it('notes what a role does against the contract', () => {
    const { clock, client, connected, send, close } = setUp();
    const channel = connected();
    close(client, channel, 'shutdown');
    send(client, channel, 'too late');
    send(client, 77, 'nobody');
    client.call((role) => role.put({ kind: 'connect', channel: 4, target: client.target(1) }));
    clock.runFor(100);
    expect(client.misuses).toEqual([
      '20 ms: send on channel 1 in state closing',
      '20 ms: send on channel 77, which is not up',
      '20 ms: connect with channel 4, which is not a new odd number',
    ]);
  });

  it('holds hundreds of roles', () => {
    const { clock, network, server } = setUp();
    const clients = Array.from({ length: 500 }, (_, i) =>
      network.add(`c${i}`, new TestRole(), { addresses: [`10.2.${i >> 8}.${i & 255}`] }),
    );
    let messages = 0;
    network.tap(() => messages++);
    for (const each of clients) each.call((role) => role.connect(server.target()));
    clock.runFor(50);
    for (const each of clients) each.call((role) => role.send(1, 'ping'));
    clock.runFor(50);
    expect(messages).toBe(1000);
    server.kill();
    clock.runFor(10_000);
    expect(clients.every((each) => seen(each).at(-1)?.includes('does not answer'))).toBe(true);
    expect(network.channels.size).toBe(0);
  });
});
