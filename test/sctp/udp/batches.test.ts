import { describe, expect, it } from 'vitest';
import { type Batched, Batches } from '../../../src/sctp/udp/batches.ts';

/** Datagrams that come as the test says, each for two endpoints. */
function setUp() {
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const turns: (() => void)[] = [];
  const substrate = {
    endOfBatch: (run: () => void) => void ends.push(run),
    endOfTurn: (run: () => void) => void turns.push(run),
  };
  const batches = new Batches(substrate, (endpoints, act) => {
    for (const endpoint of endpoints) act(endpoint);
    log.push('together');
  });
  const endpoint = (name: string): Batched => ({
    deliver: () => void log.push(`${name} delivers`),
    carryOut: () => void log.push(`${name} carries out`),
    endTurn: () => void log.push(`${name} ends the turn`),
  });
  const both = [endpoint('a'), endpoint('b')] as const;
  const datagram = (): void => {
    batches.comes();
    for (const each of both) batches.atEndOfBatch(each);
    batches.isHere();
  };
  const end = (which: (() => void)[]): void => {
    for (const run of which.splice(0)) run();
  };
  const takeLog = (): string[] => log.splice(0);
  return { batches, both, datagram, takeLog, endBatch: () => end(ends), endTurn: () => end(turns), ends, turns };
}

const ONE = ['a delivers', 'b delivers'];

describe('Batches', () => {
  it('lets endpoints deliver together at the end of a batch', () => {
    const { datagram, takeLog, endBatch, ends } = setUp();
    datagram();
    datagram();
    expect([takeLog(), ends.length]).toEqual([[], 1]);
    endBatch();
    expect(takeLog()).toEqual([...ONE, ...ONE, 'together']);
  });

  it('lets them deliver as soon as a datagram is here while datagrams come one by one', () => {
    const { datagram, takeLog, endBatch } = setUp();
    datagram();
    endBatch();
    takeLog();
    for (let i = 0; i < 2; i++) {
      datagram();
      expect(takeLog()).toEqual([...ONE, 'together']);
      endBatch();
      expect(takeLog()).toEqual([]);
    }
    datagram();
    takeLog();
    // It was not alone.
    datagram();
    datagram();
    expect(takeLog()).toEqual([]);
    endBatch();
    expect(takeLog()).toEqual([...ONE, ...ONE, 'together']);
    datagram();
    expect(takeLog()).toEqual([]);
  });

  it('does not take for a datagram what the system tells besides', () => {
    const { batches, both, datagram, takeLog, endBatch } = setUp();
    datagram();
    endBatch();
    takeLog();
    batches.atEndOfBatch(both[0]);
    expect(takeLog()).toEqual([]);
    endBatch();
    expect(takeLog()).toEqual(['a delivers', 'together']);
    datagram();
    expect(takeLog()).toEqual([...ONE, 'together']);
  });

  it('lets those that were called carry out together in the microtask that follows', async () => {
    const { batches, both, takeLog } = setUp();
    for (let i = 0; i < 2; i++) {
      for (const each of both) batches.afterCall(each);
      expect(takeLog()).toEqual([]);
      await Promise.resolve();
      expect(takeLog()).toEqual(['a carries out', 'b carries out', 'together']);
    }
  });

  it('lets them end a turn together', () => {
    const { batches, both, takeLog, endTurn, turns } = setUp();
    for (let i = 0; i < 2; i++) {
      for (const each of both) batches.atEndOfTurn(each);
      expect([takeLog(), turns.length]).toEqual([[], 1]);
      endTurn();
      expect(takeLog()).toEqual(['a ends the turn', 'b ends the turn', 'together']);
    }
  });
});
