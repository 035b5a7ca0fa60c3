import { CodedError } from './errors.ts';

/** One numeric setting: its default and what it may be. Units stand in the name (`…Ms`, `…Bytes`). */
export interface NumberSetting {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Whole numbers only, unless false. */
  readonly integer?: boolean;
}

/** One switch. */
export interface FlagSetting {
  readonly default: boolean;
}

/** One choice out of a few words. */
export interface ChoiceSetting<Word extends string = string> {
  readonly default: Word;
  readonly oneOf: readonly Word[];
}

export type Setting = NumberSetting | FlagSetting | ChoiceSetting;

/** The complete, frozen configuration that a table of settings describes. */
export type ConfigOf<Settings extends Record<string, Setting>> = {
  readonly [Name in keyof Settings]: Settings[Name] extends ChoiceSetting<infer Word>
    ? Word
    : Settings[Name] extends FlagSetting
      ? boolean
      : number;
};

/** Thrown for a setting that does not exist or a value it does not take. */
export class ConfigError extends CodedError<'ERR_BAD_CONFIG'> {
  constructor(message: string, details: Readonly<Record<string, unknown>>) {
    super('ERR_BAD_CONFIG', message, details);
    this.name = 'ConfigError';
  }
}

/** What each table has completed last, and to what. */
const lastOf = new WeakMap<
  object,
  { readonly partial: Readonly<Record<string, unknown>>; readonly complete: object }
>();

/**
 * Partial in, complete and frozen out. `undefined` means the default. Who asks for the same values as the one before gets
 * the same object: a program may have an endpoint for each of thousands of associations.
 *
 * @throws ConfigError naming the setting, the value and what is accepted
 */
export function completeConfig<Settings extends Record<string, Setting>>(
  settings: Settings,
  partial: { readonly [Name in keyof Settings]?: ConfigOf<Settings>[Name] | undefined } = {},
): ConfigOf<Settings> {
  const last = lastOf.get(settings);
  if (last !== undefined) {
    const complete = last.complete as ConfigOf<Settings>;
    if (saysTheSame(partial, last.partial) || completesTo(settings, partial, complete)) return complete;
  }
  const defaults: Record<string, number | boolean | string> = {};
  for (const name in settings) defaults[name] = settings[name]!.default;
  const complete = amendedConfig(settings, defaults as ConfigOf<Settings>, partial);
  lastOf.set(settings, { partial: { ...partial }, complete });
  return complete;
}

/** A look that spares the one at all settings. */
function saysTheSame(partial: Readonly<Record<string, unknown>>, last: Readonly<Record<string, unknown>>): boolean {
  let names = 0;
  for (const name in partial) {
    if (!Object.hasOwn(last, name) || partial[name] !== last[name]) return false;
    names++;
  }
  return names === Object.keys(last).length;
}

function completesTo<Settings extends Record<string, Setting>>(
  settings: Settings,
  partial: { readonly [Name in keyof Settings]?: ConfigOf<Settings>[Name] | undefined },
  complete: ConfigOf<Settings>,
): boolean {
  for (const name in partial) if (!Object.hasOwn(settings, name)) return false;
  for (const name in settings) {
    const given = partial[name];
    if (complete[name] !== (given === undefined ? settings[name]!.default : given)) return false;
  }
  return true;
}

/**
 * A complete configuration with some values in the place of others, frozen. Looks at these only.
 *
 * @throws ConfigError naming the setting, the value and what is accepted
 */
export function amendedConfig<Settings extends Record<string, Setting>>(
  settings: Settings,
  complete: ConfigOf<Settings>,
  partial: { readonly [Name in keyof Settings]?: ConfigOf<Settings>[Name] | undefined },
): ConfigOf<Settings> {
  const amended: Record<string, number | boolean | string> = { ...complete };
  for (const [name, value] of Object.entries(partial)) {
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (setting === undefined) {
      throw new ConfigError(`unknown setting "${name}"; known are ${Object.keys(settings).join(', ')}`, { name });
    }
    if (value === undefined) continue;
    const accepted = describeMismatch(setting, value);
    if (accepted !== undefined) {
      throw new ConfigError(`${name} is ${JSON.stringify(value)}, but takes ${accepted}`, { name, value, accepted });
    }
    amended[name] = value;
  }
  return Object.freeze(amended) as ConfigOf<Settings>;
}

/** What the setting accepts, if `value` is not it. */
function describeMismatch(setting: Setting, value: unknown): string | undefined {
  if ('oneOf' in setting) {
    return setting.oneOf.includes(value as string) ? undefined : `one of ${setting.oneOf.join(', ')}`;
  }
  if ('min' in setting) {
    const { min, max, integer = true } = setting;
    const fits = typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value));
    return fits ? undefined : `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`;
  }
  return typeof value === 'boolean' ? undefined : 'true or false';
}
