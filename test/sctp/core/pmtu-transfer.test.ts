import { describe, expect, it } from 'vitest';
import type { EndpointConfig } from '../../../src/sctp/core/config.ts';
import type { Links, PathStatus } from '../../../src/sctp/core/contract.ts';
import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import { decodePacket } from '../../../src/sctp/wire/packet.ts';
import { linksOf } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import { mtu, type TooLong } from '../../harness/links/mtu.ts';
import { rate } from '../../harness/links/rate.ts';
import type { StageFactory } from '../../harness/links/stage.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { coreOf, Transfer } from './transfer.ts';

interface Way {
  readonly mtuBytes: number;
  readonly tooLong?: TooLong;
  readonly linkMtuBytes?: number;
  readonly lossRate?: number;
}

const stages = ({ mtuBytes, tooLong, linkMtuBytes = 1500, lossRate = 0 }: Way): readonly StageFactory[] => [
  mtu(mtuBytes, tooLong, linkMtuBytes),
  rate({ bitsPerSecond: 8_000_000, queueBytes: 100_000 }),
  delay(15),
  loss(lossRate),
];

const IPV4 = { from: ['10.0.0.1'], to: ['10.0.0.2'] };

/** What a test sees of a transfer while it runs, and at the end. */
interface Seen {
  readonly paths: readonly PathStatus[];
  /** How often the PMTU of a path fell. */
  readonly falls: number;
  readonly probes: number;
  readonly shortestProbeIntervalMs: number;
  /** The longest piece of a message in one chunk. */
  readonly longestPieceBytes: number;
}

interface Plan {
  readonly seed: number;
  readonly bytes: number;
  readonly way: Way;
  readonly config?: Partial<EndpointConfig>;
  readonly addresses?: { readonly from: readonly string[]; readonly to: readonly string[] };
  /** The way to all addresses but the first. */
  readonly others?: Way;
  /** What the sender knows of its links. */
  readonly links?: Links;
  /** What becomes of the way to the first address, and when. */
  readonly changes?: readonly (readonly [atMs: number, way: Way])[];
}

function transfer({ seed, bytes, way, config = {}, addresses = IPV4, changes = [], links, others }: Plan): Seen {
  const all = { rtoMinMs: 400, sackDelayMs: 50, ...config };
  const run = new Transfer(bytes, {
    seed,
    link: stages(way),
    a: { addresses: addresses.from, config: all, links },
    b: { addresses: addresses.to, config: all },
  });
  const { network, clock, a } = run.pair;
  const sender = (): Tcb | undefined => [...coreOf(a).associations][0];
  let falls = 0;
  let longestPieceBytes = 0;
  const sizes = new Map<string, number>();
  const probedAt: number[] = [];
  network.tap(({ fate, from, to, bytes: packet, at }) => {
    if (fate !== 'sent' || !addresses.from.includes(from.address)) return;
    const path = sender()?.paths.find(to.address);
    const { chunks } = decodePacket(packet.slice());
    if (path === undefined) return;
    for (const chunk of chunks) {
      if (chunk.kind === 'data') longestPieceBytes = Math.max(longestPieceBytes, chunk.userData.length);
    }
    if (path.pmtuBytes < (sizes.get(path.address) ?? 0)) falls++;
    sizes.set(path.address, path.pmtuBytes);
    const kinds = chunks.map(({ kind }) => kind).join();
    if (kinds === 'heartbeat,pad') probedAt.push(at);
    // What was cut for a larger PMTU goes alone.
    else if (packet.length > path.pmtuBytes && kinds !== 'data' && kinds !== 'pad,data') {
      throw new Error(`${kinds} in ${packet.length} bytes, with a PMTU of ${path.pmtuBytes}`);
    }
  });
  for (const address of others === undefined ? [] : addresses.to.slice(1)) {
    for (const from of addresses.from) network.setLink(stages(others!), from, address);
  }
  for (const [atMs, next] of changes) {
    clock.at(atMs, () => network.setLink(stages(next), addresses.from[0]!, addresses.to[0]!));
  }
  run.run();
  const intervals = probedAt.slice(1).map((at, i) => at - probedAt[i]!);
  return {
    paths: coreOf(a).status(sender()!.id)!.paths,
    falls,
    probes: probedAt.length,
    shortestProbeIntervalMs: Math.min(...intervals),
    longestPieceBytes,
  };
}

