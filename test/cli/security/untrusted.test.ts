import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningCommand, run } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'untrusted-'));
const ANY_PORT = ['--udp-port', '0'];

describe('a registrar of another scope', () => {
  let registrar: RunningCommand;
  let place: string;

  beforeAll(async () => {
    for (const scope of ['ours', 'theirs']) {
      await run('keys', join(folder, scope), '--registrar', 'r1', '--element', 'e1', '--user', 'u1');
    }
    registrar = new RunningCommand('registrar', '--security', join(folder, 'theirs', 'r1'), ...ANY_PORT);
    place = /ASAP at (\S+),/.exec(await registrar.line(/^registrar: ASAP at/))![1]!;
  });

  afterAll(async () => {
    await registrar.interrupt();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['resolve', ['resolve', 'EchoPool'], 'u1'],
    ['pu', ['pu', 'EchoPool'], 'u1'],
    ['pe', ['pe', 'echo'], 'e1'],
  ])('[ASAP-420] [ASAP-421] [ENRP-251] [ENRP-252] %s says that its identity is suspect', async (_, words, who) => {
    const security = ['--security', join(folder, 'ours', who)];
    const command = new RunningCommand(...words, '--registrar', place, ...security, ...ANY_PORT);
    const line = await command.line(/suspect/);
    expect(line.startsWith(`rserpool: the identity of ${place} is suspect: `)).toBe(true);
    await command.interrupt();
    expect(command.out).toEqual([]);
    expect(registrar.out.join()).not.toMatch(/EchoPool/);
  });
});
