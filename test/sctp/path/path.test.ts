import { describe, expect, it } from 'vitest';
import { Path, type PathDefaults, type PathOptions } from '../../../src/sctp/path/path.ts';
import { PathSet } from '../../../src/sctp/path/path-set.ts';

const makePath = (address: string, fields: Partial<PathOptions & PathDefaults> = {}): Path =>
  new Path(
    {
      address,
      localAddress: address.includes(':') ? '2001:db8::1' : '10.0.0.1',
      udpPort: 9899,
      confirmed: true,
      ...fields,
    },
    { pathMtuBytes: 1500, heartbeats: true, rtoInitialMs: 1000, rtoMinMs: 1000, rtoMaxMs: 60_000, ...fields },
  );

describe('path', () => {
  it('[UDPE-0050, UDPE-0054, SCTP-0002, SCTP-0003] PMTU and PMDCS leave out the headers below', () => {
    expect([makePath('10.0.0.2').pmtuBytes, makePath('10.0.0.2').pmdcsBytes]).toEqual([1472, 1460]);
    expect([makePath('2001:db8::2').pmtuBytes, makePath('2001:db8::2').pmdcsBytes]).toEqual([1452, 1440]);
    expect(makePath('2001:db8::2', { pathMtuBytes: 1280 }).pmtuBytes).toBe(1232);
    expect(makePath('10.0.0.2', { pathMtuBytes: 576 }).pmtuBytes).toBe(548);
    // Chunks are multiples of four.
    expect(makePath('10.0.0.2', { pathMtuBytes: 1503 }).pmdcsBytes).toBe(1460);
  });

  it('[PLPMTU-0044] [PLPMTU-0016] [SCTP-0816] follows the search for its PMTU; cwnd stays in bytes', () => {
    const settings = {
      pathMtuBytes: 1500,
      basePathMtuBytes: 1228,
      maxPathMtuBytes: 9000,
      maxPmtuProbes: 3,
      pmtuRaiseMs: 1,
    };
    const path = makePath('10.0.0.2');
    expect([path.pmtuState, path.followPmtuSearch()]).toEqual(['search-complete', false]);
    const search = path.searchPmtu(settings, () => 9000);
    const { cwndBytes } = path.congestion;
    search.refused(1472, 1300, 0);
    expect([path.followPmtuSearch(), path.pmtuBytes, path.pmdcsBytes]).toEqual([true, 1200, 1188]);
    expect([path.followPmtuSearch(), path.pmtuState, path.congestion.cwndBytes]).toEqual([false, 'base', cwndBytes]);
    search.probeAcknowledged(1);
    search.probeAcknowledged(2);
    expect([path.followPmtuSearch(), path.pmtuBytes, path.pmdcsBytes]).toEqual([true, 1300, 1288]);
    expect(path.congestion.cwndBytes).toBe(cwndBytes);
  });

  it('[SCTP-0001] is usable if confirmed and active', () => {
    const path = makePath('10.0.0.2', { confirmed: false });
    expect([path.state, path.usable]).toEqual(['unconfirmed', false]);
    path.confirmed = true;
    expect([path.state, path.usable]).toEqual(['active', true]);
    path.active = false;
    expect([path.state, path.usable]).toEqual(['inactive', false]);
  });

  it('[SCTP-0782] decays by whole RTOs without data, each counted once, and not while data is in flight', () => {
    const path = makePath('10.0.0.2');
    for (let i = 0; i < 40; i++) path.congestion.acknowledged(10_000, 1_000_000, false);
    const before = path.congestion.cwndBytes;
    path.decayIfIdle(50_000);
    expect(path.congestion.cwndBytes).toBe(before);
    path.lastDataSentAt = 0;
    path.decayIfIdle(999);
    expect(path.congestion.cwndBytes).toBe(before);
    path.decayIfIdle(1500);
    path.decayIfIdle(1600);
    expect(path.congestion.cwndBytes).toBe(Math.floor(before / 2));
    path.decayIfIdle(2100);
    expect(path.congestion.cwndBytes).toBe(Math.floor(before / 4));
    path.flightBytes = 1;
    path.decayIfIdle(60_000);
    expect(path.congestion.cwndBytes).toBe(Math.floor(before / 4));
  });

  it('knows its earliest deadline', () => {
    const path = makePath('10.0.0.2');
    expect(path.timers.next()).toBeUndefined();
    path.timers.set('heartbeat', 30);
    path.timers.set('t3-rtx', 20);
    expect(path.timers.next()).toBe(20);
  });
});

describe('set of paths (RFC 9260 §6.4)', () => {
  const setOf = (count: number): { set: PathSet; paths: Path[] } => {
    const set = new PathSet();
    const paths = Array.from({ length: count }, (_, i) => makePath(`10.0.0.${i + 2}`));
    for (const path of paths) set.add(path);
    return { set, paths };
  };

  it('[SCTP-0382, SCTP-0671] the first one is primary, until told otherwise', () => {
    const { set, paths } = setOf(3);
    expect([set.primary, set.forNewData()]).toEqual([paths[0], paths[0]]);
    set.setPrimary(paths[2]!);
    expect([set.primary, set.forNewData()]).toEqual([paths[2], paths[2]]);
    expect([set.find('10.0.0.3'), set.find('10.0.0.9')]).toEqual([paths[1], undefined]);
  });

  it('[SCTP-0681, SCTP-0846, SCTP-0847, SCTP-0513] new data: the alternate with the fewest errors, never an unconfirmed one', () => {
    const { set, paths } = setOf(4);
    paths[0]!.active = false;
    paths[1]!.errorCount = 2;
    paths[2]!.errorCount = 1;
    paths[3]!.confirmed = false;
    expect(set.forNewData()).toBe(paths[2]);
  });

  it('[SCTP-0677] what timed out: another active one, the same only if there is none', () => {
    const { set, paths } = setOf(3);
    expect(set.forRetransmission(paths[0]!)).toBe(paths[1]);
    expect(set.forRetransmission(paths[1]!)).toBe(paths[0]);
    paths[1]!.active = false;
    paths[2]!.confirmed = false;
    expect(set.forRetransmission(paths[0]!)).toBe(paths[0]);
    expect(set.forRetransmission(paths[1]!)).toBe(paths[0]);
  });

  it('[SCTP-0845] none is active: one after the other, confirmed ones only', () => {
    const { set, paths } = setOf(3);
    for (const path of paths) path.active = false;
    paths[1]!.confirmed = false;
    expect(set.forRetransmission(paths[0]!)).toBe(paths[2]);
    expect(set.forRetransmission(paths[2]!)).toBe(paths[0]);
    paths[0]!.errorCount = 6;
    paths[2]!.errorCount = 5;
    expect(set.forNewData()).toBe(paths[2]);
  });

  it('[SCTP-0002, SCTP-0716, SCTP-0817] AMDCS is the smallest PMDCS', () => {
    const { set } = setOf(2);
    set.add(makePath('10.0.0.9', { pathMtuBytes: 1280 }));
    expect(set.amdcsBytes).toBe(1240);
  });

  it('[SCTP-0357] goes round all of them', () => {
    const { set, paths } = setOf(3);
    expect([set.after(paths[0]!), set.after(paths[1]!), set.after(paths[2]!)]).toEqual([paths[1], paths[2], paths[0]]);
  });
});
