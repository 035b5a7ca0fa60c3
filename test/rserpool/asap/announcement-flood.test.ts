import { describe, expect, it } from 'vitest';
import { ElementLadder } from '../element/element-ladder.ts';
import { UserLadder } from '../user/user-ladder.ts';
import { host } from './role-ladder.ts';

type Ladder = UserLadder | ElementLadder;

/** Forged announcements from ever new places. */
function flood(ladder: Ladder, from: number, count = 200): void {
  for (let i = from; i < from + count; i++) {
    const address = `198.51.${100 + Math.floor(i / 250)}.${1 + (i % 250)}`;
    ladder.announce(address, {
      kind: 'server-announce',
      registrarIdentifier: i + 1,
      transports: [{ protocol: 'sctp', addresses: [address], port: 3863, use: 'data-only' }],
    });
  }
}

/** The addresses that were called since the last time, with their channels. */
function calls(ladder: Ladder): { readonly channel: number; readonly address: string }[] {
  return ladder.takeOnly('connect').map((line) => {
    const [, channel, address] = line.split(' ');
    return { channel: Number(channel), address: address! };
  });
}

describe('a flood of forged announcements', () => {
  it.each([
    ['a user', UserLadder],
    ['an element', ElementLadder],
  ])('[SEC-035] [ASAP-249] does not keep %s from the registrars that are configured', (_, Kind) => {
    for (const [places, priority] of [1, 2, 3].flatMap((each) => [0, 5].map((rank) => [each, rank] as const))) {
      const registrars = [1, 2].map((n) => ({ ...host(n), priority }));
      const ladder = new Kind(0, { maxRegistrarAssociations: places }, { announcements: true, registrars });
      if (ladder instanceof UserLadder) ladder.call((role, now) => role.start(now));
      else ladder.register();
      let configured = 0;
      for (let round = 0; round < 40; round++) {
        flood(ladder, 50 * round);
        // Who is configured refuses, who is announced does not answer.
        for (let next = calls(ladder); next.length > 0; next = calls(ladder)) {
          for (const { channel, address } of next) {
            if (!address.startsWith('192.0.2.')) continue;
            configured++;
            ladder.down(channel);
          }
        }
        ladder.advance(60_000);
      }
      // Both of them in each round of at most 60 s; one of them in every second round if there is one place only.
      expect(configured).toBeGreaterThanOrEqual(places === 1 ? 20 : 75);
      const home = calls(ladder).find(({ address }) => address.startsWith('192.0.2.'));
      if (home === undefined) continue;
      ladder.up(home.channel);
      expect(ladder.role.home?.channel).toBe(home.channel);
    }
  });

  it('[SEC-033] [SEC-035] who is announced is called when nobody else is there, and is home only if the channel comes up', () => {
    const ladder = new UserLadder(0, {}, { announcements: true });
    ladder.call((role, now) => role.start(now));
    flood(ladder, 0, 5);
    const [first, second, third, ...more] = calls(ladder);
    expect(more).toEqual([]);
    // TLS with it did not come about.
    ladder.down(first!.channel);
    ladder.down(second!.channel);
    expect(ladder.role.home).toBeUndefined();
    ladder.up(third!.channel);
    expect(ladder.role.home?.channel).toBe(third!.channel);
  });
});
