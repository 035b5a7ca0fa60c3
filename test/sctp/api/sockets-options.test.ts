import { describe, expect, it } from 'vitest';
import { type Chunk, decodePacket, SctpEndpoint } from '../../../src/sctp/index.ts';
import { Scope } from './scope.ts';

const code = (name: string) => expect.objectContaining({ code: name });

describe('options of RFC 6458 §8', () => {
  it('[API-0043] [API-0058] [API-0132] streams, attempts and INIT interval are set before the set-up, not after', async () => {
    const scope = await Scope.open();
    const sent = scope.chunksSentBy('10.0.1.1');
    const { near, far } = await scope.connect({ config: { outboundStreams: 3, maxInboundStreams: 5 } });
    expect(sent[0]).toMatchObject({ kind: 'init', outboundStreams: 3, maxInboundStreams: 5 });
    expect([near.outboundStreams, near.inboundStreams, far.inboundStreams]).toEqual([3, 5, 3]);
    for (const fixed of ['outboundStreams', 'maxInboundStreams', 'maxInitRetransmits', 'maxInitTimeoutMs']) {
      expect(() => near.configure({ [fixed]: 7 })).toThrow(code('ERR_BAD_CONFIG'));
    }
  });

  it('[API-0060] more inbound streams than 65535 are refused', async () => {
    const scope = await Scope.open();
    await expect(scope.connect({ config: { maxInboundStreams: 65_536 } })).rejects.toThrow(code('ERR_BAD_CONFIG'));
  });

  it("[API-0114] [API-0115] an endpoint's settings hold for all its associations, an association's for itself only", async () => {
    const scope = await Scope.open({ config: { rtoInitialMs: 300, rtoMinMs: 300, heartbeats: false } });
    const [one, two] = [await scope.connect(), await scope.connect()];
    for (const { far } of [one, two]) expect(far.paths[0]!.rtoMs).toBe(300);
    one.far.configure({ rtoMinMs: 100, rtoInitialMs: 100 });
    for (const { near, far } of [one, two]) {
      await far.send('measure');
      await scope.world.run(near.receive());
      await scope.world.pass(1000);
    }
    expect(one.far.paths[0]!.rtoMs).toBeLessThan(300);
    expect(two.far.paths[0]!.rtoMs).toBe(300);
  });

  it('[API-0128] [API-0129] [API-0131] time-outs and the limit of errors change while the association lives', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    // Above the sum of the limits of its one path: accepted, the path is given up before the association is.
    near.configure({ rtoInitialMs: 100, rtoMinMs: 100, rtoMaxMs: 200, associationMaxRetrans: 20, pathMaxRetrans: 2 });
    await near.send('measure');
    await scope.world.pass(1000);
    scope.kill('server');
    const changes: string[] = [];
    near.on('path-changed', ({ change }) => changes.push(change));
    const killedAt = scope.world.clock.now();
    await near.send('into the void');
    expect(await scope.world.run(near.closed)).toMatchObject({ kind: 'lost' });
    expect(changes).toEqual(['inactive']);
    // 21 time-outs of at most 200 ms.
    const elapsedMs = scope.world.clock.now() - killedAt;
    expect(elapsedMs).toBeGreaterThan(3500);
    expect(elapsedMs).toBeLessThan(4400);
  });

  it('[API-0047] [API-0133] closing with time limit 0 aborts all associations', async () => {
    const scope = await Scope.open();
    const ends = [await scope.connect(), await scope.connect()];
    await scope.world.run(scope.server.close({ timeoutMs: 0 }));
    for (const { near } of ends) expect(await scope.world.run(near.closed)).toMatchObject({ kind: 'peer-aborted' });
  });

  it('[API-0134] no Nagle: small messages leave at once with data in flight', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    const sent = scope.chunksSentBy('10.0.1.1');
    for (let i = 0; i < 3; i++) {
      await near.send(`${i}`);
      await scope.world.pass(1);
      expect(sent.filter(({ kind }) => kind === 'data')).toHaveLength(i + 1);
    }
  });

  it('[API-0135] the receive buffer is the window that INIT offers', async () => {
    const scope = await Scope.open();
    const sent = scope.chunksSentBy('10.0.1.1');
    await scope.connect({ config: { receiveBufferBytes: 54_321 } });
    expect(sent[0]).toMatchObject({ kind: 'init', advertisedRwndBytes: 54_321 });
  });

  it('[API-0141] [API-0142] [API-0143] heartbeats: interval, on and off, per path; never as fast as their interval is short', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect({ config: { heartbeats: false } });
    const sent = scope.chunksSentBy('10.0.1.1');
    const heartbeats = (): number => sent.filter(({ kind }) => kind === 'heartbeat').length;
    await scope.world.pass(300_000);
    expect(heartbeats()).toBe(0);
    near.configurePath('10.0.0.2', { heartbeats: true });
    near.configure({ heartbeatIntervalMs: 1 });
    await scope.world.pass(60_000);
    // RTO.Min and its jitter of a half stay between two heartbeats.
    expect(heartbeats()).toBeGreaterThan(30);
    expect(heartbeats()).toBeLessThanOrEqual(120);
    near.configurePath('10.0.0.2', { heartbeats: false });
    await scope.world.pass(2000);
    const before = heartbeats();
    await scope.world.pass(60_000);
    expect(heartbeats()).toBe(before);
    expect(() => near.configure({ heartbeatIntervalMs: 0 })).toThrow(code('ERR_BAD_CONFIG'));
  });

  it('[API-0144] a heartbeat on demand goes to one address; a wildcard is refused', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    for (const address of ['0.0.0.0', '::', '']) {
      expect(() => near.requestHeartbeat(address)).toThrow(code('ERR_SCTP_BAD_ADDRESS'));
    }
  });

  it('[API-0138] the primary address is one of the peer, and no wildcard', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    for (const address of ['0.0.0.0', '10.0.0.9']) {
      expect(() => near.setPrimary(address)).toThrow(code('ERR_SCTP_BAD_ADDRESS'));
    }
  });

  it('[API-0154] [API-0155] delayed SACK: its delay and its number of packets', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect();
    await near.send('the first one is acknowledged at once');
    await scope.world.pass(1000);
    const sacks = scope.chunksSentBy('10.0.0.2');
    const ackTime = async (): Promise<number> => {
      sacks.length = 0;
      await near.send('x');
      const from = scope.world.clock.now();
      while (!sacks.some(({ kind }) => kind === 'sack')) await scope.world.pass(5);
      return scope.world.clock.now() - from;
    };
    expect(await ackTime()).toBeGreaterThanOrEqual(200);
    far.configure({ sackDelayMs: 50 });
    expect(await ackTime()).toBeLessThan(100);
    far.configure({ sackDelayMs: 500, sackEveryPackets: 1 });
    expect(await ackTime()).toBeLessThan(50);
    expect(() => far.configure({ sackDelayMs: 501 })).toThrow(code('ERR_BAD_CONFIG'));
  });

  it('[API-0166] Max.Burst: so many packets at once', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect({ config: { maxBurstPackets: 1 } });
    const sent = scope.chunksSentBy('10.0.1.1');
    for (let i = 0; i < 3; i++) near.trySend(new Uint8Array(1444));
    await scope.world.pass(1);
    expect(sent.filter(({ kind }) => kind === 'data')).toHaveLength(1);
    expect(() => near.configure({ maxBurstPackets: 0 })).toThrow(code('ERR_BAD_CONFIG'));
  });

  it('[API-0004] [API-0005] [API-0177] [API-0178] associations are listed and counted; their numbers are never used again', async () => {
    const scope = await Scope.open();
    const numbers = new Set<number>();
    for (let i = 0; i < 3; i++) {
      const { near, far } = await scope.connect();
      numbers.add(far.id);
      expect(scope.server.associations).toEqual([far]);
      near.abort('next');
      await scope.world.run(far.closed);
      expect(scope.server.associations).toEqual([]);
    }
    const [one, two] = [await scope.connect(), await scope.connect()];
    for (const { far } of [one, two]) numbers.add(far.id);
    expect(scope.server.associations).toEqual([one.far, two.far]);
    expect(numbers.size).toBe(5);
  });

  it('[API-0041] backlog 0 takes nobody', async () => {
    const scope = await Scope.open({}, { backlog: 0 });
    await expect(scope.connect()).rejects.toThrow(code('ERR_SCTP_ABORTED_BY_PEER'));
  });

  it('[API-0184] [API-0185] [API-0186] addresses are bound all or none, on one port', async () => {
    const scope = await Scope.open();
    const substrate = scope.world.host('twin', '10.0.3.1', '10.0.3.2');
    const bind = (...addresses: string[]) => SctpEndpoint.bind({ addresses, udpPort: 9899, substrate });
    await expect(bind('10.0.3.1', '10.0.3.9')).rejects.toThrow(code('ERR_SCTP_BAD_ADDRESS'));
    await expect(bind('10.0.3.1', '0.0.0.0')).rejects.toThrow(code('ERR_SCTP_BAD_ADDRESS'));
    const endpoint = await bind('10.0.3.1', '10.0.3.2');
    expect([endpoint.addresses, endpoint.udpPort]).toEqual([['10.0.3.1', '10.0.3.2'], 9899]);
  });

  it('[API-0083] [API-0191] [API-0193] all addresses of the peer may be tried; then both sides know the lists that were told', async () => {
    const scope = await Scope.open();
    const addresses = ['10.0.4.1', '10.0.4.2'];
    const far = await SctpEndpoint.bind({ addresses, sctpPort: 7, substrate: scope.world.host('far', ...addresses) });
    const incoming = far.listen()[Symbol.asyncIterator]();
    const near = await SctpEndpoint.bind({ addresses: ['10.0.5.1'], substrate: scope.world.host('near', '10.0.5.1') });
    // The first address is nobody's.
    const connecting = near.connect({ addresses: ['10.0.9.9', '10.0.4.1'], sctpPort: 7 });
    const [association, theirs] = await scope.world.run(Promise.all([connecting, incoming.next()]));
    expect(association.remote.addresses).toEqual(expect.arrayContaining(addresses));
    expect(theirs.value!.remote.addresses).toEqual(['10.0.5.1']);
    expect(theirs.value!.local.addresses).toEqual(addresses);
  });

  it('[API-0031] [API-0037] one endpoint has many associations; one that stalls does not hold up the others', async () => {
    const scope = await Scope.open({ config: { sendBufferBytes: 2000 } });
    const stalled = await scope.connect({ config: { receiveBufferBytes: 1500 } });
    const other = await scope.connect();
    for (let i = 0; i < 5; i++) {
      while (stalled.far.trySend(new Uint8Array(1000)));
      await scope.world.pass(1000);
    }
    expect(stalled.far.trySend(new Uint8Array(1000))).toBe(false);
    expect(other.far.trySend('goes on')).toBe(true);
    expect((await scope.world.run(other.near.receive())).data).toHaveLength(7);
  });
});

