import { describe, expect, it } from 'vitest';
import { ElementRole } from '../../../src/rserpool/element/element.ts';
import { RSerPoolError } from '../../../src/rserpool/errors.ts';
import type { Destination } from '../../../src/rserpool/user/destination.ts';
import { UserRole } from '../../../src/rserpool/user/user.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { RoleFuzzer } from './role-fuzzer.ts';
import { host } from './role-ladder.ts';

const registrars = [host(1), host(2), host(3), host(4)];
const SEEDS = 20;
const STEPS = 4500;

/** What an application may do at any moment; only errors with a code are allowed. */
function tolerated(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof RSerPoolError)) throw error;
  }
}

describe('a hostile network', () => {
  it('[ASAP-082] [ASAP-249] [ASAP-312] never breaks a pool element, nor makes it grow or talk without end', () => {
    let messages = 0;
    const seen = new Set<string>();
    forEachSeed(SEEDS, (seed) => {
      const random = new SeededRandom(seed);
      const config = { maxIncomingChannels: 20 };
      const role = new ElementRole({
        registrars,
        announcements: true,
        profile: 'rfc',
        config,
        entropy: random.fork('role'),
      });
      const fuzzer = new RoleFuzzer(role, random.fork('fuzz'));
      for (let i = 0; i < STEPS; i++) {
        fuzzer.step();
        const pool = poolHandle(`pool${random.below(4)}`);
        const peIdentifier = 1 + random.below(4);
        const session = 2 * random.below(20);
        if (random.chance(0.05)) tolerated(() => role.register({ poolHandle: pool, peIdentifier }, fuzzer.now));
        if (random.chance(0.01)) tolerated(() => role.deregister(pool, peIdentifier, fuzzer.now));
        if (random.chance(0.02)) tolerated(() => role.update(pool, peIdentifier, {}, fuzzer.now));
        if (random.chance(0.05)) tolerated(() => role.sendData(session, { bytes: random.bytes(4) }));
        if (random.chance(0.05)) tolerated(() => role.setCookie(session, random.bytes(4)));
        if (random.chance(0.01)) tolerated(() => role.closeSession(session, 'shutdown', 'fuzz'));
        fuzzer.drain();
        if (i % 50 !== 0) continue;
        expect(role.sessionCount).toBeLessThanOrEqual(20);
        expect(fuzzer.channels.size).toBeLessThan(60);
      }
      // Each message is answered a few times at most.
      expect(fuzzer.outputs).toBeLessThan(20 * STEPS);
      messages += fuzzer.messages;
      for (const kind of fuzzer.eventKinds) seen.add(kind);
    });
    if (process.env.SEED !== undefined) return;
    expect(messages).toBeGreaterThan(50_000);
    // The noise got everywhere.
    expect([...seen].sort()).toEqual([
      'bad-message',
      'business-card',
      'cookie-echo',
      'data',
      'deregistered',
      'deregistration-rejected',
      'home-changed',
      'limit-reached',
      'peer-error',
      'registered',
      'registration-expired',
      'registration-failed',
      'registration-rejected',
      'send-failed',
      'session-closed',
      'session-opened',
    ]);
  });

  it('[ASAP-082] [ASAP-249] [ASAP-312] never breaks a pool user, nor makes it grow or talk without end', () => {
    let messages = 0;
    const seen = new Set<string>();
    forEachSeed(SEEDS, (seed) => {
      const random = new SeededRandom(seed);
      const config = {
        maxCacheEntries: 3,
        maxSessions: 10,
        maxFailedElements: 8,
        maxQueuedBytes: 100,
        maxElementChannels: 10,
        subscribe: true,
      };
      const role = new UserRole({ registrars, announcements: true, config, entropy: random.fork('role') });
      const fuzzer = new RoleFuzzer(role, random.fork('fuzz'));
      let last = 0;
      for (let i = 0; i < STEPS; i++) {
        fuzzer.step();
        const pool = poolHandle(`pool${random.below(5)}`);
        const session = last - random.below(12);
        if (random.chance(0.05)) {
          const resend = random.chance(0.5);
          const giveUpAfterMs = random.chance(0.5) ? random.below(100_000) : undefined;
          tolerated(() => {
            last = role.openSession(pool, { resend, giveUpAfterMs }, fuzzer.now);
          });
        }
        if (random.chance(0.05)) tolerated(() => role.resolve(pool, fuzzer.now));
        if (random.chance(0.05)) tolerated(() => role.transportFailure(pool, random.below(7), fuzzer.now));
        if (random.chance(0.1)) tolerated(() => role.sendData(session, { bytes: random.bytes(8) }, fuzzer.now));
        if (random.chance(0.05)) {
          const to = (['one', 'last', 'all'] as const)[random.below(3)];
          const peIdentifier = to === 'one' && random.chance(0.3) ? random.below(7) : undefined;
          const destination: Destination =
            peIdentifier === undefined ? { poolHandle: pool } : { poolHandle: pool, peIdentifier };
          const options = { to, failover: random.chance(0.5), toSelf: random.chance(0.5) };
          tolerated(() => role.send(destination, { bytes: random.bytes(8) }, options, fuzzer.now));
        }
        if (random.chance(0.02)) tolerated(() => role.closeSession(session, 'shutdown', 'fuzz'));
        if (random.chance(0.01)) role.purge(pool);
        fuzzer.drain();
        if (i % 50 !== 0) continue;
        expect(role.sessionCount).toBeLessThanOrEqual(10);
        expect(role.cacheSize).toBeLessThanOrEqual(3);
        expect(role.queuedBytesOf(session)).toBeLessThanOrEqual(100);
        expect(role.sendChannels().length).toBeLessThanOrEqual(10 + fuzzer.channels.size);
        expect(fuzzer.channels.size).toBeLessThan(60);
      }
      expect(fuzzer.outputs).toBeLessThan(20 * STEPS);
      messages += fuzzer.messages;
      for (const kind of fuzzer.eventKinds) seen.add(kind);
    });
    if (process.env.SEED !== undefined) return;
    expect(messages).toBeGreaterThan(50_000);
    expect([...seen].sort()).toEqual([
      'bad-message',
      'business-card',
      'cookie',
      'data',
      'data-received',
      'error-report',
      'failover',
      'home-changed',
      'peer-error',
      'resolution-failed',
      'resolved',
      'send-failed',
      'sent',
      'session-closed',
      'session-interrupted',
      'session-up',
      'session-waiting',
    ]);
  });
});
