import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Side } from './sides/side.ts';

/** How much of what a program complains about is kept. */
const MAX_COMPLAINT = 500;

/** How long a program may take to go after it was told to. */
const GRACE_MS = 1000;

/** One of the two programs of a run. It prints lines of JSON and ends when its standard input does. */
export class Program {
  readonly #role: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaint = '';

  constructor(side: Side, role: 'server' | 'client', name: string, settings: Readonly<Record<string, number>>) {
    const [command = '', ...words] = side.program;
    const given = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const child = spawn(command, [...words, role, name, ...given], { env: { ...process.env, ...side.environment } });
    this.#role = role;
    this.#process = child;
    child.on('error', (error) => {
      this.#complaint = error.message;
    });
    // It may be gone already when it is told to go.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text) => {
      this.#complaint = `${this.#complaint}${text}`.slice(-MAX_COMPLAINT);
    });
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /** The next line. @throws (rejects) if it tells of an error, does not come in time, or the program has ended */
  async next(limitMs: number): Promise<Readonly<Record<string, number>>> {
    const line = await this.#within(limitMs);
    if (line.done === true) throw this.#error(this.#complaint.trim() || 'ended without a word');
    const report = JSON.parse(line.value);
    if (report.error !== undefined) throw this.#error(report.error);
    return report;
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const impatience = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    child.stdin!.end();
    await gone;
    clearTimeout(impatience);
  }

  async #within(limitMs: number): Promise<IteratorResult<string>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error(`stalled: nothing more within ${limitMs / 1000} s`)), limitMs);
    });
    return Promise.race([this.#lines.next(), late]).finally(() => clearTimeout(timer));
  }

  #error(text: string): Error {
    return new Error(`${this.#role}: ${text}`);
  }
}
