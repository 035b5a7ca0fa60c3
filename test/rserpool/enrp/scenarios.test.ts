import { describe, expect, it } from 'vitest';
import type { RegistrarEvent } from '../../../src/rserpool/registrar/events.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { POOL, type RegistrarHost, Scope } from './scope.ts';

/** A DEL_PE of the element's home. */
function updateBytes(senderId: number, element: PoolElementParameter): Uint8Array {
  return encodeEnrp({ kind: 'handle-update', senderId, receiverId: 0, action: 'del-pe', poolHandle: POOL, element });
}

/** The number of the one channel between two registrars, as this one knows it. */
function channelTo(scope: Scope, host: RegistrarHost): number {
  for (const { ends } of scope.network.channels) {
    const end = ends.find((each) => each.host.name === host.name);
    if (end !== undefined && ends.every((each) => each.host.name.startsWith('r'))) return end.id;
  }
  throw new Error('no channel between the registrars');
}

describe('registrars that start', () => {
  it.each([2, 3, 5])('[ENRP-002] %d together find each other, with one channel between any two of them', (count) => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, count).startAll();
      scope.expectHarmony();
      // Those that were surplus because two called each other are closed again.
      expect(scope.network.channels.size).toBe((count * (count - 1)) / 2);
    });
  });

  it('[ENRP-071] [ENRP-072] later learn the handlespace from those that serve, before they serve themselves', () => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, 3);
      scope.start(1);
      scope.run(500);
      for (let i = 1; i <= 5; i++) scope.join(`e${i}`, [1]);
      scope.run(500);
      const r2 = scope.start(2);
      scope.run(100);
      expect(r2.eventsOf('serving')).toMatchObject([{ mentorId: scope.registrars[0]!.role.registrarId }]);
      expect(r2.eventsOf('audit-mismatch')).toEqual([]);
      scope.start(3);
      scope.run(500);
      scope.expectHarmony();
      expect(scope.homes()).toBe('1@r1 2@r1 3@r1 4@r1 5@r1');
    });
  });
});

