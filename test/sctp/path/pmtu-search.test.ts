import { describe, expect, it } from 'vitest';
import type { PmtuLimits } from '../../../src/sctp/path/mtu.ts';
import { PmtuSearch } from '../../../src/sctp/path/pmtu-search.ts';
import { SeededRandom } from '../../harness/random.ts';

const LIMITS: PmtuLimits = {
  minBytes: 500,
  baseBytes: 1200,
  maxBytes: 1472,
  commonBytes: [1252, 1332, 1372, 1392, 1432, 1452, 1472, 4324, 8972],
};
const RAISE_MS = 600_000;

function search(maxBytes = 1472, plpmtuBytes = 1472, maxPmtuProbes = 3): PmtuSearch {
  return new PmtuSearch({ ...LIMITS, maxBytes }, plpmtuBytes, { maxPmtuProbes, pmtuRaiseMs: RAISE_MS });
}

/** State, PLPMTU, next probe. */
const shown = (each: PmtuSearch): unknown[] => [each.state, each.plpmtuBytes, each.probeBytes];

/** A search in `searching`, from the base up to `maxBytes`. */
function searching(maxBytes = 1472): PmtuSearch {
  const each = search(maxBytes, 1200);
  each.connected();
  each.probeAcknowledged(0);
  return each;
}

/** A path that takes packets of so many bytes; every probe is answered or lost, up to the end of the search. */
function runOn(each: PmtuSearch, pathBytes: number, now = 0, isLost: () => boolean = () => false): number[] {
  const probes: number[] = [];
  for (let size = each.probeBytes; size !== undefined; size = each.probeBytes) {
    probes.push(size);
    if (probes.length > 100) throw new Error('the search does not end');
    if (size <= pathBytes && !isLost()) each.probeAcknowledged(now);
    else each.probeLost(now);
    if (each.state === 'error') break;
  }
  return probes;
}

