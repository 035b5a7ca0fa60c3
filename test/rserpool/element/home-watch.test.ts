import { describe, expect, it } from 'vitest';
import { HOME_GIVEN_UP, host } from '../asap/role-ladder.ts';
import { ElementLadder } from './element-ladder.ts';

/** A member of the pool, whose home registrar has just answered on channel 1 and may be silent for 2 s. */
function member(homeSilenceMs = 2000): ElementLadder {
  const ladder = new ElementLadder(2, { homeSilenceMs });
  ladder.join();
  return ladder;
}

/** Lets `ms` pass, and tells after how long the home registrar was probed. */
function probedAfter(ladder: ElementLadder, ms: number): number | undefined {
  const start = ladder.now;
  ladder.take();
  for (let passed = 1; passed <= ms; passed++) {
    ladder.advance(1);
    if (ladder.takeOnly('probe 1').length > 0) return ladder.now - start;
  }
  return undefined;
}

describe('a home registrar that falls silent', () => {
  it('is probed after the configured time, and again as long after each sign of life', () => {
    const ladder = member();
    ladder.advance(1999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['probe 1']);
    ladder.advance(500);
    ladder.probed(1, true);
    expect(ladder.take()).toEqual([]);
    expect(probedAfter(ladder, 3000)).toBe(2000);
  });

  it('is probed once for one silence, as long as the probe goes on', () => {
    const ladder = member();
    ladder.advance(3999);
    expect(ladder.take()).toEqual(['probe 1']);
  });

  it('is given up for another one if it does not answer the probe', () => {
    const ladder = member();
    ladder.advance(2000);
    ladder.take();
    ladder.probed(1, false);
    expect(ladder.take()).toEqual(HOME_GIVEN_UP);
    ladder.up(5, host(2));
    expect(ladder.takeOnly('5:')).toEqual(['5: registration 7']);
  });

  it('has said something by any of its messages', () => {
    const ladder = member();
    ladder.advance(1500);
    ladder.deregistered(1, [], 99);
    expect(probedAfter(ladder, 3000)).toBe(2000);
  });

  it('may be silent for two and a half of the pauses between its keep-alives', () => {
    const ladder = member(8000);
    ladder.advance(1000);
    ladder.keepAlive(1, false);
    ladder.advance(4000);
    ladder.keepAlive(1, false);
    expect(probedAfter(ladder, 20_000)).toBe(10_000);
    ladder.keepAlive(1, false);
    expect(probedAfter(ladder, 40_000)).toBe(25_000);
    ladder.keepAlive(1, false);
    ladder.advance(100);
    ladder.keepAlive(1, false);
    expect(probedAfter(ladder, 20_000)).toBe(8000);
  });

  it('is not measured by the pauses of the one before', () => {
    const ladder = member();
    ladder.keepAlive(1, false);
    ladder.advance(1900);
    ladder.keepAlive(1, false);
    ladder.incoming(2, 9);
    ladder.keepAlive(2, true, 0x2222);
    ladder.granted(2);
    ladder.advance(1000);
    ladder.keepAlive(2, false, 0x2222);
    ladder.take();
    ladder.advance(1999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['probe 2']);
  });

  it('has its time from the moment on in which it became home', () => {
    const ladder = member();
    ladder.advance(1000);
    ladder.down(1);
    ladder.advance(100);
    ladder.up(5, host(2));
    ladder.take();
    ladder.advance(1999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['probe 5']);
  });

  it('is left alone if nobody wants to know', () => {
    const ladder = member(0);
    ladder.advance(500_000);
    expect(ladder.take()).toEqual([]);
  });

  it('is nobody while there is none', () => {
    const ladder = member();
    ladder.down(1);
    ladder.advance(2500);
    expect(ladder.takeOnly('probe')).toEqual([]);
  });

  it('is probed at once when the transport doubts, and stays home if it answers', () => {
    const ladder = member();
    ladder.suspect(1);
    expect(ladder.take()).toEqual(['probe 1']);
    ladder.probed(1, true);
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.home?.channel).toBe(1);
  });

  it('is not taken for a user, whose silence is nothing to the element', () => {
    const ladder = member();
    ladder.incoming(2);
    ladder.data(2, 'hello');
    ladder.take();
    ladder.suspect(2);
    ladder.probed(2, false);
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.home?.channel).toBe(1);
    expect(ladder.role.sessionCount).toBe(1);
  });
});
