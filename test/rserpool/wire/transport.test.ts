import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { readTransport, type TransportParameter, writeTransport } from '../../../src/rserpool/wire/transport.ts';
import { causesOf, plain, readOne, refusalOf, written } from './bytes.ts';

const addresses = ['192.0.2.1'];

const GOLDEN: readonly { ids: string; hex: string; transport: TransportParameter }[] = [
  {
    ids: '[PAR-001] [PAR-039] [PAR-040] [PAR-045] [PAR-046]',
    hex: '00040024 12670001 00010008 c0000201 00020014 20010db8 00000000 00000000 00000001',
    transport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: ['192.0.2.1', '2001:db8::1'] },
  },
  {
    ids: '[PAR-045] [PAR-048]',
    hex: '00040010 0f170000 00010008 c0000201',
    transport: { protocol: 'sctp', port: 3863, use: 'data-only', addresses },
  },
  {
    ids: '[PAR-041]',
    hex: '00030014 13890000 52545043 00010008 c0000201',
    transport: { protocol: 'dccp', port: 5001, serviceCode: 0x52545043, addresses },
  },
  {
    ids: '[PAR-040] [PAR-041]',
    hex: '00030020 13890000 52545043 00020014 20010db8 00000000 00000000 00000001',
    transport: { protocol: 'dccp', port: 5001, serviceCode: 0x52545043, addresses: ['2001:db8::1'] },
  },
  {
    ids: '[PAR-050]',
    hex: '00050010 00500000 00010008 c0000201',
    transport: { protocol: 'tcp', port: 80, addresses },
  },
  {
    ids: '[PAR-050]',
    hex: '0005001c 00500000 00020014 20010db8 00000000 00000000 00000001',
    transport: { protocol: 'tcp', port: 80, addresses: ['2001:db8::1'] },
  },
  { ids: '[PAR-054]', hex: '00060010 00070000 00010008 c0000201', transport: { protocol: 'udp', port: 7, addresses } },
  {
    ids: '[PAR-058]',
    hex: '00070010 00070000 00010008 c0000201',
    transport: { protocol: 'udp-lite', port: 7, addresses },
  },
  {
    ids: '[PAR-012] [PAR-063]',
    hex: '00100009 68656c6c 6f000000',
    transport: { protocol: 'opaque', bytes: fromHex('68656c6c6f') },
  },
];

describe('transports that carry data only', () => {
  it.each([
    [
      '[PAR-044] [PAR-062]',
      '00030014 1267 ffff 00000001 00010008 c0000201',
      '00030014 1267 0000 00000001 00010008 c0000201',
    ],
    ['[PAR-053] [PAR-062]', '00050010 1267 0001 00010008 c0000201', '00050010 1267 0000 00010008 c0000201'],
    ['[PAR-057] [PAR-062]', '00060010 1267 0001 00010008 c0000201', '00060010 1267 0000 00010008 c0000201'],
    ['[PAR-061] [PAR-062]', '00070010 1267 0001 00010008 c0000201', '00070010 1267 0000 00010008 c0000201'],
  ])('%s have no use: what stands in its place says nothing', (_, hex, again) => {
    const transport = readOne(hex, readTransport);
    expect(transport).not.toHaveProperty('use');
    expect(transport).toEqual(readOne(again, readTransport));
    expect(written((w) => writeTransport(w, transport))).toBe(plain(again));
  });
});

describe('transport parameters', () => {
  for (const { ids, hex, transport } of GOLDEN) {
    it(`${ids} ${transport.protocol}`, () => {
      expect(readOne(hex, readTransport)).toEqual(transport);
      expect(written((w) => writeTransport(w, transport))).toBe(plain(hex));
    });
  }

  it('[PAR-048] [PAR-099] refuses another transport use, naming the transport', () => {
    const hex = '00040010 12670002 00010008 c0000201';
    expect(causesOf(refusalOf(() => readOne(hex, readTransport)))).toEqual([`invalid-values ${plain(hex)}`]);
  });

  it('[PAR-047] refuses SCTP without an address', () => {
    expect(causesOf(refusalOf(() => readOne('00040008 12670001', readTransport)))).toHaveLength(1);
    const transport: TransportParameter = { protocol: 'sctp', port: 1, use: 'data-only', addresses: [] };
    expect(() => written((w) => writeTransport(w, transport))).toThrow(RangeError);
  });

  it('[PAR-042] [PAR-051] [PAR-055] [PAR-059] refuses two addresses, or none, of anything but SCTP', () => {
    const two = '00010008 c0000201 00010008 c0000202';
    for (const type of ['0005', '0006', '0007']) {
      for (const hex of [`${type}0018 00500000 ${two}`, `${type}0008 00500000`, `${type}0006 0050`]) {
        expect(causesOf(refusalOf(() => readOne(hex, readTransport)))).toEqual([`invalid-values ${plain(hex)}`]);
      }
    }
    expect(refusalOf(() => readOne(`0003001c 00500000 00000000 ${two}`, readTransport)).reason).toBe('bad-value');
    expect(refusalOf(() => readOne('00030008 00500000', readTransport)).reason).toBe('bad-value');
    const transport: TransportParameter = { protocol: 'tcp', port: 1, addresses: ['192.0.2.1', '192.0.2.2'] };
    expect(() => written((w) => writeTransport(w, transport))).toThrow(RangeError);
  });

  it('[PAR-062] ignores the reserved field', () => {
    expect(readOne('00050010 0050ffff 00010008 c0000201', readTransport)).toEqual({
      protocol: 'tcp',
      port: 80,
      addresses,
    });
  });

  it('[PAR-016] refuses an address of the wrong length, naming the address', () => {
    const bad = { ipv4: '00040014 12670001 00010009 c0000201 00000000', ipv6: '00040010 12670001 00020008 20010db8' };
    expect(causesOf(refusalOf(() => readOne(bad.ipv4, readTransport)))).toEqual(['invalid-values 00010009c000020100']);
    expect(causesOf(refusalOf(() => readOne(bad.ipv6, readTransport)))).toEqual(['invalid-values 0002000820010db8']);
  });

  it('[PAR-022] refuses anything known but an address among the addresses', () => {
    const hex = '00040018 12670001 00010008 c0000201 000e0008 12345678';
    expect(causesOf(refusalOf(() => readOne(hex, readTransport)))).toEqual([`invalid-values ${plain(hex)}`]);
  });

  it('refuses to write what is no address', () => {
    expect(() => written((w) => writeTransport(w, { protocol: 'tcp', port: 1, addresses: ['host'] }))).toThrow(
      RangeError,
    );
  });
});
