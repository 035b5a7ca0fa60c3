import type { Command } from 'commander';
import { isMap } from 'yaml';
import { type ConfigKey, textOf, YamlFile } from './yaml-file.ts';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const TEXT: ConfigKey = { accepts: 'a text', isGood: isText };
export const TEXTS: ConfigKey = {
  accepts: 'a list of texts',
  isGood: (value) => Array.isArray(value) && value.every(isText),
};
export const FLAG: ConfigKey = { accepts: 'true or false', isGood: (value) => typeof value === 'boolean' };
/** Names and values that are checked where they are used. */
export const SETTINGS: ConfigKey = {
  accepts: 'names with values',
  isGood: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

export const FLAG_OR_SETTINGS: ConfigKey = {
  accepts: 'true, false, or names with values',
  isGood: (value) => FLAG.isGood(value) || SETTINGS.isGood(value),
};

export function number(min: number, max: number): ConfigKey {
  return {
    accepts: `a whole number from ${min} to ${max}`,
    isGood: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  };
}

/**
 * Reads a configuration file, YAML or JSON, whose keys have the names of the library's options.
 *
 * @throws CliError: `ERR_CLI_FILE` if it cannot be read; `ERR_CLI_USAGE` that names file, line and key, and what is accepted
 */
export function readConfigFile<Keys extends Record<string, ConfigKey>>(
  file: string,
  keys: Keys,
): { readonly [Key in keyof Keys]?: unknown } {
  const yaml = new YamlFile(file, textOf(file, '--config'));
  const { contents, values } = yaml;
  if (contents === null) return {};
  if (!isMap(contents)) throw yaml.error(contents, 'names with values are expected, as in "udpPort: 9900"');
  yaml.checkKeys(contents, values, keys);
  return values as { readonly [Key in keyof Keys]?: unknown };
}

export interface ConfigFileOption {
  readonly config?: string;
}

export function addConfigFileOption(command: Command): Command {
  return command.option(
    '--config <file>',
    'options of the library by their names, as YAML or JSON; what is given on the command line goes before',
  );
}

/** The options of a command: those of its configuration file, if it has one, and before them those that were given. */
export function withConfigFile<Options extends object>(
  { config }: ConfigFileOption,
  keys: Record<string, ConfigKey>,
  given: Options,
): Options {
  if (config === undefined) return given;
  const file = readConfigFile(config, keys);
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...(file as Options), ...(Object.fromEntries(said) as Options) };
}
