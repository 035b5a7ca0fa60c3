import { describe, expect, it } from 'vitest';
import { ASAP_TLS_PORT, type Called, poolHandle, Registrar } from '../../../src/rserpool/index.ts';
import { clientOptions } from '../../../src/rserpool/security/tls-client.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { SctpEndpoint, SecureAssociation } from '../../../src/sctp/index.ts';
import { Names } from './names.ts';
import { authority, key, TrustScope } from './trust-scope.ts';

const GOOD = '10.0.0.1';
const ROGUE = '10.0.0.9';
const text = ({ data }: { readonly data: Uint8Array }) => Buffer.from(data).toString();

describe('registrars that are no registrars', () => {
  it('[SEC-022] [SEC-019] [SEC-053] [ASAP-400] [ASAP-421] [ENRP-235] [ENRP-252] [REQ-040] a user asks the next one, and says why', async () => {
    const scope = new TrustScope();
    const rogue = await scope.rogue(ROGUE);
    await scope.registrar(GOOD);
    await scope.join(1, [GOOD]);
    // One at a time: the rogue is called first.
    const user = await scope.user([ROGUE, GOOD], { config: { maxRegistrarAssociations: 1 } });
    expect(await scope.world.run(user.resolve('Pool'))).toHaveLength(1);
    expect(user.home?.addresses).toEqual([GOOD]);
    expect(rogue.snapshot().channels).toBe(0);
    expect(scope.seen.get(ROGUE)).not.toContain('resolved');
    expect(scope.suspicions).toEqual([
      expect.stringMatching(/^the identity of 10\.0\.0\.9:3864 is suspect: (unable to|self.signed)/),
    ]);
    expect(scope.untrusted[0]).toMatchObject({
      remote: { addresses: [ROGUE], port: ASAP_TLS_PORT },
      error: { code: 'ERR_RSERPOOL_UNTRUSTED' },
    });
  });

  it('[SEC-017] [SEC-018] [SEC-052] [SEC-057] [ASAP-398] [ENRP-233] an element registers at none without the key', async () => {
    const scope = new TrustScope();
    const rogue = await scope.rogue(ROGUE);
    const good = await scope.registrar(GOOD);
    const element = await scope.join(1, [ROGUE, GOOD], { config: { maxRegistrarAssociations: 1 } });
    expect(element.home?.addresses).toEqual([GOOD]);
    expect([rogue, good].map((each) => each.snapshot().pools.length)).toEqual([0, 1]);
    expect(rogue.snapshot().channels).toBe(0);
    expect(scope.suspicions).toEqual([expect.stringMatching(/^the identity of 10\.0\.0\.9:3864 is suspect: /)]);
  });

  it('[SEC-033] [SEC-034] [SEC-035] announcements are hints: who announces itself has to prove who it is all the same', async () => {
    const scope = new TrustScope();
    const rogue = await scope.rogue(ROGUE, { announce: true });
    const user = await scope.user([], { announcements: true });
    await scope.world.pass(20_000);
    expect([user.home, rogue.snapshot().channels]).toEqual([undefined, 0]);
    expect(scope.suspicions).toHaveLength(1);
    const good = await scope.registrar(GOOD, { announce: true });
    await scope.world.pass(20_000);
    expect(user.home?.addresses).toEqual([GOOD]);
    await scope.world.run(good.close());
    await scope.world.pass(20_000);
    expect([user.home, rogue.snapshot().channels]).toEqual([undefined, 0]);
  });
});

