import { describe, expect, it } from 'vitest';
import { RunningCommand, run } from './test-io.ts';

describe('dump', () => {
  it('prints the handlespace of a registrar, and who its peers are', async () => {
    const registrar = new RunningCommand('registrar', '--udp-port', '0', '--id', '0xa1');
    const listening = await registrar.line(/^registrar: ASAP at/);
    const [, asap] = /ASAP at ([^,\s]+),/.exec(listening)!;
    const [, enrp] = /ENRP at ([^,\s;]+;udp=\d+)/.exec(listening)!;
    const element = new RunningCommand(
      'pe',
      'echo',
      '--registrar',
      asap!,
      '--udp-port',
      '0',
      '--id',
      '0x11',
      '--policy',
      'weighted-random:7',
    );
    await element.line(/^echo in EchoPool/);
    const { code, out } = await run('dump', enrp!, '--udp-port', '0');
    expect(code).toBe(0);
    expect(out[1]).toMatch(/^0x000000a1 +127\.0\.0\.1:9901;udp=\d+ +active +1 +0x[0-9a-f]{4}$/);
    expect(out.at(-1)).toMatch(
      /^EchoPool +0x00000011 +0x000000a1 +600 s +weighted-random .*7.* +sctp 127\.0\.0\.1 port \d+/,
    );
    const json = await run('dump', enrp!, '--udp-port', '0', '--json');
    expect(JSON.parse(json.out[0]!)).toMatchObject({
      pools: [{ poolHandle: 'EchoPool', elements: [{ identifier: 0x11, policy: { weight: 7 } }] }],
      registrars: expect.arrayContaining([expect.objectContaining({ registrarId: 0xa1 })]),
    });
    await element.interrupt();
    await registrar.interrupt();
  });

  it('says who did not answer', async () => {
    const { code, err } = await run('dump', '127.0.0.1:9901;udp=1', '--udp-port', '0', '--timeout', '0.3');
    expect([code, err.at(-1)]).toEqual([
      1,
      'rserpool: the registrar 127.0.0.1:9901;udp=1 did not tell its handlespace within 0.3 s (ERR_CLI_TIMEOUT)',
    ]);
  });
});
