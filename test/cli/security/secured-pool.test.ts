import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningCommand, run } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'secured-'));
const scope = join(folder, 'scope');
const at = (...path: string[]): string => join(scope, ...path);
const ANY_PORT = ['--udp-port', '0'];

describe('a secured pool made of commands', () => {
  const running: RunningCommand[] = [];
  let first: RunningCommand;
  let second: RunningCommand;
  let place: string;

  const start = (...args: string[]): RunningCommand => {
    const command = new RunningCommand(...args, ...ANY_PORT);
    running.push(command);
    return command;
  };
  const resolve = (...args: string[]) => run('resolve', 'EchoPool', '--registrar', place, ...ANY_PORT, ...args);

  beforeAll(async () => {
    await run('keys', scope, '--registrar', 'r1', 'r2', '--element', 'e1', '--user', 'u1', 'u2');
    first = start('registrar', '--security', at('r1'));
    const line = await first.line(/^registrar: ASAP at/);
    place = /ASAP at (\S+),/.exec(line)![1]!;
    const enrp = /ENRP at (\S+),/.exec(line)![1]!;
    // As files one by one, in a configuration file beside them.
    const config = at('r2', 'registrar.yaml');
    writeFileSync(
      config,
      `peers: ["${enrp}"]
security:
  certificate: { cert: tls-cert.pem, key: tls-key.pem }
  ca: tls-ca.pem
  psk: psk.txt
  elementKeys: element-keys.txt
  peerKeys: peer-keys.txt
`,
    );
    second = start('registrar', '--config', config, '--access', at('r2', 'access.yaml'), '--json');
    await Promise.all([first.line(/^peer-up /), second.line(/"kind":"peer-up"/)]);
    const element = start('pe', 'echo', '--security', at('e1'), '--registrar', place);
    await element.line(/^echo in EchoPool .*, by TLS; Ctrl-C ends it$/);
  });

  afterAll(async () => {
    for (const command of running.reverse()) await command.interrupt();
    rmSync(folder, { recursive: true });
  });

  it('[ASAP-392] listens on the ports for TLS, and says that it speaks it', async () => {
    expect(await first.line(/^registrar:/)).toMatch(
      /ASAP at 127\.0\.0\.1:3864;udp=.*ENRP at \S+:9902;udp=\d+, by TLS;/,
    );
    const listening = JSON.parse(await second.line(/"listening"/)) as { secured: boolean; asap: { port: number } };
    expect([listening.secured, listening.asap.port]).toEqual([true, 3864]);
    expect(first.err.join()).not.toContain('warning');
  });

  it('serves who has keys or certificates, and passes what elements register among registrars', async () => {
    expect(await resolve('--security', at('u1'))).toMatchObject({
      code: 0,
      out: [expect.stringMatching(/^pe 0x/)],
      err: [],
    });
    expect(JSON.parse(await second.line(/"element-learnt"/))).toMatchObject({ poolHandle: 'EchoPool' });
    const user = start('pu', 'EchoPool', '--security', at('u1'), '--registrar', place, '--linger', '0.2');
    user.stdin.end('hello\n');
    expect([await user.exitCode, user.out]).toEqual([0, ['hello']]);
    const dump = await run('dump', /ENRP at (\S+),/.exec(first.out[0]!)![1]!, '--security', at('r2'), ...ANY_PORT);
    expect([dump.code, dump.out.join('\n')]).toEqual([0, expect.stringMatching(/EchoPool +0x/)]);
  });

  it('tells who is refused, and the operator, that it is for security', async () => {
    const nobody = await resolve('--tls-ca', at('ca.pem'));
    expect([nobody.code, nobody.err]).toEqual([
      1,
      [
        expect.stringMatching(
          /^rserpool: pool EchoPool: the registrar refuses for security: .*\(ERR_RSERPOOL_REJECTED\)$/,
        ),
      ],
    ]);
    await first.line(
      /^access-denied who=anonymous what=handle-resolution why="no rule lets it resolve EchoPool" channel=/,
    );
    const port = place.replace(':3864', '');
    const plain = await run('resolve', 'EchoPool', '--registrar', port, ...ANY_PORT);
    expect(plain.err).toEqual([expect.stringMatching(/the registrar refuses for security: it wants TLS/)]);
    await first.line(/^access-denied who=plain what=handle-resolution why="this registrar is secured: TLS is needed"/);
    const element = await run('pe', 'echo', '--registrar', port, ...ANY_PORT);
    expect([element.code, element.err]).toEqual([
      1,
      [expect.stringMatching(/^rserpool: not registered in EchoPool: rejected for security reasons/)],
    ]);
  });

  it('[SEC-006] files are read again when they change, without restart: who is added is let in', async () => {
    expect((await run('keys', scope, '--element', 'e2')).code).toBe(0);
    await first.line(/^security files read again: element-keys\.txt, access\.yaml$/);
    expect(JSON.parse(await second.line(/"security-reloaded"/))).toMatchObject({
      files: ['element-keys.txt', 'access.yaml'],
      warnings: [],
    });
    const element = start('pe', 'echo', '--security', at('e2'), '--registrar', place);
    await element.line(/^echo in EchoPool/);
    expect((await resolve('--security', at('u1'))).out).toHaveLength(2);
    expect(await element.interrupt()).toBe(0);
  });

  it('[SEC-006] SIGHUP has them read at once; a bad file changes nothing, and is told with file and line', async () => {
    const access = at('r1', 'access.yaml');
    const good = readFileSync(access, 'utf8');
    const replaceBy = (text: string): void => {
      writeFileSync(`${access}.new`, text, { mode: 0o600 });
      renameSync(`${access}.new`, access);
      expect(first.hangUp()).toBe(true);
    };
    expect(first.hangUp()).toBe(true);
    await first.line(/^security files read again: nothing has changed$/);
    replaceBy(`${good}- who: e9\n`);
    await first.line(
      /^rserpool: security stays as it was: \S+access\.yaml:\d+: access rule for e9: .* \(ERR_CLI_USAGE\)$/,
    );
    expect((await resolve('--security', at('u2'))).code).toBe(0);
    replaceBy(good.replace('dns:u2', 'dns:u3'));
    await first.line(/^security files read again: access\.yaml$/);
    expect((await resolve('--security', at('u2'))).err[0]).toMatch(/refuses for security/);
    expect((await resolve('--security', at('u1'))).code).toBe(0);
    replaceBy(good);
  });

  it('an element whose key is taken away is out', async () => {
    await run('keys', scope, '--element', 'e3');
    const element = start('pe', 'echo', '--security', at('e3'), '--registrar', place, '--json');
    await element.line(/"joined"/);
    for (const registrar of ['r1', 'r2']) {
      const file = at(registrar, 'element-keys.txt');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^e3:.*\n/m, ''));
    }
    appendFileSync(at('r1', 'access.yaml'), '');
    first.hangUp();
    second.hangUp();
    await element.line(/"kind":"home-changed"(?!.*"home":\{)/);
  });

  it('who is not secured ends at SIGHUP as ever', async () => {
    const plain = start('registrar', '--json');
    await plain.line(/"listening"/);
    expect(plain.hangUp()).toBe(false);
  });

  it.each([
    [['registrar', '--tls-profile', 'old'], /--tls-profile <name>.*modern, legacy/],
    [['registrar', '--answer-plain-users'], /--security: there is neither a directory nor a file with keys or certif/],
    [['pe', 'echo', '--registrar-name', 'a'], /--security: there is neither a directory nor a file/],
    [['pe', 'echo', '--access', 'x'], /unknown option '--access'/],
    [['resolve', 'A', '--psk', 'x'], /unknown option '--psk'/],
    [['resolve', 'A', '--tls-ca', '/none'], /^rserpool: --tls-ca: ENOENT.*\/none' \(ERR_CLI_FILE\)$/],
  ])('%j is refused', async (args, message) => {
    const { err } = await run(...args);
    expect(err).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      'security:\n  elementKey: x',
      /:2: unknown key "security\.elementKey"; known are directory, certificate, ca, profile,/,
    ],
    ['security:\n  certificate: { cert: 1 }', /:2: security\.certificate\.cert takes the name of a file, not 1$/],
    ['security:\n  profile: old', /:2: security\.profile takes one of modern, legacy, not "old"/],
    ['security: scope', /:1: security takes names with values, not "scope"/],
  ])('a configuration file with %j is refused', async (text, message) => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, text);
    const { code, err } = await run('registrar', '--config', file);
    expect([code, err[0]?.replace(' (ERR_CLI_USAGE)', '')]).toEqual([2, expect.stringMatching(message)]);
  });
});
