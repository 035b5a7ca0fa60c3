import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { tsn } from '../../../src/base/serial.ts';
import { causeSize, causesLength, type ErrorCause, readCauses, writeCauses } from '../../../src/sctp/wire/cause.ts';
import { expectWireError } from './expect-wire-error.ts';

/** By hand from the figures of RFC 9260 §3.3.10.1 to §3.3.10.13. */
const GOLDEN: readonly [name: string, cause: ErrorCause, hex: string][] = [
  [
    '[SCTP-0264] Invalid Stream Identifier',
    { kind: 'invalid-stream-identifier', streamId: 0x1234 },
    '00010008 1234 0000',
  ],
  [
    '[SCTP-0265] Missing Mandatory Parameter: one',
    { kind: 'missing-mandatory-parameter', types: [7] },
    '0002000a 00000001 0007',
  ],
  [
    '[SCTP-0265] Missing Mandatory Parameter: two',
    { kind: 'missing-mandatory-parameter', types: [7, 0x8002] },
    '0002000c 00000002 0007 8002',
  ],
  ['[SCTP-0266] Stale Cookie', { kind: 'stale-cookie', stalenessUs: 1_500_000 }, '00030008 0016e360'],
  ['[SCTP-0269] Out of Resource', { kind: 'out-of-resource' }, '00040004'],
  [
    '[SCTP-0270] Unresolvable Address',
    { kind: 'unresolvable-address', address: fromHex('000b00066100') },
    '0005000a 000b0006 6100',
  ],
  [
    '[SCTP-0271] Unrecognized Chunk Type',
    { kind: 'unrecognized-chunk-type', chunk: fromHex('c1000005aa') },
    '00060009 c1000005 aa',
  ],
  ['[SCTP-0272] Invalid Mandatory Parameter', { kind: 'invalid-mandatory-parameter' }, '00070004'],
  [
    '[SCTP-0273] Unrecognized Parameters',
    { kind: 'unrecognized-parameters', parameters: fromHex('c1230005aa000000 c1240004') },
    '00080010 c1230005 aa000000 c1240004',
  ],
  ['[SCTP-0274] No User Data', { kind: 'no-user-data', tsn: tsn(0xfffffffe) }, '00090008 fffffffe'],
  ['[SCTP-0275] Cookie Received While Shutting Down', { kind: 'cookie-received-while-shutting-down' }, '000a0004'],
  [
    '[SCTP-0276] Restart of an Association with New Addresses',
    { kind: 'restart-with-new-addresses', addresses: ['10.0.0.1', '2001:db8::1'] },
    '000b0020 00050008 0a000001 00060014 20010db8 00000000 00000000 00000001',
  ],
  ['[SCTP-0277] User-Initiated Abort', { kind: 'user-initiated-abort', reason: fromHex('627965') }, '000c0007 627965'],
  [
    '[SCTP-0277] User-Initiated Abort without a reason',
    { kind: 'user-initiated-abort', reason: new Uint8Array(0) },
    '000c0004',
  ],
  ['[SCTP-0278] Protocol Violation', { kind: 'protocol-violation', information: fromHex('ff') }, '000d0005 ff'],
  ['one not known here', { kind: 'unknown', code: 0x0105, information: fromHex('0001') }, '01050006 0001'],
];

describe('error causes', () => {
  it.each(GOLDEN)('[SCTP-0263] [SCTP-0262] %s', (_name, cause, hex) => {
    const expected = fromHex(hex);
    expect(causesLength([cause])).toBe(expected.length);
    expect(causeSize(cause)).toBe(Math.ceil(expected.length / 4) * 4);
    const bytes = new Uint8Array(expected.length);
    writeCauses([cause], bytes, 0);
    expect(toHex(bytes)).toBe(toHex(expected));
    expect(readCauses(expected)).toEqual([cause]);
  });

  it('[SCTP-0260] follow each other on multiples of four', () => {
    const causes = GOLDEN.map(([, cause]) => cause);
    const bytes = new Uint8Array(causesLength(causes));
    writeCauses(causes, bytes, 0);
    expect(readCauses(bytes)).toEqual(causes);
  });

  it('[SCTP-0264] the reserved half of Invalid Stream Identifier is ignored', () => {
    expect(readCauses(fromHex('00010008 1234 ffff'))).toEqual([
      { kind: 'invalid-stream-identifier', streamId: 0x1234 },
    ]);
  });

  it('bytes behind the fields are ignored: some stacks put text there', () => {
    expect(readCauses(fromHex('00040008 66756c6c'))).toEqual([{ kind: 'out-of-resource' }]);
    expect(readCauses(fromHex('0003000c 00000001 66756c6c'))).toEqual([{ kind: 'stale-cookie', stalenessUs: 1 }]);
  });

  it('[SCTP-0276] what is no address among the new addresses is skipped', () => {
    expect(readCauses(fromHex('000b0010 c1230004 00050008 0a000001'))).toEqual([
      { kind: 'restart-with-new-addresses', addresses: ['10.0.0.1'] },
    ]);
  });

  it.each([
    ['Invalid Stream Identifier without the identifier', '00010006 1234'],
    ['Missing Mandatory Parameter without a count', '00020004'],
    ['Missing Mandatory Parameter with fewer types than counted', '0002000a 00000002 0007'],
    ['Missing Mandatory Parameter with a count of 2^32 - 1', '0002000a ffffffff 0007'],
    ['Stale Cookie without the time', '00030006 0000'],
    ['No User Data without the TSN', '00090007 000000'],
    ['length 0', '000c0000'],
    ['length 3', '000c0003'],
    ['length beyond the end', '000c0005'],
  ])('[SCTP-0279] %s is malformed', (_name, hex) => {
    expectWireError(() => readCauses(fromHex(`000a0004 ${hex}`), 20), 'bad-length', 26);
  });

  it('[SCTP-0279] a malformed address among the new addresses is named by its place in the packet', () => {
    expectWireError(() => readCauses(fromHex('000b000c 00050007 0a000000'), 20), 'bad-length', 26);
  });
});
