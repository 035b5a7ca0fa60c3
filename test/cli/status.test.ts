import { describe, expect, it } from 'vitest';
import { RunningCommand, run } from './test-io.ts';

describe('status', () => {
  it('shows a registrar that reports, until it ends', async () => {
    const status = new RunningCommand('status', '--port', '0');
    const port = /UDP port (\d+)/.exec(await status.line(/listening/))![1]!;
    const registrar = new RunningCommand('registrar', '--udp-port', '0', '--id', '0xa1', '--csp', `127.0.0.1:${port}`);
    expect(await status.line(/^new/)).toMatch(/^new: registrar 0x000000a1 at 127\.0\.0\.1:\d+$/);
    expect(await registrar.interrupt()).toBe(0);
    expect(await status.line(/^gone/)).toMatch(/^gone: registrar 0x000000a1 at/);
    expect(await status.interrupt()).toBe(0);
    expect(status.out).toEqual(['COMPONENT  ID  UP  LOAD  STATUS  AT  CONNECTED WITH']);
  });

  it('prints the table of what is there when its time is over', async () => {
    const status = new RunningCommand('status', '--port', '0', '--for', '1');
    const port = /UDP port (\d+)/.exec(await status.line(/listening/))![1]!;
    const registrar = new RunningCommand('registrar', '--udp-port', '0', '--id', '7', '--csp', `127.0.0.1:${port}`);
    expect(await status.exitCode).toBe(0);
    expect(status.out.at(-1)).toMatch(
      /^registrar +0x00000007 +00:00:0\d +- +0\[0\] PEs in 0 pools, 0 peers +127\.0\.0\.1:3863;udp=\d+$/,
    );
    await registrar.interrupt();
  });

  it('prints reports as JSON', async () => {
    const status = new RunningCommand('status', '--port', '0', '--json');
    const port = /UDP port (\d+)/.exec(await status.line(/listening/))![1]!;
    const registrar = new RunningCommand('registrar', '--udp-port', '0', '--id', '7', '--csp', `127.0.0.1:${port}`);
    const report = JSON.parse(await status.line(/^\{/)) as object;
    expect(report).toMatchObject({
      component: 'registrar',
      id: '0x00000007',
      final: false,
      change: 'new',
      associations: [],
    });
    await registrar.interrupt();
    expect(await status.interrupt()).toBe(0);
  });

  it('names what an option takes', async () => {
    const { code, err } = await run('status', '--port', 'x');
    expect(code).toBe(2);
    expect(err.join('\n')).toMatch(/--port.*whole number from 0 to 65535/);
  });
});
