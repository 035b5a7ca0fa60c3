import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  type ConnectOptions,
  type EndpointConfig,
  type SctpAssociation,
  SctpEndpoint,
} from '../../../src/sctp/index.ts';
import { Scope } from './scope.ts';
import type { SimWorld } from './sim-world.ts';

const SERVER = { addresses: ['10.0.0.2'], sctpPort: 5000 };

const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe('what RFC 6458 asks of a sockets API', () => {
  it('[API-0072] one message goes to every association of an endpoint', async () => {
    const scope = await Scope.open();
    const ends = [await scope.connect(), await scope.connect(), await scope.connect()];
    const refused = await scope.world.run(scope.server.sendToAll('to all', { stream: 2, ppid: 7 }));
    expect(refused.size).toBe(0);
    for (const { near } of ends) {
      const { data, stream, ppid } = await scope.world.run(near.receive());
      expect([text(data), stream, ppid]).toEqual(['to all', 2, 7]);
    }
  });

  it('[API-0072] an association that refuses it is named with its error, the others get it', async () => {
    const scope = await Scope.open();
    const one = await scope.connect({ config: { maxInboundStreams: 2 } });
    const other = await scope.connect();
    const refused = await scope.world.run(scope.server.sendToAll('on stream 5', { stream: 5 }));
    expect([...refused.keys()]).toEqual([one.far]);
    expect(refused.get(one.far)).toMatchObject({ code: 'ERR_SCTP_BAD_ARGUMENT' });
    expect((await scope.world.run(other.near.receive())).stream).toBe(5);
  });

  it('[API-0171] what a call of send leaves open is taken from sendDefaults', async () => {
    const { world, near, far } = await oneAssociation();
    near.sendDefaults = { stream: 3, ppid: 46, unordered: true };
    await near.send('by default');
    await near.send('told', { ppid: 1, unordered: false });
    near.sendDefaults = undefined;
    await near.send('bare');
    const got = [];
    for (let i = 0; i < 3; i++) {
      const { data, stream, ppid, unordered } = await world.run(far.receive());
      got.push([text(data), stream, ppid, unordered]);
    }
    expect(got).toEqual([
      ['by default', 3, 46, true],
      ['told', 3, 1, false],
      ['bare', 0, 0, false],
    ]);
  });

  it('[API-0078] [API-0079] peek tells of the next message, its whole length too, and takes nothing', async () => {
    const { world, near, far } = await oneAssociation();
    expect(far.peek()).toBeUndefined();
    await near.send('12345', { stream: 1, ppid: 9 });
    await near.send('another', { unordered: true });
    await world.pass(1000);
    expect(far.peek()).toMatchObject({ bytes: 5, stream: 1, ppid: 9, unordered: false });
    expect(far.peek()).toMatchObject({ bytes: 5, stream: 1, ppid: 9, unordered: false });
    await far.receive();
    expect(far.peek()).toMatchObject({ bytes: 7, stream: 0, ppid: 0, unordered: true });
    await far.receive();
    expect(far.peek()).toBeUndefined();
  });

  it('[API-0076] [API-0077] a message tells its stream, SSN, PPID, order and where it came from', async () => {
    const { world, near, far } = await oneAssociation();
    for (const ppid of [1, 2]) await near.send(new Uint8Array(2000), { stream: 4, ppid });
    await near.send('u', { stream: 4, unordered: true });
    const got = [];
    for (let i = 0; i < 3; i++) got.push(await world.run(far.receive()));
    expect(got.map(({ stream, ssn, ppid, unordered }) => [stream, ssn, ppid, unordered])).toEqual([
      [4, 0, 1, false],
      [4, 1, 2, false],
      [4, 0, 0, true],
    ]);
    expect(got.map(({ source }) => source)).toEqual(['10.0.1.1', '10.0.1.1', '10.0.1.1']);
  });

  it('[API-0020] [API-0118] [API-0119] messages given to connect arrive first, in their order, and both sides are up', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect({
      messages: [{ data: 'first', stream: 1 }, { data: new Uint8Array(5000) }, { data: 'third', stream: 1 }],
    });
    await near.send('fourth', { stream: 1 });
    const got = [];
    for (let i = 0; i < 4; i++) got.push((await scope.world.run(far.receive())).data.length);
    expect(got).toEqual([5, 5000, 5, 6]);
  });

  it('[API-0118] a message that cannot be sent ends the set-up with its error, and leaves nothing', async () => {
    const scope = await Scope.open();
    const substrate = scope.world.host('client', '10.0.1.9');
    const client = await SctpEndpoint.bind({ addresses: ['10.0.1.9'], substrate, config: { sendBufferBytes: 10 } });
    for (const messages of [
      [{ data: '' }],
      [{ data: 'x', stream: 64 }],
      [{ data: new Uint8Array(10) }, { data: 'y' }],
    ]) {
      await expect(client.connect(SERVER, { messages })).rejects.toMatchObject({ name: 'SctpError' });
    }
    await scope.world.pass(1000);
    expect(client.associations).toEqual([]);
    expect(scope.server.associations).toEqual([]);
    const { near } = await scope.connect();
    expect(near.status()?.state).toBe('ESTABLISHED');
  });

  it('[API-0172] [API-0080] a lifetime by default, and another one for a message', async () => {
    const scope = await Scope.open({ config: { sendBufferBytes: 100_000 } });
    const { far } = await scope.connect({ config: { receiveBufferBytes: 1500 } });
    const failed: unknown[] = [];
    far.on('send-failed', ({ context, reason }) => failed.push([context, reason]));
    far.sendDefaults = { lifetimeMs: 500 };
    for (let i = 0; i < 4; i++) far.trySend(new Uint8Array(1000), { lifetimeMs: undefined });
    far.trySend('by default', { context: 1 });
    far.trySend('told', { context: 2, lifetimeMs: 3000 });
    await scope.world.pass(2000);
    expect(failed).toEqual([[1, 'lifetime']]);
    await scope.world.pass(2000);
    expect(failed).toEqual([
      [1, 'lifetime'],
      [2, 'lifetime'],
    ]);
  });

  it('[API-0026] [API-0027] a message longer than the receive buffer comes in parts, the last one marked', async () => {
    const { world, near, far } = await oneAssociation({ receiveBufferBytes: 20_000, partialDeliveryBytes: 5000 });
    await near.send('short');
    const long = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7);
    await near.send(long, { stream: 2, ppid: 9 });
    expect((await world.run(far.receive())).partial).toBeUndefined();
    const got: Uint8Array[] = [];
    for (let offset = 0, more = true; more; ) {
      const { data, partial, stream, ppid } = await world.run(far.receive());
      expect([stream, ppid, partial!.offsetBytes]).toEqual([2, 9, offset]);
      got.push(data);
      offset += data.length;
      more = partial!.state === 'more';
      if (!more) expect([partial!.state, offset]).toEqual(['complete', long.length]);
    }
    expect(Buffer.compare(Buffer.concat(got), long)).toBe(0);
    expect(got.length).toBeGreaterThan(10);
  });

  it('[API-0028] [API-0159] [API-0162] parts of several streams alternate, those of one stream never mix', async () => {
    const config = { receiveBufferBytes: 50_000, partialDeliveryBytes: 3000, interleaving: true };
    const { world, near, far } = await oneAssociation(config, { ...config, scheduler: 'round-robin' });
    const dry = once(near, 'dry');
    for (const stream of [1, 1, 2]) near.trySend(new Uint8Array(100_000).fill(stream), { stream });
    const open = new Map<number, number>();
    let alternations = 0;
    for (let ended = 0, last = 0; ended < 3; ) {
      const { stream, partial, data } = await world.run(far.receive());
      if (stream !== last) alternations++;
      last = stream;
      expect(data.every((byte) => byte === stream)).toBe(true);
      expect(open.get(stream) ?? partial!.id).toBe(partial!.id);
      if (partial!.state === 'more') open.set(stream, partial!.id);
      else {
        open.delete(stream);
        ended++;
      }
    }
    expect(alternations).toBeGreaterThan(5);
    await world.run(dry);
  });

  it('[API-0158] [API-0203] the unfinished message of one peer holds up no other association', async () => {
    const scope = await Scope.open({ config: { receiveBufferBytes: 10_000, partialDeliveryBytes: 1000 } });
    const [stuck, other] = [await scope.connect(), await scope.connect()];
    stuck.near.trySend(new Uint8Array(100_000));
    await scope.world.pass(1000);
    scope.kill('10.0.1.1');
    expect((await scope.world.run(stuck.far.receive())).partial?.state).toBe('more');
    await other.near.send('goes on');
    expect(text((await scope.world.run(other.far.receive())).data)).toBe('goes on');
  });
});

async function oneAssociation(
  server: Partial<EndpointConfig> = {},
  client: ConnectOptions['config'] = {},
): Promise<{ world: SimWorld; near: SctpAssociation; far: SctpAssociation }> {
  const scope = await Scope.open({ config: server });
  return { world: scope.world, ...(await scope.connect({ config: client })) };
}
