import { PassThrough } from 'node:stream';
import { Interruption, type Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run.ts';

/** A command that runs in this process, with its terminal. */
export class RunningCommand {
  readonly out: string[] = [];
  readonly err: string[] = [];
  readonly stdin = new PassThrough();
  readonly exitCode: Promise<number>;
  readonly #interruption = new AbortController();
  readonly #watchers = new Set<() => void>();
  readonly #hangupListeners = new Set<() => void>();

  constructor(...args: readonly string[]) {
    const io: Io = {
      out: (line) => this.#add(this.out, line),
      err: (line) => this.#add(this.err, line),
      stdin: this.stdin,
      color: false,
      interrupted: this.#interruption.signal,
      onHangup: (listener) => {
        this.#hangupListeners.add(listener);
        return () => this.#hangupListeners.delete(listener);
      },
    };
    this.exitCode = runCli(args, io);
  }

  /** Ctrl-C. */
  interrupt(): Promise<number> {
    this.#interruption.abort(new Interruption());
    return this.exitCode;
  }

  /** SIGHUP; false if nobody listens, which would have ended the process. */
  hangUp(): boolean {
    for (const listener of this.#hangupListeners) listener();
    return this.#hangupListeners.size > 0;
  }

  /** Resolves with the first line of either stream that matches, also one of the past; rejects if the command ends. */
  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = [...this.out, ...this.err].find((line) => pattern.test(line));
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
      void this.exitCode.then((code) => {
        if (this.#watchers.delete(look)) {
          reject(new Error(`ended with ${code} before ${pattern}: ${[...this.out, ...this.err].join('\n')}`));
        }
      });
    });
  }

  #add(lines: string[], line: string): void {
    lines.push(...line.split('\n'));
    for (const look of [...this.#watchers]) look();
  }
}

/** What a command that ends by itself has printed. */
export async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: readonly string[]; readonly err: readonly string[] }> {
  const command = new RunningCommand(...args);
  command.stdin.end();
  return { code: await command.exitCode, out: command.out, err: command.err };
}
