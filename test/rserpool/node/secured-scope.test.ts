import { describe, expect, it } from 'vitest';
import { PoolElement, PoolUser, Registrar } from '../../../src/rserpool/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { REGISTRAR_CONFIG, SCTP, Scope } from './scope.ts';

const authority = new TestAuthority();
const keys = (...names: string[]) => new Map(names.map((name, i) => [name, Buffer.alloc(32, name.length + i)]));
const elementKeys = keys('pe-1', 'pe-2');
const peerKeys = keys('registrar-1', 'registrar-2');
const find = (all: Map<string, Buffer>) => ({ find: (identity: string) => all.get(identity) });
const psk = (all: Map<string, Buffer>, identity: string) => ({ identity, key: all.get(identity)! });

const certificates = [1, 2].map((i) => authority.certify(`registrar-${i}.example`, `10.0.0.${i}`));
const other = new TestAuthority('another authority');

const text = ({ data }: { readonly data: Uint8Array }) => Buffer.from(data).toString();

const registrarSecurity = (i: number, elements = elementKeys, peers = peerKeys, ca?: string) => ({
  certificate: certificates[i - 1]!,
  ca,
  elementKeys: find(elements),
  peerKeys: find(peers),
  psk: psk(peers, `registrar-${i}`),
});

async function secured() {
  const scope = new Scope();
  const registrars: Registrar[] = [];
  for (const i of [1, 2]) {
    const address = `10.0.0.${i}`;
    registrars.push(
      await Registrar.start({
        addresses: [address],
        substrate: scope.host(`registrar ${i}`, address),
        sctp: SCTP,
        peers: i === 1 ? [] : ['10.0.0.1'],
        registrarId: i,
        config: REGISTRAR_CONFIG,
        security: registrarSecurity(i),
      }),
    );
  }
  await scope.world.run(Promise.all(registrars.map((each) => each.whenServing())));
  await scope.world.pass(2000);
  return { scope, world: scope.world, registrars };
}

