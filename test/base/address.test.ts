import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalIp, classifyIp, formatIp, isIpv6, isUnicast, parseIp, withPort } from '../../src/base/address.ts';
import { fromHex, toHex } from '../../src/base/bytes.ts';

describe('parseIp and formatIp', () => {
  it.each([
    ['10.0.0.1', '0a000001', '10.0.0.1'],
    ['255.255.255.255', 'ffffffff', '255.255.255.255'],
    ['::', '00000000000000000000000000000000', '::'],
    ['::1', '00000000000000000000000000000001', '::1'],
    ['1::', '00010000000000000000000000000000', '1::'],
    ['2001:DB8::0:1', '20010db8000000000000000000000001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '20010000000000010000000000000001', '2001:0:0:1::1'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001', 'fe80::1'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', '10.0.0.1'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221', '64:ff9b::c000:221'],
  ])('%s is %s and canonically %s', (text, hex, canonical) => {
    const bytes = parseIp(text);
    expect(bytes && toHex(bytes)).toBe(hex);
    expect(formatIp(fromHex(hex))).toBe(canonical);
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.',
    '1.2.3.4 ',
    '-1.2.3.4',
    '0x1.2.3.4',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7::8',
    '::12345',
    '::g',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4:5',
    'localhost',
  ])('%j is no address', (text) => {
    expect(parseIp(text)).toBeUndefined();
    expect(canonicalIp(text)).toBeUndefined();
  });

  it('agrees with Node on what an address is', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom(':', '.', '0', '1', 'f', '25'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const length = parseIp(candidate)?.length;
        expect(length).toBe({ 0: undefined, 4: 4, 6: 16 }[isIP(candidate) as 0 | 4 | 6]);
      }),
      { numRuns: 2000 },
    );
  });

  it('equal addresses have equal text, and text leads back to the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16, max: 3 }), (bytes) => {
        const text = formatIp(bytes);
        expect(parseIp(text)).toEqual(bytes);
        expect(canonicalIp(text.toUpperCase())).toBe(text);
        // RFC 5952 §4.2: the one abbreviation is used where there are two zero groups, and for the longest run of them.
        const runs =
          (toHex(bytes).match(/.{4}/g) ?? [])
            .map((group) => (group === '0000' ? '0' : 'x'))
            .join('')
            .match(/0+/g) ?? [];
        expect(text.includes('::')).toBe(runs.some((run) => run.length > 1));
        if (text.includes('::')) {
          const written = text.split(':').filter((group) => group !== '').length;
          expect(8 - written).toBe(Math.max(...runs.map((run) => run.length)));
        }
      }),
    );
  });

  it.each(['::ffff:0:a00:1', '::ff00:a00:1', '::ff:a00:1', '1::ffff:a00:1', '::1:ffff:a00:1'])(
    '%s is near an IPv4-mapped address, but none',
    (text) => {
      expect(canonicalIp(text)).toBe(text);
    },
  );

  it('the canonical form keeps the zone', () => {
    expect(canonicalIp('FE80::1%eth0')).toBe('fe80::1%eth0');
  });
});

describe('kinds of addresses', () => {
  it.each([
    ['127.0.0.1', 'loopback', true],
    ['::1', 'loopback', true],
    ['169.254.1.1', 'link-local', true],
    ['fe80::1', 'link-local', true],
    ['febf::1', 'link-local', true],
    ['10.1.2.3', 'site-local', true],
    ['172.16.0.1', 'site-local', true],
    ['172.31.255.255', 'site-local', true],
    ['192.168.0.1', 'site-local', true],
    ['fd00::1', 'site-local', true],
    ['fc00::1', 'site-local', true],
    ['fe00::1', 'global', true],
    ['f000::1', 'global', true],
    ['1::1', 'global', true],
    ['fec0::1', 'site-local', true],
    ['169.253.1.1', 'global', true],
    ['8.254.1.1', 'global', true],
    ['192.167.0.1', 'global', true],
    ['8.168.0.1', 'global', true],
    ['8.16.0.1', 'global', true],
    ['223.255.255.255', 'global', true],
    ['172.32.0.1', 'global', true],
    ['172.15.0.1', 'global', true],
    ['192.0.2.1', 'global', true],
    ['2001:db8::1', 'global', true],
    ['::ffff:127.0.0.1', 'loopback', true],
    ['0.0.0.0', 'unspecified', false],
    ['::', 'unspecified', false],
    ['224.0.0.1', 'multicast', false],
    ['239.255.255.255', 'multicast', false],
    ['ff02::1', 'multicast', false],
    ['255.255.255.255', 'broadcast', false],
    ['240.0.0.1', 'broadcast', false],
  ])('%s is %s', (address, kind, unicast) => {
    expect(classifyIp(address)).toBe(kind);
    expect(isUnicast(address)).toBe(unicast);
    expect(isIpv6(address)).toBe(address.includes(':'));
  });
});

describe('withPort', () => {
  it.each([
    [['10.0.0.1'], 80, '10.0.0.1:80'],
    [['::1'], 80, '[::1]:80'],
    [['10.0.0.1', 'fe80::1%eth0'], 9899, '10.0.0.1,[fe80::1%eth0]:9899'],
  ])('%j and %d are %s', (addresses, port, text) => {
    expect(withPort(addresses, port)).toBe(text);
  });
});