describe('names of registrars', () => {
  /** Which of these places a user takes a registrar for that has this certificate. */
  async function accepted(names: readonly string[], places: readonly string[], registrarNames?: readonly string[]) {
    const scope = new TrustScope();
    await scope.registrar(GOOD, {}, authority.certify(...names));
    const resolver = new Names()
      .host('registrar.example.org', GOOD)
      .host('host-1.example.net', GOOD)
      .service('_asap._sctp.example.org', '0 0 3864 host-1.example.net');
    const taken: string[] = [];
    for (const [i, place] of places.entries()) {
      const address = `10.0.2.${i + 10}`;
      const user = await scope.user([place], {
        addresses: [address],
        substrate: scope.host(address),
        resolver,
        tcpNetwork: undefined,
        security: { ca: authority.cert, registrarNames },
      });
      await scope.world.pass(1000);
      if (user.home !== undefined) taken.push(place);
      await scope.world.run(user.close());
    }
    return { taken, suspicions: scope.suspicions };
  }

  it('[ASAP-417] [ASAP-419] [ENRP-248] [ENRP-250] a certificate has to be for the name that is configured, not for what the DNS makes of it', async () => {
    const byName = await accepted(['registrar.example.org'], ['registrar.example.org', GOOD, 'host-1.example.net']);
    expect(byName.taken).toEqual(['registrar.example.org']);
    const byAddress = await accepted([GOOD, 'host-1.example.net'], ['registrar.example.org', GOOD, 'example.org;srv']);
    expect(byAddress.taken).toEqual([GOOD]);
    const byDomain = await accepted(['example.org'], ['example.org;srv', 'registrar.example.org']);
    expect(byDomain.taken).toEqual(['example.org;srv']);
    expect(byDomain.suspicions).toEqual([
      'the identity of 10.0.0.1:3864 (registrar.example.org) is suspect: its certificate is not for registrar.example.org but for dns:example.org',
    ]);
  });

  it('[ASAP-419] [ENRP-250] or for one of the names that are said to be registrars', async () => {
    const places = ['registrar.example.org', GOOD, 'example.org;srv'];
    expect((await accepted(['r.example.com'], places, ['r.example.com'])).taken).toEqual(places);
    expect((await accepted([GOOD, 'registrar.example.org'], places, ['r.example.com'])).taken).toEqual([]);
  });

  it('[ASAP-414] [ENRP-246] registrars and elements need a certificate that says who they are', async () => {
    const scope = new TrustScope();
    const starting = Registrar.start({
      addresses: [GOOD],
      substrate: scope.host(GOOD),
      security: { certificate: authority.certifyWithout('registrar.example.org') },
    });
    await expect(starting).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_BAD_ARGUMENT',
      message: expect.stringContaining('"CN=registrar.example.org" has no subject alternative names'),
    });
    await scope.registrar('10.0.0.2');
    const security = { psk: { identity: 'pe-1', key }, certificate: authority.certifyWithout('pe-1') };
    await expect(scope.join(1, ['10.0.0.2'], { security })).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_BAD_ARGUMENT',
    });
    const user = await scope.user(['10.0.0.2']);
    await scope.world.pass(1000);
    expect(user.home?.addresses).toEqual(['10.0.0.2']);
  });
});

