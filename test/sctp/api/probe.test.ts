import { describe, expect, it } from 'vitest';
import { Scope } from './scope.ts';

describe('association.probe', () => {
  it('resolves to true as soon as the peer has answered', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    const before = scope.world.clock.now();
    const both = Promise.all([near.probe(), near.probe()]);
    expect(await scope.world.run(both)).toEqual([true, true]);
    expect(scope.world.clock.now() - before).toBe(20);
  });

  it('resolves to false if it does not, and the association goes on', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    await scope.world.run(near.probe());
    scope.kill('server');
    expect(await scope.world.run(near.probe())).toBe(false);
    expect(near.status()?.state).toBe('ESTABLISHED');
  });

  it('rejects when the association ends, is over, or the signal says so', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect();
    scope.kill('server');
    const waiting = near.probe();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(near.probe({ signal })).rejects.toThrow('enough');
    near.abort('over');
    await expect(scope.world.run(waiting)).rejects.toThrow(/over/);
    await expect(near.probe()).rejects.toMatchObject({ code: 'ERR_SCTP_NOT_OPEN' });
  });

  it('tells by `unanswered` when to ask', async () => {
    const scope = await Scope.open();
    const { near } = await scope.connect({ config: { unansweredAfterMs: 250 } });
    const doubts: number[] = [];
    near.on('unanswered', ({ forMs }) => doubts.push(forMs));
    await near.send('hello');
    await scope.world.pass(2000);
    scope.kill('server');
    await near.send('anybody there?');
    await scope.world.pass(5000);
    expect(doubts).toHaveLength(1);
    expect(doubts[0]).toBeGreaterThanOrEqual(250);
  });
});
