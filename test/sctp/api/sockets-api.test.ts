import { describe, expect, it } from 'vitest';
import { type SctpAssociation, SctpEndpoint } from '../../../src/sctp/index.ts';
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
});

async function oneAssociation(): Promise<{ world: SimWorld; near: SctpAssociation; far: SctpAssociation }> {
  const scope = await Scope.open();
  return { world: scope.world, ...(await scope.connect()) };
}
