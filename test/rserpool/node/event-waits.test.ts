import { describe, expect, it } from 'vitest';
import { EventWaits } from '../../../src/rserpool/node/event-waits.ts';

const isEven = (event: number): { readonly result: string } | undefined => {
  if (event < 0) throw new RangeError('negative');
  return event % 2 === 0 ? { result: `got ${event}` } : undefined;
};

describe('calls that wait for an event', () => {
  it('each get the first one that they want, and leave nothing behind', async () => {
    const waits = new EventWaits<number>();
    const both = [waits.next(isEven, undefined, () => undefined), waits.next(isEven, undefined, () => waits.tell(1))];
    expect(waits.size).toBe(2);
    waits.tell(3);
    waits.tell(4);
    waits.tell(6);
    expect(await Promise.all(both)).toEqual(['got 4', 'got 4']);
    expect(waits.size).toBe(0);
  });

  it('fail with what is thrown on the way, or when they are given up', async () => {
    const waits = new EventWaits<number>();
    const begin = (): void => {
      throw new TypeError('not now');
    };
    await expect(waits.next(isEven, undefined, begin)).rejects.toThrow('not now');
    await expect(waits.next(isEven, undefined, () => waits.tell(-1))).rejects.toThrow('negative');
    const abort = new AbortController();
    const given = waits.next(isEven, abort.signal, () => undefined);
    abort.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    expect(waits.size).toBe(0);
  });
});
