import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { CoreNetwork, EndpointPair, hmacSha256 } from './endpoint-pair.ts';
import { FakeCore } from './fake-core.ts';
import { delay } from './links/delay.ts';
import { duplication } from './links/duplication.ts';
import { loss } from './links/loss.ts';
import { mtu } from './links/mtu.ts';
import { forEachSeed } from './seeds.ts';

const makeCore = (options: ConstructorParameters<typeof FakeCore>[0]) => new FakeCore(options);

describe('endpoint pair', () => {
  it('connects and carries messages both ways', () => {
    const pair = new EndpointPair(makeCore, { link: [delay(10)] });
    const ids = pair.connect();
    expect(pair.clock.now()).toBe(20);
    pair.a.send(ids.a, 'one');
    pair.a.send(ids.a, 'two');
    pair.b.send(ids.b, 'three');
    pair.clock.runFor(1000);
    expect([pair.b.texts(ids.b), pair.a.texts()]).toEqual([['one', 'two'], ['three']]);
    expect(pair.b.messages.map(({ at }) => at)).toEqual([30, 50]);
    expect(pair.a.eventsOf('up')).toMatchObject([{ initiator: 'local', outboundStreams: 1, inboundStreams: 1 }]);
    expect(pair.clock.pending).toBe(0);
  });

  it('survives loss by calling the core when its timeout is due', () =>
    forEachSeed(20, (seed) => {
      const pair = new EndpointPair(makeCore, { seed, link: [delay(5), loss(0.3), duplication(0.1)] });
      const ids = pair.connect();
      const sent = Array.from({ length: 30 }, (_, i) => `message ${i}`);
      for (const message of sent) pair.a.send(ids.a, message);
      pair.clock.runWhileNot(() => pair.b.messages.length === 30, 600_000);
      expect(pair.b.texts()).toEqual(sent);
    }));

  it('frees the window at once, or leaves it to the test', () => {
    const pair = new EndpointPair(makeCore, { a: { consume: 'by-hand' } });
    const ids = pair.connect();
    pair.a.send(ids.a, 'abc');
    pair.b.send(ids.b, 'defg');
    pair.clock.runFor(1);
    expect((pair.b.core as FakeCore).consumedBytes).toEqual([3]);
    expect((pair.a.core as FakeCore).consumedBytes).toEqual([]);
  });

  it('lets a test answer events with calls, without calling the core while its output is carried out', () => {
    const pair = new EndpointPair(makeCore, {
      b: { onEvent: (event, id) => event.kind === 'message' && pair.b.send(id, `re: ${event.data.length}`) },
    });
    const ids = pair.connect();
    pair.a.send(ids.a, 'hello');
    pair.clock.runFor(1);
    expect(pair.a.texts()).toEqual(['re: 5']);
  });

  it('tells one event after the other, even if the answer to one makes another', () => {
    const told: string[] = [];
    const pair = new EndpointPair(makeCore, {
      b: {
        onEvent: (event, id) => {
          told.push(`begin ${event.kind}`);
          if (event.kind === 'message') pair.b.abort(id);
          told.push(`end ${event.kind}`);
        },
      },
    });
    pair.a.send(pair.connect().a, 'hello');
    pair.clock.runFor(1);
    expect(told.slice(2)).toEqual(['begin message', 'end message', 'begin closed', 'end closed']);
  });

  it('overwrites received bytes after the call: a core that keeps a view is found out', () => {
    const pair = new EndpointPair(makeCore);
    pair.connect();
    expect((pair.b.core as FakeCore).received.map(toHex)).toEqual(['a5a5']);
  });

  it('tells the core of datagrams that are too long', () => {
    const pair = new EndpointPair(makeCore, { link: [mtu(1000, 'report')] });
    const ids = pair.connect();
    pair.a.send(ids.a, new Uint8Array(2000));
    pair.clock.runFor(10);
    expect((pair.a.core as FakeCore).tooLong).toEqual(['10.0.0.2']);
  });

  it('leaves a dead node alone', () => {
    const pair = new EndpointPair(makeCore);
    const ids = pair.connect();
    pair.b.kill();
    pair.a.send(ids.a, 'anybody?');
    pair.clock.runFor(1000);
    expect(pair.b.messages).toEqual([]);
    expect(pair.a.eventsOf('dry')).toEqual([]);
    expect(pair.clock.pending).toBe(1);
    pair.a.kill();
    expect(pair.clock.pending).toBe(0);
  });

  it('names a seed and gets the same run again', () => {
    const trace = (seed: number): string[] => {
      const pair = new EndpointPair(makeCore, { seed, link: [loss(0.3)] });
      const seen: string[] = [];
      pair.network.tap(({ at, fate, bytes }) => seen.push(`${at} ${fate} ${toHex(bytes)}`));
      const ids = pair.connect();
      for (let i = 0; i < 20; i++) pair.a.send(ids.a, `${i}`);
      pair.clock.runFor(20_000);
      return seen;
    };
    expect(trace(9)).toEqual(trace(9));
    expect(trace(9)).not.toEqual(trace(10));
  });

  it('builds larger networks, and one node can have several addresses', () => {
    const cores = new CoreNetwork(makeCore, { link: [delay(1)] });
    const server = cores.add('server', { addresses: ['10.0.0.1', '10.0.0.2'], sctpPort: 7 });
    const client = cores.add('client', { addresses: ['10.0.0.3'], listening: false, udpPort: 1000 });
    const id = client.associate(server, { addresses: ['10.0.0.2'] });
    client.send(id, 'hi');
    cores.clock.runFor(10);
    expect([server.core.sctpPort, server.texts()]).toEqual([7, ['hi']]);
  });

  it('gives cores HMAC-SHA-256 (RFC 4231 test case 2)', () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    expect(toHex(hmacSha256(text('Jefe'), text('what do ya want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});
