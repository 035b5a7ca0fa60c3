import { InvalidArgumentError } from 'commander';
import { POLICY_FIELDS, type PolicyField, type PolicyParameter } from '../rserpool/index.ts';

/** What a number is that is not given. */
const UNLESS_GIVEN: Partial<Record<PolicyField, number>> = { weight: 1, priority: 1 };
/** Fields that are shares of {@link ALL}, and may be given in percent. */
const SHARES: ReadonlySet<PolicyField> = new Set(['load', 'degradation', 'loadDpf', 'weightDpf']);
/** The registrar measures it. */
const MEASURED: PolicyField = 'distanceMs';
const ALL = 0xffffffff;

/** Reads a pool policy: `round-robin`, `weighted-random:10`, `least-used-with-degradation:0%:10%`. RFC 5356. */
export function policy(text: string): PolicyParameter {
  const [kind = '', ...numbers] = text.split(':');
  const fields = Object.hasOwn(POLICY_FIELDS, kind) ? POLICY_FIELDS[kind as keyof typeof POLICY_FIELDS] : undefined;
  if (fields === undefined || numbers.length > given(fields).length) {
    throw new InvalidArgumentError(`It takes ${POLICY_FORMS.join(', ')}.`);
  }
  const values = fields.map((field, i) => [field, field === MEASURED ? 0 : numberOf(field, numbers[i])]);
  return { kind, ...Object.fromEntries(values) } as PolicyParameter;
}

/** How each policy is written. */
export const POLICY_FORMS: readonly string[] = Object.entries(POLICY_FIELDS).map(([kind, fields]) =>
  [kind, ...given(fields).map((field) => field.toUpperCase())].join(':'),
);

function given(fields: readonly PolicyField[]): readonly PolicyField[] {
  return fields.filter((field) => field !== MEASURED);
}

function numberOf(field: PolicyField, text: string | undefined): number {
  if (text === undefined) return UNLESS_GIVEN[field] ?? 0;
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const isShare = match?.[2] === '%' && SHARES.has(field);
  const value = isShare ? Math.round((Number(match[1]) / 100) * ALL) : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= ALL) return value;
  const percent = SHARES.has(field) ? ', or a percentage such as 10%' : '';
  throw new InvalidArgumentError(`Its ${field} takes a whole number from 0 to ${ALL}${percent}.`);
}
