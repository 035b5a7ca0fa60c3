import { describe, expect, it } from 'vitest';
import { identityText } from '../../../src/rserpool/access/identity.ts';
import type { ChannelSecurity } from '../../../src/rserpool/node/channel-security.ts';
import { elementSecurity, registrarSecurity } from '../../../src/rserpool/node/security-options.ts';
import { PPID, type TransportTarget } from '../../../src/rserpool/role.ts';
import { type SctpAssociation, SctpEndpoint, type Substrate } from '../../../src/sctp/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { delay } from '../../harness/links/delay.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const authority = new TestAuthority();
const [A, B] = ['10.0.0.1', '10.0.0.2'] as const;
const certificates = { [A]: authority.certify(A), [B]: authority.certify(B) };
const other = authority.certify('10.0.0.3');
const key = (n: number) => Buffer.alloc(32, n);
const keysOf = (keys: Readonly<Record<string, Uint8Array>>) => ({ find: (identity: string) => keys[identity] });

interface Side {
  readonly security: (substrate: Substrate) => ChannelSecurity;
  /** Whom it takes the other one for, if it calls an element of that owner. */
  readonly owner?: string;
}

const registrar = (options: Parameters<typeof registrarSecurity>[0], owner?: string): Side => ({
  security: (substrate) => registrarSecurity(options, substrate),
  ...(owner !== undefined && { owner }),
});
const element = (options: Parameters<typeof elementSecurity>[0]): Side => ({
  security: (substrate) => elementSecurity(options, substrate),
});

/** Two who call each other at the same time, by the same ports: whom each of them has there, or why it has nobody. */
async function meet(sides: readonly [Side, Side], ppid: number): Promise<string[]> {
  const world = new SimWorld([delay(10)]);
  const ends = await Promise.all(
    [A, B].map(async (address, i) => {
      const substrate = world.host(address, address);
      const { security, owner } = sides[i]!;
      const endpoint = await SctpEndpoint.bind({ addresses: [address], sctpPort: 3864, substrate });
      const there = address === A ? B : A;
      const target: TransportTarget = { protocol: 'sctp', addresses: [there], port: 3864, udpPort: 9899 };
      return { endpoint, target, owner, there, security: security(substrate) };
    }),
  );
  const associations: SctpAssociation[] = await world.run(
    Promise.all(ends.map(({ endpoint, there }) => endpoint.connect({ addresses: [there], sctpPort: 3864 }))),
  );
  expect(associations.map(({ initiator }) => initiator)).toEqual(['local', 'local']);
  const met = ends.map(async ({ security, target, owner }, i) => {
    try {
      return identityText((await security.connect(associations[i]!, target, ppid, owner)).peer);
    } catch (error) {
      associations[i]!.abort();
      return (error as Error).message;
    }
  });
  return world.run(Promise.all(met));
}

/** Random values decide who of both is the server: in so many meetings both have been. */
async function meetings(sides: readonly [Side, Side], ppid: number): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let i = 0; i < 12; i++) seen.add((await meet(sides, ppid)).join(' | '));
  return seen;
}

describe('two who call each other', () => {
  const psk = { identity: 'pe-1', key: key(1) };

  it('an element and the registrar that takes it over', async () => {
    const sides = [
      element({ psk, certificate: certificates[A] }),
      registrar({ certificate: certificates[B], elementKeys: keysOf({ 'pe-1': key(1) }) }, 'psk:pe-1'),
    ] as const;
    expect(await meetings(sides, PPID.asap)).toEqual(new Set(['psk:pe-1 | psk:pe-1']));
  });

  it('registrars: the key that was shown says who it is', async () => {
    const peerKeys = keysOf({ 'r-1': key(1), 'r-2': key(2) });
    const sides = [
      registrar({ peerKeys, psk: { identity: 'r-1', key: key(1) } }),
      registrar({ peerKeys, psk: { identity: 'r-2', key: key(2) } }),
    ] as const;
    expect(await meetings(sides, PPID.enrp)).toEqual(new Set(['psk:r-1 | psk:r-1', 'psk:r-2 | psk:r-2']));
  });

  it('who are known by certificates', async () => {
    const ca = authority.cert;
    const sides = [
      element({ certificate: certificates[A], ca }),
      registrar({ certificate: certificates[B], ca }),
    ] as const;
    expect(await meetings(sides, PPID.asap)).toEqual(new Set([`ip:${B} | ip:${A}`]));
  });

  it('[SEC-017] somebody without the key who calls from the place of a registrar is not taken for it', async () => {
    const rogue = registrar({ ca: authority.cert });
    const sides = [element({ psk, certificate: certificates[A] }), rogue] as const;
    const taken = [...(await meetings(sides, PPID.asap))].map((both) => both.split(' | ')[0]);
    expect(taken).toContain('anonymous is not who was called');
    expect(taken.some((each) => each?.startsWith('psk:') || each === 'anonymous')).toBe(false);
  });

  it('[SEC-017] nor somebody whose certificate is for another name, or another element than the one that is called', async () => {
    const ca = authority.cert;
    const named = [element({ certificate: certificates[A], ca }), registrar({ certificate: other, ca })] as const;
    const taken = [...(await meetings(named, PPID.asap))].map((both) => both.split(' | ')[0]);
    expect(taken).toContain('ip:10.0.0.3 is not who was called');
    expect(taken.some((each) => each === 'ip:10.0.0.3')).toBe(false);
    const owned = [
      element({ psk, certificate: certificates[A] }),
      registrar({ certificate: certificates[B], elementKeys: keysOf({ 'pe-1': key(1), 'pe-2': key(2) }) }, 'psk:pe-2'),
    ] as const;
    const called = [...(await meetings(owned, PPID.asap))].map((both) => both.split(' | ')[1]);
    expect(called).toContain('psk:pe-1 instead of psk:pe-2');
    expect(called.some((each) => each?.startsWith('psk:') && !each.includes('instead'))).toBe(false);
  });

  it('[SEC-016] a registrar does not talk with itself, though somebody in between would like that', async () => {
    const own = { peerKeys: keysOf({ 'r-1': key(1), 'r-2': key(2) }), psk: { identity: 'r-1', key: key(1) } };
    for (const both of await meetings([registrar(own), registrar(own)], PPID.enrp)) expect(both).not.toContain('psk:');
  });
});
