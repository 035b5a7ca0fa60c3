import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  type EndpointConfig,
  NewestSession,
  SecureAssociation,
  type SecureAssociationOptions,
  TlsAcceptor,
  type TlsSessions,
} from '../../../src/sctp/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { Scope } from '../api/scope.ts';
import { sentMessages } from './sent-messages.ts';

const authority = new TestAuthority();
const registrar = authority.certify('registrar.example');
const clientTls = { ca: authority.cert, servername: 'registrar.example' };

interface Setting {
  readonly both?: SecureAssociationOptions;
  readonly sessions?: TlsSessions;
  readonly nearConfig?: Partial<EndpointConfig>;
  readonly farConfig?: Partial<EndpointConfig>;
  readonly tls?: tls.ConnectionOptions;
}

async function open({ both, sessions, nearConfig = {}, farConfig = {}, tls: more }: Setting = {}) {
  const scope = await Scope.open({ config: farConfig });
  const acceptor = new TlsAcceptor(registrar);
  const connect = async () => {
    const { near, far } = await scope.connect({ config: nearConfig });
    const client = SecureAssociation.client(near, { ...both, tls: { ...clientTls, ...more }, sessions });
    const server = SecureAssociation.server(far, { ...both, acceptor });
    const pair = (id: number): Promise<[TLSSocket, TLSSocket]> =>
      scope.world.run(Promise.all([client.open(id), server.open(id)]));
    return { near, far, client, server, pair };
  };
  return { scope, world: scope.world, connect, ...(await connect()) };
}

async function said(socket: TLSSocket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString();
}

/** What becomes of a connection. */
function watch(socket: TLSSocket): string[] {
  const seen: string[] = [];
  socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? error.message));
  socket.on('end', () => seen.push('end'));
  socket.on('close', () => seen.push('close'));
  socket.resume();
  return seen;
}

