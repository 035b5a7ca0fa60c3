import { isMap, isSeq } from 'yaml';
import { type AccessRule, AccessRules, RSerPoolError } from '../../rserpool/index.ts';
import { FLAG, TEXT, TEXTS } from '../config-file.ts';
import { type ConfigKey, YamlFile } from '../yaml-file.ts';

const RULE_KEYS = {
  who: TEXT,
  register: TEXTS,
  elements: {
    accepts: 'a list of PE identifiers or FROM-TO',
    isGood: (value) => Array.isArray(value) && value.every((each) => ['number', 'string'].includes(typeof each)),
  },
  policies: TEXTS,
  resolve: TEXTS,
  peer: FLAG,
} as const satisfies Record<keyof AccessRule, ConfigKey>;

const EXAMPLE = '"- who: psk:element-1", and below it "  register: [EchoPool]"';

/**
 * Reads access rules, YAML or JSON.
 *
 * @throws CliError `ERR_CLI_USAGE` that names file and line, and what is accepted
 */
export function readAccessRules(file: string, text: string): readonly AccessRule[] {
  const yaml = new YamlFile(file, text);
  const { contents } = yaml;
  // No rule lets everybody in who has a key. A file that was cut off must not do that.
  if (contents === null || (isSeq(contents) && contents.items.length === 0)) {
    throw yaml.error(undefined, `there is no rule; expected a list such as ${EXAMPLE}`);
  }
  if (!isSeq(contents)) throw yaml.error(contents, `a list of rules is expected, such as ${EXAMPLE}`);
  const rules = yaml.values as readonly AccessRule[];
  for (const [i, item] of contents.items.entries()) {
    if (!isMap(item)) throw yaml.error(item, `a rule has names with values, such as ${EXAMPLE}`);
    yaml.checkKeys(item, rules[i], RULE_KEYS);
    if (rules[i]!.who === undefined) throw yaml.error(item, 'a rule needs "who"');
    try {
      new AccessRules([rules[i]!]);
    } catch (error) {
      if (!(error instanceof RSerPoolError)) throw error;
      throw yaml.error(item, error.message, error);
    }
  }
  return rules;
}
