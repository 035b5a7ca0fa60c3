import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeChecksum, wordSum } from '../../../src/rserpool/handlespace/checksum.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';

type Block = readonly [handle: string | Uint8Array, identifier: number];

const A: Block = ['abc', 0x12345678];
const B: Block = ['abc', 0xdeadbeef];
const C: Block = ['EchoPool', 1];

const sumOf = ([handle]: Block) => wordSum(poolHandle(handle).bytes);

function checksumOf(...blocks: Block[]): number {
  const checksum = new PeChecksum();
  for (const block of blocks) checksum.add(sumOf(block), block[1]);
  return checksum.value;
}

/** RFC 1071 as it is written there: all bytes in a row, 16-bit words, the carry added at each step. */
function naive(blocks: readonly Block[]): number {
  const bytes: number[] = [];
  for (const [handle, identifier] of blocks) {
    bytes.push(...poolHandle(handle).bytes);
    while (bytes.length % 4 !== 0) bytes.push(0);
    for (const shift of [24, 16, 8, 0]) bytes.push((identifier >>> shift) & 0xff);
  }
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i]! * 256 + bytes[i + 1]!;
    if (sum > 0xffff) sum = (sum & 0xffff) + 1;
  }
  return ~sum & 0xffff;
}

describe('PE checksum', () => {
  it('[ENRP-204] is ffff without elements', () => {
    expect(checksumOf()).toBe(0xffff);
  });

  it('[ENRP-197] [ENRP-198] [ENRP-199] [ENRP-203] has the values calculated by hand', () => {
    // 6162 + 6300 + 1234 + 5678 = 12d0e, carry around: 2d0f, complement: d2f0.
    expect(checksumOf(A)).toBe(0xd2f0);
    expect(checksumOf(B)).toBe(0x9dff);
    expect(checksumOf(C)).toBe(0x9250);
    expect(checksumOf(A, B)).toBe(0x70f0);
    expect(checksumOf(A, B, C)).toBe(0x0341);
  });

  it('[ENRP-197] [ENRP-198] has the values of another implementation', () => {
    expect(checksumOf(['EchoPool', 0x01020304])).toBe(0x8e4b);
    expect(checksumOf(['EchoPool', 0x01020304], ['abcde', 0xdeadbeef])).toBe(0xc6e6);
  });

  it('[ENRP-207] does not depend on the order', () => {
    expect(checksumOf(C, B, A)).toBe(checksumOf(A, B, C));
  });

  it('[ENRP-205] is ffff again when everything was taken out', () => {
    const checksum = new PeChecksum();
    checksum.add(sumOf(A), A[1]);
    checksum.add(sumOf(B), B[1]);
    checksum.remove(sumOf(B), B[1]);
    expect(checksum.value).toBe(0xd2f0);
    checksum.remove(sumOf(A), A[1]);
    expect(checksum.value).toBe(0xffff);
  });

  it('a set whose sum is ffff differs from the empty one', () => {
    // 0001 + 0000 + 0000 + fffe = ffff.
    expect(checksumOf([new Uint8Array([0, 1, 0, 0]), 0x0000fffe])).toBe(0x0000);
  });

  it('[ENRP-206] loses no carry', () => {
    const handle = new Uint8Array(8).fill(0xff);
    const checksum = new PeChecksum();
    for (let i = 0; i < 20_000; i++) checksum.add(wordSum(handle), 0xffffffff - (i % 7));
    expect(checksum.value).toBe(0xea5d);
  });

  it('[ENRP-202] kept up to date is what it would be when calculated again', () => {
    const block = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 0, max: 0xffffffff }));
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 30 }), (blocks, removals) => {
        const present: Block[] = [...blocks];
        const checksum = new PeChecksum();
        for (const each of present) checksum.add(sumOf(each), each[1]);
        expect(checksum.value).toBe(naive(present));
        for (const removal of removals) {
          const [removed] = present.splice(removal % Math.max(present.length, 1), 1);
          if (removed === undefined) break;
          checksum.remove(sumOf(removed), removed[1]);
          expect(checksum.value).toBe(naive(present));
        }
      }),
    );
  });
});
