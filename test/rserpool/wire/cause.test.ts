import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { type ErrorCause, readOperationError, writeOperationError } from '../../../src/rserpool/wire/cause.ts';
import { MAX_MESSAGE_BYTES } from '../../../src/rserpool/wire/message-frame.ts';
import { causesOf, plain, readOne, refusalOf, written } from './bytes.ts';

const write = (causes: readonly ErrorCause[]) => written((w) => writeOperationError(w, causes, MAX_MESSAGE_BYTES));

const GOLDEN: readonly { ids: string; hex: string; cause: ErrorCause }[] = [
  { ids: '[PAR-094]', hex: '00000004', cause: { kind: 'unspecified' } },
  {
    ids: '[PAR-095]',
    hex: '0001000a 40990006 61620000',
    cause: { kind: 'unrecognized-parameter', parameter: fromHex('409900066162') },
  },
  {
    ids: '[PAR-097]',
    hex: '0002000d 45000009 c1230005 7f000000',
    cause: { kind: 'unrecognized-message', message: fromHex('45000009 c1230005 7f') },
  },
  {
    ids: '[PAR-099]',
    hex: '00030014 00040010 12670002 00010008 c0000201',
    cause: { kind: 'invalid-values', parameter: fromHex('00040010 12670002 00010008 c0000201') },
  },
  { ids: '[PAR-100]', hex: '00040004', cause: { kind: 'non-unique-pe-identifier' } },
  {
    ids: '[PAR-101]',
    hex: '00050010 0008000c 00000002 00000003',
    cause: { kind: 'inconsistent-pool-policy', policy: { kind: 'weighted-round-robin', weight: 3 } },
  },
  { ids: '[PAR-101]', hex: '00050004', cause: { kind: 'inconsistent-pool-policy' } },
  { ids: '[PAR-102]', hex: '00060004', cause: { kind: 'lack-of-resources' } },
  {
    ids: '[PAR-103]',
    hex: '00070014 00040010 12670001 00010008 c0000201',
    cause: {
      kind: 'inconsistent-transport-type',
      transport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: ['192.0.2.1'] },
    },
  },
  { ids: '[PAR-104]', hex: '00080004', cause: { kind: 'inconsistent-data-control-configuration' } },
  { ids: '[PAR-105]', hex: '00090004', cause: { kind: 'unknown-pool-handle' } },
  { ids: '[PAR-106]', hex: '000a0004', cause: { kind: 'rejected-for-security' } },
  {
    ids: '[PAR-089]',
    hex: '01000006 abcd0000',
    cause: { kind: 'unknown', code: 0x100, information: fromHex('abcd') },
  },
];

describe('Operation Error parameter', () => {
  for (const { ids, hex, cause } of GOLDEN) {
    it(`[PAR-084] [PAR-086] ${ids} ${cause.kind}`, () => {
      const causeLength = Number.parseInt(hex.slice(4, 8), 16);
      const whole = plain(`000c${(4 + causeLength).toString(16).padStart(4, '0')} ${hex}`);
      expect(readOne(whole, readOperationError)).toEqual([cause]);
      expect(write([cause])).toBe(whole);
    });
  }

  it('[PAR-084] [PAR-087] [PAR-096] several causes', () => {
    const hex = '000c0018 00010009 c1230005 7f000000 00010008 c1240004';
    const causes: ErrorCause[] = [
      { kind: 'unrecognized-parameter', parameter: fromHex('c1230005 7f') },
      { kind: 'unrecognized-parameter', parameter: fromHex('c1240004') },
    ];
    expect(readOne(hex, readOperationError)).toEqual(causes);
    expect(write(causes)).toBe(plain(hex));
  });

  it('[PAR-085] none at all is an unspecified error; none is written for none', () => {
    expect(readOne('000c0004', readOperationError)).toEqual([{ kind: 'unspecified' }]);
    expect(write([])).toBe('');
  });

  it('[PAR-015] refuses causes that do not fit', () => {
    expect(causesOf(refusalOf(() => readOne('000c0008 00090005', readOperationError)))).toEqual([
      'invalid-values 000c000800090005',
    ]);
  });

  it('[PAR-089] keeps a cause whose information does not parse, and ignores information where none belongs', () => {
    expect(readOne('000c0010 0005000c 00080008 00000002', readOperationError)).toEqual([
      { kind: 'unknown', code: 5, information: fromHex('00080008 00000002') },
    ]);
    expect(readOne('000c000c 00070008 00080008', readOperationError)).toEqual([
      { kind: 'unknown', code: 7, information: fromHex('00080008') },
    ]);
    expect(readOne('000c000c 000a0008 00080008', readOperationError)).toEqual([{ kind: 'rejected-for-security' }]);
  });

  it('[PAR-098] cuts the quoted message so that all lengths stay true', () => {
    const message = new Uint8Array(65_532).fill(0x45);
    const bytes = encodeAsap({ kind: 'error', causes: [{ kind: 'unrecognized-message', message }] });
    expect(toHex(bytes.subarray(0, 12))).toBe('0e00ffff000cfffb0002fff7');
    const decoded = decodeAsap(bytes);
    expect(decoded.kind === 'error' && decoded.causes).toMatchObject([{ kind: 'unrecognized-message' }]);
  });

  it('[PAR-098] leaves out the causes that no longer fit', () => {
    const parameter = new Uint8Array(40_000);
    const quote: ErrorCause = { kind: 'invalid-values', parameter };
    const bytes = encodeAsap({ kind: 'error', causes: [quote, quote, quote, { kind: 'lack-of-resources' }] });
    const decoded = decodeAsap(bytes);
    expect(decoded.kind === 'error' && decoded.causes.map((cause) => cause.kind)).toEqual([
      'invalid-values',
      'invalid-values',
    ]);
    const information = new Uint8Array(65_530);
    expect(encodeAsap({ kind: 'error', causes: [{ kind: 'unknown', code: 0xb, information }] })).toHaveLength(8);
  });
});
