import { createServer, connect as netConnect, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PoolElement, PoolUser, Registrar, type UserTransport } from '../../../src/rserpool/index.ts';
import { SctpEndpoint } from '../../../src/sctp/index.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const SCTP = { rtoInitialMs: 100, rtoMinMs: 50, rtoMaxMs: 400, associationMaxRetrans: 3 } as const;
const ELEMENT = ['10.0.1.1', '2001:db8::7'];

/** A registrar, and whoever comes. */
async function scope() {
  const world = new SimWorld();
  const registrars = ['10.0.0.1'];
  const registrar = await Registrar.start({
    addresses: ['10.0.0.1', '2001:db8::1'],
    substrate: world.host('registrar', '10.0.0.1', '2001:db8::1'),
    sctp: SCTP,
  });
  await world.run(registrar.whenServing());
  const elementHost = world.host('element', ...ELEMENT);
  const join = (pool: string, transport: UserTransport) =>
    world.run(
      PoolElement.join(pool, {
        registrars,
        addresses: ELEMENT,
        substrate: elementHost,
        udpPort: 0,
        sctp: SCTP,
        transport,
      }),
    );
  const userHost = world.host('user', '10.0.2.1');
  const user = await PoolUser.open({ registrars, addresses: ['10.0.2.1'], substrate: userHost, sctp: SCTP });
  return { world, registrar, join, user, userHost };
}

const OFFERED: readonly (readonly [UserTransport, object])[] = [
  [
    { protocol: 'tcp', port: 80 },
    { protocol: 'tcp', port: 80, addresses: ['10.0.1.1'] },
  ],
  [
    { protocol: 'udp', port: 53, addresses: ['2001:db8::7'] },
    { protocol: 'udp', port: 53, addresses: ['2001:db8::7'] },
  ],
  [
    { protocol: 'udp-lite', port: 5004 },
    { protocol: 'udp-lite', port: 5004, addresses: ['10.0.1.1'] },
  ],
  [
    { protocol: 'dccp', port: 5001, serviceCode: 0x52545043 },
    { protocol: 'dccp', port: 5001, serviceCode: 0x52545043, addresses: ['10.0.1.1'] },
  ],
  [
    { protocol: 'sctp', port: 7, use: 'data-only' },
    { protocol: 'sctp', port: 7, use: 'data-only', addresses: ELEMENT },
  ],
  [
    { protocol: 'opaque', bytes: new TextEncoder().encode('shm:/pool/7') },
    { protocol: 'opaque', bytes: new TextEncoder().encode('shm:/pool/7') },
  ],
];

describe('elements that are reached by any transport', () => {
  for (const [offered, expected] of OFFERED) {
    it(`[ASAP-015] [OVW-004] registers ${offered.protocol}, and users find it as it was registered`, async () => {
      const { world, registrar, join, user } = await scope();
      const element = await join('Pool', offered);
      expect(element.transport).toEqual(expected);
      const [found] = await world.run(user.resolve('Pool'));
      expect(found!.userTransport).toEqual(expected);
      await world.run(element.leave());
      expect(registrar.snapshot().pools).toEqual([]);
    });
  }

  it('says clearly that sessions need SCTP', async () => {
    const { world, join, user } = await scope();
    await join('Pool', { protocol: 'tcp', port: 80 });
    await expect(world.run(user.connect('Pool'))).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_NO_ELEMENT',
      message:
        'pool Pool: sessions run over SCTP, and none of its elements is reached by that; resolve() tells how they are',
    });
  });

  it('sends users away who talk to the SCTP endpoint that it registers from', async () => {
    const { world, join, userHost } = await scope();
    const element = await join('Pool', { protocol: 'tcp', port: 80 });
    const { addresses, port: sctpPort, udpPort } = element.target;
    const endpoint = await SctpEndpoint.bind({ addresses: ['10.0.2.1'], substrate: userHost, udpPort: 0 });
    const association = await world.run(endpoint.connect({ addresses, sctpPort, udpPort }));
    await association.send('hello');
    expect(await world.run(association.closed)).toMatchObject({ kind: 'peer-aborted' });
  });

  it('[ASAP-096] refuses an element of another transport than the pool has, and addresses of another host', async () => {
    const { join } = await scope();
    await join('Pool', { protocol: 'tcp', port: 80 });
    await expect(join('Pool', { protocol: 'udp', port: 80 })).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_REJECTED',
      message: expect.stringContaining('the pool has another transport: tcp'),
    });
    await expect(join('Other', { protocol: 'tcp', port: 80, addresses: ['10.0.9.9'] })).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_BAD_ARGUMENT',
      message: expect.stringContaining("10.0.9.9 is none of the element's own addresses, 10.0.1.1, 2001:db8::7"),
    });
  });

  it('is given a handler or a transport, and a port', async () => {
    const wrong = [
      PoolElement.join('Pool', { registrars: ['10.0.0.1'] }),
      PoolElement.join('Pool', { registrars: ['10.0.0.1'], transport: { protocol: 'tcp', port: 80 } }, () => undefined),
    ];
    for (const each of wrong) await expect(each).rejects.toMatchObject({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' });
    const { join } = await scope();
    await expect(join('Pool', { protocol: 'tcp', port: 0 })).rejects.toMatchObject({
      message: 'transport.port is a number from 1 to 65535, not 0',
    });
    await expect(join('Pool', { protocol: 'tcp', port: 1, addresses: ELEMENT })).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_BAD_ARGUMENT',
      message: expect.stringContaining('a transport of tcp cannot have 2 addresses'),
    });
  });

  it('a TCP server of this host is found and used', async () => {
    const server = await new Promise<Server>((resolve) => {
      const made = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1', () => resolve(made));
    });
    const { port } = server.address() as { port: number };
    await using registrar = await Registrar.start({ udpPort: 0 });
    await registrar.whenServing();
    const options = { registrars: [registrar.asap], udpPort: 0 };
    await using _element = await PoolElement.join('Pool', { ...options, transport: { protocol: 'tcp', port } });
    await using user = await PoolUser.open(options);
    const [found] = await user.resolve('Pool');
    const transport = found!.userTransport;
    if (transport.protocol !== 'tcp') throw new Error(`registered as ${transport.protocol}`);
    const socket = netConnect(transport.port, transport.addresses[0]!);
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toBe('hello');
    server.close();
  });
});
