import { describe, expect, it } from 'vitest';
import { type ResolutionOutcome, ResolutionWaits } from '../../../src/rserpool/node/resolution-waits.ts';
import { echoService } from '../../../src/rserpool/services/index.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ServiceScope } from '../services/service-scope.ts';

const ONE = poolHandle('One');
const OTHER = poolHandle('Other');
const begin = (): void => undefined;

function resolved(handle: typeof ONE, elements: readonly PoolElementParameter[] = []): ResolutionOutcome {
  return { kind: 'resolved', poolHandle: handle, policy: { kind: 'round-robin' }, elements, source: 'registrar' };
}

function failed(handle: typeof ONE): ResolutionOutcome {
  return { kind: 'resolution-failed', poolHandle: handle, failure: 'unknown-pool', reason: 'none', causes: [] };
}

describe('calls that wait for the elements of a pool', () => {
  it('each hear the next outcome of their own pool, and no other', async () => {
    const waits = new ResolutionWaits();
    const elements: PoolElementParameter[] = [];
    const heard: string[] = [];
    const both = [waits.next(ONE, undefined, begin), waits.next(poolHandle('One'), undefined, begin)];
    const other = waits
      .next(OTHER, undefined, begin)
      .catch((error: { readonly code: string }) => heard.push(error.code));
    waits.tell(resolved(ONE, elements));
    waits.tell(failed(ONE));
    for (const each of await Promise.all(both)) expect(each).toBe(elements);
    expect(heard).toEqual([]);
    waits.tell(failed(OTHER));
    await other;
    expect(heard).toEqual(['ERR_RSERPOOL_UNKNOWN_POOL']);
  });

  it('hear of an outcome that comes at once', async () => {
    const waits = new ResolutionWaits();
    await expect(waits.next(ONE, undefined, () => waits.tell(resolved(ONE)))).resolves.toEqual([]);
  });

  it('fail with what is thrown on the way, or when they are given up; the others go on', async () => {
    const waits = new ResolutionWaits();
    const refuse = (): void => {
      throw new TypeError('not now');
    };
    const abort = new AbortController();
    const goesOn = waits.next(ONE, undefined, begin);
    await expect(waits.next(ONE, undefined, refuse)).rejects.toThrow('not now');
    const given = waits.next(ONE, abort.signal, begin);
    abort.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    waits.tell(resolved(ONE));
    await expect(goesOn).resolves.toEqual([]);
  });

  it.each([
    ['answered', resolved(ONE)],
    ['refused', failed(ONE)],
  ])('leave nothing on their signal when they are %s', async (_, outcome) => {
    const waits = new ResolutionWaits();
    const { signal } = new AbortController();
    const left: string[] = [];
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      left.push(args[0]);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      left.pop();
      removeEventListener.apply(signal, args);
    };
    const call = waits.next(ONE, signal, begin).catch(() => undefined);
    expect(left).toEqual(['abort']);
    waits.tell(outcome);
    await call;
    expect(left).toEqual([]);
  });

  it('may be many at the same time: none is a listener', async () => {
    const scope = await ServiceScope.open();
    await scope.start(echoService());
    const calls = Array.from({ length: 50 }, (_, i) => scope.user[i % 2 === 0 ? 'resolve' : 'populate']('EchoPool'));
    expect(scope.user.listenerCount('event')).toBe(0);
    const answers = await scope.world.run(Promise.all(calls));
    expect(answers.map((elements) => elements.map(({ identifier }) => identifier))).toEqual(calls.map(() => [1]));
  });
});
