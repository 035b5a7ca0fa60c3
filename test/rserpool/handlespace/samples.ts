import type { Handlespace, PeerRecord, Registration } from '../../../src/rserpool/handlespace/handlespace.ts';
import type { PoolElement } from '../../../src/rserpool/handlespace/pool-element.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';

/** The registrar whose handlespace is tested, and two peers. */
export const OWN = 0x0badcafe;
export const PEER = 0x00c0ffee;
export const OTHER = 0x5eed5eed;

export const entropy = new SeededRandom(1);

/** An element with an SCTP transport, round robin, owned by {@link OWN}. */
export function parameter(identifier: number, changes: Partial<PoolElementParameter> = {}): PoolElementParameter {
  return {
    identifier,
    homeRegistrarIdentifier: OWN,
    registrationLifeS: 300,
    userTransport: { protocol: 'sctp', port: 7, use: 'data-only', addresses: ['10.1.1.1'] },
    policy: { kind: 'round-robin' },
    ...changes,
  };
}

export function registration(
  pool: string,
  element: PoolElementParameter,
  changes: Partial<Registration<string>> = {},
): Registration<string> {
  return {
    poolHandle: poolHandle(pool),
    parameter: element,
    now: 0,
    expiresAt: undefined,
    owner: 'channel 1',
    isSameElement: () => true,
    ...changes,
  };
}

export function peerRecord(pool: string, element: PoolElementParameter, changes: Partial<PeerRecord> = {}): PeerRecord {
  return {
    poolHandle: poolHandle(pool),
    parameter: element,
    now: 0,
    expiresAt: undefined,
    ownRegistrarIdentifier: OWN,
    ...changes,
  };
}

/** Identifiers in the answer to a resolution, or what went wrong. */
export function resolved(handlespace: Handlespace<string>, pool: string, limit = 100): number[] | string {
  const resolution = handlespace.resolve(poolHandle(pool), limit, entropy);
  return resolution.kind === 'resolved' ? identifiers(resolution.elements) : resolution.kind;
}

export function identifiers(elements: Iterable<PoolElement<string>>): number[] {
  return Array.from(elements, (element) => element.identifier);
}
