import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { tsn } from '../../../../src/base/serial.ts';
import { chunkSize, encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import type { InitAckChunk, InitChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

const FIELDS_HEX = '01020304 00010000 000a 0010 fffffffe';
const FIELDS = {
  initiateTag: 0x01020304,
  advertisedRwndBytes: 65536,
  outboundStreams: 10,
  maxInboundStreams: 16,
  initialTsn: tsn(0xfffffffe),
};

describe('INIT', () => {
  it('[SCTP-0125] [SCTP-0127] is laid out as in the figure, 20 bytes without parameters', () => {
    const chunk: InitChunk = { kind: 'init', ...FIELDS, parameters: [] };
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(`01000014 ${FIELDS_HEX}`)));
    expect(decodeOne(`01000014 ${FIELDS_HEX}`)).toEqual(chunk);
  });

  it('[SCTP-0128] [SCTP-0129] [SCTP-0153] [ERR-0004] carries addresses of both families and the other parameters, in order', () => {
    const chunk: InitChunk = {
      kind: 'init',
      ...FIELDS,
      parameters: [
        { kind: 'ip-address', address: '10.0.0.1' },
        { kind: 'ip-address', address: '2001:db8::1' },
        { kind: 'ip-address', address: '10.0.0.2' },
        { kind: 'cookie-preservative', incrementMs: 60000 },
        { kind: 'supported-address-types', types: [5, 6] },
      ],
    };
    const hex = `01000048 ${FIELDS_HEX} 00050008 0a000001 00060014 20010db8 00000000 00000000 00000001
      00050008 0a000002 00090008 0000ea60 000c0008 00050006`;
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it('[SCTP-0062] counts the padding of every parameter but the last', () => {
    const chunk: InitChunk = {
      kind: 'init',
      ...FIELDS,
      parameters: [
        { kind: 'supported-address-types', types: [5] },
        { kind: 'unknown', type: 0xc123, whole: fromHex('c1230005aa') },
      ],
    };
    // 20 + (6 + 2 of padding) + 5
    const hex = `01000021 ${FIELDS_HEX} 000c0006 00050000 c1230005 aa000000`;
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(chunkSize(chunk)).toBe(36);
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it('[SCTP-0063] is accepted if its length counts the last padding too', () => {
    const chunk = decodeOne(`0100001c ${FIELDS_HEX} c1230005 aa000000`) as InitChunk;
    expect(chunk.parameters).toEqual([{ kind: 'unknown', type: 0xc123, whole: fromHex('c1230005aa') }]);
  });

  it('[SCTP-0126] survives a parameter that is there twice', () => {
    const { parameters } = decodeOne(`01000024 ${FIELDS_HEX} 000c0008 00050006 000c0008 00060005`) as InitChunk;
    expect(parameters.map(({ kind }) => kind)).toEqual(['supported-address-types', 'supported-address-types']);
  });

  it('[SCTP-0080] [SCTP-0085] keeps what stands before an unknown parameter that says stop, and that one itself', () => {
    const { parameters } = decodeOne(
      `01000028 ${FIELDS_HEX} 00050008 0a000001 3fff0004 00050008 0a000002`,
    ) as InitChunk;
    expect(parameters).toEqual([
      { kind: 'ip-address', address: '10.0.0.1' },
      { kind: 'unknown', type: 0x3fff, whole: fromHex('3fff0004') },
    ]);
  });

  it('[SCTP-0087] is malformed with a parameter that goes beyond it, even if the packet goes on', () => {
    expectWireError(() => decodeOne(`01000018 ${FIELDS_HEX} 00050008 0a000001`), 'bad-length', 22);
    expectWireError(() => decodeOne(`01000016 ${FIELDS_HEX} 80050004`), 'truncated', 20);
    for (const length of ['0000', '0001', '0003']) {
      expectWireError(() => decodeOne(`01000018 ${FIELDS_HEX} 8005${length}`), 'bad-length', 22);
    }
  });
});

describe('INIT ACK', () => {
  it('[SCTP-0180] [SCTP-0181] [SCTP-0209] is laid out as INIT, with State Cookie and Unrecognized Parameter', () => {
    const chunk: InitAckChunk = {
      kind: 'init-ack',
      ...FIELDS,
      parameters: [
        { kind: 'state-cookie', cookie: fromHex('c00c1e') },
        { kind: 'ip-address', address: '10.0.0.1' },
        { kind: 'unrecognized-parameter', parameter: fromHex('c1230006abcd') },
      ],
    };
    const hex = `0200002e ${FIELDS_HEX} 00070007 c00c1e00 00050008 0a000001 0008000a c1230006 abcd0000`;
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it('[SCTP-0200] may be far larger than 1500 bytes: 1000 addresses', () => {
    const addresses = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const chunk: InitAckChunk = {
      kind: 'init-ack',
      ...FIELDS,
      parameters: addresses.map((address) => ({ kind: 'ip-address', address })),
    };
    const bytes = encodeChunk(chunk);
    expect(bytes.length).toBe(8020);
    expect(decodeOne(toHex(bytes))).toEqual(chunk);
  });
});