describe('a scope of registrars', () => {
  it('[ENRP-008] [ENRP-111] [ENRP-056] [OVW-023] keeps its copies the same while elements come and go', () => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, 3).startAll();
      for (let i = 1; i <= 6; i++) scope.join(`e${i}`, [(i % 3) + 1]);
      scope.run(500);
      expect(scope.homes()).toBe('1@r2 2@r3 3@r1 4@r2 5@r3 6@r1');
      scope.elements[0]!.call((role, now) => role.deregister(POOL, 1, now));
      scope.elements[1]!.kill();
      scope.run(2000);
      expect(scope.homes()).toBe('3@r1 4@r2 5@r3 6@r1');
      scope.expectHarmony();
      expect(scope.eventsOf('audit-mismatch')).toEqual([]);
      const warnings = scope.eventsOf('warning').map((event) => event.kind === 'warning' && event.code);
      // All start at once, so nobody is ready to be a mentor.
      expect(warnings.filter((code) => code !== 'mentor-failed')).toEqual([]);
    });
  });

  it.each([2, 3, 5])(
    '[ENRP-154] [ENRP-170] [ASAP-004] of %d survives the death of one: exactly one takes its elements',
    (count) => {
      forEachSeed(10, (seed) => {
        const scope = new Scope(seed, count).startAll();
        for (let i = 1; i <= 4; i++) scope.join(`e${i}`, [1]);
        scope.run(500);
        const dead = scope.registrars[0]!.role.registrarId;
        scope.registrars[0]!.kill();
        scope.run(3000);
        const winners = scope.alive.flatMap((host) =>
          host.eventsOf('takeover-completed').filter((event) => {
            const { targetId, winnerId } = event as RegistrarEvent & { kind: 'takeover-completed' };
            return targetId === dead && winnerId === host.role.registrarId;
          }),
        );
        expect(winners).toHaveLength(1);
        expect(scope.homes().split(' ')).toHaveLength(4);
        expect(
          new Set(
            scope
              .homes()
              .split(' ')
              .map((each) => each.split('@')[1]),
          ).size,
        ).toBe(1);
        scope.expectHarmony();
        expect(scope.eventsOf('element-lost')).toEqual([]);
        // The elements have followed: they renew where they are owned.
        scope.run(3000);
        expect(scope.homes()).not.toContain('gone');
        scope.elements.forEach(({ role }, i) => {
          expect(scope.ownersOf(i + 1)).toEqual([role.home?.identifier]);
        });
      });
    },
  );

  it('of 5 survives the death of two at once', () => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, 5).startAll();
      for (let i = 1; i <= 6; i++) scope.join(`e${i}`, [(i % 2) + 1]);
      scope.run(500);
      scope.registrars[0]!.kill();
      scope.registrars[1]!.kill();
      scope.run(4000);
      expect(scope.homes().split(' ')).toHaveLength(6);
      scope.expectHarmony();
    });
  });

  it('[ENRP-154] of 12 claims four dead ones in a few attempts, and not all for the same one', () => {
    let [seeds, started, winners] = [0, 0, 0];
    forEachSeed(5, (seed) => {
      const scope = new Scope(seed, 12, { takeoverPausePerPeerMs: 20 }).startAll();
      for (let i = 1; i <= 4; i++) scope.join(`e${i}`, [i]);
      scope.run(500);
      for (const host of scope.registrars.slice(0, 4)) host.kill();
      scope.run(5000);
      scope.expectHarmony();
      seeds++;
      started += scope.eventsOf('takeover-started').length;
      const completed = scope.eventsOf('takeover-completed');
      winners += new Set(completed.map((event) => event.kind === 'takeover-completed' && event.winnerId)).size;
    });
    expect(started).toBeLessThanOrEqual(6 * seeds);
    expect(winners).toBeGreaterThanOrEqual(2 * seeds);
  });

  it('[ENRP-174] of 3 survives the death of the one that is just taking over', () => {
    forEachSeed(20, (seed) => {
      const scope = new Scope(seed, 3).startAll();
      for (let i = 1; i <= 4; i++) scope.join(`e${i}`, [1]);
      scope.run(500);
      scope.registrars[0]!.kill();
      scope.clock.runWhileNot(() => scope.alive.some((host) => host.eventsOf('takeover-started').length > 0), 5000);
      scope.alive.find((host) => host.eventsOf('takeover-started').length > 0)!.kill();
      scope.run(5000);
      expect(scope.homes().split(' ')).toHaveLength(4);
      scope.expectHarmony();
    });
  });

  it('[ENRP-139] [ENRP-187] takes a restarted registrar in again, under its new identifier', () => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, 3).startAll();
      for (let i = 1; i <= 4; i++) scope.join(`e${i}`, [1, 2, 3]);
      scope.run(500);
      const old = scope.registrars[0]!.role.registrarId;
      scope.restart(1);
      scope.run(4000);
      expect(scope.registrars[0]!.role.registrarId).not.toBe(old);
      expect(scope.homes().split(' ')).toHaveLength(4);
      expect(scope.homes()).not.toContain('gone');
      scope.expectHarmony();
    });
  });

  it('is one again after a partition: no element is lost, and all agree on the homes', () => {
    forEachSeed(20, (seed) => {
      const scope = new Scope(seed, 3).startAll();
      for (let i = 1; i <= 6; i++) scope.join(`e${i}`, [(i % 3) + 1, 2]);
      scope.run(500);
      // r3 is alone; the elements are on both sides of the cut, within reach of everybody.
      scope.network.partition.split(['r3'], ['r1', 'r2']);
      scope.run(3000);
      scope.network.partition.healAll();
      scope.run(6000);
      expect(scope.homes().split(' ')).toHaveLength(6);
      scope.expectHarmony();
    });
  });

  it('mends a copy that went wrong within one heartbeat', () => {
    const scope = new Scope(1, 2).startAll();
    scope.join('e1', [1]);
    scope.run(500);
    const [r1, r2] = scope.registrars as [RegistrarHost, RegistrarHost];
    // An element that r1 owns vanishes from r2's copy, by a DEL_PE that r1 never sent.
    const forged = r2.role.snapshot().pools[0]!.elements[0]!;
    r2.call((role, now) => {
      const bytes = updateBytes(r1.role.registrarId, forged);
      role.handleInput({ kind: 'message', channel: channelTo(scope, r2), ppid: PPID.enrp, streamId: 0, bytes }, now);
    });
    expect(r2.role.snapshot().pools).toEqual([]);
    scope.run(400);
    expect(scope.homes()).toBe('1@r1');
    expect(r2.eventsOf('resynchronized')).toHaveLength(1);
  });
});