describe('search for the path MTU (RFC 8899 §5.2)', () => {
  it('[PLPMTU-0027] [PLPMTU-0048] [PLPMTU-0058] [PLPMTU-0075] [PLPMTU-0081] wants no probe when complete', () => {
    const each = search();
    expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
    each.connected();
    each.dataAcknowledged(100_000, 10 * RAISE_MS);
    expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
  });

  it('[PLPMTU-0054] [PLPMTU-0055] BASE first, on connectivity; its probe acknowledged begins the search', () => {
    const each = search(8972);
    each.connected();
    expect(shown(each)).toEqual(['base', 1472, 1200]);
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['searching', 1472, 8972]);
  });

  it('[PLPMTU-0055] [PLPMTU-0059] BASE: MAX_PROBES lost make an ERROR, with the least size', () => {
    const each = search(8972, 1200);
    each.connected();
    each.probeLost(0);
    each.probeLost(0);
    expect(shown(each)).toEqual(['base', 1200, 1200]);
    each.probeLost(0);
    expect(shown(each)).toEqual(['error', 500, undefined]);
  });

  it('[PLPMTU-0059] ERROR: data that gets through begins another attempt at the base; then not before PMTU_RAISE_TIMER', () => {
    const each = search(1472, 1200);
    each.connected();
    for (let i = 0; i < 3; i++) each.probeLost(1000);
    each.dataAcknowledged(100, 1000);
    expect(shown(each)).toEqual(['error', 500, 1200]);
    for (let i = 0; i < 3; i++) each.probeLost(2000);
    each.dataAcknowledged(100, 2000 + RAISE_MS - 1);
    expect(shown(each)).toEqual(['error', 500, undefined]);
    each.dataAcknowledged(100, 2000 + RAISE_MS);
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['searching', 1200, 1472]);
  });

  it('[PLPMTU-0056] [PLPMTU-0053] SEARCHING: an acknowledgement raises PLPMTU and sets PROBE_COUNT to 0', () => {
    const each = searching();
    each.probeLost(0);
    each.probeLost(0);
    expect(shown(each)).toEqual(['searching', 1200, 1252]);
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['searching', 1252, 1332]);
    each.probeLost(0);
    each.probeLost(0);
    expect(each.state).toBe('searching');
    each.probeLost(0);
    expect(shown(each)).toEqual(['search-complete', 1252, undefined]);
  });

  it('[PLPMTU-0056] MAX_PLPMTU acknowledged ends the search', () => {
    const each = searching();
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
  });

  it('[PLPMTU-0049] [PLPMTU-0061] a size that is too large is probed MAX_PROBES times at most', () => {
    for (const maxProbes of [1, 2, 3, 5]) {
      const each = search(1472, 1200, maxProbes);
      each.connected();
      const probes = runOn(each, 1400);
      for (const size of new Set(probes))
        expect(probes.filter((other) => other === size).length).toBeLessThanOrEqual(maxProbes);
    }
  });

  it('[PLPMTU-0062] finds the largest common size that the path takes, with few probes, and tries nothing beyond MAX_PLPMTU', () => {
    for (const [pathBytes, maxBytes, found, most] of [
      [1472, 1472, 1472, 2],
      [1400, 1472, 1392, 9],
      [1300, 1472, 1252, 6],
      [8972, 8972, 8972, 2],
      [8971, 8972, 4324, 13],
      [1472, 8972, 1472, 12],
      [1200, 1472, 1200, 4],
    ] as const) {
      const each = search(maxBytes, 1200);
      each.connected();
      const probes = runOn(each, pathBytes);
      expect([pathBytes, each.plpmtuBytes, each.state]).toEqual([pathBytes, found, 'search-complete']);
      expect(probes.length).toBeLessThanOrEqual(most);
      expect(Math.max(...probes)).toBeLessThanOrEqual(maxBytes);
    }
  });

  it('[PLPMTU-0006] probes that are lost for other reasons never lower PLPMTU, and three tries find the size all the same', () => {
    const random = new SeededRandom(8899);
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const each = search(8972, 1472);
      each.connected();
      each.probeAcknowledged(0);
      const probes = runOn(each, 8972, 0, () => random.chance(0.1));
      expect(each.plpmtuBytes).toBeGreaterThanOrEqual(1472);
      if (each.plpmtuBytes === 8972) found++;
      expect(probes.length).toBeLessThan(30);
    }
    expect(found).toBeGreaterThan(190);
  });

  it('[PLPMTU-0057] [PLPMTU-0047] [PLPMTU-0085] SEARCH_COMPLETE: looks again after PMTU_RAISE_TIMER, when data flows', () => {
    const each = searching();
    runOn(each, 1400, 5000);
    expect(shown(each)).toEqual(['search-complete', 1392, undefined]);
    each.dataAcknowledged(1400, 5000 + RAISE_MS - 1);
    expect(each.state).toBe('search-complete');
    each.dataAcknowledged(1400, 5000 + RAISE_MS);
    expect(shown(each)).toEqual(['searching', 1392, 1472]);
  });

  it('[PLPMTU-0060] loss of connectivity: DISABLED from any state, and BASE when the path is back', () => {
    const inBase = search(1472, 1200);
    inBase.connected();
    const inError = search(1472, 1200);
    inError.connected();
    for (let i = 0; i < 3; i++) inError.probeLost(0);
    const complete = searching();
    runOn(complete, 1400);
    for (const each of [inBase, inError, complete, searching()]) {
      const { plpmtuBytes } = each;
      each.disconnected();
      expect(shown(each)).toEqual(['disabled', plpmtuBytes, undefined]);
      each.probeAcknowledged(0);
      each.probeLost(0);
      expect(each.state).toBe('disabled');
      each.connected();
      expect(shown(each)).toEqual(['base', plpmtuBytes, 1200]);
    }
    const nothingToFind = search();
    nothingToFind.disconnected();
    nothingToFind.connected();
    expect(nothingToFind.state).toBe('search-complete');
  });
});

