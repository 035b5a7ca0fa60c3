import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { type SctpAssociation, SctpEndpoint, SecureAssociation, TlsAcceptor } from '../../../src/sctp/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { delay } from '../../harness/links/delay.ts';
import { SimWorld } from '../api/sim-world.ts';

const authority = new TestAuthority();
const HOSTS = ['10.0.0.1', '10.0.0.2'];
const certificates = HOSTS.map((address) => authority.certify(`${address}.example`));

/** Both call each other at the same time, by the same ports. */
async function meet() {
  const world = new SimWorld([delay(10)]);
  const endpoints = await Promise.all(
    HOSTS.map((address) =>
      SctpEndpoint.bind({ addresses: [address], sctpPort: 5000, substrate: world.host(address, address) }),
    ),
  );
  const call = (i: number): Promise<SctpAssociation> =>
    endpoints[i]!.connect({ addresses: [HOSTS[1 - i]!], sctpPort: 5000 });
  const associations = await world.run(Promise.all([call(0), call(1)]));
  const secure = (i: number, acceptor: TlsAcceptor | undefined = new TlsAcceptor(certificates[i]!)) =>
    SecureAssociation.client(associations[i]!, {
      tls: { ca: authority.cert, servername: `${HOSTS[1 - i]}.example` },
      acceptor,
    });
  return { world, associations, secure };
}

const text = (socket: TLSSocket): Promise<string> =>
  new Promise((resolve) => socket.once('data', (bytes: Buffer) => resolve(bytes.toString())));

describe('TLS over SCTP: both have set the association up', () => {
  // Random values decide: some of these meetings go one way, some the other.
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('one of both goes on as client: meeting %i', async () => {
    const { world, associations, secure } = await meet();
    expect(associations.map(({ initiator }) => initiator)).toEqual(['local', 'local']);
    const secured = [secure(0), secure(1)];
    const [a, b] = await world.run(Promise.all(secured.map((each) => each.open(0))));
    expect(secured.map(({ isClient }) => isClient).sort()).toEqual([false, true]);
    a!.write('from a');
    b!.write('from b');
    expect(await world.run(Promise.all([text(b!), text(a!)]))).toEqual(['from a', 'from b']);
    // Other pairs are begun by the same side, and the end is that of any other.
    const client = secured.findIndex(({ isClient }) => isClient);
    const pairs = await world.run(Promise.all([secured[client]!.open(1), secured[1 - client]!.open(1)]));
    pairs[0]!.write('more');
    expect(await world.run(text(pairs[1]!))).toBe('more');
    for (const socket of [a!, b!, ...pairs]) socket.on('error', () => undefined).resume();
    await world.run(secured[0]!.close());
    expect((await associations[0]!.closed).kind).toBe('shutdown');
  });

  it.each([0, 5, 11, 25, 50])('also if one of them comes to it %i ms later', async (lagMs) => {
    const { world, secure } = await meet();
    const early = secure(0);
    const opened = early.open(0);
    await world.pass(lagMs);
    const late = secure(1);
    const [a, b] = await world.run(Promise.all([opened, late.open(0)]));
    b!.write('late');
    expect(await world.run(text(a!))).toBe('late');
    expect([early.isClient, late.isClient].sort()).toEqual([false, true]);
  });

  it('who hears the other one before it begins is the server', async () => {
    const { world, secure } = await meet();
    const late = secure(1);
    const early = secure(0);
    const opened = early.open(0);
    await world.pass(100);
    await world.run(Promise.all([opened, late.open(0)]));
    expect([early.isClient, late.isClient]).toEqual([true, false]);
  });

  it('a server by its own choice is one', async () => {
    const { world, associations, secure } = await meet();
    const client = secure(0);
    const server = SecureAssociation.server(associations[1]!, { acceptor: new TlsAcceptor(certificates[1]!) });
    const [a, b] = await world.run(Promise.all([client.open(0), server.open(0)]));
    a!.write('x');
    expect(await world.run(text(b!))).toBe('x');
    expect(client.isClient).toBe(true);
  });
});
