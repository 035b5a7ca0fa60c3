import { describe, expect, it } from 'vitest';
import { EventWaits } from '../../../src/rserpool/node/event-waits.ts';
import { echoService } from '../../../src/rserpool/services/index.ts';
import { ServiceScope } from '../services/service-scope.ts';

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

  it('of one pool user may be many at the same time: none is a listener', async () => {
    const scope = await ServiceScope.open();
    await scope.start(echoService());
    const calls = Array.from({ length: 50 }, (_, i) => scope.user[i % 2 === 0 ? 'resolve' : 'populate']('EchoPool'));
    expect(scope.user.listenerCount('event')).toBe(0);
    const answers = await scope.world.run(Promise.all(calls));
    expect(answers.map((elements) => elements.map(({ identifier }) => identifier))).toEqual(calls.map(() => [1]));
  });
});
