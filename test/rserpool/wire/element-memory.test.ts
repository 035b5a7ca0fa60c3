import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/base/bytes.ts';
import { TlvReader } from '../../../src/base/tlv.ts';
import type { Dialect } from '../../../src/rserpool/wire/dialect.ts';
import { type PoolElementParameter, readPoolElement, writePoolElement } from '../../../src/rserpool/wire/element.ts';
import { readListedElement, writeListedElement } from '../../../src/rserpool/wire/element-memory.ts';
import { newReading, type Reading } from '../../../src/rserpool/wire/parameter.ts';
import type { SctpTransport } from '../../../src/rserpool/wire/transport.ts';
import { asapElements } from './arbitraries.ts';
import { plain } from './bytes.ts';
import { fullElement } from './golden-messages.ts';

/** Behind so many other bytes. */
function bytesOf(element: PoolElementParameter, write: typeof writeListedElement, behind = 4): Uint8Array {
  const w = new ByteWriter();
  w.bytes(new Uint8Array(behind).fill(1));
  write(w, element, 'rfc');
  return w.finish();
}

const direct: typeof writeListedElement = (w, element, dialect) => writePoolElement(w, element, 'asap', dialect);

function read(bytes: Uint8Array, dialect: Dialect = 'rfc'): { element: PoolElementParameter; reading: Reading } {
  const reading = newReading({}, true, dialect);
  // In memory of its own, and with something after it.
  const tlv = new TlvReader(Uint8Array.from([...bytes, 0, 0, 0, 0])).next()!;
  return { element: readListedElement(reading, tlv), reading };
}

const FULL = bytesOf(fullElement, direct).slice(4);

describe('elements of lists', () => {
  it('are written as any element, also the second time', () => {
    fc.assert(
      fc.property(asapElements, (element) => {
        for (const behind of [1, 4, 3, 1]) {
          expect(bytesOf(element, writeListedElement, behind)).toEqual(bytesOf(element, direct, behind));
        }
      }),
    );
  });

  it('are written in the dialect of the receiver', () => {
    const rsplib = new ByteWriter();
    writeListedElement(new ByteWriter(), fullElement, 'rfc');
    writeListedElement(rsplib, fullElement, 'rsplib');
    const expected = new ByteWriter();
    writePoolElement(expected, fullElement, 'asap', 'rsplib');
    expect(rsplib.finish()).toEqual(expected.finish());
  });

  it('are read as any element, also the second time, and others with the same identifier in between', () => {
    fc.assert(
      fc.property(asapElements, asapElements, (one, another) => {
        const other = { ...another, identifier: one.identifier };
        for (const element of [one, one, other, one]) {
          const bytes = bytesOf(element, direct).slice(4);
          const expected = readPoolElement(newReading(), new TlvReader(bytes).next()!, 'asap');
          expect(read(bytes).element).toEqual(expected);
        }
      }),
    );
  });

  it('are one object as long as their bytes stay the same', () => {
    const { element } = read(FULL);
    const again = read(FULL);
    expect(again.element).toBe(element);
    // A message that is refused behind it names it.
    expect(again.reading.context.peIdentifier).toBe(fullElement.identifier);
    expect(read(FULL, 'rsplib').element).toMatchObject({ registrationLifeS: 0.6 });
    const changed = FULL.slice();
    changed.set([0, 9], 14);
    expect(read(changed).element).toMatchObject({ registrationLifeS: 9 });
  });

  it('cannot be changed by whom they are told', () => {
    const { element } = read(FULL);
    const { userTransport, policy, asapTransport } = element;
    expect([element, userTransport, policy, asapTransport].map(Object.isFrozen)).toEqual([true, true, true, true]);
    for (const transport of [userTransport, asapTransport]) {
      expect(transport).toMatchObject({ addresses: [expect.any(String)] });
      expect(Object.isFrozen((transport as SctpTransport).addresses)).toBe(true);
    }
  });

  it.each([
    ['an opaque transport', '000a0024 12345678 00000000 ffffffff 00100009 68656c6c 6f000000 00080008 00000001'],
    [
      'an unknown policy',
      '000a002c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000099 00000001',
    ],
  ])('are objects of their own if they have bytes that can be changed: %s', (_, hex) => {
    const bytes = Uint8Array.from(plain(hex).match(/../g)!, (each) => Number.parseInt(each, 16));
    const { element } = read(bytes);
    expect(read(bytes).element).not.toBe(element);
  });

  it('are reported each time if something in them is to be reported', () => {
    // Parameter 0xc123: skip and report.
    const hex =
      '000a0034 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003 c1230004';
    const bytes = Uint8Array.from(plain(hex).match(/../g)!, (each) => Number.parseInt(each, 16));
    bytes[3] = bytes.length;
    for (let i = 0; i < 2; i++) expect(read(bytes).reading.unrecognized).toEqual([Uint8Array.from([0xc1, 0x23, 0, 4])]);
  });
});
