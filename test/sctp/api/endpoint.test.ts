import { getEventListeners, setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  type BindOptions,
  decodePacket,
  type SctpAssociation,
  SctpEndpoint,
  UdpEncapsulation,
} from '../../../src/sctp/index.ts';
import { delay } from '../../harness/links/delay.ts';
import { SimWorld } from './sim-world.ts';

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const code = (name: string) => expect.objectContaining({ code: name });

/** A client on 10.0.0.1 and a server on 10.0.0.2, SCTP port 5000. */
async function setUp(options: { client?: Partial<BindOptions>; server?: Partial<BindOptions> } = {}) {
  const world = new SimWorld([delay(10)]);
  const [clientHost, serverHost] = [world.host('client', '10.0.0.1'), world.host('server', '10.0.0.2')];
  const client = await SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate: clientHost, ...options.client });
  const server = await SctpEndpoint.bind({
    addresses: ['10.0.0.2'],
    sctpPort: 5000,
    substrate: serverHost,
    ...options.server,
  });
  const target = { addresses: ['10.0.0.2'], sctpPort: 5000 };
  /** Both sides of a new association. */
  const connected = async (): Promise<readonly [SctpAssociation, SctpAssociation]> => {
    const listener = server.listen();
    const [near, far] = await world.run(Promise.all([client.connect(target), listener.next()]));
    return [near, far.value!];
  };
  return { world, client, server, clientHost, serverHost, target, connected };
}

