import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../src/base/contract.ts';
import { type Alarm, SharedTimer } from '../../../src/sctp/udp/shared-timer.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock();
  let timers = 0;
  const timer = new SharedTimer({
    now: () => clock.now(),
    setTimer: (at, fire) => {
      timers++;
      return clock.at(at, fire);
    },
  });
  const rung: string[] = [];
  let alarms = 0;
  const alarm = (name: string, onRing = () => {}): Alarm => ({
    rank: 0,
    order: ++alarms,
    index: -1,
    ring() {
      rung.push(`${name} ${clock.now()}`);
      onRing();
    },
  });
  return { clock, timer, rung, alarm, timersSet: () => timers };
}

describe('SharedTimer', () => {
  it('rings every alarm once when its time has come, with one timer for those of the same instant', () => {
    const { clock, timer, rung, alarm, timersSet } = setUp();
    const at: readonly (readonly [string, Instant])[] = [
      ['a', 30],
      ['b', 10],
      ['c', 20],
      ['d', 20],
    ];
    for (const [name, instant] of at) timer.set(alarm(name), instant);
    expect([clock.nextAt(), clock.pending]).toEqual([10, 1]);
    const before = timersSet();
    clock.runUntilIdle();
    expect(rung).toEqual(['b 10', 'c 20', 'd 20', 'a 30']);
    expect(timersSet() - before).toBe(2);
  });

  it('rings when it was set last, and not after it was stopped', () => {
    const { clock, timer, rung, alarm } = setUp();
    const [sooner, later, stopped] = [alarm('sooner'), alarm('later'), alarm('stopped')];
    timer.set(sooner, 50);
    timer.set(later, 10);
    timer.set(stopped, 20);
    timer.set(sooner, 5);
    timer.set(later, 60);
    timer.stop(stopped);
    clock.runUntilIdle();
    expect(rung).toEqual(['sooner 5', 'later 60']);
  });

  it('leaves no timer when nobody waits', () => {
    const { clock, timer, alarm } = setUp();
    const only = alarm('only');
    timer.set(only, 10);
    timer.stop(only);
    timer.stop(only);
    expect(clock.pending).toBe(0);
  });

  it('lets others have their turn when one wants to be called at once again and again', () => {
    const { clock, timer, rung, alarm } = setUp();
    const eager: Alarm = alarm('eager', () => timer.set(eager, 0));
    timer.set(eager, 0);
    timer.set(alarm('patient'), 0);
    clock.step();
    expect(rung).toEqual(['eager 0', 'patient 0']);
    expect(clock.pending).toBe(1);
  });

  it('goes on when an owner throws', () => {
    const { clock, timer, rung, alarm } = setUp();
    timer.set(
      alarm('broken', () => {
        throw new Error('of the owner');
      }),
      10,
    );
    timer.set(alarm('other'), 10);
    expect(() => clock.step()).toThrow('of the owner');
    clock.runUntilIdle();
    expect(rung).toEqual(['broken 10', 'other 10']);
  });
});