describe('elements', () => {
  /** Has a key and registers, and then speaks with users without TLS; what it hears of them. */
  async function plainElement(scope: TrustScope, identifier: number): Promise<Buffer[]> {
    const address = `10.0.1.${identifier}`;
    const endpoint = await SctpEndpoint.bind({ addresses: [address], sctpPort: 5001, substrate: scope.host(address) });
    const association = await scope.world.run(endpoint.connect({ addresses: [GOOD], sctpPort: ASAP_TLS_PORT }));
    const psk = { identity: `pe-${identifier}`, key };
    const secured = SecureAssociation.client(association, { tls: clientOptions({ psk }, []), ppid: () => 11 });
    const socket = await scope.world.run(secured.open(0));
    const userTransport = { protocol: 'sctp', port: 5001, use: 'data-and-control', addresses: [address] } as const;
    const policy = { kind: 'round-robin' } as const;
    const element = { identifier, homeRegistrarIdentifier: 0, registrationLifeS: 600, userTransport, policy };
    socket.write(encodeAsap({ kind: 'registration', poolHandle: poolHandle('Pool'), element }));
    const heard: Buffer[] = [];
    void (async () => {
      for await (const user of endpoint.listen()) {
        await user.send('come in');
        user.on('message', ({ data }) => heard.push(Buffer.from(data)));
      }
    })();
    await scope.world.pass(200);
    return heard;
  }

  it('[SEC-027] [SEC-047] [SEC-026] a secured user never speaks with one that has no TLS, nor fails over to it', async () => {
    const scope = new TrustScope();
    const registrar = await scope.registrar(GOOD);
    const heard = await plainElement(scope, 1);
    expect(registrar.snapshot().pools[0]?.elements).toHaveLength(1);
    const user = await scope.user([GOOD]);
    const alone = scope.world.run(user.connect('Pool'), 60_000);
    await expect(alone).rejects.toMatchObject({ code: 'ERR_RSERPOOL_NO_ELEMENT' });
    await scope.join(2, [GOOD]);
    user.purge('Pool');
    const session = await scope.world.run(user.connect('Pool', { resend: true }), 60_000);
    await scope.world.run(session.send('secret'));
    expect(text(await scope.world.run(session.receive()))).toBe('2: secret');
    scope.hosts.get('10.0.1.2')!.kill();
    await scope.world.run(session.send('another secret'), 60_000);
    await scope.world.pass(20_000);
    expect(session.element).toBeUndefined();
    expect(heard.length).toBeGreaterThan(0);
    // ClientHello, and never anything else.
    expect(heard.every((bytes) => bytes[0] === 22 && bytes[5] === 1)).toBe(true);
    // The next one that is good gets what waits.
    await scope.join(3, [GOOD]);
    expect(text(await scope.world.run(session.receive(), 60_000))).toBe('3: another secret');
  });

  it('[SEC-002] [SEC-025] [SEC-026] a failover tells who the next one is before it hears anything of the program', async () => {
    const scope = new TrustScope();
    await scope.registrar(GOOD);
    const heard = new Map<number, string[]>();
    for (const i of [1, 2, 3]) {
      heard.set(i, []);
      await scope.join(i, [GOOD], {}, async (session) => {
        for await (const message of session) {
          heard.get(i)!.push(text(message));
          await session.send(`${i}`);
        }
      });
    }
    const user = await scope.user([GOOD], { security: { ca: authority.cert } });
    const peers: unknown[] = [];
    user.on('session-up', ({ element }) => peers.push(element.peer));
    const session = await scope.world.run(user.connect('Pool', { resend: true }));
    await scope.world.run(session.send('one'));
    const first = Number(text(await scope.world.run(session.receive())));
    expect(peers).toEqual([{ kind: 'certificate', names: [`dns:pe-${first}.example`, `ip:10.0.1.${first}`] }]);
    expect(session.element?.peer).toEqual(peers[0]);
    let second = 0;
    const failovers: unknown[] = [];
    session.on('failover', ({ from, to }) => {
      failovers.push({
        from: from.peIdentifier,
        who: to.peer,
        to: to.peIdentifier,
        heard: heard.get(to.peIdentifier)!.length,
      });
      if (second !== 0) return;
      // The program does not trust it.
      second = to.peIdentifier;
      session.forceFailover('not trusted');
    });
    scope.hosts.get(`10.0.1.${first}`)!.kill();
    await scope.world.run(session.send('two'), 60_000);
    const third = Number(text(await scope.world.run(session.receive(), 60_000)));
    expect([first, second, third].sort()).toEqual([1, 2, 3]);
    expect([heard.get(first), heard.get(second), heard.get(third)]).toEqual([['one'], [], ['two']]);
    const certified = (i: number) => ({ kind: 'certificate', names: [`dns:pe-${i}.example`, `ip:10.0.1.${i}`] });
    expect(failovers).toEqual([
      { from: first, to: second, who: certified(second), heard: 0 },
      { from: second, to: third, who: certified(third), heard: 0 },
    ]);
  });

  it('[ASAP-422] [ENRP-259] [ASAP-428] local policy says who is accepted: else the next one is tried, and nothing is told', async () => {
    const scope = new TrustScope();
    const [refusedRegistrar] = [await scope.registrar(ROGUE), await scope.registrar(GOOD)];
    const sessions = new Map<number, number>();
    for (const i of [1, 2]) {
      await scope.join(i, [GOOD], {}, async (session) => {
        sessions.set(i, (sessions.get(i) ?? 0) + 1);
        for await (const { data } of session) await session.send(`${i}: ${Buffer.from(data)}`);
      });
    }
    const asked: Called[] = [];
    const user = await scope.user([ROGUE, GOOD], {
      config: { maxRegistrarAssociations: 1 },
      security: {
        ca: authority.cert,
        accepts: (peer, called) => {
          asked.push(called);
          const names = peer.kind === 'certificate' ? peer.names : [];
          if (called.kind === 'registrar') return !names.includes(`ip:${ROGUE}`);
          if (names.includes('dns:pe-1.example')) throw new Error('never heard of it');
          return true;
        },
      },
    });
    for (let i = 0; i < 4; i++) {
      const session = await scope.world.run(user.connect('Pool', { waitForPool: true }), 60_000);
      await scope.world.run(session.send('hello'));
      expect(text(await scope.world.run(session.receive()))).toBe('2: hello');
      expect(session.element?.peIdentifier).toBe(2);
      session.close();
    }
    expect([refusedRegistrar.snapshot().channels, sessions.get(1), user.home?.addresses]).toEqual([
      0,
      undefined,
      [GOOD],
    ]);
    expect(new Set(asked.map(({ kind, target }) => `${kind} ${target.addresses}`))).toEqual(
      new Set([`registrar ${ROGUE}`, `registrar ${GOOD}`, 'element 10.0.1.1', 'element 10.0.1.2']),
    );
    expect(scope.suspicions).toEqual([
      `the identity of ${ROGUE}:3864 is suspect: ip:${ROGUE} is not accepted here`,
      expect.stringMatching(/is suspect: never heard of it$/),
    ]);
  });
});

