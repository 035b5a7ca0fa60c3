import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ssn, ssnAdd, ssnDiff, ssnLt, tsn, tsnAdd, tsnDiff, tsnLt, tsnLte } from '../../src/base/serial.ts';

const anyTsn = fc.nat(0xffffffff).map(tsn);
const anySsn = fc.nat(0xffff).map(ssn);
/** RFC 1982 §3.2, word by word. */
function isLessByRfc1982(a: number, b: number, bits: number): boolean {
  const half = 2 ** (bits - 1);
  return (a < b && b - a < half) || (a > b && a - b > half);
}

describe('TSN arithmetic', () => {
  it('[SCTP-0018] after 4294967295 comes 0, and before 0 comes 4294967295', () => {
    expect(tsnAdd(tsn(4294967295), 1)).toBe(0);
    expect(tsnAdd(tsn(0), -1)).toBe(4294967295);
    expect(tsn(2 ** 32)).toBe(0);
    expect(tsn(-1)).toBe(4294967295);
  });

  it('[SCTP-0015] sums and distances are modulo 2^32 and undo each other', () => {
    fc.assert(
      fc.property(anyTsn, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (start, delta) => {
        const end = tsnAdd(start, delta);
        expect(end).toBe((((start + delta) % 2 ** 32) + 2 ** 32) % 2 ** 32);
        expect(tsnDiff(end, start)).toBe(delta);
        expect(tsnAdd(end, -delta)).toBe(start);
      }),
    );
  });

  it('[SCTP-0016] compares as RFC 1982 with 32 bits does', () => {
    fc.assert(
      fc.property(anyTsn, anyTsn, (a, b) => {
        fc.pre(Math.abs(a - b) !== 2 ** 31);
        expect(tsnLt(a, b)).toBe(isLessByRfc1982(a, b, 32));
        expect(tsnLte(a, b)).toBe(a === b || isLessByRfc1982(a, b, 32));
      }),
    );
  });

  it('[SCTP-0016] what is ahead by up to 2^31 - 1 is later, across the wrap too', () => {
    fc.assert(
      fc.property(anyTsn, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (a, ahead) => {
        const b = tsnAdd(a, ahead);
        expect([tsnLt(a, b), tsnLt(b, a), tsnLte(a, b), tsnLte(b, a)]).toEqual([true, false, true, false]);
      }),
    );
    expect(tsnLt(tsn(0xfffffffe), tsn(2))).toBe(true);
    expect(tsnLt(tsn(2), tsn(0xfffffffe))).toBe(false);
  });

  it('[SCTP-0016] what is ahead by 2^31 + 1 is old', () => {
    expect(tsnLt(tsnAdd(tsn(5), 2 ** 31 + 1), tsn(5))).toBe(true);
  });

  it('[SCTP-0016] equals are not before each other', () => {
    fc.assert(
      fc.property(anyTsn, (a) => {
        expect([tsnLt(a, a), tsnLte(a, a), tsnDiff(a, a)]).toEqual([false, true, 0]);
      }),
    );
  });

  it('[SCTP-0016] both are before each other at a distance of exactly 2^31', () => {
    const [a, b] = [tsn(10), tsnAdd(tsn(10), 2 ** 31)];
    expect([tsnLt(a, b), tsnLt(b, a)]).toEqual([true, true]);
  });
});

describe('SSN arithmetic', () => {
  it('[SCTP-0019] after 65535 comes 0', () => {
    expect(ssnAdd(ssn(65535), 1)).toBe(0);
    expect(ssnAdd(ssn(0), -1)).toBe(65535);
    expect(ssn(65536)).toBe(0);
  });

  it('[SCTP-0019] sums and distances are modulo 2^16 and undo each other', () => {
    fc.assert(
      fc.property(anySsn, fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }), (start, delta) => {
        const end = ssnAdd(start, delta);
        expect(end).toBe((start + delta + 2 ** 16) % 2 ** 16);
        expect(ssnDiff(end, start)).toBe(delta);
      }),
    );
  });

  it('[SCTP-0019] compares as RFC 1982 with 16 bits does', () => {
    fc.assert(
      fc.property(anySsn, anySsn, (a, b) => {
        fc.pre(Math.abs(a - b) !== 2 ** 15);
        expect(ssnLt(a, b)).toBe(isLessByRfc1982(a, b, 16));
      }),
    );
    expect(ssnLt(ssn(65534), ssn(1))).toBe(true);
    expect(ssnLt(ssn(7), ssn(7))).toBe(false);
  });
});
