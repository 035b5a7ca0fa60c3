import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('virtual clock', () => {
  it('runs events in order of time, and those of one instant in the order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (times) => {
        const clock = new VirtualClock();
        const ran: [number, number][] = [];
        times.forEach((at, i) => {
          clock.at(at, () => ran.push([clock.now(), i]));
        });
        clock.runUntilIdle();
        const expected = times.map((at, i): [number, number] => [at, i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('runs what is due up to the end, the end included, and leaves the rest', () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    for (const at of [5, 10, 15]) clock.at(at, () => ran.push(at));
    clock.runUntil(10);
    expect(ran).toEqual([5, 10]);
    expect(clock.now()).toBe(10);
    clock.runFor(4);
    expect([clock.now(), clock.pending, ran.length]).toEqual([14, 1, 2]);
  });

  it('never runs a cancelled event and does not count it', () => {
    const clock = new VirtualClock();
    let ran = 0;
    const cancel = clock.at(1, () => ran++);
    clock.at(2, () => ran++);
    cancel();
    cancel();
    expect([clock.pending, clock.nextAt()]).toEqual([1, 2]);
    clock.runUntilIdle();
    expect(ran).toBe(1);
  });

  it('takes an instant in the past for now, and never runs it synchronously', () => {
    const clock = new VirtualClock({ startAt: 100 });
    let at: number | undefined;
    clock.at(3, () => {
      at = clock.now();
    });
    expect(at).toBeUndefined();
    clock.runUntilIdle();
    expect(at).toBe(100);
    expect(() => clock.at(Number.NaN, () => {})).toThrow(RangeError);
  });

  it('gives up with a clear message on events that never end', () => {
    const clock = new VirtualClock({ stepLimit: 100 });
    const again = (): void => void clock.after(0, again);
    again();
    expect(() => clock.runUntilIdle()).toThrow(/100 steps and no end at 0 ms with 1 events pending/);
    expect(() => clock.runUntil(5)).toThrow(/100 steps/);
  });

  it('runs until a condition holds, and says so if it cannot', () => {
    const clock = new VirtualClock();
    let count = 0;
    for (let i = 1; i <= 5; i++) clock.at(i, () => count++);
    clock.runWhileNot(() => count === 3);
    expect(clock.now()).toBe(3);
    expect(() => clock.runWhileNot(() => false, 1)).toThrow(/not met within 1 ms/);
    expect(() => clock.runWhileNot(() => false)).toThrow(/nothing left/);
  });
});
