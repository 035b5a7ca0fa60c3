import { describe, expect, it } from 'vitest';
import { tsn } from '../../../src/base/serial.ts';
import { RepeatedChunks } from '../../../src/sctp/tx/repeated-chunks.ts';

describe('duplicates that a peer reports (RFC 9260 §7.2.2)', () => {
  it('[SCTP-0788, ERR-0020] count for where the chunk was sent again, each copy once', () => {
    const repeated = new RepeatedChunks<string>();
    repeated.repeated(tsn(7), 1016, 'first');
    repeated.repeated(tsn(8), 20, 'first');
    repeated.repeated(tsn(8), 20, 'second');
    expect([...repeated.reported([tsn(7), tsn(8)])]).toEqual([
      ['first', 1016],
      ['second', 20],
    ]);
    expect([...repeated.reported([tsn(7), tsn(8), tsn(8), tsn(8)])]).toEqual([['second', 20]]);
    expect([...repeated.reported([tsn(7), tsn(8)])]).toEqual([]);
  });

  it('[SCTP-0788] do not count if nothing was sent again, whatever the peer says', () => {
    expect([...new RepeatedChunks().reported([tsn(1), tsn(2), tsn(1)])]).toEqual([]);
  });

  it('what is old is forgotten', () => {
    const repeated = new RepeatedChunks<string>();
    for (let i = 0; i < 1025; i++) repeated.repeated(tsn(i), 4, 'path');
    expect(repeated.reported([tsn(0)]).size).toBe(0);
    expect(repeated.reported([tsn(1)]).size).toBe(1);
  });
});