describe('a secured scope', () => {
  it('[ASAP-406] [ENRP-239] [ENRP-261] registrars, elements and users work as without TLS', async () => {
    const { scope, world, registrars } = await secured();
    expect(registrars.map(({ asap, enrp }) => [asap, enrp].map(({ protocol, port }) => `${protocol} ${port}`))).toEqual(
      [
        ['sctp 3864', 'sctp 9902'],
        ['sctp 3864', 'sctp 9902'],
      ],
    );
    expect(
      registrars.map((each) => each.snapshot().peers.map(({ registrarId, connected }) => [registrarId, connected])),
    ).toEqual([[[2, true]], [[1, true]]]);
    for (const i of [1, 2]) {
      const address = `10.0.1.${i}`;
      await world.run(
        PoolElement.join(
          'Pool',
          {
            registrars: ['10.0.0.1'],
            addresses: [address],
            substrate: scope.host(`element ${i}`, address),
            sctp: SCTP,
            peIdentifier: i,
            security: { psk: psk(elementKeys, `pe-${i}`), certificate: authority.certify(address) },
          },
          async (session) => {
            for await (const message of session) {
              await session.send(Buffer.concat([Buffer.from(`${i}: `), message.data]));
              session.setCookie(Buffer.from(String(i)));
            }
          },
        ),
      );
    }
    const user = await PoolUser.open({
      registrars: ['10.0.0.2'],
      addresses: ['10.0.2.1'],
      substrate: scope.host('user', '10.0.2.1'),
      sctp: SCTP,
      security: { ca: authority.cert },
    });
    const session = await world.run(user.connect('Pool', { resend: true }));
    expect(session.element?.peer?.kind).toBe('certificate');
    await world.run(session.send('hello'));
    const first = text(await world.run(session.receive()));
    expect(first).toMatch(/^[12]: hello$/);
    // The element dies: the next one goes on.
    scope.hosts.get(`element ${first[0]}`)!.kill();
    await world.run(session.send('again'), 60_000);
    const second = text(await world.run(session.receive(), 60_000));
    expect(second).toBe(`${first[0] === '1' ? 2 : 1}: again`);
  });

  it('[SEC-011] [SEC-052] [ENRP-243] [ASAP-410] who takes an element over calls it by its key, and it stays its own', async () => {
    const { scope, world, registrars } = await secured();
    const events: string[] = [];
    registrars[1]!.on('event', ({ kind }) => events.push(kind));
    const join = (name: string, address: string, registrar: string) =>
      PoolElement.join(
        'Pool',
        {
          registrars: [registrar],
          addresses: [address],
          substrate: scope.host(`element ${name}`, address),
          sctp: SCTP,
          peIdentifier: 1,
          security: { psk: psk(elementKeys, name) },
        },
        () => undefined,
      );
    await world.run(join('pe-1', '10.0.1.1', '10.0.0.1'));
    scope.hosts.get('registrar 1')!.kill();
    await world.pass(30_000);
    const homes = () => registrars[1]!.snapshot().pools.flatMap(({ elements }) => elements.map((each) => each.owned));
    expect(homes()).toEqual([true]);
    expect(events).toContain('takeover-completed');
    expect(events).not.toContain('element-lost');
    expect(await scope.codeOf(join('pe-2', '10.0.1.2', '10.0.0.2'))).toBe('ERR_RSERPOOL_REJECTED');
    expect(homes()).toEqual([true]);
  });

  it('[SEC-041] [SEC-042] [ASAP-433] [ASAP-434] [ENRP-263] [ENRP-264] who comes without TLS is told so on the ports for that, and gets nothing', async () => {
    const { scope, world, registrars } = await secured();
    const substrate = scope.host('plain element', '10.0.3.1');
    const joining = PoolElement.join(
      'Pool',
      { registrars: ['10.0.0.1'], addresses: ['10.0.3.1'], substrate, sctp: SCTP },
      () => undefined,
    );
    expect(await scope.codeOf(joining)).toBe('ERR_RSERPOOL_REJECTED');
    const rogue = await Registrar.start({
      addresses: ['10.0.3.2'],
      substrate: scope.host('plain registrar', '10.0.3.2'),
      sctp: SCTP,
      peers: ['10.0.0.1'],
      config: REGISTRAR_CONFIG,
    });
    await world.pass(10_000);
    expect(rogue.snapshot().peers).toEqual([]);
    expect(registrars[0]!.snapshot().peers.map(({ registrarId }) => registrarId)).toEqual([2]);
    expect(registrars[0]!.snapshot().pools).toEqual([]);
  });

  it('[SEC-006] keys are replaced without restart: whose key is gone is out, whose key is new comes in', async () => {
    const { scope, world, registrars } = await secured();
    const join = (i: number, key: Buffer) => {
      const address = `10.0.1.${i}`;
      return PoolElement.join(
        'Pool',
        {
          registrars: ['10.0.0.1'],
          addresses: [address],
          substrate: scope.host(`element ${i}`, address),
          sctp: SCTP,
          peIdentifier: i,
          security: { psk: { identity: `pe-${i}`, key }, certificate: authority.certify(address) },
        },
        () => undefined,
      );
    };
    const members = () =>
      registrars[0]!.snapshot().pools.flatMap(({ elements }) => elements.map(({ identifier }) => identifier));
    await world.run(join(1, elementKeys.get('pe-1')!));
    await world.run(join(2, elementKeys.get('pe-2')!));
    expect(members()).toEqual([1, 2]);

    const newer = new Map([
      ['pe-2', elementKeys.get('pe-2')!],
      ['pe-3', Buffer.alloc(32, 9)],
    ]);
    for (const [i, registrar] of registrars.entries()) registrar.reloadSecurity(registrarSecurity(i + 1, newer));
    await world.pass(120_000);
    expect(members()).toEqual([2]);
    await world.run(join(3, newer.get('pe-3')!));
    expect(members()).toEqual([2, 3]);
    // What did not change was not touched.
    expect(registrars[0]!.snapshot().peers.map(({ connected }) => connected)).toEqual([true]);
  });

  it('[SEC-006] registrars whose keys change on both sides find each other again', async () => {
    const { world, registrars } = await secured();
    const newer = new Map([...peerKeys.keys()].map((name) => [name, Buffer.alloc(32, name.length + 100)]));
    const connected = () => registrars.map((each) => each.snapshot().peers.map((peer) => peer.connected));
    registrars[0]!.reloadSecurity(registrarSecurity(1, elementKeys, newer));
    await world.pass(1000);
    expect(connected()).toEqual([[], []]);
    registrars[1]!.reloadSecurity(registrarSecurity(2, elementKeys, newer));
    await world.pass(120_000);
    expect(connected()).toEqual([[true], [true]]);
  });

  it('what is wrong with new keys is said, and the old ones stay', async () => {
    const { world, registrars } = await secured();
    const bad = { ...registrarSecurity(1, keys()), certificate: { cert: 'none', key: 'none' } };
    expect(() => registrars[0]!.reloadSecurity(bad)).toThrow();
    expect(() => registrars[0]!.reloadSecurity({ ...registrarSecurity(1, keys()), access: [{ who: 'me' }] })).toThrow(
      'access rule for me',
    );
    await world.pass(10_000);
    expect(registrars.map((each) => each.snapshot().peers.map(({ connected }) => connected))).toEqual([[true], [true]]);
  });

  it('who is known by a certificate has to come again when an authority is gone, not when one is added', async () => {
    const { scope, world } = await secured();
    const user = await PoolUser.open({
      registrars: ['10.0.0.2'],
      addresses: ['10.0.2.1'],
      substrate: scope.host('user', '10.0.2.1'),
      sctp: SCTP,
      security: { ca: authority.cert },
    });
    await world.pass(5000);
    expect(user.home).toBeDefined();
    user.reloadSecurity({ ca: other.cert + authority.cert });
    await world.pass(1);
    expect(user.home).toBeDefined();
    user.reloadSecurity({ ca: other.cert });
    await world.pass(60_000);
    expect(user.home).toBeUndefined();
  });

  it('[SEC-040] what has begun without TLS does not go over to it', async () => {
    const scope = new Scope();
    const substrate = scope.host('plain', '10.0.0.1');
    const registrar = await Registrar.start({ addresses: ['10.0.0.1'], substrate, sctp: SCTP });
    expect(() => registrar.reloadSecurity(registrarSecurity(1))).toThrow('it was started without `security`');
    await scope.world.run(registrar.close());
  });
});
