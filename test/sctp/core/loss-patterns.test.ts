import { describe, expect, it } from 'vitest';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { burstLoss } from '../../harness/links/burst-loss.ts';
import { corruption } from '../../harness/links/corruption.ts';
import { delay } from '../../harness/links/delay.ts';
import { dropIf } from '../../harness/links/drop-if.ts';
import { duplication } from '../../harness/links/duplication.ts';
import { loss } from '../../harness/links/loss.ts';
import { Nat } from '../../harness/links/nat.ts';
import { rate } from '../../harness/links/rate.ts';
import { reordering } from '../../harness/links/reordering.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { checkInvariants, coreOf, makeCore, Transfer } from './transfer.ts';

describe('the handshake under loss', () => {
  it('[SCTP-0323, SCTP-0324] comes to its end under every pattern of losses among the first four packets each way', () => {
    for (let pattern = 0; pattern < 16; pattern++) {
      for (const direction of ['both', 'one'] as const) {
        const lossy = () => {
          let index = 0;
          return [delay(10), dropIf(() => ((pattern >> index++) & 1) === 1)];
        };
        const pair = new EndpointPair(makeCore);
        pair.network.setLink(lossy(), '10.0.0.1', '10.0.0.2');
        pair.network.setLink(direction === 'both' ? lossy() : [delay(10)], '10.0.0.2', '10.0.0.1');
        const ids = pair.connect(600_000);
        pair.a.send(ids.a, 'there');
        pair.b.send(ids.b, 'back');
        pair.clock.runFor(120_000);
        expect([pair.b.texts(), pair.a.texts()]).toEqual([['there'], ['back']]);
        expect([coreOf(pair.a).associations.size, coreOf(pair.b).associations.size]).toEqual([1, 1]);
        expect([pair.a.eventsOf('restart'), pair.b.eventsOf('restart')]).toEqual([[], []]);
      }
    }
  });
});

describe('both ways at once', () => {
  it('[AT-48] burst losses, duplicates, corruption and reordering: every message once and in order', () =>
    forEachSeed(30, (seed) => {
      const link = [
        delay(15),
        burstLoss({ goodToBad: 0.02, badToGood: 0.3 }),
        duplication(0.1, 3),
        corruption(0.03, 2),
        reordering(0.2, 25),
      ];
      // Bursts count packets here, not time: back-off does not help against them, and ten in a row do occur.
      const config = { associationMaxRetrans: 100, maxInitRetransmits: 100 };
      const pair = new EndpointPair(makeCore, { seed, link, a: { config }, b: { config } });
      const ids = pair.connect(600_000);
      const expected: string[][] = [[], []];
      for (let i = 0; i < 150; i++) {
        const text = `${i} ${'x'.repeat((i * 37) % 4000)}`;
        pair.a.send(ids.a, `a${text}`, { streamId: i % 3 });
        pair.b.send(ids.b, `b${text}`, { streamId: i % 3 });
        expected[0]!.push(`a${text}`);
        expected[1]!.push(`b${text}`);
      }
      const done = (): boolean => {
        for (const node of [pair.a, pair.b]) for (const tcb of coreOf(node).associations) checkInvariants(tcb);
        return pair.a.messages.length >= 150 && pair.b.messages.length >= 150;
      };
      pair.clock.runWhileNot(done, 3_600_000);
      pair.clock.runFor(300_000);
      for (const [node, texts] of [
        [pair.b, expected[0]!],
        [pair.a, expected[1]!],
      ] as const) {
        expect(node.messages.length).toBe(150);
        for (let streamId = 0; streamId < 3; streamId++) {
          const got = node.messages.filter((message) => message.streamId === streamId);
          expect(got.map(({ data }) => new TextDecoder().decode(data))).toEqual(
            texts.filter((_, i) => i % 3 === streamId),
          );
        }
      }
      expect(pair.a.core.counters.checksumErrors + pair.b.core.counters.checksumErrors).toBeGreaterThan(0);
    }));

  it('survives 30 % loss', () =>
    forEachSeed(10, (seed) => {
      new Transfer(100_000, { seed, link: [delay(5), loss(0.3)] }).run();
    }));
});

describe('lines of limited rate', () => {
  it('[SCTP-0766, SCTP-0767] fills a 10 Mbit/s line to more than half, and keeps its queue from overflowing all the time', () => {
    const bottleneck = { bitsPerSecond: 10_000_000, queueBytes: 60_000 };
    const transfer = new Transfer(10_000_000, { seed: 2, link: [rate(bottleneck), delay(20)] });
    transfer.run();
    const seconds = transfer.pair.clock.now() / 1000;
    expect(seconds).toBeLessThan(16);
    const counters = transfer.pair.network.counters('10.0.0.1', '10.0.0.2');
    expect(counters['rate.dropped']! / counters['rate.passed']!).toBeLessThan(0.05);
  });

  it('[AT-58] a line of 40 ms and no loss sees no spurious T3', () => {
    const transfer = new Transfer(3_000_000, { seed: 3, link: [delay(20)] });
    transfer.run();
    const [tcb] = coreOf(transfer.pair.a).associations;
    expect(tcb!.counters).toMatchObject({ t3Expirations: 0, retransmissions: 0 });
  });
});

describe('behind a NAT', () => {
  it('[UDPE-0013, UDPE-0033, AT-76, AT-78] that forgets its mappings in mid-transfer: the server follows the new port', () => {
    const nat = new Nat({ inside: ['192.168.0.2'], outside: '10.0.0.9' });
    const transfer = new Transfer(2_000_000, { seed: 6, link: [delay(20)], a: { addresses: ['192.168.0.2'] } });
    transfer.pair.network.addNat(nat);
    for (const at of [300, 700, 900]) transfer.pair.clock.at(at, () => nat.forget());
    transfer.run();
    const [tcb] = coreOf(transfer.pair.b).associations;
    expect(tcb!.paths.all.map(({ address }) => address)).toEqual(['10.0.0.9']);
  });

  it('[UDPE-0009] whose mappings last a minute: heartbeats keep an idle association reachable from outside, without them it is not', () => {
    for (const heartbeats of [true, false]) {
      const nat = new Nat({ inside: ['192.168.0.2'], outside: '10.0.0.9' });
      const config = { heartbeatIntervalMs: 20_000, heartbeats };
      const pair = new EndpointPair(makeCore, {
        link: [delay(20)],
        a: { addresses: ['192.168.0.2'], config },
        b: { config: { heartbeats: false } },
      });
      pair.network.addNat(nat);
      let lastUse = 0;
      pair.network.tap(({ at }) => {
        lastUse = at;
      });
      const ids = pair.connect();
      for (let second = 1; second <= 600; second++) {
        pair.clock.runFor(1000);
        if (pair.clock.now() - lastUse >= 60_000) nat.forget();
      }
      pair.b.send(ids.b, 'from outside');
      pair.clock.runFor(5000);
      expect(pair.a.texts()).toEqual(heartbeats ? ['from outside'] : []);
    }
  });
});
