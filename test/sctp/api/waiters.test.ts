import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Waiters } from '../../../src/sctp/api/waiters.ts';

const listenersOn = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('Waiters', () => {
  it('serves those who wait in the order in which they came', async () => {
    const waiters = new Waiters<string, number>();
    const served: string[] = [];
    for (const name of ['a', 'b']) void waiters.wait(name).then((result) => served.push(`${name}${result}`));
    expect(waiters.first()).toBe('a');
    expect([waiters.resolveFirst(1), waiters.resolveFirst(2), waiters.resolveFirst(3)]).toEqual([true, true, false]);
    await Promise.resolve();
    expect(served).toEqual(['a1', 'b2']);
  });

  it('rejects with the reason of the signal, then or before, and makes room for the next one', async () => {
    let aborted = 0;
    const waiters = new Waiters<string, number>(() => aborted++);
    const controller = new AbortController();
    const first = waiters.wait('a', controller.signal);
    void waiters.wait('b');
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await expect(waiters.wait('c', controller.signal)).rejects.toThrow('enough');
    expect([waiters.first(), waiters.length, aborted]).toEqual(['b', 1, 1]);
  });

  it('leaves no listener on the signal, however the wait ends', async () => {
    const waiters = new Waiters<undefined, void>();
    const controller = new AbortController();
    const waits = [1, 2, 3, 4].map(() => waiters.wait(undefined, controller.signal));
    expect(listenersOn(controller.signal)).toBe(4);
    waiters.resolveFirst();
    waiters.rejectFirst(new Error('no'));
    expect(listenersOn(controller.signal)).toBe(2);
    waiters.rejectAll(new Error('no'));
    expect(listenersOn(controller.signal)).toBe(0);
    const ends = await Promise.allSettled(waits);
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
  });
});
