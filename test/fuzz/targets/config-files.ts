import { isMap } from 'yaml';
import { ConfigError } from '../../../src/base/config.ts';
import { FLAG, FLAG_OR_SETTINGS, number, SETTINGS, TEXT, TEXTS } from '../../../src/cli/config-file.ts';
import { CliError } from '../../../src/cli/errors.ts';
import { YamlFile } from '../../../src/cli/yaml-file.ts';
import { registrarConfig } from '../../../src/rserpool/registrar/config.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const KEYS = {
  address: TEXTS,
  udpPort: number(0, 65_535),
  pool: TEXT,
  tcp: FLAG_OR_SETTINGS,
  announce: FLAG,
  config: SETTINGS,
};

export const configFiles: FuzzTarget = {
  name: 'config-files',
  about: 'configuration files, YAML and JSON, and the settings in them',
  shape: 'text',
  maxSteps: 1,
  words: [
    '\n',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '!!map',
    '? ',
    '|\n',
    '>\n',
    '%YAML 1.1\n',
    '---\n',
    '...',
    '#',
    '\t',
    '  ',
    '~',
    '.inf',
    '.nan',
    '0x7fffffff',
    '1e999',
    '__proto__',
    'constructor',
    'config',
    'udpPort',
    'true',
    '\ufeff',
    '\0',
  ].map(text),
  seeds: () => [
    [
      text(
        'address: [10.0.0.1, "::1"]\nudpPort: 9900\npool: Echo\ntcp: false\nconfig:\n  maxPeers: 5\n  announce: true\n',
      ),
    ],
    [
      text(
        '{"address": ["10.0.0.1"], "config": {"keepAlivePeriodMs": 100.5, "dialect": "auto"}, "tcp": {"maxMessageBytes": 1}}',
      ),
    ],
    [text('a: &a [1, 2]\nb: *a\nconfig: &c {x: 1}\ntcp: {<<: *c}\n')],
    [text('? [a, b]\n: c\n--- \nudpPort: 1\n...\n')],
  ],
  run: ([bytes = new Uint8Array(0)]) => {
    const before = Object.keys(Object.prototype).length;
    try {
      const yaml = new YamlFile('rserpool.yaml', new TextDecoder().decode(bytes));
      if (!isMap(yaml.contents)) return;
      yaml.checkKeys(yaml.contents, yaml.values, KEYS);
      const { config } = yaml.values as { config?: Parameters<typeof registrarConfig>[0] };
      registrarConfig(config);
    } catch (error) {
      if (!(error instanceof CliError) && !(error instanceof ConfigError)) throw error;
    }
    must(Object.keys(Object.prototype).length === before, () => 'the prototype of all objects has changed');
  },
};
