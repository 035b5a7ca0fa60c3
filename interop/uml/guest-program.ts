import { Transcript } from '../transcript.ts';
import type { Guest } from './guest.ts';
import type { ProgramEvent } from './guest-calls.ts';

/** How long a program may take to end in order. */
const STOP_LIMIT_MS = 5000;

/** A program of somebody else that runs in a guest. Disposing of it kills it. */
export class GuestProgram implements AsyncDisposable {
  readonly #guest: Guest;
  readonly #number: number;
  readonly #transcript = new Transcript();
  #exit!: (code: number) => void;
  /** Its exit code, negative after a signal. */
  readonly exited = new Promise<number>((resolve) => {
    this.#exit = resolve;
  });

  constructor(guest: Guest, number: number) {
    this.#guest = guest;
    this.#number = number;
  }

  /** All that it has printed. */
  get output(): string {
    return this.#transcript.text;
  }

  /** Resolves with the match when the output has it, from the `start`th character on. */
  shows(wanted: string | RegExp, limitMs?: number, start?: number): Promise<RegExpExecArray> {
    return this.#transcript.shows(wanted, limitMs, start);
  }

  /** Lets it read `text`. */
  async tell(text: string): Promise<void> {
    await this.#guest.calls.call('tell', { program: this.#number, text });
  }

  async signal(name: NodeJS.Signals): Promise<void> {
    await this.#guest.calls.call('signal', { program: this.#number, name });
  }

  /** Asks it to end, as Ctrl-C does, and waits until it has. */
  async stop(): Promise<void> {
    await this.signal('SIGINT');
    const killed = setTimeout(() => void this.signal('SIGKILL').catch(() => undefined), STOP_LIMIT_MS);
    await this.exited;
    clearTimeout(killed);
  }

  async kill(): Promise<void> {
    await this.signal('SIGKILL');
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#guest.ended) await this.kill();
  }

  handleEvent(event: ProgramEvent): void {
    if (event.event === 'output') this.#transcript.add(event.text);
    else this.#exit(event.code);
  }
}
