import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import type { UserSession } from '../../../src/rserpool/index.ts';
import {
  CALCAPP_PPID,
  type CalcAppKind,
  calcAppService,
  calculate,
  decodeCalcApp,
  decodeCalcAppCookie,
  encodeCalcApp,
  encodeCalcAppCookie,
} from '../../../src/rserpool/services/index.ts';
import { ServiceScope } from './service-scope.ts';

describe('the wire format, as captured from rsplib', () => {
  it.each<[string, CalcAppKind, bigint, bigint]>([
    ['010000180000000100000000005c5f4d0000000000000000', 'request', 6_053_709n, 0n],
    ['020000180000000100000000000000000000000000000000', 'accept', 0n, 0n],
    ['050000180000000100000000005c5f4d00000000005c5f4d', 'complete', 6_053_709n, 6_053_709n],
    ['060000180000000100000000000000000000000000000000', 'keep-alive', 0n, 0n],
    ['070000180000000100000000000000000000000000000000', 'keep-alive-ack', 0n, 0n],
  ])('%s', (hex, kind, jobSize, completed) => {
    expect(decodeCalcApp(fromHex(hex))).toEqual({ kind, jobId: 1, jobSize, completed });
    expect(toHex(encodeCalcApp(kind, 1, jobSize, completed))).toBe(hex);
  });

  it('the cookie', () => {
    const hex = '0000000100000000006b886200000000000f4275';
    const job = { jobId: 1, jobSize: 7_047_266n, completed: 1_000_053n };
    expect(decodeCalcAppCookie(fromHex(hex))).toEqual(job);
    expect(toHex(encodeCalcAppCookie(job))).toBe(hex);
    expect(() => decodeCalcAppCookie(fromHex(`${hex}00`))).toThrow(WireError);
    expect(() => decodeCalcAppCookie(encodeCalcAppCookie({ ...job, completed: 7_047_267n }))).toThrow('more completed');
  });

  it('any bytes are a message, an unknown type or a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        if (bytes.length >= 4) bytes.set([bytes[0]! % 9, 0, 0, bytes.length]);
        for (const decode of [decodeCalcApp, decodeCalcAppCookie]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
    );
  });
});

