import { describe, expect, it } from 'vitest';
import { componentId } from '../../../src/rserpool/status/component.ts';
import { Components } from '../../../src/rserpool/status/components.ts';
import type { ComponentReport } from '../../../src/rserpool/status/report.ts';

const report = (object: number, change: Partial<ComponentReport> = {}): ComponentReport => ({
  senderId: componentId('registrar', object),
  final: false,
  uptimeMs: 0,
  intervalMs: 1000,
  location: '',
  status: '',
  workload: undefined,
  associations: [],
  ...change,
});

describe('components of a scope', () => {
  it('are known from their first report to their last', () => {
    const components = new Components(30_000);
    expect(components.handleReport(report(2), 'a', 0)).toBe('new');
    expect(components.handleReport(report(1), 'b', 0)).toBe('new');
    expect(components.handleReport(report(2, { status: 'x' }), 'a', 5)).toBe('known');
    expect(components.list().map(({ report: { status }, from }) => [from, status])).toEqual([
      ['b', ''],
      ['a', 'x'],
    ]);
    expect(components.handleReport(report(2, { final: true }), 'a', 9)).toBe('gone');
    expect(components.list()).toHaveLength(1);
  });

  it('are forgotten when they are silent, but not before three of their own intervals', () => {
    const components = new Components(10_000);
    components.handleReport(report(1), 'a', 0);
    components.handleReport(report(2, { intervalMs: 60_000 }), 'b', 0);
    expect(components.purge(9999)).toEqual([]);
    expect(components.purge(10_000).map(({ from }) => from)).toEqual(['a']);
    expect(components.purge(179_999)).toEqual([]);
    expect(components.purge(180_000).map(({ from }) => from)).toEqual(['b']);
  });

  it('are bounded, for anybody can send reports', () => {
    const components = new Components(10_000);
    for (let object = 1; object <= 10_000; object++) components.handleReport(report(object), 'a', 0);
    expect(components.handleReport(report(10_001), 'a', 0)).toBe('full');
    expect(components.handleReport(report(5), 'a', 0)).toBe('known');
  });
});
