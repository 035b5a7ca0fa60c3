import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { ssn, tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import type { ForwardTsnChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

/** By hand from the figure of RFC 3758 §3.2. */
const GOLDEN: readonly [name: string, chunk: ForwardTsnChunk, hex: string][] = [
  ['without streams', { kind: 'forward-tsn', newCumulativeTsn: tsn(0xfffffffe), skipped: [] }, 'c0000008 fffffffe'],
  [
    'with two streams',
    {
      kind: 'forward-tsn',
      newCumulativeTsn: tsn(0x01020304),
      skipped: [
        { streamId: 1, ssn: ssn(5) },
        { streamId: 0xffff, ssn: ssn(0xfffe) },
      ],
    },
    'c0000010 01020304 0001 0005 ffff fffe',
  ],
];

describe('FORWARD TSN', () => {
  it.each(GOLDEN)('[PR-0003] %s', (_name, chunk, hex) => {
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it.each([
    ['7 bytes', 'c0000007 000000'],
    ['9 bytes', 'c0000009 00000001 00'],
    ['half a stream', 'c000000a 00000001 0001'],
  ])('[PR-0003] of %s is malformed', (_name, hex) => {
    expectWireError(() => decodeOne(hex), 'bad-length', 2);
  });
});
