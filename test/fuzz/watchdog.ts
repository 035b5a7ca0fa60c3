import { Worker } from 'node:worker_threads';
import type { FuzzInput } from './fuzz-target.ts';

/** As in `watchdog.mjs`. */
const HEADER_BYTES = 16;
const MAX_INPUT_BYTES = 16 << 20;

/** Ends the process if an input does not end, and leaves that input in a file. */
export class Watchdog {
  readonly #shared = new SharedArrayBuffer(MAX_INPUT_BYTES);
  readonly #numbers = new Int32Array(this.#shared, 0, 4);
  readonly #bytes = Buffer.from(this.#shared);
  readonly #worker: Worker;

  constructor(limitMs: number, directory: string, seed: number) {
    this.#worker = new Worker(new URL('watchdog.mjs', import.meta.url), {
      workerData: { shared: this.#shared, limitMs, directory, seed },
      execArgv: [],
    });
    this.#worker.unref();
  }

  begin(target: string, input: FuzzInput): void {
    let at = HEADER_BYTES + this.#bytes.write(target, HEADER_BYTES);
    this.#numbers[1] = at - HEADER_BYTES;
    this.#numbers[2] = input.length;
    for (const bytes of input) {
      at = this.#bytes.writeUInt32LE(bytes.length, at);
      this.#bytes.set(bytes, at);
      at += bytes.length;
    }
    Atomics.add(this.#numbers, 0, 1);
  }

  end(): void {
    Atomics.add(this.#numbers, 0, 1);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