describe('jobs', () => {
  const connect = (scope: ServiceScope): Promise<UserSession> => scope.world.run(scope.user.connect('CalcAppPool'));
  const run = async (scope: ServiceScope, session: UserSession, jobSize: number, changes: string[] = []) =>
    scope.world.run(
      calculate(session, { jobSize, clock: scope.userHost, onChange: (change) => void changes.push(change) }),
    );

  it('a job takes the time of its calculations', async () => {
    const scope = await ServiceScope.open();
    await scope.start(calcAppService({ capacity: 1000 }));
    const session = await connect(scope);
    const { completed, elapsedMs } = await run(scope, session, 20_000);
    expect(completed).toBe(20_000);
    expect(elapsedMs).toBeGreaterThan(20_000);
    expect(elapsedMs).toBeLessThan(20_100);
    expect((await run(scope, session, 0)).completed).toBe(0);
  });

  it('two jobs share the capacity, and the rest of the longer one has it alone', async () => {
    const scope = await ServiceScope.open();
    await scope.start(calcAppService({ capacity: 1000 }));
    const [one, two] = [await connect(scope), await connect(scope)];
    const jobs = Promise.all([run(scope, one, 2000), run(scope, two, 6000)]);
    const [short, long] = await scope.world.run(jobs);
    expect(short.elapsedMs).toBeGreaterThan(3900);
    expect(short.elapsedMs).toBeLessThan(4100);
    expect(long.elapsedMs).toBeGreaterThan(7900);
    expect(long.elapsedMs).toBeLessThan(8100);
  });

  it('the next element goes on where the one that died was at its last cookie', async () => {
    const scope = await ServiceScope.open();
    for (let i = 0; i < 2; i++) await scope.start(calcAppService({ capacity: 1000 }));
    const session = await connect(scope);
    const changes: string[] = [];
    const job = run(scope, session, 20_000, changes);
    await scope.world.pass(12_000);
    scope.kill(session.element!.peIdentifier);
    const { completed, elapsedMs } = await job;
    expect(completed).toBe(20_000);
    expect(changes).toEqual(['accepted', 'accepted']);
    // Cookies come every 5 s: 2 of 12 s are lost, and what it takes to notice the death.
    expect(elapsedMs).toBeGreaterThan(22_000);
    expect(elapsedMs).toBeLessThan(28_000);
  });

  it('an element without room refuses, and another one takes the job', async () => {
    const scope = await ServiceScope.open();
    for (let i = 0; i < 2; i++) await scope.start(calcAppService({ capacity: 1000, maxJobs: 1 }));
    const sessions = [await connect(scope), await connect(scope), await connect(scope)];
    const changes: string[] = [];
    const results = await scope.world.run(Promise.all(sessions.map((session) => run(scope, session, 5000, changes))));
    expect(results.map(({ completed }) => completed)).toEqual([5000, 5000, 5000]);
    expect(changes).toContain('rejected');
  });

  it('the load of the element follows its jobs', async () => {
    const scope = await ServiceScope.open();
    await scope.start(calcAppService({ capacity: 1000, maxJobs: 4 }), { policy: { kind: 'least-used', load: 0 } });
    const load = (): unknown => {
      const policy = scope.registrar.snapshot().pools[0]!.elements[0]!.policy;
      return 'load' in policy ? Math.round((100 * policy.load) / 0xffffffff) : undefined;
    };
    expect(load()).toBe(0);
    const jobs = [run(scope, await connect(scope), 5000), run(scope, await connect(scope), 5000)];
    await scope.world.pass(1000);
    expect(load()).toBe(50);
    await scope.world.run(Promise.all(jobs));
    for (const session of scope.elements[0]!.element.sessions) session.close();
    await scope.world.pass(1000);
    expect(load()).toBe(0);
  });

  it('a user that answers no keep-alive is left', async () => {
    const scope = await ServiceScope.open();
    await scope.start(calcAppService({ capacity: 1000 }));
    const session = await scope.world.run(scope.user.connect('CalcAppPool', { failover: 'on-failure' }));
    await session.send(encodeCalcApp('request', 5, 1_000_000n), { ppid: CALCAPP_PPID });
    await scope.world.pass(4900);
    expect(session.closed).toBe(false);
    await scope.world.pass(1000);
    expect(session.closed).toBe(true);
  });

  it('an element that is silent is left for another', async () => {
    const scope = await ServiceScope.open();
    const silent = { pool: 'CalcAppPool', serve: () => new Promise<void>(() => undefined) };
    await scope.start(silent);
    const session = await connect(scope);
    await scope.start(calcAppService({ capacity: 1000 }));
    const { completed, elapsedMs } = await run(scope, session, 1000);
    expect(completed).toBe(1000);
    expect(elapsedMs).toBeGreaterThan(6000);
    expect(session.element!.peIdentifier).toBe(2);
  });

  it('a cookie that is none, or of the largest job, neither crashes the element nor keeps it busy', async () => {
    const scope = await ServiceScope.open();
    const element = await scope.start(calcAppService());
    const failures: unknown[] = [];
    element.on('handler-error', (error) => failures.push(error));
    const session = await connect(scope);
    await session.send(encodeCalcApp('request', 5, 2n ** 64n - 1n), { ppid: CALCAPP_PPID });
    await session.send(encodeCalcApp('request', 6, 1n), { ppid: CALCAPP_PPID });
    const kinds: (string | undefined)[] = [];
    for (let i = 0; i < 2; i++) {
      kinds.push(decodeCalcApp((await scope.world.run(session.receive())).data)?.kind);
    }
    expect(kinds).toEqual(['accept', 'reject']);
    await session.send(encodeCalcApp('abort', 5), { ppid: CALCAPP_PPID });
    await session.send(fromHex('01'), { ppid: CALCAPP_PPID });
    await scope.world.pass(3000);
    expect(failures).toEqual([]);
  });
});