describe('on the wire, as RFC 6458 §5.3.4 says', () => {
  it('[API-0068] [API-0069] [API-0110] [API-0194] [API-0073] [API-0196] order, PPID and destination of a message', async () => {
    const scope = await Scope.open();
    const addresses = ['10.0.4.1', '10.0.4.2'];
    const far = await SctpEndpoint.bind({ addresses, sctpPort: 7, substrate: scope.world.host('far', ...addresses) });
    far.listen();
    const near = await SctpEndpoint.bind({ addresses: ['10.0.5.1'], substrate: scope.world.host('near', '10.0.5.1') });
    const association = await scope.world.run(near.connect({ addresses: ['10.0.4.1'], sctpPort: 7 }));
    await scope.world.pass(5000);
    const seen: string[] = [];
    scope.world.network.tap(({ fate, from, to, bytes }) => {
      if (fate !== 'sent' || from.address !== '10.0.5.1') return;
      for (const chunk of decodePacket(bytes).chunks) seen.push(`${to.address} ${dataText(chunk)}`);
    });
    await association.send(new Uint8Array(2000), { unordered: true, ppid: 0x0102_0304, destination: '10.0.4.2' });
    await scope.world.pass(1);
    await association.send('x', { ppid: 51 });
    await scope.world.pass(1);
    expect(seen).toEqual(['10.0.4.2 U 01020304', '10.0.4.2 U 01020304', '10.0.4.1 - 00000033']);
  });
});

function dataText(chunk: Chunk): string {
  if (chunk.kind !== 'data') return chunk.kind;
  return `${chunk.unordered ? 'U' : '-'} ${chunk.ppid.toString(16).padStart(8, '0')}`;
}
