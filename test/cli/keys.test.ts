import { X509Certificate } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Authority } from '../../src/cli/keys/authority.ts';
import { type AccessRule, AccessRules, readPskKeys } from '../../src/rserpool/index.ts';
import { run } from './test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
const rulesOf = (...path: string[]): AccessRule[] => parse(read(...path)) as AccessRule[];

const COMMON = ['tls-ca.pem', 'tls-cert.pem', 'tls-key.pem'];
const ELEMENT = ['psk.txt', ...COMMON];
const REGISTRAR = ['access.yaml', 'element-keys.txt', 'peer-keys.txt', ...ELEMENT];

describe('rserpool keys', () => {
  it('makes a small scope: who needs what has it, and nobody else can read it', async () => {
    const scope = join(folder, 'small');
    const { code, out, err } = await run('keys', scope);
    expect([code, err]).toEqual([0, []]);
    expect(out[1]).toMatch(/^registrar +\S+registrar-1 +registrar-1 127\.0\.0\.1 +registrar-1 +\d{4}-\d\d-\d\d$/);
    expect(out).toHaveLength(7);
    const members = readdirSync(scope).filter((name) => !name.startsWith('ca'));
    expect(members).toEqual(['element-1', 'element-2', 'registrar-1', 'registrar-2', 'registrar-3', 'user-1']);
    for (const name of members) {
      const files = { r: REGISTRAR, e: ELEMENT, u: COMMON }[name[0]!]!;
      expect(readdirSync(join(scope, name)), name).toEqual(files);
      if (process.platform === 'win32') continue;
      for (const file of files) expect(statSync(join(scope, name, file)).mode & 0o777, file).toBe(0o600);
      expect(statSync(join(scope, name)).mode & 0o777).toBe(0o700);
    }
    const elementKeys = readPskKeys(read('small', 'registrar-2', 'element-keys.txt'));
    const peerKeys = readPskKeys(read('small', 'registrar-3', 'peer-keys.txt'));
    expect([...elementKeys.keys()]).toEqual(['element-1', 'element-2']);
    expect([...peerKeys.keys()]).toEqual(['registrar-1', 'registrar-2', 'registrar-3']);
    expect([...readPskKeys(read('small', 'element-2', 'psk.txt'))]).toEqual([[...elementKeys][1]]);
    expect([...readPskKeys(read('small', 'registrar-1', 'psk.txt'))]).toEqual([[...peerKeys][0]]);
    expect(new Set([...elementKeys.values(), ...peerKeys.values()].map(String)).size).toBe(5);
    const rules = new AccessRules(rulesOf('small', 'registrar-1', 'access.yaml'));
    expect(rules.refusesPeer({ kind: 'psk', name: 'registrar-2' })).toBeUndefined();
    expect(rules.refusesPeer({ kind: 'psk', name: 'element-1' })).toBeDefined();
    expect(rules.refusesPeer({ kind: 'certificate', names: ['dns:element-1'] })).toBeDefined();
  });

  it('certificates are signed by the authority, for the names and addresses that were given', async () => {
    const scope = join(folder, 'named');
    const args = ['--registrar', 'r1,10.0.0.1,::1', '10.0.0.2', '--element', 'Büro.example', '--user', 'alice'];
    const { code, out } = await run('keys', scope, ...args, '--days', '3', '--json');
    expect(code).toBe(0);
    const { members } = JSON.parse(out[0]!) as { members: { directory: string; name: string; validUntil: string }[] };
    const names = members.map(({ directory, validUntil }) => {
      const certificate = new X509Certificate(readFileSync(join(directory, 'tls-cert.pem')));
      const authority = new X509Certificate(readFileSync(join(directory, 'tls-ca.pem')));
      expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(2048);
      expect(Date.parse(validUntil)).toBeGreaterThan(Date.now() + 2.9 * 86_400_000);
      expect(Date.parse(validUntil)).toBeLessThan(Date.now() + 3.1 * 86_400_000);
      return certificate.subjectAltName;
    });
    expect(names).toEqual([
      'DNS:r1, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      'IP Address:10.0.0.2',
      'DNS:xn--bro-hoa.example, IP Address:127.0.0.1',
      'DNS:alice',
    ]);
    expect(members.map(({ name }) => name)).toEqual(['r1', '10.0.0.2', 'xn--bro-hoa.example', 'alice']);
  });

  it('who is added later becomes known to all registrars; what people wrote stays', async () => {
    const scope = join(folder, 'grown');
    await run('keys', scope, '--registrar', 'r1', '--element', 'e1');
    const before = read('grown', 'e1', 'psk.txt');
    const access = join(scope, 'r1', 'access.yaml');
    writeFileSync(access, `${read('grown', 'r1', 'access.yaml')}# the lab\n- {who: "psk:e2", register: [Lab]}\n`);
    expect((await run('keys', scope, '--registrar', 'r2', '--element', 'e2', '--user', 'u1')).code).toBe(0);
    for (const registrar of ['r1', 'r2']) {
      const keys = (file: string): string[] => [...readPskKeys(read('grown', registrar, file)).keys()];
      expect([keys('element-keys.txt'), keys('peer-keys.txt')]).toEqual([
        ['e1', 'e2'],
        ['r1', 'r2'],
      ]);
      expect(read('grown', registrar, 'access.yaml')).toContain('# the lab');
      expect(rulesOf('grown', registrar, 'access.yaml')).toEqual([
        { who: 'psk:r1', peer: true },
        { who: 'psk:e1', register: ['*'] },
        { who: 'psk:e2', register: ['Lab'] },
        { who: 'psk:r2', peer: true },
        { who: 'dns:u1', resolve: ['*'] },
      ]);
    }
    expect(read('grown', 'e1', 'psk.txt')).toBe(before);
  });

  it('keys that are there are replaced with --force only, and those of nobody else', async () => {
    const scope = join(folder, 'kept');
    await run('keys', scope, '--registrar', 'r1', '--element', 'e1', 'e2');
    const files = ['e1/psk.txt', 'e1/tls-key.pem', 'e2/psk.txt', 'r1/tls-key.pem', 'ca-key.pem'];
    const all = (): string[] => files.map((file) => read('kept', file));
    const before = all();
    const again = await run('keys', scope, '--element', 'e3', 'e1');
    expect([again.code, again.err[0]]).toEqual([
      2,
      expect.stringMatching(/^rserpool: --element: \S+kept has e1 already: --force gives it new keys/),
    ]);
    expect(readdirSync(scope)).not.toContain('e3');
    const unnamed = await run('keys', scope, '--force');
    expect(unnamed.err[0]).toMatch(/kept has an authority already: name who is to be added, by --registrar, --element/);
    expect(all()).toEqual(before);
    expect((await run('keys', scope, '--element', 'e1', '--force')).code).toBe(0);
    expect(all().map((text, i) => text === before[i])).toEqual([false, false, true, true, true]);
    const keys = readPskKeys(read('kept', 'r1', 'element-keys.txt'));
    expect([...keys.keys()].sort()).toEqual(['e1', 'e2']);
    expect(keys.get('e1')).toEqual(readPskKeys(read('kept', 'e1', 'psk.txt')).get('e1'));
  });

  it.each([
    [['--element', 'a b'], /--element <name\.\.\.>.*'a b'.*NAME or NAME,ADDRESS: letters, digits and hyphens/],
    [['--element', '../x'], /It takes NAME/],
    [['--user', '::1'], /Before the address ::1 it takes a name: NAME,::1/],
    [['--user', 'x', '--element', 'x'], /--user: x is named twice/],
    [['--days', '0'], /--days <number>.*whole number from 1 to 3650/],
  ])('%j is refused', async (args, expected) => {
    const { code, err } = await run('keys', join(folder, 'none'), ...args);
    expect([code, err.join(' ')]).toEqual([2, expect.stringMatching(expected)]);
    expect(readdirSync(folder)).not.toContain('none');
  });

  it('an authority whose time is over signs nothing', async () => {
    const scope = join(folder, 'over');
    mkdirSync(scope);
    const { cert, key } = Authority.create('old', -0.01).certified;
    writeFileSync(join(scope, 'ca.pem'), cert);
    writeFileSync(join(scope, 'ca-key.pem'), key);
    const { code, err } = await run('keys', scope, '--user', 'u1');
    const said = /ca\.pem: the authority was good until \d{4}-\d\d-\d\d; begin another directory \(ERR_CLI_FILE\)$/;
    expect([code, err]).toEqual([1, [expect.stringMatching(said)]]);
    expect(readdirSync(scope)).toEqual(['ca-key.pem', 'ca.pem']);
  });

  it('access rules that it cannot add to are named', async () => {
    const scope = join(folder, 'json');
    await run('keys', scope, '--registrar', 'r1');
    writeFileSync(join(scope, 'r1', 'access.yaml'), '[{"who": "psk:r1", "peer": true}]');
    const { code, err } = await run('keys', scope, '--user', 'u1');
    expect([code, err[0]]).toEqual([
      1,
      expect.stringMatching(/access\.yaml: it is no list in lines, so the rule for dns:u1 has to be added by hand/),
    ]);
    appendFileSync(join(scope, 'r1', 'access.yaml'), ']');
    expect((await run('keys', scope, '--user', 'u2')).err[0]).toMatch(/it is no list in lines/);
  });
});
