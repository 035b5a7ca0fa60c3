import { describe, expect, it } from 'vitest';
import { ping } from '../../bench/cases/ping.ts';
import { stream } from '../../bench/cases/stream.ts';
import { benchSvg } from '../../bench/report/svg.ts';
import { caseTable } from '../../bench/report/table.ts';
import { resultOf, rowOf } from '../../bench/results.ts';
import type { Side } from '../../bench/sides/side.ts';

const side = (name: string): Side => {
  return {
    name,
    about: '',
    program: [],
    ceiling: false,
    associations: true,
    warmups: 1,
    heartbeats: true,
    largestMtu: 1500,
  };
};
const perSecond = (...values: number[]) => values.map((value) => ({ perSecond: value }));

describe('results of the bench', () => {
  it('are medians, with ratios to our side and to usrsctp', () => {
    const rows = [rowOf(side('rserpool'), perSecond(90, 300, 200), []), rowOf(side('usrsctp'), perSecond(100, 50), [])];
    const { rows: compared } = resultOf(stream(100, '100 bytes'), rows);
    expect(compared.map(({ medians, ratios }) => ({ ...medians, ...ratios }))).toEqual([
      { perSecond: 200, toOurs: 1, toReference: 200 / 75 },
      { perSecond: 75, toOurs: 75 / 200, toReference: 1 },
    ]);
    expect(caseTable({ case: stream(100, '100 bytes'), rows: compared })).toMatch(
      /rserpool .* 1\.00 +2\.67 +105 % +3$/m,
    );
  });

  it('count less as better where less is better', () => {
    const times = (p50Us: number) => [{ p50Us, p99Us: 1, perSecond: 1, clientUs: 1, serverUs: 1 }];
    const { rows } = resultOf(ping, [rowOf(side('rserpool'), times(20), []), rowOf(side('usrsctp'), times(40), [])]);
    expect(rows.map(({ ratios }) => ratios.toReference)).toEqual([2, 1]);
  });

  it('have no figure and no ratio for a side that failed in every round', () => {
    const rows = [rowOf(side('rserpool'), perSecond(100), []), rowOf(side('usrsctp'), [], ['client: stalled'])];
    const result = resultOf(stream(100, '100 bytes'), rows);
    expect(result.rows.map(({ ratios }) => ratios.toReference)).toEqual([undefined, undefined]);
    expect(caseTable(result)).toMatch(/usrsctp +– .* 0, and 1 failed: client: stalled/);
    expect(benchSvg([result])).toContain('>failed</text>');
  });
});

describe('a run of the bench', () => {
  it('fails when the server has not got what the client sent', () => {
    const [client, server] = [
      { total: 10, messages: 5, ms: 1, cpuUs: 1 },
      { total: 9, messages: 5, ms: 1, cpuUs: 1 },
    ];
    expect(() => stream(100, '100 bytes').figures(client, server)).toThrow('10 messages sent, 9 received');
    expect(() => ping.figures(client, server)).toThrow('10 answers to 9 requests');
  });

  it('is left out for sides that cannot have such a path MTU', () => {
    const lengths = { warmupMs: 1, runMs: 2, warmup: 3, count: 4, idle: 0 };
    expect(stream(100, '100 bytes', 9000).settings(side('small'), lengths)).toBeUndefined();
    const large = { ...side('large'), largestMtu: 9000 };
    expect(stream(100, '100 bytes', 9000).settings(large, lengths)).toMatchObject({ mtu: 9000, bytes: 100 });
  });
});
