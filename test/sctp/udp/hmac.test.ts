import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { hmacSha256 } from '../../../src/sctp/udp/hmac.ts';

describe('the keyed hash of State Cookies', () => {
  it('[SCTP-0393, SCTP-0391] is HMAC-SHA-256: test cases 1 and 2 of RFC 4231', () => {
    const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(toHex(hmacSha256(new Uint8Array(20).fill(0x0b), ascii('Hi There')))).toBe(
      toHex(fromHex('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7')),
    );
    expect(toHex(hmacSha256(ascii('Jefe'), ascii('what do ya want for nothing?')))).toBe(
      toHex(fromHex('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')),
    );
  });
  it('[SCTP-0393] is what Node makes of any key and any data, however often a key is used', () => {
    const bytes = fc.uint8Array({ maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(bytes, fc.array(bytes, { minLength: 1, maxLength: 4 }), (key, texts) => {
        for (const data of texts) {
          expect(toHex(hmacSha256(key, data))).toBe(createHmac('sha256', key).update(data).digest('hex'));
        }
      }),
    );
  });
});
