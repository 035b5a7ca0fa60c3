import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, bytesEqual, concatBytes, fromHex, toHex } from '../../src/base/bytes.ts';
import { WireError } from '../../src/base/errors.ts';

describe('ByteReader', () => {
  it('reads big-endian fields in turn', () => {
    const r = new ByteReader(fromHex('01 0203 04050607 fffffffe aabb cc'));
    expect([r.u8(), r.u16(), r.u32(), r.i32()]).toEqual([0x01, 0x0203, 0x04050607, -2]);
    expect(toHex(r.bytes(2))).toBe('aabb');
    expect([r.position, r.remaining]).toEqual([13, 1]);
    expect(toHex(r.rest())).toBe('cc');
    expect(r.remaining).toBe(0);
  });

  it('reads a view that does not begin where its buffer does', () => {
    expect(new ByteReader(fromHex('ffff 01020304 ffff').subarray(2, 6)).u32()).toBe(0x01020304);
  });

  it('never leaves the view, and says where in the packet it would have', () => {
    const reads: ((r: ByteReader) => unknown)[] = [
      (r) => r.u8(),
      (r) => r.u16(),
      (r) => r.u32(),
      (r) => r.i32(),
      (r) => r.bytes(1),
      (r) => r.bytes(-1),
      (r) => r.skip(1),
    ];
    for (const read of reads) {
      const r = new ByteReader(fromHex('aabbccddee').subarray(0, 3), 20);
      r.skip(3);
      expect(r.offset).toBe(23);
      expect(() => read(r)).toThrow(WireError);
      expect(() => read(r)).toThrow(/^truncated at byte 23/);
      expect(r.remaining).toBe(0);
    }
  });

  it('reads no bytes at the end', () => {
    const r = new ByteReader(new Uint8Array(0));
    expect(r.bytes(0).length).toBe(0);
    expect(r.rest().length).toBe(0);
  });

  it('gives views, not copies', () => {
    const bytes = fromHex('010203');
    const view = new ByteReader(bytes).bytes(3);
    bytes[0] = 9;
    expect(view[0]).toBe(9);
  });
});

describe('ByteWriter', () => {
  it('writes 64-bit numbers and doubles as the reader reads them', () => {
    const w = new ByteWriter(1);
    w.u64(0x0102030405060708n);
    w.f64(-2.5);
    expect(toHex(w.view())).toBe('0102030405060708c004000000000000');
    const r = new ByteReader(w.view());
    expect([r.u64(), r.f64()]).toEqual([0x0102030405060708n, -2.5]);
    expect(() => r.u64()).toThrow(WireError);
  });

  it('writes what a reader reads, growing from any capacity', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (capacity, parts) => {
        const w = new ByteWriter(capacity);
        for (const part of parts) {
          w.u8(part.length);
          w.u16(part.length + 1000);
          w.u32(part.length + 4_000_000_000);
          w.bytes(part);
        }
        const r = new ByteReader(w.finish());
        for (const part of parts) {
          expect([r.u8(), r.u16(), r.u32()]).toEqual([part.length, part.length + 1000, part.length + 4_000_000_000]);
          expect(r.bytes(part.length)).toEqual(part);
        }
        expect(r.remaining).toBe(0);
      }),
    );
  });

  it('pads with zeros to four, also over what an earlier message left', () => {
    const w = new ByteWriter(8);
    w.bytes(fromHex('ffffffffffffffff'));
    w.reset();
    w.u8(1);
    w.pad4();
    w.pad4();
    expect(toHex(w.view())).toBe('01000000');
    expect(w.length).toBe(4);
  });

  it('overwrites fields written earlier', () => {
    const w = new ByteWriter();
    w.zeros(8);
    w.patchU16(1, 0xabcd);
    w.patchU32(4, 0x01020304);
    expect(toHex(w.finish())).toBe('00abcd0001020304');
  });

  it('finish copies, view does not', () => {
    const w = new ByteWriter();
    w.u8(1);
    const [copy, view] = [w.finish(), w.view()];
    w.patchU16(0, 0x0909);
    expect([copy[0], view[0]]).toEqual([1, 9]);
  });
});

describe('byte strings', () => {
  it('hexadecimal goes there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(toHex(bytes)).toMatch(/^([0-9a-f]{2})*$/);
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
    expect([...fromHex(' 0A\n0b ')]).toEqual([10, 11]);
    for (const bad of ['0', '0g', '0x00']) expect(() => fromHex(bad)).toThrow(RangeError);
  });

  it('are equal if length and all bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4, max: 2 }), fc.uint8Array({ maxLength: 4, max: 2 }), (a, b) => {
        expect(bytesEqual(a, b)).toBe(toHex(a) === toHex(b));
      }),
    );
    expect(bytesEqual(fromHex('0102'), fromHex('0102'))).toBe(true);
  });

  it('join in order', () => {
    expect(toHex(concatBytes([fromHex('01'), fromHex(''), fromHex('0203')]))).toBe('010203');
    expect(concatBytes([]).length).toBe(0);
  });
});
