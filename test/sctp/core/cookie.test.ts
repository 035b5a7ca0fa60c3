import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../../src/base/bytes.ts';
import { tsn } from '../../../src/base/serial.ts';
import type { Mac } from '../../../src/sctp/core/contract.ts';
import { CookieJar, type StateCookie } from '../../../src/sctp/core/cookie.ts';
import { hmacSha256 } from '../../harness/endpoint-pair.ts';
import { SeededRandom } from '../../harness/random.ts';

const COOKIE: StateCookie = {
  createdAt: 1234.5,
  lifeMs: 60_000,
  localTag: 0xffff_fff1,
  peerTag: 2,
  localTieTag: 3,
  peerTieTag: 0xffff_fff4,
  localPort: 5000,
  peerPort: 65_535,
  localInitialTsn: tsn(0xffff_ffff),
  peerInitialTsn: tsn(0),
  peerRwndBytes: 0xffff_ffff,
  outboundStreams: 65_535,
  inboundStreams: 1,
  adaptation: undefined,
  extensions: { partialReliability: true, interleaving: false, streamReconfiguration: true },
  peerAddresses: ['10.0.0.2', '2001:db8::5', 'fe80::1%eth0'],
};

const jarOf = (keyLifeMs = 1000): CookieJar => new CookieJar(hmacSha256, new SeededRandom(1), keyLifeMs);

describe('State Cookie (RFC 9260 §5.1.3, §5.1.5)', () => {
  it('[SCTP-0392, SCTP-0419] comes back as it was, and tells how long it is overdue', () => {
    const jar = jarOf();
    const verdict = jar.open(jar.seal(COOKIE, 10), 20);
    expect(verdict).toEqual({ kind: 'authentic', cookie: COOKIE, overdueMs: 20 - 1234.5 - 60_000 });
  });

  it('carries every set of extensions', () => {
    const jar = jarOf();
    for (let set = 0; set < 8; set++) {
      const extensions = {
        partialReliability: (set & 1) !== 0,
        interleaving: (set & 2) !== 0,
        streamReconfiguration: (set & 4) !== 0,
      };
      const sealed = jar.seal({ ...COOKIE, extensions }, 0);
      expect(jar.open(sealed, 0)).toMatchObject({ kind: 'authentic', cookie: { extensions } });
    }
  });

  it('[SCTP-0391, SCTP-0403, SCTP-0405, AT-12] is refused with any bit of any byte changed, cut short or made longer', () => {
    const jar = jarOf();
    const sealed = jar.seal(COOKIE, 0);
    for (let at = 0; at < sealed.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = sealed.slice();
        changed[at]! ^= 1 << bit;
        expect(jar.open(changed, 0).kind).toBe('refused');
      }
      expect(jar.open(sealed.subarray(0, at), 0).kind).toBe('refused');
    }
    expect(jar.open(concatBytes([sealed, new Uint8Array(1)]), 0).kind).toBe('refused');
  });

  it('is refused if it is nonsense', () => {
    const jar = jarOf();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(jar.open(bytes, 0).kind).toBe('refused');
      }),
    );
  });

  it('[SCTP-0395, SCTP-0396, SCTP-0404, AT-13] is good for one change of the key, and not for two', () => {
    const jar = jarOf(1000);
    const sealed = jar.seal(COOKIE, 500);
    expect(jar.open(sealed, 999).kind).toBe('authentic');
    expect(jar.open(sealed, 1500).kind).toBe('authentic');
    expect(jar.open(sealed, 2400).kind).toBe('authentic');
    expect(jar.open(sealed, 2600).kind).toBe('refused');
  });

  it('[SCTP-0404] nor for two periods in which nobody looked', () => {
    const jar = jarOf(1000);
    const sealed = jar.seal(COOKIE, 0);
    expect(jar.open(sealed, 2000).kind).toBe('refused');
  });

  it('[SCTP-0394, SCTP-1055] another endpoint has another key', () => {
    const entropy = new SeededRandom(9);
    const [one, other] = [0, 0].map(() => new CookieJar(hmacSha256, entropy, 1000));
    expect(other!.open(one!.seal(COOKIE, 0), 0).kind).toBe('refused');
  });

  it('[SCTP-0394, SCTP-0395] is made with a key of 32 random bytes, another one in each period', () => {
    const keys: string[] = [];
    const mac: Mac = (key, data) => {
      keys.push(toHex(key));
      return hmacSha256(key, data);
    };
    const jar = new CookieJar(mac, new SeededRandom(1), 1000);
    for (const now of [500, 1499, 1500, 2499, 9000]) jar.seal(COOKIE, now);
    expect(keys.map((key) => keys.indexOf(key))).toEqual([0, 0, 2, 2, 4]);
    for (const key of keys) expect(key.length).toBe(64);
    expect(keys[0]).not.toBe(toHex(new Uint8Array(32)));
  });

  it('[SCTP-0395] is good at first, however long no cookie was asked for', () => {
    const jar = jarOf(1000);
    expect(jar.open(jar.seal(COOKIE, 2500), 2600).kind).toBe('authentic');
  });

  it('[SCTP-0397] holds nothing of the key', () => {
    const entropy = new SeededRandom(3);
    const key = new SeededRandom(3).bytes(32);
    const jar = new CookieJar(hmacSha256, entropy, 1000);
    const hex = toHex(jar.seal(COOKIE, 0));
    for (let at = 0; at + 4 <= key.length; at++) expect(hex).not.toContain(toHex(key.subarray(at, at + 4)));
  });

  it('[SCTP-0284, SCTP-0398] is small: with one address less than 110 bytes', () => {
    expect(jarOf().seal({ ...COOKIE, peerAddresses: ['10.0.0.2'] }, 0).length).toBeLessThan(110);
  });
});
