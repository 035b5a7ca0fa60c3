import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authority } from '../../../src/cli/keys/authority.ts';
import { type SecuredRole, SecurityFiles } from '../../../src/cli/security/security-files.ts';
import { run } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'security-'));
const scope = join(folder, 'scope');
const at = (...path: string[]): string => join(scope, ...path);

beforeAll(async () => {
  await run('keys', scope, '--registrar', 'r1', 'r2', '--element', 'e1', '--user', 'u1');
});

/** A copy of a registrar's directory with something else in one file, or without it. */
function registrarWith(file: string, text: string | undefined): SecurityFiles {
  const directory = mkdtempSync(join(folder, 'r-'));
  cpSync(at('r1'), directory, { recursive: true });
  if (text === undefined) rmSync(join(directory, file));
  else writeFileSync(join(directory, file), text, { mode: 0o600 });
  return new SecurityFiles('registrar', directory, {});
}

const HEX = '0123456789abcdef0123456789abcdef';

describe('files of a secured node', () => {
  it.each([
    ['registrar', 'r1', ['certificate', 'ca', 'psk', 'elementKeys', 'peerKeys', 'access']],
    ['element', 'e1', ['certificate', 'ca', 'psk']],
    ['user', 'u1', ['certificate', 'ca']],
  ] as const)('a directory of rserpool keys has all that a %s needs', (role, name, names) => {
    const { options, warnings } = new SecurityFiles(role, at(name), {}).read();
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    expect(given.map(([key]) => key)).toEqual(names);
    expect(warnings).toEqual([]);
  });

  it('a file that is named goes before the one in the directory', () => {
    const psk = join(folder, 'own.txt');
    writeFileSync(psk, `me:${HEX}\n`, { mode: 0o600 });
    const { options } = new SecurityFiles('registrar', at('r1'), { psk }).read();
    expect(options.psk).toEqual({ identity: 'me', key: Buffer.from(HEX, 'hex') });
    expect(options.peerKeys?.find('r2')).toHaveLength(32);
    expect(new SecurityFiles('element', undefined, { psk }).read().options.psk?.identity).toBe('me');
  });

  it.each([
    [
      'element-keys.txt',
      `a:${HEX}\n\nb:123\n`,
      /element-keys\.txt:3: the key is not in hexadecimal digits; expected ID/,
    ],
    ['element-keys.txt', `a:${HEX}\na:${HEX}`, /element-keys\.txt:2: "a" stands there twice/],
    ['peer-keys.txt', 'r1:0011', /peer-keys\.txt:1: the key has 2 bytes, not 16 to 512; expected IDENTITY:KEY/],
    ['psk.txt', `a:${HEX}\nb:${HEX}`, /psk\.txt: it has 2 keys; expected one line IDENTITY:KEY/],
    ['psk.txt', '# none\n', /psk\.txt: it has 0 keys/],
    [
      'tls-cert.pem',
      'hello',
      /tls-cert\.pem: there is no certificate; expected PEM, from "-----BEGIN CERTIFICATE-----"/,
    ],
    [
      'tls-ca.pem',
      '# ours\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /tls-ca\.pem:2: this is no whole certificate; expected what an authority has given, PEM/,
    ],
    ['tls-key.pem', 'hello', /tls-key\.pem: there is no private key; expected PEM without passphrase/],
    ['access.yaml', '', /access\.yaml: there is no rule; expected a list such as "- who: psk:element-1"/],
    ['access.yaml', '# all were taken out\n[]', /access\.yaml: there is no rule/],
    ['access.yaml', 'who: psk:e1', /access\.yaml:1: a list of rules is expected/],
    ['access.yaml', '- psk:e1', /access\.yaml:1: a rule has names with values/],
    ['access.yaml', '- who: psk:e1\n- peer: true', /access\.yaml:2: a rule needs "who"/],
    ['access.yaml', '- who: e1', /access\.yaml:1: access rule for e1: who is "e1": expected psk:NAME, dns:NAME/],
    [
      'access.yaml',
      '- who: psk:e1\n  registers: [A]',
      /access\.yaml:2: unknown key "registers"; known are who, register,/,
    ],
    ['access.yaml', '- who: psk:e1\n  register: A', /access\.yaml:2: register takes a list of texts, not "A"/],
    ['access.yaml', '- who: psk:e1\n  peer: yes please', /access\.yaml:2: peer takes true or false, not "yes please"/],
    [
      'access.yaml',
      '- who: psk:e1\n  elements: [9-1]',
      /access\.yaml:1: .*elements has "9-1": expected a PE identifier/,
    ],
    [
      'access.yaml',
      '- who: psk:e1\n  policies: [best]',
      /access\.yaml:1: .*policies has "best": expected one of round/,
    ],
    ['access.yaml', '- who: [', /access\.yaml:1: /],
    ['tls-key.pem', undefined, /--tls-cert: it needs --tls-key FILE as well: a certificate and its private key/],
  ])('%s with %j is refused with file, line, what is wrong and what is accepted', (file, text, message) => {
    const files = registrarWith(file, text);
    expect(() => files.read()).toThrow(message);
    // Keys are nobody's business.
    expect(() => files.read()).not.toThrow(HEX);
  });

  it('a private key has to be that of the certificate, and without passphrase', () => {
    const files = registrarWith('x', '');
    copyFileSync(at('r2', 'tls-key.pem'), files.paths[1]!);
    expect(() => files.read()).toThrow(
      /tls-key\.pem: the private key is not that of the certificate in \S+tls-cert\.pem/,
    );
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    });
    writeFileSync(files.paths[1]!, privateKey);
    expect(() => files.read()).toThrow(/tls-key\.pem: the private key needs a passphrase; expected PEM without/);
  });

  it.runIf(process.platform !== 'win32')(
    'keys that others can read, and certificates that are no good, are told',
    () => {
      const files = registrarWith('x', '');
      const [cert, key] = files.paths as [string, string];
      const old = Authority.create('authority', 1).certify({ commonName: 'r1', names: [], days: -0.01 });
      for (const [path, text] of [[cert, old.cert] as const, [key, old.key] as const]) writeFileSync(path, text);
      for (const path of files.paths) chmodSync(path, 0o644);
      const { warnings } = files.read();
      expect(warnings).toEqual([
        ...['tls-key.pem', 'psk.txt', 'element-keys.txt', 'peer-keys.txt'].map((name) =>
          expect.stringMatching(`/${name}: every user of this host can read it; chmod 600 forbids that$`),
        ),
        expect.stringMatching(/tls-cert\.pem: the certificate was good until /),
        expect.stringMatching(/tls-cert\.pem: the certificate has no subject alternative names, so it is for nobody/),
      ]);
      for (const path of files.paths) chmodSync(path, 0o640);
      expect(files.read().warnings).toHaveLength(2);
    },
  );

  it.each([
    ['registrar', 'none', /--security: there is no \S+none; rserpool keys makes one to try/],
    [
      'registrar',
      '.',
      /--security: \S+ has none of tls-cert\.pem, .*; but there are e1, r1, r2, u1 in it: give one of them/,
    ],
    ['element', 'r1', /--security: \S+r1 is a registrar's; expected one of an element/],
    ['user', 'r2', /--security: \S+r2 is a registrar's; expected one of a user/],
  ] as const)('a %s and the directory %s', (role, name, message) => {
    expect(() => new SecurityFiles(role, at(name), {})).toThrow(message);
  });

  it.each([
    ['registrar', ['ca', 'psk'], /a registrar needs --tls-cert and --tls-key, or --element-keys: else nobody can come/],
    ['element', ['cert', 'key'], /an element needs --psk or --tls-ca: else it can trust no registrar/],
    ['user', ['cert', 'key'], /a user needs --tls-ca: else it can trust no registrar and no element/],
    ['user', ['ca', 'cert'], /--tls-cert: it needs --tls-key FILE as well/],
  ] as const)('a %s with %j alone is refused', (role: SecuredRole, files, message) => {
    const names = { cert: 'tls-cert.pem', key: 'tls-key.pem', ca: 'tls-ca.pem', psk: 'psk.txt' };
    const named = Object.fromEntries(files.map((file) => [file, at('r1', names[file])]));
    expect(() => new SecurityFiles(role, undefined, named).read()).toThrow(message);
  });

  it('what was there once must not vanish: rules that are gone would let everybody in', () => {
    const files = registrarWith('x', '');
    files.read();
    rmSync(files.paths.at(-1)!);
    expect(() => files.read()).toThrow(/--security: ENOENT.*access\.yaml/);
  });
});