describe('what is spoken', () => {
  it('[ASAP-429] [ENRP-260] [ASAP-428] who wants less than the profile asks for is left, and nothing follows in clear text', async () => {
    const scope = new TrustScope();
    const registrar = await scope.registrar(GOOD, {
      security: { certificate: authority.certify(GOOD), profile: 'legacy' },
    });
    // Only what is old: static RSA with CBC.
    const endpoint = await SctpEndpoint.bind({ addresses: ['10.0.3.1'], substrate: scope.host('10.0.3.1') });
    const modern = await scope.registrar('10.0.0.2');
    const outcome: unknown[] = [];
    for (const address of [GOOD, '10.0.0.2']) {
      const association = await scope.world.run(endpoint.connect({ addresses: [address], sctpPort: ASAP_TLS_PORT }));
      const tls = {
        ca: authority.cert,
        ciphers: 'AES128-SHA',
        maxVersion: 'TLSv1.2',
        checkServerIdentity: () => undefined,
      } as const;
      const secured = SecureAssociation.client(association, { tls, ppid: () => 11 });
      outcome.push(
        await scope.world.run(
          secured.open(0).then(
            () => 'open',
            () => 'refused',
          ),
        ),
      );
      await scope.world.pass(1000);
      outcome.push(association.status()?.state);
    }
    expect(outcome).toEqual(['open', 'ESTABLISHED', 'refused', 'CLOSED']);
    expect([registrar, modern].map((each) => each.snapshot().channels)).toEqual([1, 0]);
  });

  it('[ASAP-432] [ENRP-262] [ASAP-403] [REQ-041] [SEC-031] [SEC-056] nothing unordered, nothing given up, and not a word that can be read', async () => {
    const scope = new TrustScope();
    await scope.registrar(GOOD);
    const wire: Buffer[] = [];
    scope.world.network.tap(({ fate, bytes }) => {
      if (fate === 'sent') wire.push(Buffer.from(bytes));
    });
    const chunks = (type: number): number[] =>
      wire.flatMap((packet) => {
        const flags: number[] = [];
        for (let at = 12; at + 4 <= packet.length; at += Math.max(4, (packet.readUInt16BE(at + 2) + 3) & ~3)) {
          if (packet[at] === type) flags.push(packet[at + 1]!);
        }
        return flags;
      });
    await scope.join(1, [GOOD]);
    const user = await scope.user([GOOD]);
    const session = await scope.world.run(user.connect('Pool'));
    await scope.world.run(session.send('top secret', { unordered: true, stream: 3 }));
    expect(text(await scope.world.run(session.receive()))).toBe('1: top secret');
    await scope.world.pass(1000);
    const data = chunks(0);
    expect(data.length).toBeGreaterThan(20);
    // The flag U; FORWARD TSN; I-DATA; I-FORWARD-TSN.
    expect(data.filter((flags) => (flags & 4) !== 0)).toEqual([]);
    expect([192, 64, 194].flatMap(chunks)).toEqual([]);
    const all = Buffer.concat(wire);
    expect(['Pool', 'top secret', 'pe-1.example'].filter((word) => all.includes(word))).toEqual([]);
  });
});
