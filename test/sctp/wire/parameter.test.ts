import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { unknownParameterAction } from '../../../src/base/tlv.ts';
import {
  encodeParameter,
  type Parameter,
  parametersLength,
  readParameters,
  writeParameters,
} from '../../../src/sctp/wire/parameter.ts';
import { expectWireError } from './expect-wire-error.ts';

/** By hand from the figures of RFC 9260 §3.2.1, §3.3.2.1 and §3.3.3.1. */
const GOLDEN: readonly [name: string, parameter: Parameter, hex: string][] = [
  ['[SCTP-0154] IPv4 Address', { kind: 'ip-address', address: '192.0.2.1' }, '00050008 c0000201'],
  [
    '[SCTP-0155] IPv6 Address',
    { kind: 'ip-address', address: '2001:db8::ff00:42:8329' },
    '00060014 20010db8 00000000 0000ff00 00428329',
  ],
  ['[SCTP-0207] State Cookie', { kind: 'state-cookie', cookie: fromHex('c00c1e') }, '00070007 c00c1e'],
  ['[SCTP-0075] State Cookie of no length', { kind: 'state-cookie', cookie: new Uint8Array(0) }, '00070004'],
  [
    '[API-0100] Adaptation Layer Indication',
    { kind: 'adaptation-indication', indication: 0x01020304 },
    'c0060008 01020304',
  ],
  [
    '[SCTP-0209] Unrecognized Parameter, which is the whole TLV',
    { kind: 'unrecognized-parameter', parameter: fromHex('c1230006abcd') },
    '0008000a c1230006 abcd',
  ],
  ['[SCTP-0162] Cookie Preservative', { kind: 'cookie-preservative', incrementMs: 0xfffefdfc }, '00090008 fffefdfc'],
  ['[PAD-0009] Padding of 5 bytes', { kind: 'padding', paddingBytes: 5 }, '80050009 0000000000'],
  [
    '[SCTP-0165] Host Name Address, terminator counted',
    { kind: 'host-name-address', whole: fromHex('000b0006 6100') },
    '000b0006 6100',
  ],
  ['[SCTP-0168] Supported Address Types, odd count', { kind: 'supported-address-types', types: [5] }, '000c0006 0005'],
  [
    '[SCTP-0168] Supported Address Types, even count',
    { kind: 'supported-address-types', types: [6, 5] },
    '000c0008 00060005',
  ],
  ['[PR-0001] Forward-TSN-Supported', { kind: 'forward-tsn-supported' }, 'c0000004'],
  ['Supported Extensions of nothing', { kind: 'supported-extensions', chunkTypes: [] }, '80080004'],
  [
    'Supported Extensions: I-DATA and FORWARD TSN',
    { kind: 'supported-extensions', chunkTypes: [0x40, 0xc0] },
    '80080006 40c0',
  ],
  [
    'an unknown one, kept whole',
    { kind: 'unknown', type: 0x8009, whole: fromHex('80090007c1800f') },
    '80090007 c1800f',
  ],
];

/** The last four, each with its padding but the last. */
const GOLDEN_END = 'c0000004' + '80080004' + '8008000640c00000' + '80090007c1800f';

describe('parameters', () => {
  it.each(GOLDEN)('%s', (_name, parameter, hex) => {
    expect(toHex(encodeParameter(parameter))).toBe(toHex(fromHex(hex)));
    expect(readParameters(fromHex(hex))).toEqual([parameter]);
  });

  it('[SCTP-0077] [SCTP-0078] are padded with zeros between each other, and not behind the last', () => {
    const parameters = GOLDEN.map(([, parameter]) => parameter);
    const bytes = new Uint8Array(parametersLength(parameters));
    writeParameters(parameters, bytes, 0);
    expect(bytes.length % 4).toBe(3);
    expect(readParameters(bytes)).toEqual(parameters);
    expect(toHex(bytes).endsWith(`000c000600050000000c000800060005${GOLDEN_END}`)).toBe(true);
  });

  it('[SCTP-0079] what the padding holds does not matter', () => {
    expect(readParameters(fromHex('000c0006 0005 ffff 00050008 7f000001'))).toEqual([
      { kind: 'supported-address-types', types: [5] },
      { kind: 'ip-address', address: '127.0.0.1' },
    ]);
  });

  it('[SCTP-0156] [SCTP-0157] an IPv4-mapped IPv6 address is sent as IPv4, and taken as IPv4', () => {
    for (const address of ['::ffff:10.0.0.1', '::FFFF:a00:1']) {
      expect(toHex(encodeParameter({ kind: 'ip-address', address }))).toBe('000500080a000001');
    }
    expect(readParameters(fromHex('00060014 00000000 00000000 0000ffff 0a000001'))).toEqual([
      { kind: 'ip-address', address: '10.0.0.1' },
    ]);
  });

  it('a zone is not sent', () => {
    expect(encodeParameter({ kind: 'ip-address', address: 'fe80::1%eth0' }).length).toBe(20);
  });

  it.each([
    ['[SCTP-0154] IPv4 Address of 3 bytes', '00050007 0a0000'],
    ['[SCTP-0154] IPv4 Address of 5 bytes', '00050009 0a000001 02'],
    ['[SCTP-0155] IPv6 Address of 4 bytes', '00060008 0a000001'],
    ['[SCTP-0162] Cookie Preservative of 2 bytes', '00090006 0001'],
    ['[SCTP-0168] Supported Address Types of 3 bytes', '000c0007 000500'],
    ['[PR-0001] Forward-TSN-Supported of 1 byte', 'c0000005 00'],
    ['[SCTP-0087] length 0', '80000000'],
    ['[SCTP-0087] length 3', '80000003'],
    ['[SCTP-0087] length beyond the end', '80000005'],
  ])('%s is malformed, and the error names its length field', (_name, hex) => {
    expectWireError(() => readParameters(fromHex(`80000004 ${hex}`), 100), 'bad-length', 106);
  });
});

describe('unknown parameters', () => {
  const address = '00050008 0a000001';

  it.each([
    ['[SCTP-0080] 00: stop, do not report', 0x3fff, { stop: true, report: false }],
    ['[SCTP-0081] 01: stop, report', 0x7fff, { stop: true, report: true }],
    ['[SCTP-0082] 10: skip, do not report', 0xbfff, { stop: false, report: false }],
    ['[SCTP-0083] 11: skip, report', 0xfff0, { stop: false, report: true }],
  ])('%s', (_name, type, action) => {
    expect(unknownParameterAction(type)).toEqual(action);
    const parameters = readParameters(fromHex(`${type.toString(16)}0004 ${address}`));
    expect(parameters.map(({ kind }) => kind)).toEqual(action.stop ? ['unknown'] : ['unknown', 'ip-address']);
  });

  it('[SCTP-0080] nothing behind a stop is looked at, not even whether it is well-formed', () => {
    expect(readParameters(fromHex('3fff0004 00050000'))).toHaveLength(1);
  });

  it('[SCTP-0128] the reserved ECN Capable parameter is skipped silently', () => {
    expect(readParameters(fromHex(`80000004 ${address}`))).toHaveLength(2);
    expect(unknownParameterAction(0x8000)).toEqual({ stop: false, report: false });
  });
});
