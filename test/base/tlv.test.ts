import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter, fromHex, toHex } from '../../src/base/bytes.ts';
import { WireError } from '../../src/base/errors.ts';
import { unknownParameterAction, walkTlvs, writeTlv } from '../../src/base/tlv.ts';

const walk = (hex: string, base = 0) => [...walkTlvs(fromHex(hex), base)];

describe('walkTlvs', () => {
  it('[SCTP-0075] finds type, value, place and whole of each', () => {
    const tlvs = walk('0001 0006 aabb 0000 8000 0004', 100);
    const [first, second, ...rest] = tlvs.map(({ type, value, offset, whole }) => ({ type, value, offset, whole }));
    expect(first).toEqual({ type: 1, value: fromHex('aabb'), offset: 100, whole: fromHex('00010006aabb') });
    expect(second).toEqual({ type: 0x8000, value: new Uint8Array(0), offset: 108, whole: fromHex('80000004') });
    expect(rest).toEqual([]);
  });

  it('tells of a value without making it', () => {
    const [first, second] = walk('0001 0006 aabb 0000 8000 0009 01020384 05');
    expect([first!.length, second!.length, second!.firstU32]).toEqual([2, 5, 0x01020384]);
    expect(['aabb', 'aa', 'aabbcc', 'aaba'].map((hex) => first!.hasValue(fromHex(hex)))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(second!.hasValue(fromHex('0102038405'))).toBe(true);
    expect(second!.value).toBe(second!.value);
  });

  it('[SCTP-0079] does not care what the padding holds', () => {
    expect(walk('00010005 aaffffff 00020004').map(({ type }) => type)).toEqual([1, 2]);
  });

  it('[SCTP-0063] takes a last one with and without its padding', () => {
    for (const hex of ['00010005 aa', '00010005 aa00', '00010005 aa0000', '00010005 aa000000']) {
      expect(walk(hex).map(({ value }) => toHex(value))).toEqual(['aa']);
    }
  });

  it('[SCTP-0087] refuses lengths below four and beyond the end, naming their place', () => {
    for (const length of ['0000', '0001', '0002', '0003', '0009', 'ffff']) {
      expect(() => walk(`00010004 0002${length} 00000000`.slice(0, 26), 50)).toThrow(/^bad-length at byte 56/);
    }
  });

  it('[SCTP-0087] refuses less than a header', () => {
    for (const rest of ['00', '0002', '000200']) {
      expect(() => walk(`00010004${rest}`, 50)).toThrow(/^truncated at byte 54/);
    }
  });

  it('[SCTP-0087] ends for any bytes, with WireError or with TLVs that lie within them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60, max: 12 }), (bytes) => {
        let end = 0;
        try {
          for (const { offset, whole, value } of walkTlvs(bytes)) {
            expect(offset).toBeGreaterThanOrEqual(end);
            expect(value.length).toBe(whole.length - 4);
            end = offset + whole.length;
            expect(end).toBeLessThanOrEqual(bytes.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('writeTlv', () => {
  it('[SCTP-0075] [SCTP-0077] [SCTP-0078] writes the length without, the bytes with padding, wherever it begins', () => {
    const w = new ByteWriter();
    w.u16(0xffff);
    writeTlv(w, 7, (value) => value.bytes(fromHex('aabbcc')));
    writeTlv(w, 8, () => {});
    expect(toHex(w.finish())).toBe('ffff' + '00070007aabbcc00' + '00080004');
  });

  it('can be nested', () => {
    const w = new ByteWriter();
    writeTlv(w, 1, (outer) => writeTlv(outer, 2, (inner) => inner.u8(0xaa)));
    expect(toHex(w.finish())).toBe('0001000c' + '00020005aa000000');
  });

  it('writes what walkTlvs reads', () => {
    const one = fc.record({ type: fc.nat(0xffff), value: fc.uint8Array({ maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (tlvs) => {
        const w = new ByteWriter(1);
        for (const { type, value } of tlvs) writeTlv(w, type, (inner) => inner.bytes(value));
        expect([...walkTlvs(w.finish())].map(({ type, value }) => ({ type, value }))).toEqual(tlvs);
      }),
    );
  });
});

describe('unknownParameterAction', () => {
  it('[SCTP-0080] [SCTP-0081] [SCTP-0082] [SCTP-0083] goes by the two highest of 16 bits and no other', () => {
    for (const low of [0, 0x0001, 0x00ff, 0x3fff]) {
      expect(unknownParameterAction(0x0000 | low)).toEqual({ stop: true, report: false });
      expect(unknownParameterAction(0x4000 | low)).toEqual({ stop: true, report: true });
      expect(unknownParameterAction(0x8000 | low)).toEqual({ stop: false, report: false });
      expect(unknownParameterAction(0xc000 | low)).toEqual({ stop: false, report: true });
    }
  });
});
