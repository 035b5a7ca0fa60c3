import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { streamSpanBytes, writeMessage } from '../../../src/rserpool/wire/message-frame.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { plain, refusedAsap } from './bytes.ts';
import { GOLDEN_ASAP, GOLDEN_ENRP } from './golden-messages.ts';

const resolution = { kind: 'handle-resolution', subscribe: true, poolHandle: poolHandle('abc') } as const;

describe('message header', () => {
  it('is written into memory that nobody else writes to', () => {
    const lengths = Array.from({ length: 300 }, (_, i) => (i * 37) % 5000);
    const messages = lengths.map((length, i) =>
      writeMessage(1, 0, 'rfc', (w) => w.bytes(new Uint8Array(length).fill(i))),
    );
    for (const [i, message] of messages.entries()) {
      expect(message.length).toBe(4 + ((lengths[i]! + 3) & ~3));
      expect(message.subarray(4, 4 + lengths[i]!).every((byte) => byte === (i & 0xff))).toBe(true);
    }
  });

  it('[PAR-116] takes a Message Length with or without the last padding, and a message without its padding', () => {
    for (const hex of ['0501000b 00090007 61626300', '0501000c 00090007 61626300', '0501000b 00090007 616263']) {
      expect(decodeAsap(fromHex(hex))).toEqual(resolution);
    }
  });

  it('[PAR-014] [PAR-120] ignores what the padding holds', () => {
    expect(decodeAsap(fromHex('0501000b 00090007 616263ff'))).toEqual(resolution);
    expect(decodeAsap(fromHex('0501000c 00090007 616263ff'))).toEqual(resolution);
    const inner = '03000014 00090007 616263aa 000e0008 12345678';
    expect(decodeAsap(fromHex(inner))).toMatchObject({ poolHandle: resolution.poolHandle, peIdentifier: 0x12345678 });
  });

  it('[PAR-121] drops without an answer what is shorter than a header or has an impossible length', () => {
    const cases = ['', '05', '050000', '05000003', '05000000 00090007 61626300', '0501000d 00090007 61626300'];
    for (const hex of cases) expect(refusedAsap(hex).causes).toEqual([]);
  });

  it('[PAR-119] drops without an answer what has more than three bytes of padding', () => {
    expect(refusedAsap('0501000b 00090007 61626300 00000000')).toMatchObject({ reason: 'bad-length', causes: [] });
  });

  it('[PAR-114] ignores flags that have no meaning and never sends them', () => {
    for (const { hex, message } of GOLDEN_ASAP) {
      const bytes = fromHex(hex);
      bytes[1]! |= 0xfe;
      expect(decodeAsap(bytes)).toEqual(message);
      expect(encodeAsap(message)[1]! & 0xfe).toBe(0);
    }
    for (const { hex, message } of GOLDEN_ENRP) {
      const bytes = fromHex(hex);
      bytes[1]! |= message.kind === 'handle-table-response' ? 0xfc : 0xfe;
      expect(decodeEnrp(bytes)).toEqual(message);
      expect(encodeEnrp(message)[1]! & 0xfc).toBe(0);
    }
  });

  it('[PAR-122] refuses to write a message that its length field cannot hold', () => {
    const cookie = (length: number) => encodeAsap({ kind: 'cookie', cookie: new Uint8Array(length) });
    expect(toHex(cookie(65_527).subarray(0, 8))).toBe('0b00ffff000dfffb');
    expect(() => cookie(65_528)).toThrow(RangeError);
  });

  it('[PAR-010] [PAR-011] [PAR-013] [PAR-117] pads with at most three zeros', () => {
    for (let n = 1; n <= 64; n++) {
      const bytes = encodeAsap({ ...resolution, poolHandle: poolHandle(new Uint8Array(n).fill(0xff)) });
      const length = (bytes[2]! << 8) | bytes[3]!;
      expect(length).toBe(8 + n);
      expect(bytes.length).toBe(Math.ceil(length / 4) * 4);
      expect(bytes.subarray(length).every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe('messages of unknown types', () => {
  it('[PAR-111] [ASAP-038] [ENRP-025] [ASAP-082] bits 00: not to be reported', () => {
    for (const hex of ['00000004', '0f000004', '3f000004']) {
      expect(decodeAsap(fromHex(hex))).toMatchObject({ kind: 'unknown', report: false });
    }
    expect(decodeEnrp(fromHex('0b000004'))).toMatchObject({ kind: 'unknown', type: 0x0b, report: false });
  });

  it('[PAR-112] [ASAP-082] bits 01: to be reported, with the message without its padding', () => {
    const hex = '45000009 c1230005 7f000000';
    const expected = { kind: 'unknown', type: 0x45, flags: 0, report: true, whole: fromHex('45000009 c1230005 7f') };
    expect(decodeAsap(fromHex(hex))).toEqual(expected);
    expect(decodeEnrp(fromHex(hex))).toEqual(expected);
    expect(toHex(encodeEnrp(decodeEnrp(fromHex(hex))))).toBe(plain(hex));
  });

  it('[PAR-110] [PAR-113] bits 10 and 11 are reserved: not to be reported', () => {
    for (const type of ['85', 'c5', 'ff']) {
      expect(decodeAsap(fromHex(`${type}000004`))).toMatchObject({ kind: 'unknown', report: false });
    }
  });
});

describe('messages on a byte stream', () => {
  it('tells the span of a message from its first four bytes', () => {
    expect(streamSpanBytes(fromHex('050100'))).toBeUndefined();
    expect(streamSpanBytes(fromHex('0501000b'))).toBe(12);
    expect(streamSpanBytes(fromHex('0501000c 00'))).toBe(12);
    expect(streamSpanBytes(fromHex('0501ffff'))).toBe(65_536);
    expect(streamSpanBytes(fromHex('05010003'))).toBe(0);
  });
});
