import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earlier, Timers } from '../../src/base/timers.ts';

const NAMES = ['t1-init', 't2-shutdown', 't3-rtx'] as const;

describe('Timers', () => {
  it('are stopped in the beginning', () => {
    const timers = new Timers(NAMES);
    expect(timers.next()).toBeUndefined();
    expect(timers.takeDue(1e9)).toBeUndefined();
    for (const name of NAMES) expect(timers.isRunning(name)).toBe(false);
  });

  it('fire once each, earliest first, when their time has come', () => {
    const timers = new Timers(NAMES);
    timers.set('t1-init', 30);
    timers.set('t2-shutdown', 10);
    timers.set('t3-rtx', 20);
    expect(timers.next()).toBe(10);
    expect(timers.takeDue(9.99)).toBeUndefined();
    expect(timers.takeDue(10)).toBe('t2-shutdown');
    expect(timers.takeDue(10)).toBeUndefined();
    expect([timers.takeDue(100), timers.takeDue(100), timers.takeDue(100)]).toEqual(['t3-rtx', 't1-init', undefined]);
    expect(timers.next()).toBeUndefined();
  });

  it('fire in the order of their names if they are due at the same time', () => {
    const timers = new Timers(NAMES);
    for (const name of ['t3-rtx', 't1-init', 't2-shutdown'] as const) timers.set(name, 5);
    expect([timers.takeDue(5), timers.takeDue(5), timers.takeDue(5)]).toEqual([...NAMES]);
  });

  it('set restarts, setIfStopped does not', () => {
    const timers = new Timers(NAMES);
    timers.setIfStopped('t3-rtx', 10);
    timers.setIfStopped('t3-rtx', 20);
    expect(timers.at('t3-rtx')).toBe(10);
    timers.set('t3-rtx', 20);
    expect(timers.at('t3-rtx')).toBe(20);
  });

  it('a deadline at 0 counts', () => {
    const timers = new Timers(NAMES);
    timers.set('t1-init', 0);
    expect([timers.isRunning('t1-init'), timers.next(), timers.takeDue(0)]).toEqual([true, 0, 't1-init']);
  });

  it('stopped ones do not fire', () => {
    const timers = new Timers(NAMES);
    timers.set('t1-init', 1);
    timers.set('t2-shutdown', 2);
    timers.stop('t1-init');
    expect(timers.takeDue(5)).toBe('t2-shutdown');
    timers.set('t1-init', 1);
    timers.set('t3-rtx', 1);
    timers.stopAll();
    expect(timers.next()).toBeUndefined();
  });

  it('takes all that are due in order of time, and only those', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50)), { minLength: 3, maxLength: 3 }), fc.nat(50), (deadlines, now) => {
        const timers = new Timers(NAMES);
        for (const [i, at] of deadlines.entries()) if (at !== null) timers.set(NAMES[i]!, at);
        const taken: number[] = [];
        for (let name = timers.takeDue(now); name !== undefined; name = timers.takeDue(now)) {
          taken.push(deadlines[NAMES.indexOf(name)]!);
        }
        const due = deadlines.filter((at): at is number => at !== null && at <= now);
        expect(taken).toEqual(due.sort((a, b) => a - b));
        const left = deadlines.filter((at): at is number => at !== null && at > now);
        expect(timers.next()).toBe(left.length === 0 ? undefined : Math.min(...left));
      }),
    );
  });
});

describe('earlier', () => {
  it('is the smaller one, or the only one, or none', () => {
    expect([earlier(1, 2), earlier(2, 1), earlier(undefined, 3), earlier(4, undefined)]).toEqual([1, 1, 3, 4]);
    expect(earlier(0, undefined)).toBe(0);
    expect(earlier(undefined, undefined)).toBeUndefined();
  });
});
