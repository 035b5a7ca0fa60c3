import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningCommand, run } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'suspect-'));
const ours = (...path: string[]): string => join(folder, 'ours', ...path);
/** Another authority, other keys, the same names. */
const theirs = (...path: string[]): string => join(folder, 'theirs', ...path);
const ANY_PORT = ['--udp-port', '0'];

describe('who is not who it should be', () => {
  const running: RunningCommand[] = [];
  let place: string;
  let enrp: string;

  const start = (...args: string[]): RunningCommand => {
    const command = new RunningCommand(...args, ...ANY_PORT);
    running.push(command);
    return command;
  };

  beforeAll(async () => {
    for (const scope of [ours(), theirs()]) {
      await run('keys', scope, '--registrar', 'r1', 'r2', '--element', 'e1', '--user', 'u1');
    }
    const rogue = start('registrar', '--security', theirs('r1'));
    const line = await rogue.line(/^registrar: ASAP at/);
    place = /ASAP at (\S+),/.exec(line)![1]!;
    enrp = /ENRP at (\S+),/.exec(line)![1]!;
  });

  afterAll(async () => {
    for (const command of running.reverse()) await command.interrupt();
    rmSync(folder, { recursive: true });
  });

  it('[ASAP-420] the user of a terminal is told whose identity is suspect, and why; nothing is asked', async () => {
    const user = ['--registrar', place, '--security', ours('u1'), ...ANY_PORT, '--timeout', '3'];
    const { code, out, err } = await run('resolve', 'EchoPool', ...user);
    expect([code, out]).toEqual([1, []]);
    expect(err[0]).toMatch(
      /^rserpool: the identity of 127\.0\.0\.1:3864;udp=\d+ is suspect: .*(?:certificate|signature)/i,
    );
    const other = await run('resolve', 'EchoPool', ...user, '--tls-ca', theirs('ca.pem'), '--registrar-name', 'r2');
    expect(other.err[0]).toMatch(/is suspect: its certificate is not for r2 but for dns:r1 ip:127\.0\.0\.1$/);
    // As who it is, it is trusted, and takes our certificate for what it is: nobody's.
    const known = await run('resolve', 'EchoPool', ...user, '--tls-ca', theirs('ca.pem'), '--registrar-name', 'r1');
    expect(known.err.join()).not.toContain('suspect');
  });

  it('[ASAP-421] an element that runs by itself logs it, registers nothing, and goes on looking', async () => {
    const element = start('pe', 'echo', '--registrar', place, '--security', ours('e1'));
    await element.line(/^rserpool: the identity of 127\.0\.0\.1:3864;udp=\d+ is suspect: /);
    expect(element.out).toEqual([]);
    expect(await element.interrupt()).toBe(0);
  });

  it('[ENRP-252] a registrar that runs by itself logs it, on both sides, and has no such peer', async () => {
    const registrar = start('registrar', '--security', ours('r2'), '--peer', enrp);
    await registrar.line(
      /^handshake-refused address=127\.0\.0\.1 why="the identity of 127\.0\.0\.1:9902;udp=\d+ is suspect: /,
    );
    await running[0]!.line(/^handshake-refused address=127\.0\.0\.1 /);
    await registrar.line(/^serving /);
    expect(registrar.err.join()).not.toContain('peer-up');
  });

  it('[ENRP-251] who asks a registrar from a terminal is told', async () => {
    const { code, out, err } = await run('dump', enrp, '--security', ours('r1'), '--timeout', '3', ...ANY_PORT);
    expect([code, out]).toEqual([1, []]);
    expect(err[0]).toMatch(/^rserpool: the identity of 127\.0\.0\.1:9902;udp=\d+ is suspect: /);
    // A key of the same name that is another one.
    copyFileSync(ours('r1', 'psk.txt'), theirs('wrong.txt'));
    const wrong = await run(
      'dump',
      enrp,
      '--psk',
      theirs('wrong.txt'),
      '--element-keys',
      theirs('wrong.txt'),
      ...ANY_PORT,
      '--timeout',
      '3',
    );
    expect(wrong.err[0]).toMatch(/is suspect: /);
  });
});
