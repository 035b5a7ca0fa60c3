import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import {
  overallPolicyOf,
  POLICY_TYPE,
  type PolicyParameter,
  policyTypeOf,
  readPolicy,
  writePolicy,
} from '../../../src/rserpool/wire/policy.ts';
import { causesOf, plain, readOne, refusalOf, written } from './bytes.ts';

const GOLDEN: readonly { ids: string; hex: string; policy: PolicyParameter }[] = [
  { ids: '[POL-019]', hex: '00080008 00000001', policy: { kind: 'round-robin' } },
  {
    ids: '[POL-027] [PAR-066]',
    hex: '0008000c 00000002 00000003',
    policy: { kind: 'weighted-round-robin', weight: 3 },
  },
  { ids: '[POL-032]', hex: '00080008 00000003', policy: { kind: 'random' } },
  { ids: '[POL-038]', hex: '0008000c 00000004 ffffffff', policy: { kind: 'weighted-random', weight: 0xffffffff } },
  { ids: '[POL-044]', hex: '0008000c 00000005 80000001', policy: { kind: 'priority', priority: 0x80000001 } },
  { ids: '[POL-052]', hex: '0008000c 40000001 22222222', policy: { kind: 'least-used', load: 0x22222222 } },
  {
    ids: '[POL-061]',
    hex: '00080010 40000002 80000000 10000000',
    policy: { kind: 'least-used-with-degradation', load: 0x80000000, degradation: 0x10000000 },
  },
  {
    ids: '[POL-071]',
    hex: '00080010 40000003 22222222 33333333',
    policy: { kind: 'priority-least-used', load: 0x22222222, degradation: 0x33333333 },
  },
  { ids: '[POL-076]', hex: '0008000c 40000004 22222222', policy: { kind: 'randomized-least-used', load: 0x22222222 } },
  {
    ids: '[PAR-067] [POL-077]',
    hex: '00080010 b0001005 22222222 33333333',
    policy: { kind: 'unknown', type: 0xb0001005, data: fromHex('22222222 33333333') },
  },
  // Private ones: what rsplib's own encoder makes of them.
  {
    ids: '[PAR-067]',
    hex: '00080010 b0001001 22222222 33333333',
    policy: { kind: 'randomized-priority-least-used', load: 0x22222222, degradation: 0x33333333 },
  },
  {
    ids: '[POL-086]',
    hex: '00080010 b00020ff 22222222 33333333',
    policy: { kind: 'unknown', type: 0xb00020ff, data: fromHex('22222222 33333333') },
  },
  {
    ids: '[PAR-067]',
    hex: '00080010 b0001002 22222222 33333333',
    policy: { kind: 'randomized-least-used-with-degradation', load: 0x22222222, degradation: 0x33333333 },
  },
  {
    ids: '[PAR-067]',
    hex: '00080010 b0001003 22222222 33333333',
    policy: { kind: 'priority-least-used-with-degradation', load: 0x22222222, degradation: 0x33333333 },
  },
  {
    ids: '[PAR-067]',
    hex: '00080010 b0001004 22222222 33333333',
    policy: { kind: 'randomized-priority-least-used-with-degradation', load: 0x22222222, degradation: 0x33333333 },
  },
  {
    ids: '[PAR-067]',
    hex: '00080014 b0002001 11111111 55555555 66666666',
    policy: {
      kind: 'weighted-random-with-delay-penalty',
      weight: 0x11111111,
      weightDpf: 0x55555555,
      distanceMs: 0x66666666,
    },
  },
  {
    ids: '[PAR-067]',
    hex: '00080014 b0002002 22222222 44444444 66666666',
    policy: {
      kind: 'least-used-with-delay-penalty',
      load: 0x22222222,
      loadDpf: 0x44444444,
      distanceMs: 0x66666666,
    },
  },
  {
    ids: '[PAR-067]',
    hex: '00080018 b0002003 22222222 33333333 44444444 66666666',
    policy: {
      kind: 'least-used-with-degradation-and-delay-penalty',
      load: 0x22222222,
      degradation: 0x33333333,
      loadDpf: 0x44444444,
      distanceMs: 0x66666666,
    },
  },
  {
    ids: '[POL-082]',
    hex: '00080009 00000006 01000000',
    policy: { kind: 'unknown', type: 6, data: fromHex('01') },
  },
  {
    ids: '[POL-085]',
    hex: '00080008 40000005',
    policy: { kind: 'unknown', type: 0x40000005, data: new Uint8Array(0) },
  },
];

describe('policy parameter', () => {
  for (const { ids, hex, policy } of GOLDEN) {
    it(`[PAR-065] [POL-009] ${ids} ${policy.kind}`, () => {
      expect(readOne(hex, readPolicy)).toEqual(policy);
      expect(written((w) => writePolicy(w, policy))).toBe(plain(hex));
      expect(policyTypeOf(policy).toString(16).padStart(8, '0')).toBe(plain(hex).slice(8, 16));
    });
  }

  it('[POL-081] [POL-084] [POL-078] knows the policies of RFC 5356, adaptive ones with bit 30, and private ones', () => {
    const types = Object.values(POLICY_TYPE);
    const isPrivate = (type: number) => type >= 0x80000000;
    expect(types.filter((type) => !isPrivate(type))).toEqual([
      1, 2, 3, 4, 5, 0x40000001, 0x40000002, 0x40000003, 0x40000004,
    ]);
    expect(types.filter(isPrivate).map((type) => type.toString(16))).toEqual([
      ...['b0001001', 'b0001002', 'b0001003', 'b0001004'],
      ...['b0002001', 'b0002002', 'b0002003'],
    ]);
  });

  it('[POL-007] [POL-078] [POL-079] bit 30 stands for a dynamic load, bits 29 to 0 count the policies', () => {
    const adaptive = GOLDEN.filter(({ policy }) => policyTypeOf(policy) < 0x80000000 && policy.kind !== 'unknown').map(
      ({ policy }) => ['load' in policy, policyTypeOf(policy) >>> 30, policyTypeOf(policy) & 0x3fffffff],
    );
    expect(adaptive).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => [false, 0, number]),
      ...[1, 2, 3, 4].map((number) => [true, 1, number]),
    ]);
  });

  it('[POL-088] refuses a known policy with another length, naming it', () => {
    for (const hex of [
      '00080008 00000002',
      '0008000c 00000001 00000000',
      '0008000c 40000002 00000000',
      '00080006 0000',
    ]) {
      expect(causesOf(refusalOf(() => readOne(hex, readPolicy)))).toEqual([`invalid-values ${plain(hex)}`]);
    }
  });

  it('[ASAP-060] of an overall policy only the type counts', () => {
    const overall = (hex: string) => readOne(hex, (reading, tlv) => readPolicy(reading, tlv, true));
    expect(overall('00080008 00000002')).toEqual({ kind: 'weighted-round-robin', weight: 0 });
    expect(overall('0008000c 00000001 00000009')).toEqual({ kind: 'round-robin' });
    expect(overall('0008000c 00000002 00000009')).toEqual({ kind: 'weighted-round-robin', weight: 9 });
    expect(overallPolicyOf({ kind: 'priority-least-used', load: 7, degradation: 8 })).toEqual({
      kind: 'priority-least-used',
      load: 0,
      degradation: 0,
    });
    expect(overallPolicyOf({ kind: 'unknown', type: 9, data: fromHex('0102') })).toEqual({
      kind: 'unknown',
      type: 9,
      data: fromHex('0000'),
    });
  });
});