describe('black holes (RFC 8899 §4.3)', () => {
  it('[PLPMTU-0025] [PLPMTU-0026] [AT-80] large packets that nobody acknowledges, while the base is: down to the base', () => {
    const each = search();
    each.dataTimedOut(1472);
    expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
    each.dataTimedOut(1472);
    expect(shown(each)).toEqual(['base', 1472, 1200]);
    each.probeAcknowledged(3050);
    // The base gets through; does PLPMTU?
    expect(shown(each)).toEqual(['base', 1472, 1472]);
    each.probeLost(4050);
    // What was lost is not what is tried first.
    expect(shown(each)).toEqual(['searching', 1200, 1252]);
    runOn(each, 1472);
    expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
  });

  it('[PLPMTU-0006] [PLPMTU-0070] nor is it one if a probe or DATA of PLPMTU gets through: packets are just lost', () => {
    for (const answer of ['probe', 'data'] as const) {
      const each = search();
      for (let i = 0; i < 2; i++) each.dataTimedOut(1472);
      each.probeAcknowledged(3050);
      if (answer === 'probe') each.probeAcknowledged(3100);
      else each.dataAcknowledged(1472, 3100);
      expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
      // The next suspicion begins anew.
      each.dataTimedOut(1472);
      expect(each.state).toBe('search-complete');
      each.dataTimedOut(1472);
      expect(shown(each)).toEqual(['base', 1472, 1200]);
    }
  });

  it('[PLPMTU-0006] [PLPMTU-0070] a path that is dead for a while is no black hole', () => {
    const each = search();
    each.dataTimedOut(1472);
    each.dataTimedOut(1472);
    each.probeLost(5000);
    each.dataTimedOut(1472);
    each.probeLost(9000);
    expect(shown(each)).toEqual(['base', 1472, 1200]);
    each.dataAcknowledged(1472, 9100);
    expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
  });

  it('[PLPMTU-0059] a path that does not even take the base: the least size, until data shows that it was dead', () => {
    const each = search();
    each.dataTimedOut(1472);
    each.dataTimedOut(1472);
    for (let i = 0; i < 3; i++) each.probeLost(5000);
    expect(shown(each)).toEqual(['error', 500, undefined]);
    each.dataAcknowledged(100, 60_000);
    each.probeAcknowledged(60_100);
    expect(shown(each)).toEqual(['searching', 1200, 1472]);
  });

  it('[PLPMTU-0026] small packets that time out mean nothing, and a large one in between takes the suspicion away', () => {
    const each = search();
    for (let i = 0; i < 10; i++) each.dataTimedOut(1200);
    each.dataTimedOut(1204);
    each.dataAcknowledged(1204, 21);
    each.dataTimedOut(1204);
    expect(each.state).toBe('search-complete');
    each.dataAcknowledged(1200, 23);
    each.dataTimedOut(1204);
    expect(each.state).toBe('base');
  });

  it('[PLPMTU-0026] what is as small as the base already is no black hole', () => {
    const each = search(1472, 1200);
    for (let i = 0; i < 10; i++) each.dataTimedOut(1472);
    expect(shown(each)).toEqual(['search-complete', 1200, undefined]);
  });

  it('[PLPMTU-0060] on a path that does not work it is looked for when it works again', () => {
    const each = search();
    each.disconnected();
    each.dataTimedOut(1472);
    each.dataTimedOut(1472);
    expect(shown(each)).toEqual(['disabled', 1472, undefined]);
    each.connected();
    expect(shown(each)).toEqual(['base', 1472, 1200]);
    each.probeAcknowledged(0);
    each.probeLost(1000);
    expect(shown(each)).toEqual(['searching', 1200, 1252]);
  });

  it('[PLPMTU-0063] [PLPMTU-0091] a size that breaks again and again is tried less: few changes on a flapping path', () => {
    const each = search();
    const sizes: number[] = [];
    for (let now = 0; now < RAISE_MS; now += 4000) {
      each.dataTimedOut(each.plpmtuBytes);
      each.dataTimedOut(each.plpmtuBytes);
      if (each.state === 'base') {
        each.probeAcknowledged(now + 500);
        each.probeLost(now + 900);
      }
      runOn(each, 1472, now + 1000);
      sizes.push(each.plpmtuBytes);
    }
    expect([...new Set(sizes)]).toEqual([1472, 1452, 1432, 1392, 1372, 1332, 1252, 1200]);
    expect(each.state).toBe('search-complete');
    each.dataAcknowledged(1200, 2 * RAISE_MS);
    expect(shown(each)).toEqual(['searching', 1200, 1472]);
  });

  it('[PLPMTU-0055] data beyond the base confirms it, unless it came in fragments', () => {
    const unconfirmed = search(8972);
    unconfirmed.connected();
    unconfirmed.dataAcknowledged(1472, 0);
    expect(shown(unconfirmed)).toEqual(['searching', 1472, 8972]);
    const refused = search();
    refused.refused(1472, 1300, 0);
    refused.dataAcknowledged(1476, 0);
    expect(shown(refused)).toEqual(['base', 1200, 1200]);
  });
});

