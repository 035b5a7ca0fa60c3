import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Interfaces, leastMtuBytes, nodeLinks } from '../../../src/sctp/udp/node-links.ts';

const info = (cidr: string, internal = false): NetworkInterfaceInfo =>
  ({
    address: cidr.split('/')[0]!,
    cidr,
    internal,
    family: cidr.includes(':') ? 'IPv6' : 'IPv4',
  }) as NetworkInterfaceInfo;

const INTERFACES: Interfaces = {
  lo: [info('127.0.0.1/8', true), info('::1/128', true)],
  eth0: [info('192.0.2.17/24'), info('2001:db8::17/64'), info('fe80::1/64')],
  jumbo0: [info('10.0.0.1/9'), info('fe80::1/64')],
  nested0: [info('10.0.64.1/18')],
};
const MTUS: Readonly<Record<string, number>> = { lo: 65_536, eth0: 1500, jumbo0: 9000, nested0: 4000 };

const mtuTo = (to: string, mtus = MTUS): number | undefined => leastMtuBytes(to, INTERFACES, (name) => mtus[name]);

describe('what the system tells of its links', () => {
  it('[PLPMTU-0007] [PLPMTU-0051] the link in whose network the address is; for others the least that may be the way', () => {
    expect(['10.1.2.3', '10.127.0.9', '10.0.127.255', '192.0.2.200'].map((to) => mtuTo(to))).toEqual([
      9000, 9000, 4000, 1500,
    ]);
    expect(['10.128.0.9', '203.0.113.1', '2001:db8:0:1::5'].map((to) => mtuTo(to))).toEqual([1500, 1500, 1500]);
    expect(['fe80::9%jumbo0', 'fe80::9%eth0', 'fe80::9'].map((to) => mtuTo(to))).toEqual([9000, 1500, 1500]);
  });

  it('[PLPMTU-0007] what does not leave the host goes by loopback, to whichever of its addresses', () => {
    for (const to of ['127.0.0.1', '127.3.2.1', '::1', '192.0.2.17', '10.0.0.1', '2001:db8::17', 'fe80::1%jumbo0']) {
      expect([to, mtuTo(to)]).toEqual([to, 65_535]);
    }
  });

  it('[PLPMTU-0007] nothing is known of a link without an MTU, of no link at all, and where the system does not tell', () => {
    expect(mtuTo('10.1.2.3', { lo: 65_536 })).toBeUndefined();
    expect(mtuTo('203.0.113.1', { ...MTUS, nested0: undefined as never })).toBeUndefined();
    expect(leastMtuBytes('203.0.113.1', {}, () => 1500)).toBeUndefined();
    expect(leastMtuBytes('10.1.2.3', INTERFACES, undefined)).toBeUndefined();
    expect(leastMtuBytes('10.0.0.1', INTERFACES, undefined)).toBe(65_535);
  });

  it('this host: loopback takes long packets, and fragments are counted', () => {
    expect(nodeLinks.mtuBytes('127.0.0.1')).toBeGreaterThanOrEqual(16_384);
    const count = nodeLinks.fragmentsMade();
    expect([Number.isInteger(count), count >= 0]).toEqual([true, true]);
  });
});
