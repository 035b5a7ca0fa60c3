import { describe, expect, it } from 'vitest';
import { mid } from '../../../src/base/serial.ts';
import { MessageNumbers } from '../../../src/sctp/tx/message-numbers.ts';

describe('message numbers', () => {
  it('[IDATA-0010] two counters per stream, for ordered and unordered messages, that begin at 0', () => {
    const numbers = new MessageNumbers();
    const taken = [
      numbers.take(1, false),
      numbers.take(1, true),
      numbers.take(1, false),
      numbers.take(2, false),
      numbers.take(1, true),
      numbers.take(1, false),
    ];
    expect(taken).toEqual([0, 0, 1, 0, 1, 2]);
  });

  it('[IDATA-0011] [AT-40] MIDs go round after 2^32 - 1', () => {
    const numbers = new MessageNumbers(mid(0xffff_fffe));
    expect([1, 2, 3, 4].map(() => numbers.take(0, false))).toEqual([0xffff_fffe, 0xffff_ffff, 0, 1]);
    expect([1, 2, 3].map(() => numbers.take(0, true))).toEqual([0xffff_fffe, 0xffff_ffff, 0]);
  });
});
