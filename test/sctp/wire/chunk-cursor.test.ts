import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { ChunkCursor } from '../../../src/sctp/wire/chunk-cursor.ts';
import { expectWireError } from './expect-wire-error.ts';

const HEADER = '13881389 00000001 00000000';

function walk(chunksHex: string): { steps: number[][]; malformed: string | undefined } {
  const cursor = new ChunkCursor(fromHex(`${HEADER} ${chunksHex}`), 12);
  const steps: number[][] = [];
  while (cursor.next()) steps.push([cursor.type, cursor.flags, cursor.offset, cursor.length]);
  expect(cursor.next()).toBe(false);
  return { steps, malformed: cursor.malformed?.message };
}

describe('ChunkCursor', () => {
  it('[SCTP-0050] finds type, flags, offset and length of each chunk', () => {
    expect(walk('0b010004 c1800006 abcd0000 0e000004')).toEqual({
      steps: [
        [11, 1, 12, 4],
        [0xc1, 0x80, 16, 6],
        [14, 0, 24, 4],
      ],
      malformed: undefined,
    });
  });

  it('[SCTP-0067] does not look at the bytes of the padding', () => {
    expect(walk('c1000005 aaffffff 0b000004').steps).toEqual([
      [0xc1, 0, 12, 5],
      [11, 0, 20, 4],
    ]);
  });

  it('[SCTP-0068] stops at a length below four and keeps what came before', () => {
    for (const length of ['0000', '0001', '0002', '0003']) {
      expect(walk(`0b000004 0b00${length} 0b000004`)).toEqual({
        steps: [[11, 0, 12, 4]],
        malformed: `bad-length at byte 18: chunk claims ${Number(length)} bytes, 8 left`,
      });
    }
  });

  it('[SCTP-0069] stops at a chunk that goes beyond the packet', () => {
    expect(walk('0b000004 0a000009 01020304')).toEqual({
      steps: [[11, 0, 12, 4]],
      malformed: 'bad-length at byte 18: chunk claims 9 bytes, 8 left',
    });
  });

  it('[SCTP-0070] tolerates a last chunk whose padding is missing', () => {
    for (const value of ['aa', 'aabb', 'aabbcc']) {
      const length = 4 + value.length / 2;
      expect(walk(`0a00000${length} ${value}`)).toEqual({ steps: [[10, 0, 12, length]], malformed: undefined });
    }
  });

  it('[SCTP-0030] reports less than a chunk header as malformed', () => {
    expect(walk('')).toEqual({ steps: [], malformed: 'truncated at byte 12: no chunk' });
    for (const rest of ['0b', '0b00', '0b0000']) {
      expect(walk(rest)).toEqual({ steps: [], malformed: 'truncated at byte 12: chunk header' });
      expect(walk(`0b000004 ${rest}`)).toEqual({
        steps: [[11, 0, 12, 4]],
        malformed: 'truncated at byte 16: chunk header',
      });
    }
  });

  it('decodes the chunk at hand', () => {
    const cursor = new ChunkCursor(fromHex(`${HEADER} 07000008 00000009 07000004`), 12);
    expect(cursor.next()).toBe(true);
    expect(cursor.decode()).toEqual({ kind: 'shutdown', cumulativeTsnAck: 9 });
    expect(cursor.next()).toBe(true);
    expectWireError(() => cursor.decode(), 'bad-length', 22);
  });
});