describe('SctpEndpoint.bind', () => {
  it('[API-0010] [API-0117] has one SCTP port, one UDP port, and the addresses it was given', async () => {
    const world = new SimWorld();
    const substrate = world.host('a', '10.0.0.1', '10.0.1.1', '10.0.2.1');
    const addresses = ['10.0.1.1', '10.0.0.1', '10.0.1.1'];
    await using endpoint = await SctpEndpoint.bind({ sctpPort: 5000, addresses, substrate });
    expect(endpoint.sctpPort).toBe(5000);
    expect(endpoint.udpPort).toBe(9899);
    expect(endpoint.addresses).toEqual(['10.0.1.1', '10.0.0.1']);
  });

  it('[ATK-0004] takes a random SCTP port if none is asked for', async () => {
    const world = new SimWorld();
    await using endpoint = await SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate: world.host('a', '10.0.0.1') });
    expect(endpoint.sctpPort).toBeGreaterThanOrEqual(49_152);
  });

  it.each([
    ['no addresses', { addresses: undefined }, 'ERR_SCTP_BAD_ADDRESS'],
    ['an empty list', { addresses: [] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['a host name', { addresses: ['localhost'] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['a multicast address', { addresses: ['224.0.0.1'] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['a wildcard among others', { addresses: ['0.0.0.0', '10.0.0.1'] }, 'ERR_SCTP_BAD_ADDRESS'],
    ["somebody else's address", { addresses: ['10.9.9.9'] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['an SCTP port beyond 65535', { sctpPort: 65_536 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['a negative UDP port', { udpPort: -1 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['a fractional port', { sctpPort: 1.5 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['an unknown setting', { config: { colour: 1 } as object }, 'ERR_BAD_CONFIG'],
    ['a setting out of range', { config: { sackDelayMs: 501 } }, 'ERR_BAD_CONFIG'],
  ])('refuses %s and leaves no socket open', async (_what, options, expected) => {
    const substrate = new SimWorld().host('a', '10.0.0.1');
    const good = { addresses: ['10.0.0.1'], substrate };
    await expect(SctpEndpoint.bind({ ...good, ...options })).rejects.toThrow(code(expected));
    await using endpoint = await SctpEndpoint.bind({ ...good, udpPort: 9899 });
    expect(endpoint.udpPort).toBe(9899);
  });

  it('[SCTP-0012] refuses a UDP port that is taken', async () => {
    const substrate = new SimWorld().host('a', '10.0.0.1');
    await using endpoint = await SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate });
    const { udpPort } = endpoint;
    const second = SctpEndpoint.bind({ addresses: ['10.0.0.1'], udpPort, substrate });
    await expect(second).rejects.toThrow(code('ERR_SCTP_PORT_TAKEN'));
  });

  it('[SCTP-0012] shares one UDP port between endpoints with different SCTP ports', async () => {
    const { world, client, serverHost } = await setUp({ server: { udpPort: 40_000 } });
    const shared = await UdpEncapsulation.open({ addresses: ['10.0.0.2'], substrate: serverHost });
    const asap = await SctpEndpoint.bind({ sctpPort: 3863, encapsulation: shared });
    await using enrp = await SctpEndpoint.bind({ sctpPort: 9901, encapsulation: shared });
    const taken = SctpEndpoint.bind({ sctpPort: 3863, encapsulation: shared });
    await expect(taken).rejects.toThrow(code('ERR_SCTP_PORT_TAKEN'));
    const both = SctpEndpoint.bind({ encapsulation: shared, udpPort: 9899 });
    await expect(both).rejects.toThrow(code('ERR_SCTP_BAD_ARGUMENT'));
    asap.listen();
    enrp.listen();
    const connect = (sctpPort: number) => world.run(client.connect({ addresses: ['10.0.0.2'], sctpPort }));
    const associations = [await connect(3863), await connect(9901)];
    expect(associations.map((association) => association.remote)).toEqual(
      [3863, 9901].map((sctpPort) => ({ addresses: ['10.0.0.2'], sctpPort, udpPort: 9899 })),
    );
    await world.run(asap.close({ timeoutMs: 0 }));
    await world.run(associations[0]!.closed);
    await world.run(associations[1]!.send('still there'));
    const again = await SctpEndpoint.bind({ sctpPort: 3863, encapsulation: shared });
    await world.run(shared.close());
    expect(() => again.listen()).toThrow(code('ERR_SCTP_NOT_OPEN'));
  });
});

describe('SctpEndpoint: connect and listen', () => {
  it('[SCTP-1006] [SCTP-1026] [API-0059] [UDPE-0018] [API-0019] [API-0042] sets up an association that both sides see', async () => {
    const { world, client, server } = await setUp({
      client: { config: { outboundStreams: 3 }, udpPort: 30_000 },
      server: { config: { maxInboundStreams: 2 }, udpPort: 40_000 },
    });
    const listener = server.listen();
    const target = { addresses: ['10.0.0.2'], sctpPort: 5000, udpPort: 40_000 };
    const [near, far] = await world.run(Promise.all([client.connect(target), listener.next()]));
    const clientSide = { addresses: ['10.0.0.1'], sctpPort: client.sctpPort, udpPort: 30_000 };
    expect(near).toMatchObject({ initiator: 'local', outboundStreams: 2, local: clientSide, remote: target });
    expect(far.value).toMatchObject({ initiator: 'remote', inboundStreams: 2, local: target, remote: clientSide });
    expect([client.associations, server.associations]).toEqual([[near], [far.value]]);
  });

  it('[UDPE-0002, UDPE-0011, UDPE-0018] looks for the peer at UDP port 9899 unless told otherwise, and finds out nothing by itself', async () => {
    const world = new SimWorld();
    const substrate = world.host('server', '10.0.0.2');
    const bind = (udpPort: number) =>
      SctpEndpoint.bind({ sctpPort: 5000, udpPort, addresses: ['10.0.0.2'], substrate });
    await using usual = await bind(9899);
    await using unusual = await bind(7777);
    usual.listen();
    unusual.listen();
    await using client = await SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate: world.host('a', '10.0.0.1') });
    const target = { addresses: ['10.0.0.2'], sctpPort: 5000 };
    await world.run(client.connect(target));
    expect([usual.associations.length, unusual.associations.length]).toEqual([1, 0]);
    await world.run(client.connect({ ...target, udpPort: 7777 }));
    expect([usual.associations.length, unusual.associations.length]).toEqual([1, 1]);
    await world.run(client.close());
  });

  it('[API-0066] sends messages both ways, with stream, PPID and order', async () => {
    const { world, connected } = await setUp();
    const [near, far] = await connected();
    await near.send('ordered', { stream: 5, ppid: 51 });
    await near.send(Uint8Array.of(0xff), { unordered: true });
    const [first, second] = await world.run(Promise.all([far.receive(), far.receive()]));
    expect(first).toMatchObject({ stream: 5, ppid: 51, unordered: false });
    expect(text(first!.data)).toBe('ordered');
    expect(second).toMatchObject({ stream: 0, ppid: 0, unordered: true });
    expect([...second!.data]).toEqual([0xff]);
    await far.send('back');
    expect(text((await world.run(near.receive())).data)).toBe('back');
  });

  it('[SCTP-1005] [API-0011] tells the peer of the addresses it is bound to, and sends from no other', async () => {
    const world = new SimWorld([delay(10)]);
    const bound = ['10.0.1.1', '10.0.2.1'];
    const substrate = world.host('client', '10.0.0.1', ...bound);
    const client = await SctpEndpoint.bind({ addresses: bound, substrate });
    const server = await SctpEndpoint.bind({
      addresses: ['10.0.0.2'],
      sctpPort: 5000,
      substrate: world.host('server', '10.0.0.2'),
    });
    const sources = new Set<string>();
    const listed: string[] = [];
    world.network.tap(({ fate, from, bytes }) => {
      if (fate !== 'sent' || from.address === '10.0.0.2') return;
      sources.add(from.address);
      const chunk = decodePacket(bytes).chunks[0]!;
      if (chunk.kind !== 'init') return;
      for (const parameter of chunk.parameters) if (parameter.kind === 'ip-address') listed.push(parameter.address);
    });
    const listener = server.listen();
    const target = { addresses: ['10.0.0.2'], sctpPort: 5000 };
    const [near, far] = await world.run(Promise.all([client.connect(target), listener.next()]));
    await near.send('hello');
    await world.pass(60_000);
    expect(listed).toEqual(bound);
    expect([...sources].every((source) => bound.includes(source))).toBe(true);
    expect([...far.value!.remote.addresses].sort()).toEqual(bound);
  });

  it('hands over associations in their order, and ends the loop when the endpoint closes', async () => {
    const { world, client, server, target } = await setUp();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const association of server.listen()) seen.push(association.remote.sctpPort);
    })();
    const others = await Promise.all([1001, 1002].map((sctpPort) => bindOn(client.encapsulation, sctpPort)));
    for (const other of others) await world.run(other.connect(target));
    await world.pass(100);
    expect(seen).toEqual([1001, 1002]);
    await world.run(server.close({ timeoutMs: 0 }));
    await loop;
  });

  it('[API-0016] [API-0017] refuses peers unless somebody listens', async () => {
    const { world, client, server, target } = await setUp();
    const refused = () =>
      expect(world.run(client.connect(target))).rejects.toMatchObject({
        code: 'ERR_SCTP_ABORTED_BY_PEER',
        message: expect.stringContaining('nobody listens on its SCTP port 5000'),
        details: target,
      });
    await refused();
    const listener = server.listen();
    expect(() => server.listen()).toThrow(code('ERR_SCTP_BAD_ARGUMENT'));
    const association = await world.run(client.connect(target));
    await world.run(listener.next());
    await listener.return();
    await world.run(association.shutdown());
    await refused();
    server.listen();
    await world.run(client.connect(target));
  });

  it('aborts associations that nobody took when the loop is left', async () => {
    const { world, client, server, target } = await setUp();
    const listener = server.listen();
    const association = await world.run(client.connect(target));
    await world.pass(100);
    await listener.return();
    expect(await world.run(association.closed)).toMatchObject({ kind: 'peer-aborted' });
  });

  it('[API-0040] refuses what the backlog has no room for, and takes more when there is room again', async () => {
    const { world, client, server, target } = await setUp();
    const listener = server.listen({ backlog: 1 });
    const others = await Promise.all([1001, 1002, 1003].map((sctpPort) => bindOn(client.encapsulation, sctpPort)));
    await world.run(others[0]!.connect(target));
    await world.pass(100);
    const refused = world.run(others[1]!.connect(target));
    await expect(refused).rejects.toThrow(code('ERR_SCTP_ABORTED_BY_PEER'));
    expect((await listener.next()).value?.remote.sctpPort).toBe(1001);
    await world.run(others[2]!.connect(target));
  });

  it('listening ends with its signal, and the signal keeps no listener', async () => {
    const { world, client, server, target } = await setUp();
    const controller = new AbortController();
    const listener = server.listen({ signal: controller.signal });
    const next = listener.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(await listener.next()).toEqual({ done: true, value: undefined });
    await expect(world.run(client.connect(target))).rejects.toThrow(code('ERR_SCTP_ABORTED_BY_PEER'));
    expect(() => server.listen({ signal: controller.signal })).toThrow('enough');
    const other = new AbortController();
    await server.listen({ signal: other.signal }).return();
    expect(getEventListeners(other.signal, 'abort')).toEqual([]);
  });

  it('[API-0034] [API-0061] [API-0091] rejects with ERR_SCTP_UNREACHABLE when nobody answers, and leaves nothing', async () => {
    const { world, client } = await setUp({ client: { config: { maxInitRetransmits: 2 } } });
    const connect = client.connect({ addresses: ['10.0.0.9'], sctpPort: 7 });
    await expect(world.run(connect)).rejects.toMatchObject({
      code: 'ERR_SCTP_UNREACHABLE',
      details: { kind: 'unreachable', addresses: ['10.0.0.9'], sctpPort: 7 },
    });
    expect(world.clock.pending).toBe(0);
  });

  it('[API-0121] takes protocol parameters for one association', async () => {
    const { world, client } = await setUp();
    const target = { addresses: ['10.0.0.9'], sctpPort: 7 };
    const connect = client.connect(target, { config: { maxInitRetransmits: 0, rtoInitialMs: 100 } });
    await expect(world.run(connect, 1000)).rejects.toThrow(code('ERR_SCTP_UNREACHABLE'));
    const bad = client.connect(target, { config: { rtoInitialMs: 0 } });
    await expect(bad).rejects.toThrow(code('ERR_BAD_CONFIG'));
  });

  it('[AT-21] a set-up that its signal ends rejects with the reason and leaves nothing', async () => {
    const { world, client } = await setUp();
    const target = { addresses: ['10.0.0.9'], sctpPort: 7 };
    const controller = new AbortController();
    const { signal } = controller;
    const connect = expect(client.connect(target, { signal })).rejects.toThrow('enough');
    await world.pass(1500);
    controller.abort(new Error('enough'));
    await connect;
    await world.pass(0);
    expect([world.clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
    await expect(client.connect(target, { signal })).rejects.toThrow('enough');
  });

  it.each([
    ['no addresses', { addresses: [] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['a multicast address', { addresses: ['224.0.0.1'] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['[API-0012] an address of a family that is not bound', { addresses: ['fd00::1'] }, 'ERR_SCTP_BAD_ADDRESS'],
    ['SCTP port 0', { sctpPort: 0 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['UDP port 65536', { udpPort: 65_536 }, 'ERR_SCTP_BAD_ARGUMENT'],
  ])('refuses to connect to %s', async (_what, wrong, expected) => {
    const { client, target } = await setUp();
    await expect(client.connect({ ...target, ...wrong })).rejects.toThrow(code(expected));
  });

  it('refuses more associations than maxAssociations', async () => {
    const { client, connected } = await setUp({ client: { config: { maxAssociations: 1 } } });
    await connected();
    const connect = client.connect({ addresses: ['10.0.0.9'], sctpPort: 7 });
    await expect(connect).rejects.toThrow(code('ERR_SCTP_LIMIT'));
  });

  it('refuses a second association with the same peer', async () => {
    const { client, target, connected } = await setUp();
    await connected();
    await expect(client.connect(target)).rejects.toThrow(code('ERR_SCTP_DUPLICATE'));
  });
});

describe('SctpAssociation over the real core', () => {
  it.each([
    ['[API-0113] an empty message', '', {}, 'ERR_SCTP_EMPTY_MESSAGE'],
    ['a message beyond maxMessageBytes', 'x'.repeat(1001), {}, 'ERR_SCTP_MESSAGE_TOO_LARGE'],
    ['[API-0067] a stream that does not exist', 'a', { stream: 64 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['a negative stream', 'a', { stream: -1 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['a PPID beyond 32 bits', 'a', { ppid: 2 ** 32 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['a negative lifetime', 'a', { lifetimeMs: -1 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['a lifetime that is no number', 'a', { lifetimeMs: Number.NaN }, 'ERR_SCTP_BAD_ARGUMENT'],
    ['[API-0048] a destination that the peer does not have', 'a', { destination: '10.0.0.9' }, 'ERR_SCTP_BAD_ADDRESS'],
  ])('refuses %s, and the association goes on', async (_what, data, options, expected) => {
    const { world, connected } = await setUp({ client: { config: { maxMessageBytes: 1000 } } });
    const [near, far] = await connected();
    await expect(near.send(data, options)).rejects.toThrow(code(expected));
    expect(() => near.trySend(data, options)).toThrow(code(expected));
    await near.send('x'.repeat(1000));
    expect((await world.run(far.receive())).data).toHaveLength(1000);
  });

  it('[API-0130] [API-0136] a slow reader closes the window, the sender waits, and all arrives in the end', async () => {
    const { world, connected } = await setUp({
      client: { config: { sendBufferBytes: 10_000 } },
      server: { config: { receiveBufferBytes: 20_000 } },
    });
    const [near, far] = await connected();
    const total = 100;
    let accepted = 0;
    const sending = (async () => {
      for (let i = 0; i < total; i++) {
        await near.send(new Uint8Array(1000).fill(i));
        accepted++;
      }
    })();
    await world.pass(60_000);
    const stalled = accepted;
    expect(stalled).toBeLessThan(40);
    expect(near.bufferedAmount).toBeGreaterThanOrEqual(10_000);
    expect(near.stats()).toMatchObject({ peerRwndBytes: 0, waitingSends: 1 });
    expect(far.stats()!.unreadMessages).toBeGreaterThan(5);
    await world.pass(60_000);
    expect(accepted).toBe(stalled);
    const received: number[] = [];
    const reading = (async () => {
      for await (const { data } of far) {
        expect(data).toHaveLength(1000);
        received.push(data[0]!);
      }
    })();
    await world.run(sending);
    await world.run(near.shutdown());
    await world.run(reading);
    expect(received).toEqual(Array.from({ length: total }, (_, i) => i));
  });

  it('[AT-85] every wait ends with its signal and leaves no listener on it', async () => {
    const { world, connected } = await setUp({
      client: { config: { sendBufferBytes: 5000 } },
      server: { config: { receiveBufferBytes: 1500 } },
    });
    const [near] = await connected();
    for (let i = 0; i < 10; i++) near.trySend(new Uint8Array(1000));
    const controller = new AbortController();
    const { signal } = controller;
    const waits = Promise.allSettled([
      near.send('a', { signal }),
      near.receive({ signal }),
      near.messages({ signal }).next(),
      near.shutdown({ signal }),
    ]);
    await world.pass(1000);
    expect(getEventListeners(signal, 'abort')).toHaveLength(4);
    controller.abort(new Error('enough'));
    for (const end of await waits) expect(end).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    for (const wait of [
      () => near.send('a', { signal }),
      () => near.receive({ signal }),
      () => near.shutdown({ signal }),
    ]) {
      await expect(wait()).rejects.toThrow(/enough|shutting down/);
    }
    near.abort();
  });

  it('[SCTP-1008] [API-0070] [API-0030] [API-0089] [API-0090] an abort brings its reason to the peer and loses what was not acknowledged', async () => {
    const { world, connected } = await setUp();
    const [near, far] = await connected();
    const failed: string[] = [];
    near.on('send-failed', (failure) => failed.push(`${text(failure.data)} ${failure.reason}`));
    const receive = far.receive();
    near.trySend('lost');
    near.abort('no more tea');
    await expect(world.run(receive)).rejects.toMatchObject({
      code: 'ERR_SCTP_ABORTED_BY_PEER',
      message: expect.stringContaining('no more tea'),
    });
    expect(failed).toEqual(['lost closed']);
    expect(await near.closed).toMatchObject({ kind: 'aborted' });
    await expect(near.receive()).rejects.toThrow(code('ERR_SCTP_ABORTED'));
    await expect(far.send('late')).rejects.toThrow(code('ERR_SCTP_NOT_OPEN'));
  });

  it('[SCTP-1007] [SCTP-1030] [API-0046] [API-0030] [API-0071] [API-0091] a shutdown delivers all that was sent, and the loops of both sides end', async () => {
    const { world, client, server, connected } = await setUp();
    const [near, far] = await connected();
    for (let i = 0; i < 200; i++) near.trySend(new Uint8Array(1000).fill(i));
    const count = async (association: SctpAssociation): Promise<number> => {
      let messages = 0;
      for await (const _ of association) messages++;
      return messages;
    };
    const [there, here] = await world.run(Promise.all([count(far), count(near), near.shutdown()]));
    expect([there, here]).toEqual([200, 0]);
    expect([await near.closed, await far.closed].map(({ kind }) => kind)).toEqual(['shutdown', 'peer-shutdown']);
    expect([client.associations, server.associations]).toEqual([[], []]);
    await world.pass(1);
    expect(world.clock.pending).toBe(0);
  });

  it('[API-0091] a peer that dies ends the association with ERR_SCTP_LOST', async () => {
    const { world, serverHost, connected } = await setUp({ client: { config: { associationMaxRetrans: 3 } } });
    const [near] = await connected();
    const changes: string[] = [];
    near.on('path-changed', ({ change }) => changes.push(change));
    serverHost.kill();
    near.trySend('anybody there?');
    await expect(world.run(near.receive())).rejects.toThrow(code('ERR_SCTP_LOST'));
    // What is left is how it stood at the end.
    expect(near.status()).toMatchObject({ state: 'CLOSED', bufferedBytes: 0 });
    expect(near.stats()).toMatchObject({ dataChunksSent: 4, retransmissions: 3, t3Expirations: 4, messagesSent: 1 });
    expect(near.paths.map(({ address, errorCount }) => [address, errorCount])).toEqual([['10.0.0.2', 4]]);
    expect(near.remote.addresses).toEqual(['10.0.0.2']);
    await world.pass(1);
    expect(world.clock.pending).toBe(0);
  });

  it('[SCTP-1024] [API-0064] [API-0096] gives a message up whose lifetime ends before it is sent, and returns its context', async () => {
    const { world, connected } = await setUp({ server: { config: { receiveBufferBytes: 1500 } } });
    const [near] = await connected();
    const failures: unknown[] = [];
    near.on('send-failed', ({ context, partlySent, reason }) => failures.push({ context, partlySent, reason }));
    for (let i = 0; i < 4; i++) near.trySend(new Uint8Array(1000));
    near.trySend('too late', { lifetimeMs: 500, context: 'mine' });
    await world.pass(2000);
    expect(failures).toEqual([{ context: 'mine', partlySent: false, reason: 'lifetime' }]);
  });

  it('[API-0103] tells when all is acknowledged', async () => {
    const { world, connected } = await setUp();
    const [near] = await connected();
    let dry = 0;
    near.on('dry', () => dry++);
    near.trySend('a');
    expect(near.bufferedAmount).toBe(1);
    await world.pass(1000);
    expect([dry, near.bufferedAmount]).toEqual([1, 0]);
  });

  it('[SCTP-1012] [SCTP-1014] [SCTP-1016] [SCTP-1017] [API-0050] [API-0093] [API-0138] [API-0144] [API-0174] shows its paths, changes the primary one, probes on demand', async () => {
    const world = new SimWorld([delay(10)]);
    const near = ['10.0.0.1', '10.0.1.1'];
    const far = ['10.0.0.2', '10.0.1.2'];
    const client = await SctpEndpoint.bind({ addresses: near, substrate: world.host('client', ...near) });
    const server = await SctpEndpoint.bind({ addresses: far, sctpPort: 5000, substrate: world.host('server', ...far) });
    server.listen();
    const association = await world.run(client.connect({ addresses: [far[0]!], sctpPort: 5000 }));
    const changes: string[] = [];
    association.on('path-changed', ({ address, change }) => changes.push(`${address} ${change}`));
    await world.pass(5000);
    expect(changes).toEqual(['10.0.1.2 confirmed']);
    expect(association.remote.addresses).toEqual(far);
    expect(association.paths).toMatchObject([
      { address: far[0], primary: true, state: 'active', udpPort: 9899 },
      { address: far[1], primary: false, state: 'active', srttMs: 20 },
    ]);
    expect(association.status()).toMatchObject({ state: 'ESTABLISHED', peerPort: 5000, waitingFor: 'nothing' });
    association.setPrimary(far[1]!);
    expect(association.remote.addresses).toEqual([far[1], far[0]]);
    const sentTo: string[] = [];
    world.network.tap(({ fate, from, to }) => {
      if (fate === 'sent' && near.includes(from.address)) sentTo.push(to.address);
    });
    await association.send('on the new path');
    await world.pass(1);
    expect(sentTo).toEqual([far[1]]);
    await world.pass(1000);
    sentTo.length = 0;
    association.requestHeartbeat(far[0]!);
    await world.pass(1);
    expect(sentTo).toEqual([far[0]]);
    for (const address of ['10.0.0.9', 'nonsense']) {
      expect(() => association.setPrimary(address)).toThrow(code('ERR_SCTP_BAD_ADDRESS'));
      expect(() => association.requestHeartbeat(address)).toThrow(code('ERR_SCTP_BAD_ADDRESS'));
    }
  });

  it('[SCTP-1029] [API-0091] tells when the peer restarted', async () => {
    const { world, client, server, serverHost, connected } = await setUp();
    const [near] = await connected();
    let restarts = 0;
    near.on('restart', () => restarts++);
    serverHost.kill();
    void server;
    const again = await SctpEndpoint.bind({ addresses: ['10.0.0.2'], sctpPort: 5000, substrate: serverHost });
    const back = { addresses: ['10.0.0.1'], sctpPort: client.sctpPort };
    const far = await world.run(again.connect(back));
    await world.pass(100);
    expect(restarts).toBe(1);
    await near.send('hello again');
    expect(text((await world.run(far.receive())).data)).toBe('hello again');
  });
});

describe('SctpEndpoint: closing', () => {
  it('[API-0029] [SCTP-1022] [API-0044] ends associations gracefully, what was sent arrives, and nothing is left', async () => {
    const { world, client, server, connected } = await setUp();
    const [near, far] = await connected();
    near.trySend('last words');
    const received = far.receive();
    await world.run(client[Symbol.asyncDispose]());
    expect(text((await world.run(received)).data)).toBe('last words');
    expect(await near.closed).toMatchObject({ kind: 'shutdown' });
    expect(() => client.listen()).toThrow(code('ERR_SCTP_NOT_OPEN'));
    const connect = client.connect({ addresses: ['10.0.0.2'], sctpPort: 5000 });
    await expect(connect).rejects.toThrow(code('ERR_SCTP_NOT_OPEN'));
    await world.run(server.close());
    await world.pass(1);
    expect(world.clock.pending).toBe(0);
  });

  it('[API-0133] aborts after the time limit if the peer does not answer', async () => {
    const { world, client, serverHost, connected } = await setUp();
    const [near] = await connected();
    serverHost.kill();
    const start = world.clock.now();
    await world.run(client.close({ timeoutMs: 2000 }));
    expect(world.clock.now() - start).toBe(2000);
    expect(await near.closed).toMatchObject({ kind: 'aborted' });
    await world.pass(50);
    expect(world.clock.pending).toBe(0);
  });

  it('ends set-ups that are under way at once', async () => {
    const { world, client, serverHost, connected } = await setUp();
    await connected();
    serverHost.kill();
    const connect = client.connect({ addresses: ['10.0.0.9'], sctpPort: 7 });
    const closed = client.close();
    await expect(world.run(connect, 1000)).rejects.toThrow(code('ERR_SCTP_ABORTED'));
    await world.run(closed);
    await world.pass(50);
    expect(world.clock.pending).toBe(0);
  });

  it('[AT-87] 1000 associations opened and closed leave nothing', async () => {
    const { world, client, server, target } = await setUp();
    const loop = (async () => {
      for await (const association of server.listen({ backlog: 2000 })) {
        association.on('message', ({ data }) => association.trySend(data));
      }
    })();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const rounds = Array.from({ length: 1000 }, async (_, i) => {
      await using endpoint = await bindOn(client.encapsulation, 1000 + i);
      const association = await endpoint.connect(target, { signal });
      await association.send('ping', { signal });
      await association.receive({ signal });
      if (i % 2 === 0) association.abort('enough');
      else await association.shutdown({ signal });
    });
    await world.run(Promise.all(rounds));
    await world.pass(100);
    expect(server.associations).toEqual([]);
    expect(world.clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await world.run(server.close());
    await loop;
  });
});

function bindOn(encapsulation: UdpEncapsulation, sctpPort: number): Promise<SctpEndpoint> {
  return SctpEndpoint.bind({ encapsulation, sctpPort });
}
