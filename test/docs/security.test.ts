import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isMap } from 'yaml';
import { TEXTS } from '../../src/cli/config-file.ts';
import { freeUdpPorts } from '../../src/cli/demo/free-udp-ports.ts';
import { readAccessRules } from '../../src/cli/security/access-file.ts';
import { STANDARD_NAMES } from '../../src/cli/security/file-names.ts';
import { securityKey } from '../../src/cli/security/security-config.ts';
import { YamlFile } from '../../src/cli/yaml-file.ts';
import { registrarSettings } from '../../src/rserpool/registrar/config.ts';
import { RunningCommand, run } from '../cli/test-io.ts';

const DOCUMENT = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');

function blocks(language: string): readonly string[] {
  return [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1]!,
  );
}

/** Rows of tables whose first cell is in backquotes. */
const ROWS = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** What stands in backquotes. */
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

describe('docs/security.md: from nothing to three registrars', () => {
  const [commands = ''] = blocks('sh');
  const running: RunningCommand[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'docs-security-'));

  afterAll(async () => {
    for (const command of running.reverse()) await command.interrupt();
    rmSync(folder, { recursive: true });
  });

  /** What a line runs, in another directory and at other UDP ports: somebody may use those. */
  function argsOf(line: string, ports: ReadonlyMap<string, number>): string[] {
    const command = /npm run rserpool -- (.*?)(?: & sleep \d+| &)?$/.exec(line)![1]!;
    const words = command.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
    const args = words.map((word) =>
      word
        .replace(/^scope/, join(folder, 'scope'))
        .replace(/^127\.0\.0\.1$/, '127.0.0.1;udp=9899')
        .replace(/^(.*udp=)?(\d{4})$/, (_, before = '', port: string) => `${before}${ports.get(port)}`),
    );
    return args[0] === 'keys' || args.includes('--udp-port') ? args : [...args, '--udp-port', '0'];
  }

  it('at most ten commands, which do what it says', async () => {
    const lines = commands.trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.shift()).toBe('npm ci');
    const [a, b, c] = await freeUdpPorts('127.0.0.1', 3);
    const ports = new Map([
      ['9899', a!],
      ['9900', b!],
      ['9901', c!],
    ]);
    const start = (line: string): RunningCommand => {
      const command = new RunningCommand(...argsOf(line, ports));
      running.push(command);
      return command;
    };
    expect((await run(...argsOf(lines.shift()!, ports))).out).toHaveLength(7);
    const registrars = lines.splice(0, 3).map(start);
    for (const registrar of registrars) {
      await registrar.line(/^registrar: ASAP at .*, by TLS; Ctrl-C ends it$/);
      await registrar.line(/^serving /);
    }
    const elements = lines.splice(0, 2).map(start);
    for (const element of elements) await element.line(/^echo in EchoPool as .*, by TLS; Ctrl-C ends it$/);
    // Its own elements, or those of others.
    await Promise.all(
      elements.map((_, i) =>
        registrars[2]!.line(new RegExp(`(?:learnt|registered) pool=.*${identifierOf(elements[i]!)}`)),
      ),
    );
    expect(await run(...argsOf(lines.shift()!, ports))).toMatchObject({
      code: 0,
      out: [/^pe 0x/, /^pe 0x/].map(matching),
    });
    const talk = lines.shift()!;
    expect(talk).toMatch(/^echo hello \| /);
    const user = start(talk);
    user.stdin.end('hello\n');
    expect([await user.exitCode, user.out]).toEqual([0, ['hello']]);
    const refused = await run(...argsOf(lines.shift()!, ports));
    const [said] = /rserpool: pool EchoPool: [\s\S]*?\)/.exec(DOCUMENT)!;
    expect([refused.code, refused.err]).toEqual([1, [said.replace(/\s+/g, ' ')]]);
    await registrars[0]!.line(
      /^access-denied who=plain what=handle-resolution why="this registrar is secured: TLS is needed"/,
    );
    expect(lines).toEqual([]);
  });
});

function identifierOf(element: RunningCommand): string {
  return / as (0x[0-9a-f]{8}) /.exec(element.out[0]!)![1]!;
}

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

describe('docs/security.md', () => {
  it('has rules and a configuration file as they are read', () => {
    const [file = '', rules = ''] = blocks('yaml');
    expect(readAccessRules('access.yaml', rules)).toHaveLength(5);
    const yaml = new YamlFile('registrar.yaml', file);
    if (!isMap(yaml.contents)) throw new Error('no map');
    const keys = { addresses: TEXTS, peers: TEXTS, security: securityKey('registrar') };
    yaml.checkKeys(yaml.contents, yaml.values, keys);
    const { security } = yaml.values as { security: Record<string, unknown> };
    const { certificate, ...others } = security;
    expect({ ...(certificate as object), ...others }).toEqual(STANDARD_NAMES);
  });

  it('names all options, and for whom they are', async () => {
    const described = new Map(
      ROWS.filter(([cell]) => cell!.startsWith('`--')).map((row) => [quoted(row[0]!)[0]!, row[3]!]),
    );
    for (const [command, role] of [
      ['registrar', 'registrar'],
      ['pe', 'element'],
      ['pu', 'user'],
    ] as const) {
      const { out } = await run(command, '--help');
      const known = [...out.join('\n').matchAll(/^ {2}(--[a-z-]+)/gm)].map((match) => match[1]!);
      const forRole = [...described].filter(([, who]) => who === 'all' || who.includes(role)).map(([option]) => option);
      const security = known.filter((option) =>
        /^--(security|tls-|psk|element-|peer-keys|access|answer|registrar-name)/.test(option),
      );
      expect(security.sort(), command).toEqual(forRole.sort());
    }
    const files = ROWS.flatMap((row) => (row[0]!.startsWith('`--') ? quoted(row[1]!) : []));
    expect(files).toEqual(Object.values(STANDARD_NAMES));
    for (const name of ROWS.flatMap((row) => (row[0]!.startsWith('`--') ? quoted(row[2]!) : []))) {
      const keys = { ...securityKey('registrar').keys, ...securityKey('element').keys, ...securityKey('user').keys };
      expect(Object.keys(keys)).toContain(name.split(':')[0]);
    }
  });

  it('has the limits as they are', () => {
    let seen = 0;
    for (const [names = '', values = ''] of ROWS) {
      for (const [i, name] of quoted(names).entries()) {
        if (!Object.hasOwn(registrarSettings, name)) continue;
        seen++;
        const said = values.split(', ')[i]!;
        const { default: value } = registrarSettings[name as keyof typeof registrarSettings];
        expect(said, name).toBe(value === 0 ? 'as its turns allow' : String(value));
      }
    }
    expect(seen).toBe(11);
  });
});
