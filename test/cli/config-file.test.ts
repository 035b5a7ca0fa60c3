import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLAG, number, readConfigFile, SETTINGS, TEXT, TEXTS, withConfigFile } from '../../src/cli/config-file.ts';
import { RunningCommand, run } from './test-io.ts';

const KEYS = { addresses: TEXTS, udpPort: number(0, 65_535), announce: FLAG, pool: TEXT, config: SETTINGS };
const folder = mkdtempSync(join(tmpdir(), 'config-'));

function read(text: string): unknown {
  const file = join(folder, 'scope.yaml');
  writeFileSync(file, text);
  return readConfigFile(file, KEYS);
}

describe('a configuration file', () => {
  it('is YAML', () => {
    const text = 'addresses: [127.0.0.1, "::1"]   # two\nudpPort: 9900\nconfig:\n  maxPeers: 5\n';
    expect(read(text)).toEqual({ addresses: ['127.0.0.1', '::1'], udpPort: 9900, config: { maxPeers: 5 } });
  });

  it('or JSON', () =>
    expect(read('{ "announce": true, "pool": "EchoPool" }')).toEqual({ announce: true, pool: 'EchoPool' }));

  it('may be empty', () => expect(read('# nothing\n')).toEqual({}));

  it.each([
    [
      'pool: x\nudp-port: 1',
      /scope\.yaml:2: unknown key "udp-port"; known are addresses, udpPort, announce, pool, config$/,
    ],
    ['udpPort: 65536', /scope\.yaml:1: udpPort takes a whole number from 0 to 65535, not 65536$/],
    ['addresses: 127.0.0.1', /addresses takes a list of texts, not "127\.0\.0\.1"$/],
    ['announce: "yes"', /announce takes true or false, not "yes"$/],
    ['config: [1]', /config takes names with values, not \[1\]$/],
    ['pool: ""', /pool takes a text, not ""$/],
    ['constructor: 1', /unknown key "constructor"/],
    ['- a\n- b', /names with values are expected/],
    ['pool: x\npool: y', /scope\.yaml:2: .*unique/i],
    ['pool: [', /scope\.yaml:1: /],
    ['pool: *nobody', /scope\.yaml: Unresolved alias/],
    ['pool: &a [*a]', /scope\.yaml: .*circular/],
    [
      `config:${[0, 1, 2, 3].map((n) => `\n  a${n}: &a${n} [${n === 0 ? 'x' : `*a${n - 1}`}${`, *a${Math.max(n - 1, 0)}`.repeat(n && 9)}]`).join('')}`,
      /scope\.yaml: Excessive alias/,
    ],
  ])('%j is refused with file, line, key and what is accepted', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('that is not there is named', () => {
    expect(() => readConfigFile(join(folder, 'none.yaml'), KEYS)).toThrow(/--config: ENOENT.*none\.yaml/);
  });

  it('goes behind what the command line says, name by name', () => {
    const file = join(folder, 'scope.yaml');
    writeFileSync(file, 'pool: A\nudpPort: 1\n');
    const given = { pool: 'B', udpPort: undefined, announce: true };
    expect(withConfigFile({ config: file }, KEYS, given)).toEqual({ pool: 'B', udpPort: 1, announce: true });
    expect(withConfigFile({}, KEYS, given)).toBe(given);
  });

  it('makes a registrar', async () => {
    const file = join(folder, 'registrar.yaml');
    writeFileSync(file, 'registrarId: 0xa1\nudpPort: 0\nconfig:\n  maxPeers: 5\n');
    const registrar = new RunningCommand('registrar', '--config', file, '--json');
    expect(JSON.parse(await registrar.line(/listening/))).toMatchObject({ registrarId: 0xa1 });
    expect(await registrar.interrupt()).toBe(0);
    writeFileSync(file, 'udpPort: 0\nconfig:\n  maxPears: 5\n');
    const { code, err } = await run('registrar', '--config', file);
    expect([code, err.join(' ')]).toEqual([2, expect.stringMatching(/unknown setting "maxPears"; known are /)]);
  });
});
