import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesEqual, fromHex } from '../../../src/base/bytes.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { writePoolHandle } from '../../../src/rserpool/wire/plain-parameters.ts';
import { MAX_POOL_HANDLE_BYTES, poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { handles } from './arbitraries.ts';
import { causesOf, refusedAsap, written } from './bytes.ts';

describe('pool handle', () => {
  it('[PAR-068] length without padding, bytes, padding', () => {
    expect(written((w) => writePoolHandle(w, poolHandle('abc')))).toBe('0009000761626300');
  });

  it('[PAR-069] [ASAP-316] equal keys for equal bytes only', () => {
    fc.assert(
      fc.property(handles, handles, (a, b) => {
        expect(a.key === b.key).toBe(bytesEqual(a.bytes, b.bytes));
        expect(poolHandle(a.bytes.slice()).key).toBe(a.key);
      }),
    );
    expect(new Set(['abc', 'ABC', 'abc\0', 'ab'].map((text) => poolHandle(text).key)).size).toBe(4);
  });

  it('is the UTF-8 of its text, plain or not', () => {
    const names = fc.oneof(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'binary' }));
    fc.assert(
      fc.property(names, (name) => {
        const bytes = new TextEncoder().encode(name);
        expect(poolHandle(name).bytes).toEqual(bytes);
        expect(poolHandle(name).key).toBe(poolHandle(bytes).key);
      }),
    );
    for (const name of ['\x7f', '\x80', `${'a'.repeat(2000)}ä`]) {
      expect(poolHandle(name).key).toBe(poolHandle(new TextEncoder().encode(name)).key);
    }
  });

  it('[PAR-070] an empty one is refused', () => {
    expect(causesOf(refusedAsap('05000008 00090004'))).toEqual(['invalid-values 00090004']);
    expect(() => poolHandle('')).toThrow(RangeError);
  });

  it('[PAR-122] takes what fits into a parameter', () => {
    expect(poolHandle(new Uint8Array(MAX_POOL_HANDLE_BYTES)).key).toHaveLength(MAX_POOL_HANDLE_BYTES);
    expect(() => poolHandle(new Uint8Array(MAX_POOL_HANDLE_BYTES + 1))).toThrow(RangeError);
  });

  it('prints text as it is and anything a terminal could mind in hexadecimal', () => {
    expect(`${poolHandle('Äpfel & Birnen')}`).toBe('Äpfel & Birnen');
    expect(`${poolHandle(fromHex('61001b5b'))}`).toBe('0x61001b5b');
    expect(`${poolHandle(fromHex('ff'))}`).toBe('0xff');
    expect(`${poolHandle('a\u202eb')}`).toBe('0x61e280ae62');
  });

  it('does not hold on to the bytes of the message', () => {
    const bytes = fromHex('0500000b 00090007 61626300');
    const message = decodeAsap(bytes);
    bytes.fill(0xff);
    expect(message.kind === 'handle-resolution' && `${message.poolHandle}`).toBe('abc');
  });
});
