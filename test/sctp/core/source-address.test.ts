import { describe, expect, it } from 'vitest';
import { advertisedAddresses, chooseLocalAddress, usablePeerAddress } from '../../../src/sctp/core/source-address.ts';

describe('local addresses', () => {
  it('leaves from the same family, loopback to loopback, and the longest common prefix', () => {
    const local = [
      '127.0.0.1',
      '192.168.1.7',
      '10.1.0.7',
      '10.1.2.7',
      '::1',
      'fe80::7',
      '2001:db8:1::7',
      '2001:db8:2::7',
    ];
    const chosen = (to: string): string | undefined => chooseLocalAddress(local, to);
    expect(chosen('127.0.0.9')).toBe('127.0.0.1');
    expect(chosen('192.168.1.99')).toBe('192.168.1.7');
    expect(chosen('10.1.2.200')).toBe('10.1.2.7');
    expect(chosen('10.1.0.200')).toBe('10.1.0.7');
    expect(chosen('8.8.8.8')).not.toBe('127.0.0.1');
    expect(chosen('::1')).toBe('::1');
    expect(chosen('fe80::99')).toBe('fe80::7');
    expect(chosen('2001:db8:2::99')).toBe('2001:db8:2::7');
    expect(chooseLocalAddress(['10.0.0.1'], '2001:db8::1')).toBeUndefined();
    // On one network the first one is preferred, however near another one is.
    expect(chooseLocalAddress(['10.0.0.1', '10.0.0.2'], '10.0.0.3')).toBe('10.0.0.1');
  });

  it('[SCTP-0390, SCTP-0381] tells a peer of what it can reach only', () => {
    const local = ['127.0.0.1', '10.0.0.1', 'fe80::1', '2001:db8::1', '0.0.0.0', '::'];
    expect(advertisedAddresses(local, '10.0.0.2')).toEqual(['10.0.0.1', '2001:db8::1']);
    expect(advertisedAddresses(local, '127.0.0.1')).toEqual(['127.0.0.1', '10.0.0.1', '2001:db8::1']);
    expect(advertisedAddresses(local, 'fe80::2')).toEqual(['10.0.0.1', 'fe80::1', '2001:db8::1']);
  });

  const OURS = ['10.0.0.1', '10.0.1.1'];

  it('[SCTP-0390, AT-70] takes from a peer what it can be reached at only', () => {
    for (const address of [
      '224.0.0.1',
      '255.255.255.255',
      '0.0.0.0',
      'ff02::1',
      '::',
      '127.0.0.1',
      '::1',
      'fe80::1',
      '169.254.0.1',
    ]) {
      expect([address, usablePeerAddress(address, '10.0.0.2', OURS)]).toEqual([address, false]);
    }
    for (const address of ['10.0.0.3', '192.0.2.1', '2001:db8::1', 'fd00::1']) {
      expect([address, usablePeerAddress(address, '10.0.0.2', OURS)]).toEqual([address, true]);
    }
    expect(usablePeerAddress('127.0.0.2', '127.0.0.1', OURS)).toBe(true);
    expect(usablePeerAddress('fe80::2', 'fe80::1', OURS)).toBe(true);
  });

  it('[AT-70] takes one of our own addresses only from a peer on our own host', () => {
    expect(usablePeerAddress('10.0.1.1', '10.0.0.2', OURS)).toBe(false);
    expect(usablePeerAddress('10.0.1.1', '10.0.0.1', OURS)).toBe(true);
  });
});
