import { unwatchFile, watchFile } from 'node:fs';
import { basename } from 'node:path';
import { describeFailure } from '../errors.ts';
import type { Io } from '../io.ts';
import type { ReadFiles, SecurityFiles } from './security-files.ts';

/** How often files are looked at: polling sees those that were replaced, on all systems and on network disks. */
const POLL_MS = 1000;
/** What belongs together is written one after the other: they are read when nothing has changed for so long. */
const SETTLE_MS = 500;

/** What came of reading again. */
export type Reload =
  /** `files` have changed. */
  | { readonly kind: 'security-reloaded'; readonly files: readonly string[]; readonly warnings: readonly string[] }
  /** Everything is as it was before. */
  | { readonly kind: 'security-reload-failed'; readonly reason: string };

export interface SecurityWatchParts {
  readonly files: SecurityFiles;
  /** What is in use. */
  readonly read: ReadFiles;
  /** Puts it into use; throws if it is not good enough, and then nothing has changed. */
  readonly apply: (read: ReadFiles) => void;
  readonly tell: (reload: Reload) => void;
  readonly io: Io;
}

/** Reads files again when they change, and when SIGHUP comes. What is wrong leaves everything as it was. */
export class SecurityWatch implements Disposable {
  readonly #parts: SecurityWatchParts;
  readonly #paths: readonly string[];
  readonly #forget: () => void;
  #inUse: ReadFiles;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SecurityWatchParts) {
    this.#parts = parts;
    this.#inUse = parts.read;
    this.#paths = parts.files.paths;
    for (const path of this.#paths) watchFile(path, { interval: POLL_MS, persistent: false }, this.#changed);
    this.#forget = parts.io.onHangup(() => this.#readAgain(true));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const path of this.#paths) unwatchFile(path, this.#changed);
    this.#forget();
  }

  readonly #changed = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#readAgain(false), SETTLE_MS);
  };

  #readAgain(asked: boolean): void {
    clearTimeout(this.#timer);
    const { files, apply, tell } = this.#parts;
    try {
      const read = files.read();
      const changed = changesBetween(this.#inUse, read);
      if (changed.length > 0) apply(read);
      this.#inUse = read;
      if (changed.length > 0 || asked) tell({ kind: 'security-reloaded', files: changed, warnings: read.warnings });
    } catch (error) {
      tell({ kind: 'security-reload-failed', reason: describeFailure(error, false) });
    }
  }
}

function changesBetween({ texts: before }: ReadFiles, { texts: after }: ReadFiles): readonly string[] {
  return [...after].filter(([file, { text }]) => before.get(file)?.text !== text).map(([, { file }]) => basename(file));
}
