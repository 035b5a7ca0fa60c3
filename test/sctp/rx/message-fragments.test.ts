import { describe, expect, it } from 'vitest';
import { fsn, mid, tsn } from '../../../src/base/serial.ts';
import { MessageFragments } from '../../../src/sctp/rx/message-fragments.ts';
import type { IDataChunk } from '../../../src/sctp/wire/types.ts';

const fragment = (number: number, bits: '' | 'B' | 'E' | 'BE' = '', bytes = 2): IDataChunk => ({
  kind: 'i-data',
  tsn: tsn(number),
  streamId: 0,
  mid: mid(0),
  ppid: bits.includes('B') ? 77 : 0,
  fsn: fsn(number),
  unordered: false,
  beginning: bits.includes('B'),
  ending: bits.includes('E'),
  immediate: false,
  userData: new Uint8Array(bytes).fill(number),
});

function holding(...chunks: readonly IDataChunk[]): MessageFragments {
  const message = new MessageFragments(mid(0));
  for (const chunk of chunks) {
    expect(message.conflictOf(chunk)).toBeUndefined();
    message.add(chunk);
  }
  return message;
}

const bytesOf = (message: MessageFragments): number[] => message.takeRun().flatMap(({ data }) => [...data]);

describe('fragments of a message in I-DATA', () => {
  it('[IDATA-0019] are complete when all are here, in whatever order; the PPID is that of the first', () => {
    const message = holding(fragment(2, 'E', 1), fragment(1));
    expect([message.isComplete, message.runBytes, message.ppid]).toEqual([false, 0, 0]);
    message.add(fragment(0, 'B', 3));
    expect([message.isComplete, message.runBytes, message.ppid]).toEqual([true, 6, 77]);
    expect(bytesOf(message)).toEqual([0, 0, 0, 1, 1, 2]);
    expect(holding(fragment(0, 'B'), fragment(1)).ppid).toBe(77);
  });

  it.each([
    ['the same twice', [fragment(0, 'B'), fragment(1)], fragment(1), 'fsn-reused'],
    ['two beginnings', [fragment(0, 'B')], fragment(0, 'B'), 'fsn-reused'],
    ['number 0 without the B bit', [fragment(1)], fragment(0), 'no-beginning'],
    ['number 0 with the E bit alone', [], fragment(0, 'E'), 'no-beginning'],
    ['behind the end', [fragment(2, 'E')], fragment(3), 'fsn-beyond-the-end'],
    ['an end before what has come', [fragment(3)], fragment(2, 'E'), 'fsn-beyond-the-end'],
    ['two ends', [fragment(3, 'E')], fragment(2, 'E'), 'fragments-disagree'],
    ['the whole message beside a fragment', [fragment(1)], fragment(0, 'BE'), 'fsn-beyond-the-end'],
  ] as const)('[IDATA-0037] %s', (_name, before, chunk, conflict) => {
    expect(holding(...before).conflictOf(chunk)).toBe(conflict);
  });

  it('goes up as far as it is here without a hole, and what has gone up cannot come again', () => {
    const message = holding(fragment(0, 'B'), fragment(1), fragment(3));
    expect(message.runBytes).toBe(4);
    message.partId = 0;
    expect(bytesOf(message)).toEqual([0, 0, 1, 1]);
    expect([message.runBytes, message.heldBytes, message.heldFragments, message.deliveredBytes]).toEqual([0, 2, 1, 4]);
    expect(message.conflictOf(fragment(1))).toBe('fsn-reused');
    expect(message.conflictOf(fragment(0, 'B'))).toBe('fsn-reused');
    message.add(fragment(2));
    expect(message.isComplete).toBe(false);
    message.add(fragment(4, 'E'));
    expect(message.isComplete).toBe(true);
    expect(bytesOf(message)).toEqual([2, 2, 3, 3, 4, 4]);
  });

  it('what was given up can come again; what it said of the end still counts', () => {
    const message = holding(fragment(0, 'B'), fragment(1), fragment(2, 'E'));
    expect([message.drop(fsn(2)), message.drop(fsn(1))]).toEqual([2, 2]);
    expect([message.isComplete, message.runBytes, message.heldFragments]).toEqual([false, 2, 1]);
    expect(message.conflictOf(fragment(3))).toBe('fsn-beyond-the-end');
    for (const chunk of [fragment(2, 'E'), fragment(1)]) {
      expect(message.conflictOf(chunk)).toBeUndefined();
      message.add(chunk);
    }
    expect([message.isComplete, message.runBytes]).toEqual([true, 6]);
  });

  it('[IDATA-0017] [AT-40] FSNs go round after 2^32 - 1 in a message that goes up in parts', () => {
    const message = new MessageFragments(mid(0), fsn(0xffff_fffe));
    message.partId = 0;
    expect(message.conflictOf(fragment(0, 'B'))).toBe('fsn-reused');
    for (const chunk of [fragment(0), fragment(0xffff_ffff), fragment(2, 'E'), fragment(0xffff_fffe), fragment(1)]) {
      expect(message.conflictOf(chunk)).toBeUndefined();
      message.add(chunk);
    }
    expect(message.isComplete).toBe(true);
    expect(bytesOf(message)).toEqual([0xfe, 0xfe, 0xff, 0xff, 0, 0, 1, 1, 2, 2]);
    expect(message.conflictOf(fragment(0xffff_ffff))).toBe('fsn-reused');
    expect(message.conflictOf(fragment(0, 'B'))).toBe('fsn-reused');
  });
});
