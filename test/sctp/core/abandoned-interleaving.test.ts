import { describe, expect, it } from 'vitest';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import { reordering } from '../../harness/links/reordering.ts';
import { PartJoiner } from '../../harness/part-joiner.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { checkInvariants, coreOf, makeCore } from './transfer.ts';

const MESSAGES = 300;

/** Messages with short lives on a bad line: what arrives, and what was given up. */
function run(seed: number): { readonly arrived: number; readonly failed: number } {
  const random = new SeededRandom(seed);
  const parts = new PartJoiner();
  const arrived: { readonly ppid: number; readonly streamId: number; readonly unordered: boolean }[] = [];
  const config = { interleaving: true, scheduler: 'fair-bandwidth', rtoMinMs: 200, sackDelayMs: 50 } as const;
  const pair = new EndpointPair(makeCore, {
    seed,
    link: [delay(10), loss(0.1), reordering(0.2, 30)],
    a: { config },
    b: {
      config: { ...config, receiveBufferBytes: 60_000, partialDeliveryBytes: seed % 2 === 0 ? 4000 : 0 },
      onEvent: (event) => {
        if (event.kind !== 'message') return;
        const whole = parts.add(event.data, event.partial);
        if (whole === undefined) return;
        expect(whole.every((byte) => byte === (event.ppid & 0xff))).toBe(true);
        arrived.push(event);
      },
    },
  });
  const ids = pair.connect();
  for (let i = 0; i < MESSAGES; i++) {
    const lifetimeMs = random.chance(0.7) ? 20 + random.below(800) : undefined;
    const data = new Uint8Array(1 + random.below(random.chance(0.2) ? 12_000 : 1500)).fill(i);
    pair.a.send(ids.a, data, { streamId: random.below(4), unordered: random.chance(0.3), ppid: i, lifetimeMs });
    pair.clock.runFor(random.below(40));
    checkInvariants(coreOf(pair.a).associations.get(ids.a)!);
  }
  pair.clock.runFor(600_000);
  const tcb = coreOf(pair.a).associations.get(ids.a)!;
  checkInvariants(tcb);
  expect([tcb.outbound.outstanding.length, tcb.outbound.bufferedBytes, tcb.outbound.queue.isEmpty]).toEqual([
    0,
    0,
    true,
  ]);
  const inbound = coreOf(pair.b).associations.get(ids.b)!.inbound!;
  expect([inbound.reassembly.heldBytes, inbound.reassembly.heldChunks, inbound.tracker.hasGaps]).toEqual([0, 0, false]);
  expect(parts.unfinished).toBe(0);
  for (let streamId = 0; streamId < 4; streamId++) {
    const order = arrived.filter((each) => each.streamId === streamId && !each.unordered).map(({ ppid }) => ppid);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  }
  const got = new Set(arrived.map(({ ppid }) => ppid));
  expect(got.size).toBe(arrived.length);
  const failed = pair.a.eventsOf('send-failed').map(({ request }) => request.ppid);
  // Each message arrived or was reported; what was partly sent may be both.
  for (let i = 0; i < MESSAGES; i++) expect(got.has(i) || failed.includes(i)).toBe(true);
  return { arrived: got.size, failed: failed.length };
}

describe('interleaved messages with short lives on a line with loss and reordering', () => {
  it('[IDATA-0039] [IDATA-0043] arrive once, wholly and in order, or are reported; nothing is left behind', {
    timeout: 120_000,
  }, () => {
    let failures = 0;
    forEachSeed(12, (seed) => {
      failures += run(seed).failed;
    });
    expect(failures).toBeGreaterThan(50);
  });
});
