import { describe, expect, it } from 'vitest';
import { RunningCommand, run } from './test-io.ts';

describe('watch', () => {
  it('tells of elements that come, change and go', async () => {
    const registrar = new RunningCommand('registrar', '--udp-port', '0');
    const place = /ASAP at (\S+),/.exec(await registrar.line(/^registrar: ASAP at/))![1]!;
    const watch = (...more: string[]) =>
      new RunningCommand('watch', 'EchoPool', '--registrar', place, '--udp-port', '0', '--interval', '0.2', ...more);
    const lines = watch();
    expect(await lines.line(/EchoPool/)).toBe('  EchoPool  has no elements');
    const element = new RunningCommand('pe', 'echo', '--registrar', place, '--udp-port', '0', '--id', '0x11');
    expect(await lines.line(/^\+/)).toMatch(/^\+ EchoPool {2}.*0x00000011/);
    const objects = watch('--json');
    expect(JSON.parse(await objects.line(/added/))).toMatchObject({
      pool: 'EchoPool',
      change: 'added',
      element: { identifier: 0x11 },
    });
    expect(await element.interrupt()).toBe(0);
    expect(await lines.line(/^-/)).toMatch(/^- EchoPool {2}.*0x00000011/);
    expect(JSON.parse(await objects.line(/removed/))).toMatchObject({
      change: 'removed',
      element: { identifier: 0x11 },
    });
    expect(await lines.interrupt()).toBe(0);
    expect(await objects.interrupt()).toBe(0);
    expect(await registrar.interrupt()).toBe(0);
    // Each fact once, however often the registrar was asked.
    expect(lines.out.filter((line) => line.startsWith('+'))).toHaveLength(1);
  });

  it('names what is missing', async () => {
    const { code, err } = await run('watch');
    expect([code, err.join(' ')]).toEqual([2, "rserpool: missing required argument 'pool'"]);
  });
});