describe('Packet Too Big (RFC 8899 §4.6.2)', () => {
  it('[PLPMTU-0038] below MIN_PLPMTU: discarded', () => {
    for (const size of [-20, 0, 32, 499]) {
      const each = search();
      each.refused(1472, size, 0);
      expect(shown(each)).toEqual(['search-complete', 1472, undefined]);
    }
  });

  it('[PLPMTU-0088] [PLPMTU-0039] below BASE_PLPMTU: BASE is probed first; ERROR only if that is refused as well', () => {
    const each = search();
    each.refused(1472, 600, 0);
    expect(shown(each)).toEqual(['base', 1200, 1200]);
    each.refused(1200, 600, 0);
    expect(shown(each)).toEqual(['error', 500, undefined]);
  });

  it('[PLPMTU-0040] [PLPMTU-0036] [PLPMTU-0028] from BASE_PLPMTU on: down to the base, and no higher than what was told', () => {
    const each = search();
    each.refused(1472, 1302, 0);
    expect(shown(each)).toEqual(['base', 1200, 1200]);
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['searching', 1200, 1300]);
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['search-complete', 1300, undefined]);
  });

  it('[PLPMTU-0041] [PLPMTU-0077] [PLPMTU-0083] between PLPMTU and the probe: the next probe has that size', () => {
    const each = searching(8972);
    each.refused(8972, 4000, 0);
    expect(shown(each)).toEqual(['searching', 1200, 4000]);
    each.probeAcknowledged(0);
    expect(shown(each)).toEqual(['search-complete', 4000, undefined]);
  });

  it('[PLPMTU-0056] as large as PLPMTU: the search is over', () => {
    const each = searching();
    each.refused(1472, 1200, 0);
    expect(shown(each)).toEqual(['search-complete', 1200, undefined]);
  });

  it('[PLPMTU-0011] [PLPMTU-0012] [PLPMTU-0042] as large as the probe or larger, or than the packet: discarded', () => {
    const each = searching();
    each.refused(1472, 1472, 0);
    each.refused(9000, 8000, 0);
    expect(shown(each)).toEqual(['searching', 1200, 1472]);
    const complete = search();
    complete.refused(9000, 8000, 0);
    complete.refused(1300, 1400, 0);
    expect(shown(complete)).toEqual(['search-complete', 1472, undefined]);
  });

  it('[AT-79] without a size, as EMSGSIZE is: the next smaller common size is the most that is tried', () => {
    const each = search();
    each.refused(1472, undefined, 0);
    expect(shown(each)).toEqual(['base', 1200, 1200]);
    // The other packets of the burst tell nothing new.
    each.refused(1472, undefined, 0);
    expect(shown(each)).toEqual(['base', 1200, 1200]);
    each.probeAcknowledged(0);
    expect(each.probeBytes).toBe(1452);
    each.refused(1452, undefined, 0);
    expect(shown(each)).toEqual(['searching', 1200, 1432]);
  });

  it('[AT-79] EMSGSIZE for the base itself: the least size', () => {
    const each = search();
    each.refused(1472, undefined, 0);
    each.refused(1200, undefined, 0);
    expect(shown(each)).toEqual(['error', 500, undefined]);
  });
});