describe('transfers over paths of all MTUs (RFC 8899)', () => {
  it('[AT-80] [PLPMTU-0025] [PLPMTU-0001] [UDPE-0045] [UDPE-0052] [SCTP-0717] black holes of 600 to 1492 bytes, without ICMP, with loss: everything arrives', () => {
    const mtus = [600, 1100, 1280, 1300, 1400, 1420, 1492];
    forEachSeed(mtus.length, (seed) => {
      const mtuBytes = mtus[seed - 1]!;
      const { paths } = transfer({ seed, bytes: 300_000, way: { mtuBytes, lossRate: 0.01 } });
      expect(paths[0]!.pmtuBytes).toBeLessThanOrEqual(mtuBytes - 28);
    });
  });

  it('[PLPMTU-0001] [PLPMTU-0056] [PLPMTU-0062] [PLPMTU-0085] from 1500 up to what a path of 1500 to 9000 bytes takes, in a few probes, a round trip apart', () => {
    const cases = [
      [1500, 1472],
      [2002, 1972],
      [4400, 4324],
      [8999, 8136],
      [9000, 8972],
    ] as const;
    forEachSeed(cases.length, (seed) => {
      const [mtuBytes, found] = cases[seed - 1]!;
      const links = linksOf(9000);
      const seen = transfer({ seed, bytes: 6_000_000, way: { mtuBytes, linkMtuBytes: 9000 }, links });
      expect([mtuBytes, seen.paths[0]!.pmtuBytes, seen.paths[0]!.pmtuState]).toEqual([
        mtuBytes,
        found,
        'search-complete',
      ]);
      expect(seen.probes).toBeLessThanOrEqual(9);
      expect(seen.shortestProbeIntervalMs).toBeGreaterThanOrEqual(30);
    });
  });

  it('[PLPMTU-0054] [PLPMTU-0050] over IPv6, from the 1280 bytes that every path takes', () => {
    const addresses = { from: ['2001:db8::1'], to: ['2001:db8::2'] };
    const config = { pathMtuBytes: 1280 };
    const links = linksOf(1500);
    for (const [mtuBytes, found] of [
      [1280, 1232],
      [1400, 1352],
      [1500, 1452],
    ] as const) {
      const { paths } = transfer({ seed: 1, bytes: 4_000_000, way: { mtuBytes }, config, addresses, links });
      expect([mtuBytes, paths[0]!.pmtuBytes]).toEqual([mtuBytes, found]);
    }
  });

  it('[PLPMTU-0021] [PLPMTU-0009] [PLPMTU-0032] [SCTP-0994] [AT-80] a path that shrinks and grows in mid-transfer, with loss, with ICMP and without', () => {
    for (const tooLong of ['drop', 'icmp', 'report'] as const) {
      forEachSeed(2, (seed) => {
        const narrow = { mtuBytes: 1300, tooLong, lossRate: 0.01 };
        const wide = { mtuBytes: 1500, lossRate: 0.01 };
        const { paths, falls } = transfer({
          seed,
          bytes: 8_000_000,
          way: wide,
          config: { pmtuRaiseMs: 3000 },
          changes: [
            [1000, narrow],
            [5000, wide],
          ],
        });
        expect(falls).toBeGreaterThanOrEqual(1);
        expect([tooLong, paths[0]!.pmtuBytes]).toEqual([tooLong, 1472]);
      });
    }
  });

  it('[SCTP-0816] [SCTP-0817] [PLPMTU-0054] one path of two shrinks: the other keeps its PMTU', () => {
    const addresses = { from: ['10.0.0.1', '10.0.1.1'], to: ['10.0.0.2', '10.0.1.2'] };
    forEachSeed(5, (seed) => {
      const { paths } = transfer({
        seed,
        bytes: 2_000_000,
        way: { mtuBytes: 1500 },
        addresses,
        changes: [[1000, { mtuBytes: 1300 }]],
      });
      expect(paths.map(({ pmtuBytes }) => pmtuBytes)).toEqual([1252, 1472]);
    });
  });

  it('[PLPMTU-0054] [SCTP-0716] two paths: each finds its own, and messages are cut for the smaller one', () => {
    const addresses = { from: ['10.0.0.1', '10.0.1.1'], to: ['10.0.0.2', '10.0.1.2'] };
    for (const [second, found, longest] of [
      [65_535, [32_740, 32_740], 32_712],
      [1500, [32_740, 1472], 1444],
    ] as const) {
      const { paths, longestPieceBytes } = transfer({
        seed: 1,
        bytes: 4_000_000,
        way: { mtuBytes: 65_535, linkMtuBytes: 65_535 },
        addresses,
        links: linksOf(65_535),
        others: { mtuBytes: second, linkMtuBytes: 65_535 },
      });
      expect(paths.map(({ pmtuBytes }) => pmtuBytes)).toEqual(found);
      expect(longestPieceBytes).toBe(longest);
    }
  });

  it('[AT-80] [PLPMTU-0025] [SCTP-0717] a jumbo path that becomes one of 1500 bytes in mid-transfer, without ICMP, with loss: everything arrives', () => {
    forEachSeed(5, (seed) => {
      const { paths, falls } = transfer({
        seed,
        bytes: 10_000_000,
        way: { mtuBytes: 9000, linkMtuBytes: 9000, lossRate: 0.01 },
        links: linksOf(9000),
        changes: [[4000, { mtuBytes: 1500, linkMtuBytes: 9000, lossRate: 0.01 }]],
      });
      expect(falls).toBeGreaterThanOrEqual(1);
      expect(paths[0]!.pmtuBytes).toBeLessThanOrEqual(1472);
    });
  });

  it('[PLPMTU-0091] [PLPMTU-0063] a path that alternates between 1400 and 1500 bytes every second: few changes', () => {
    const ways = Array.from({ length: 60 }, (_, i): readonly [number, Way] => [
      1000 * i,
      { mtuBytes: i % 2 === 0 ? 1400 : 1500 },
    ]);
    const { falls } = transfer({ seed: 1, bytes: 10_000_000, way: { mtuBytes: 1500 }, changes: ways });
    expect(falls).toBeLessThanOrEqual(8);
  });

  it('[PLPMTU-0027] [PAD-0015] a path that is as wide as it seemed: not one packet more, with loss or without', () => {
    const { probes, falls } = transfer({ seed: 3, bytes: 3_000_000, way: { mtuBytes: 1500 } });
    expect([probes, falls]).toEqual([0, 0]);
  });
});
