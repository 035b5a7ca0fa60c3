import { CliError } from '../../../src/cli/errors.ts';
import { readAccessRules } from '../../../src/cli/security/access-file.ts';
import { type AccessRule, AccessRules } from '../../../src/rserpool/access/access-rules.ts';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import { Pattern } from '../../../src/rserpool/access/pattern.ts';
import { PoolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const STRANGERS: readonly PeerIdentity[] = [
  { kind: 'anonymous' },
  { kind: 'psk', name: 'nobody' },
  { kind: 'certificate', names: [] },
  { kind: 'certificate', names: ['dns:nobody.example', 'ip:192.0.2.1'] },
];

/** `*` stands for any characters: said by a regular expression, for short texts that it cannot be slow for. */
function matchesSlowly(pattern: string, value: string): boolean {
  const source = pattern.split('*').map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${source.join('[^]*')}$`).test(value);
}

export const accessRules: FuzzTarget = {
  name: 'access-rules',
  about: 'files of access rules, what strangers may do by them, and patterns',
  shape: 'text',
  maxSteps: 1,
  words: [
    '\n- who: ',
    '\n  register: ',
    '\n  elements: ',
    '\n  policies: ',
    '\n  resolve: ',
    '\n  peer: true',
    '["*"]',
    '[1, 1-10]',
    '[4294967295]',
    '[round-robin]',
    'psk:',
    'dns:',
    'ip:',
    'uri:',
    'anonymous',
    '"*"',
    '&a ',
    '*a',
    '[',
  ].map(text),
  seeds: () => [
    [
      text(
        '- who: psk:pe-*\n  register: [abc, x*]\n  elements: [1-10, 77]\n  policies: [round-robin, random]\n  resolve: ["*"]\n',
      ),
    ],
    [
      text(
        '- who: dns:*.example\n  register: ["*"]\n  peer: true\n- {who: anonymous, resolve: [public*]}\n- who: psk:registrar-20\n  peer: true\n',
      ),
    ],
    [text('[{"who": "*", "register": ["*"], "peer": true}]')],
  ],
  run: ([bytes = new Uint8Array(0)]) => {
    const content = new TextDecoder().decode(bytes);
    checkPatterns(content.split(/[\n,]/));
    let rules: readonly AccessRule[];
    try {
      rules = readAccessRules('rules.yaml', content);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return;
    }
    const access = new AccessRules(rules);
    const wanted = {
      poolHandle: new PoolHandle(text('abc')),
      peIdentifier: 5,
      policy: { kind: 'round-robin' },
    } as const;
    for (const stranger of STRANGERS) {
      const isNamed = rules.some(({ who }) => who.includes('*') || /nobody|192|anonymous/.test(who));
      const refusals = [access.refusesRegistration(stranger, wanted), access.refusesPeer(stranger)];
      must(isNamed || !refusals.includes(undefined), () => `a stranger may do something: ${JSON.stringify(stranger)}`);
      must(stranger.kind !== 'anonymous' || !refusals.includes(undefined), () => 'somebody anonymous may do something');
      access.refusesResolution(stranger, wanted.poolHandle);
    }
  },
};

function checkPatterns(lines: readonly string[]): void {
  for (const pattern of lines.slice(0, 4)) {
    for (const value of lines.slice(0, 4)) {
      if ((pattern.match(/\*/g)?.length ?? 0) > 3 || value.length > 200) continue;
      const isSame = new Pattern(pattern).matches(value) === matchesSlowly(pattern, value);
      must(isSame, () => `the pattern ${JSON.stringify(pattern)} and ${JSON.stringify(value)}`);
    }
  }
}