describe('TLS over SCTP: connections', () => {
  it('[TLSS-003] [TLSS-015] [TLSS-032] two handshakes in parallel, each pair usable when its own is done', async () => {
    const { world, client, server } = await open();
    const opened: number[] = [];
    server.on('pair', ({ id }) => opened.push(id));
    const first = world.run(Promise.all([client.open(0), client.open(1), server.open(0), server.open(1)]));
    const [mine0, mine1, theirs0, theirs1] = await first;
    expect([mine0.authorized, mine0.isSessionReused(), mine1.isSessionReused()]).toEqual([true, false, false]);
    mine0.write('on zero');
    theirs1.write('on one');
    expect(await world.run(Promise.all([said(theirs0), said(mine1)]))).toEqual(['on zero', 'on one']);
    expect(opened).toEqual([0, 1]);
  });

  it('[TLSS-019] a pair whose handshake stands still does not hold up another one', async () => {
    const { world, client, server, near } = await open();
    // Half of a record, which somebody else sends there.
    await near.send(new Uint8Array([22, 3, 1, 2, 0, 1]), { stream: 1, ppid: 0 });
    const [mine, theirs] = await world.run(Promise.all([client.open(0), server.open(0)]));
    theirs.write('works');
    expect(await world.run(said(mine))).toBe('works');
  });

  it('[TLSS-004] [TLSS-014] [TLSS-027] there are as many pairs as the fewer streams of either direction', async () => {
    const { client, server, near } = await open({
      nearConfig: { outboundStreams: 5, maxInboundStreams: 3 },
      farConfig: { outboundStreams: 8 },
    });
    expect([near.outboundStreams, near.inboundStreams]).toEqual([5, 3]);
    expect([client.pairs, server.pairs]).toEqual([3, 3]);
    await expect(client.open(3)).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ARGUMENT' });
    await expect(client.open(3)).rejects.toThrow('no TLS on stream 3: there are 3 pairs');
    await expect(client.open(-1)).rejects.toThrow('no TLS on stream -1');
  });

  it.each([
    ['this side', 'near'],
    ['the peer', 'far'],
  ] as const)(
    'an association that %s aborts ends connections that nobody listens to yet, and no program',
    async (_, who) => {
      const setting = await open();
      const [mine, theirs] = await setting.pair(0);
      setting[who].abort('enough');
      const closed = (socket: TLSSocket): Promise<void> =>
        new Promise((resolve) => socket.once('close', () => resolve()));
      await setting.world.run(Promise.all([mine, theirs].map(closed)));
      expect([mine.destroyed, theirs.destroyed]).toEqual([true, true]);
    },
  );

  it('[TLSS-020] a handshake begins when the pair is first used', async () => {
    const { scope, world, pair, client } = await open();
    const sent = sentMessages(scope, '10.0.1.1');
    await pair(0);
    await world.pass(1000);
    expect(new Set(sent().map(({ stream }) => stream))).toEqual(new Set([0]));
    await world.run(client.open(1));
    expect(new Set(sent().map(({ stream }) => stream))).toEqual(new Set([0, 1]));
  });

  it('[TLSS-018] data before a handshake are refused', async () => {
    const { world, near, server } = await open();
    const refused = once(server, 'refused');
    await near.send(new Uint8Array([23, 3, 3, 0, 5, 1, 2, 3, 4, 5]), { stream: 0 });
    const [id, error] = await world.run(refused);
    expect([id, (error as Error).message]).toEqual([0, expect.stringContaining('SSL')]);
  });

  it('waits for a pair no longer than its signal, and fails when there is no such handshake in time', async () => {
    const { world, server, client, far } = await open({ both: { handshakeTimeoutMs: 2000 } });
    const attempt = new AbortController();
    const waiting = server.open(3, { signal: attempt.signal });
    attempt.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    far.abort = () => undefined;
    const silent = client.open(0);
    server.association.removeAllListeners('message');
    await expect(world.run(silent)).rejects.toThrow('no TLS within 2000 ms');
  });

  it('a peer that begins too many handshakes at a time is sent away', async () => {
    const { world, near, far } = await open({ both: { maxHandshakes: 3 } });
    for (let id = 0; id < 4; id++) await near.send(new Uint8Array([22, 3, 1, 2, 0, 1]), { stream: id });
    await world.run(near.closed);
    expect((await far.closed).text).toContain('too many handshakes at a time');
  });

  it('asks who the server has to be, and refuses another one', async () => {
    const { near, world, client } = await open({ tls: { servername: 'other.example' } });
    expect(() => SecureAssociation.client(near, { tls: { ca: authority.cert } })).toThrow('who is the server?');
    await expect(world.run(client.open(0))).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});

describe('TLS over SCTP: sessions', () => {
  it('[TLSS-016] [TLSS-033] [TLSS-034] [TLSS-036] a later pair resumes the session of the first one', async () => {
    const { world, pair } = await open({ sessions: new NewestSession() });
    const [mine0, theirs0] = await pair(0);
    expect(mine0.isSessionReused()).toBe(false);
    theirs0.write('pair 0 works meanwhile');
    expect(await world.run(said(mine0))).toBe('pair 0 works meanwhile');
    const [mine1, theirs1] = await pair(1);
    expect([mine1.isSessionReused(), theirs1.isSessionReused()]).toEqual([true, true]);
  });

  it('[TLSS-017] [TLSS-035] and so do all pairs of another association', async () => {
    const sessions: Buffer[] = [];
    const store = { take: () => sessions[0], put: (session: Buffer) => void sessions.push(session) };
    const { world, pair, connect } = await open({ sessions: store, tls: { maxVersion: 'TLSv1.2' } });
    const [, theirs] = await pair(0);
    theirs.write('the ticket is there now');
    await world.pass(1000);
    const next = await connect();
    const [[a], [b]] = await Promise.all([next.pair(0), next.pair(1)]);
    expect([a.isSessionReused(), b.isSessionReused(), a.getProtocol()]).toEqual([true, true, 'TLSv1.2']);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('[TLSS-013] speaks %s', async (version) => {
    const { pair } = await open({ tls: { minVersion: version, maxVersion: version } });
    const [mine] = await pair(0);
    expect(mine.getProtocol()).toBe(version);
  });
});

describe('TLS over SCTP: records and messages', () => {
  it('[TLSS-005] [TLSS-007] [TLSS-010] [TLSS-025] sends one record per message, ordered, whatever is written', async () => {
    const { scope, world, pair } = await open({ both: { ppid: () => 11 } });
    const sent = sentMessages(scope, '10.0.1.1');
    const [mine, theirs] = await pair(0);
    const lengths = [1, 2, 100, 1199, 1200, 16_383, 16_384, 16_385, 100_000];
    for (const length of lengths) mine.write(Buffer.alloc(length, length));
    let read = 0;
    theirs.on('data', (bytes: Buffer) => (read += bytes.length));
    await world.pass(5000);
    expect(read).toBe(lengths.reduce((sum, length) => sum + length));
    const messages = sent();
    expect(Math.max(...messages.map(({ data }) => data.length))).toBeGreaterThan(16_384);
    expect(messages.length).toBeGreaterThan(10);
    for (const { data, unordered, ppid } of messages) {
      expect([unordered, ppid]).toEqual([false, 11]);
      expect(data.length).toBe(5 + data[3]! * 256 + data[4]!);
    }
  });

  it('[TLSS-006] [TLSS-008] reads messages of 18,437 bytes, also in parts', async () => {
    const { world, far, near } = await open({ farConfig: { partialDeliveryBytes: 4096 }, both: { pairs: [1] } });
    await near.send(new Uint8Array(18_437), { stream: 0 });
    let read = 0;
    far.on('message', ({ data }) => (read += data.length));
    await world.pass(2000);
    expect(read).toBe(18_437);
    const { pair, world: other } = await open({ farConfig: { partialDeliveryBytes: 4096 } });
    const [mine, theirs] = await pair(0);
    mine.write(Buffer.alloc(60_000));
    let secured = 0;
    theirs.on('data', (bytes: Buffer) => (secured += bytes.length));
    await other.pass(2000);
    expect(secured).toBe(60_000);
  });

  it('[TLSS-010] takes records that are cut or joined in any way', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect();
    const { world } = scope;
    const server = SecureAssociation.server(far, { acceptor: new TlsAcceptor(registrar) });
    // A client that knows nothing of records: seven bytes a message.
    const stream = near.stream(0, { maxMessageBytes: 7 });
    const mine = tls.connect({ ...clientTls, socket: stream });
    const theirs = await world.run(server.open(0));
    mine.write('cut');
    expect(await world.run(said(theirs))).toBe('cut');
  });

  it('back-pressure: who does not read stops who writes, and nothing is lost', async () => {
    const buffers = { receiveBufferBytes: 65_536, sendBufferBytes: 65_536, maxMessageBytes: 20_000 };
    const { world, pair } = await open({ nearConfig: buffers, farConfig: buffers });
    const [mine, theirs] = await pair(0);
    let written = 8192;
    for (; mine.write(Buffer.alloc(8192)); written += 8192) await world.pass(1000);
    expect(written).toBeLessThan(400_000);
    await world.pass(10_000);
    expect(mine.writableNeedDrain).toBe(true);
    let read = 0;
    theirs.on('data', (bytes: Buffer) => (read += bytes.length));
    await world.pass(5000);
    expect(read).toBe(written);
    expect(mine.writableNeedDrain).toBe(false);
  });
});

describe('TLS over SCTP: what is beside it', () => {
  it('[TLSS-021] [TLSS-022] [TLSS-028] other streams are used without restrictions if only some pairs have TLS', async () => {
    const { world, pair, near, far, client } = await open({ both: { pairs: [0] } });
    await near.send('plain', { stream: 1, unordered: true, lifetimeMs: 1000 });
    expect(await world.run(far.receive())).toMatchObject({ stream: 1, unordered: true });
    const [mine, theirs] = await pair(0);
    mine.write('secret');
    expect(await world.run(said(theirs))).toBe('secret');
    await expect(client.open(1)).rejects.toThrow('no TLS on stream 1: there are 64 pairs, with TLS: 0');
  });

  it('[TLSS-023] [TLSS-025] [TLSS-026] nobody else sends on a pair with TLS, and its records never expire', async () => {
    const { scope, world, pair, near } = await open();
    near.sendDefaults = { maxRetransmissions: 0, unordered: true };
    const [mine, theirs] = await pair(0);
    await expect(near.send('plain', { stream: 0 })).rejects.toThrow('stream 0 is in use');
    await expect(near.send('plain', { unordered: true, lifetimeMs: 1 })).rejects.toThrow('stream 0 is in use');
    expect(() => near.trySend('plain')).toThrow('stream 0 is in use');
    expect(() => near.stream(0)).toThrow('stream 0 is in use');
    const sent = sentMessages(scope, '10.0.1.1');
    mine.write('x');
    expect(await world.run(said(theirs))).toBe('x');
    expect(sent().map(({ unordered }) => unordered)).toEqual([false]);
  });

  it('[TLSS-029] a plain message on another stream ends an association that is to be secured', async () => {
    const { world, pair, near, far } = await open();
    const [mine, theirs] = await pair(0);
    for (const socket of [mine, theirs]) watch(socket);
    // On the client's side first: the server speaks on a stream where no handshake was begun.
    await far.send('plain', { stream: 1 });
    expect(await world.run(far.closed)).toMatchObject({ kind: 'peer-aborted' });
    expect((await near.closed).text).toContain('only TLS is spoken here');
    const other = await open();
    await other.pair(0);
    const refused = once(other.server, 'refused');
    await other.near.send('plain', { stream: 1 });
    await other.world.run(refused);
  });
});

describe('TLS over SCTP: the end', () => {
  it('[TLSS-040] close_notify of both sides comes before SHUTDOWN', async () => {
    const { scope, world, pair, client, near } = await open();
    const [mine, theirs] = await pair(0);
    const seen = [watch(mine), watch(theirs)];
    const mineSent = scope.chunksSentBy('10.0.1.1');
    const theirsSent = scope.chunksSentBy('10.0.0.2');
    await world.run(client.close());
    expect(seen).toEqual([
      ['end', 'close'],
      ['end', 'close'],
    ]);
    expect((await near.closed).kind).toBe('shutdown');
    for (const chunks of [mineSent, theirsSent]) {
      const kinds = chunks.map(({ kind }) => kind);
      const end = kinds.findIndex((kind) => kind.startsWith('shutdown'));
      expect(kinds.indexOf('data')).toBeLessThan(end);
    }
  });

  it.each(['shutdown', 'abort'] as const)('[TLSS-040] %s without it is an error: data may be missing', async (how) => {
    const { world, pair, near } = await open();
    const [mine, theirs] = await pair(0);
    const seen = [watch(mine), watch(theirs)];
    if (how === 'shutdown') await world.run(near.shutdown());
    else near.abort();
    await world.pass(1000);
    const codes =
      how === 'shutdown' ? ['ERR_SCTP_CLOSED', 'ERR_SCTP_CLOSED'] : ['ERR_SCTP_ABORTED', 'ERR_SCTP_ABORTED_BY_PEER'];
    expect(seen).toEqual(codes.map((code) => [code, 'close']));
  });

  it('a peer that does not answer close_notify is given up', async () => {
    const { world, pair, client, near, far } = await open();
    const [mine, theirs] = await pair(0);
    for (const socket of [mine, theirs]) socket.on('error', () => undefined);
    theirs.end = () => theirs;
    await world.run(client.close());
    expect((await near.closed).kind).toBe('aborted');
    expect((await world.run(far.closed)).kind).toBe('peer-aborted');
  });
});
