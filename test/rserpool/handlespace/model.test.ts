import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { entropy, OTHER, OWN, PEER, parameter, peerRecord, registration } from './samples.ts';

/** What the model knows about an element: everything in one flat array, everything found by walking. */
interface Row {
  readonly pool: string;
  readonly identifier: number;
  home: number;
  kind: PolicyParameter['kind'];
  expiresAt: number | undefined;
  owner: string | undefined;
}

const POOLS = ['a', 'bb', 'five5'];
const HOMES = [OWN, PEER, OTHER];
const MAX_ELEMENTS = 12;

const step = fc.record({
  what: fc.constantFrom('register', 'register', 'learn', 'learn', 'remove', 'setHome', 'expire', 'resolve'),
  pool: fc.constantFrom(...POOLS),
  identifier: fc.integer({ min: 0xfffffff8, max: 0xffffffff }),
  home: fc.constantFrom(...HOMES),
  toHome: fc.constantFrom(...HOMES),
  kind: fc.constantFrom('round-robin', 'round-robin', 'random'),
  life: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 5 }),
});

/** Kinds of the pools, by the rule: that of the first element, until all elements of that kind are gone. */
class Model {
  rows: Row[] = [];
  readonly kinds = new Map<string, PolicyParameter['kind']>();

  find(pool: string, identifier: number): Row | undefined {
    return this.rows.find((row) => row.pool === pool && row.identifier === identifier);
  }

  members(pool: string): Row[] {
    return this.rows.filter((row) => row.pool === pool);
  }

  settle(): void {
    for (const pool of POOLS) {
      const members = this.members(pool);
      if (members.some((row) => row.kind === this.kinds.get(pool))) continue;
      if (members.length === 0) this.kinds.delete(pool);
      else this.kinds.set(pool, members[0]!.kind);
    }
  }

  checksum(home: number): number {
    let sum = 0;
    for (const { pool, identifier } of this.rows.filter((row) => row.home === home)) {
      const bytes = [...new TextEncoder().encode(pool)];
      while (bytes.length % 4 !== 0) bytes.push(0);
      for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! * 256 + bytes[i + 1]!;
      sum += Math.floor(identifier / 65_536) + (identifier % 65_536);
    }
    while (sum > 0xffff) sum = (sum % 65_536) + Math.floor(sum / 65_536);
    return 0xffff - sum;
  }
}

describe('the handlespace', () => {
  it('[ENRP-201] does what arrays do, and its checksums follow every change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.constantFrom(1, 3, 1024), (steps, maxUnpackedElements) => {
        const handlespace = new Handlespace<string>({ maxElements: MAX_ELEMENTS, maxUnpackedElements });
        const model = new Model();
        let now = 0;
        for (const { what, pool, identifier, home, toHome, kind, life, limit } of steps) {
          now++;
          const expiresAt = life === undefined ? undefined : now + life;
          const element = parameter(identifier, { policy: { kind } as PolicyParameter });
          const row = model.find(pool, identifier);
          switch (what) {
            case 'register': {
              const owner = `channel ${now}`;
              const result = handlespace.register(registration(pool, element, { now, expiresAt, owner }));
              const kindOfPool = model.kinds.get(pool) ?? kind;
              if (kindOfPool !== kind) expect(result).toMatchObject({ causes: [{ kind: 'inconsistent-pool-policy' }] });
              else if (row) {
                expect(result.kind).toBe('updated');
                Object.assign(row, { home: OWN, kind, expiresAt, owner });
              } else if (model.rows.length === MAX_ELEMENTS) {
                expect(result).toMatchObject({ causes: [{ kind: 'lack-of-resources' }] });
              } else {
                expect(result.kind).toBe('added');
                model.rows.push({ pool, identifier, home: OWN, kind, expiresAt, owner });
              }
              break;
            }
            case 'learn': {
              const told = { ...element, homeRegistrarIdentifier: home };
              const result = handlespace.learn(peerRecord(pool, told, { now, expiresAt }));
              if (home === OWN) expect(result.kind).toBe('ignored');
              else if (row) {
                expect(result.kind).toBe('updated');
                Object.assign(row, { home, kind, expiresAt, owner: undefined });
              } else if (model.rows.length === MAX_ELEMENTS) expect(result.kind).toBe('no-room');
              else {
                expect(result.kind).toBe('added');
                model.rows.push({ pool, identifier, home, kind, expiresAt, owner: undefined });
              }
              break;
            }
            case 'remove': {
              const found = handlespace.find(poolHandle(pool), identifier);
              expect(found !== undefined && handlespace.remove(found)).toBe(row !== undefined);
              model.rows = model.rows.filter((each) => each !== row);
              break;
            }
            case 'setHome': {
              const moved = handlespace.setHome(home, toHome);
              if (home === toHome) break;
              const rows = model.rows.filter((each) => each.home === home);
              expect(moved).toHaveLength(rows.length);
              for (const each of rows) Object.assign(each, { home: toHome, owner: undefined });
              break;
            }
            case 'expire': {
              now += 10;
              const due = model.rows.filter((each) => each.expiresAt !== undefined && each.expiresAt <= now);
              const taken: number[] = [];
              for (let e = handlespace.takeExpired(now); e; e = handlespace.takeExpired(now)) {
                taken.push(e.parameter.identifier);
              }
              expect(taken.sort()).toEqual(due.map((each) => each.identifier).sort());
              model.rows = model.rows.filter((each) => !due.includes(each));
              break;
            }
            case 'resolve': {
              const result = handlespace.resolve(poolHandle(pool), limit, entropy);
              const fitting = model.members(pool).filter((each) => each.kind === model.kinds.get(pool));
              if (fitting.length === 0) expect(result.kind).toBe('unknown-pool');
              else if (result.kind === 'resolved') {
                expect(result.policy.kind).toBe(model.kinds.get(pool));
                expect(new Set(result.elements).size).toBe(Math.min(limit, fitting.length));
                for (const each of result.elements) {
                  expect(fitting).toContain(model.find(pool, each.parameter.identifier));
                }
              } else expect(result.kind).toBe('resolved');
              break;
            }
          }
          model.settle();
          compare(handlespace, model);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function compare(handlespace: Handlespace<string>, model: Model): void {
  expect(handlespace.elementCount).toBe(model.rows.length);
  expect(handlespace.poolCount).toBe(model.kinds.size);
  const ends = model.rows.flatMap(({ expiresAt }) => expiresAt ?? []);
  expect(handlespace.nextExpiryAt()).toBe(ends.length === 0 ? undefined : Math.min(...ends));
  for (const home of HOMES) {
    expect(handlespace.countOf(home)).toBe(model.rows.filter((row) => row.home === home).length);
    expect(handlespace.checksumOf(home)).toBe(model.checksum(home));
  }
  for (const { pool, identifier, home, kind, expiresAt, owner } of model.rows) {
    expect(handlespace.find(poolHandle(pool), identifier)).toMatchObject({
      parameter: { homeRegistrarIdentifier: home, policy: { kind } },
      isConsistent: kind === model.kinds.get(pool),
      expiresAt,
      owner,
    });
  }
}
