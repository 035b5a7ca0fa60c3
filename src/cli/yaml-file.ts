import { readFileSync } from 'node:fs';
import { type Document, isMap, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { CliError } from './errors.ts';

/** What a key takes. */
export interface ConfigKey {
  /** Ends the sentence "KEY takes …". */
  readonly accepts: string;
  readonly isGood: (value: unknown) => boolean;
  /** If it takes names with values: which ones. */
  readonly keys?: Readonly<Record<string, ConfigKey>> | undefined;
}

/** A file with YAML or JSON that people have written. */
export class YamlFile {
  /** The first node; null if the file is empty. */
  readonly contents: Node | null;
  readonly values: unknown;
  readonly #file: string;
  readonly #lines = new LineCounter();

  /** @throws CliError `ERR_CLI_USAGE` that names file and line */
  constructor(file: string, text: string) {
    this.#file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: true, logLevel: 'error' });
    const [broken] = document.errors;
    if (broken !== undefined) {
      throw fileError(file, broken.linePos?.[0].line, broken.message.split('\n')[0]!, broken);
    }
    this.contents = document.contents;
    this.values = this.#valuesOf(document);
  }

  /** Aliases may name what is not there, stand for too much, or for what they stand in themselves. */
  #valuesOf(document: Document): unknown {
    try {
      const values: unknown = document.toJS();
      JSON.stringify(values);
      return values;
    } catch (error) {
      throw fileError(this.#file, undefined, (error as Error).message.split('\n')[0]!, error);
    }
  }

  /** What is wrong at a place of it. */
  error(at: unknown, message: string, cause?: unknown): CliError {
    const start = (at as { readonly range?: readonly number[] | null } | undefined)?.range?.[0];
    return fileError(this.#file, start === undefined ? undefined : this.#lines.linePos(start).line, message, cause);
  }

  /** Refuses names that are not known, and values that they do not take. @param path before each name @throws CliError */
  checkKeys(map: YAMLMap, values: unknown, keys: Readonly<Record<string, ConfigKey>>, path = ''): void {
    for (const item of map.items) {
      const name = String(item.key);
      const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
      if (key === undefined) {
        throw this.error(item.key, `unknown key "${path}${name}"; known are ${Object.keys(keys).join(', ')}`);
      }
      const value = (values as Readonly<Record<string, unknown>>)[name];
      if (!key.isGood(value)) {
        throw this.error(item.key, `${path}${name} takes ${key.accepts}, not ${JSON.stringify(value)}`);
      }
      if (key.keys !== undefined && isMap(item.value)) this.checkKeys(item.value, value, key.keys, `${path}${name}.`);
    }
  }
}

/** The text of a file. @param option who names it, for the error @throws CliError `ERR_CLI_FILE` */
export function textOf(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError('ERR_CLI_FILE', `${option}: ${(error as Error).message}`, error);
  }
}

/** What is wrong with a file, and where. */
export function fileError(file: string, line: number | undefined, message: string, cause?: unknown): CliError {
  return new CliError('ERR_CLI_USAGE', `${file}${line === undefined ? '' : `:${line}`}: ${message}`, cause);
}
