import type { Readable, Writable } from 'node:stream';

/** Something that happened in the guest, as `kernel-agent.py` tells it. */
export interface GuestEvent {
  readonly socket: number;
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** Something that a program in the guest did, as `programs.py` tells it. */
export type ProgramEvent = { readonly program: number } & (
  | { readonly event: 'output'; readonly text: string }
  | { readonly event: 'exit'; readonly code: number }
);

interface Call {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

type Answer = { readonly id: number; readonly result?: unknown; readonly error?: string };

/** Calls of `kernel-agent.py` over the guest's serial line. */
export class GuestCalls {
  /** The agent runs. */
  readonly ready: Promise<void>;
  readonly #commands: Writable;
  readonly #onEvent: (event: GuestEvent | ProgramEvent) => void;
  readonly #calls = new Map<number, Call>();
  #lastCall = 0;
  #line = '';
  #end: Error | undefined;

  constructor(commands: Writable, results: Readable, onEvent: (event: GuestEvent | ProgramEvent) => void) {
    this.#commands = commands;
    this.#onEvent = onEvent;
    this.ready = new Promise((resolve, reject) => this.#calls.set(0, { resolve, reject }));
    results.setEncoding('utf8');
    results.on('data', (text: string) => this.#read(text));
    commands.on('error', (error) => this.fail(error));
    results.on('error', (error) => this.fail(error));
  }

  /** @throws (rejects) GuestCallError if the agent reports an error */
  call<Result>(name: string, details: Readonly<Record<string, unknown>>): Promise<Result> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = ++this.#lastCall;
    return new Promise<Result>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#commands.write(`${JSON.stringify({ ...details, id, do: name })}\n`);
    });
  }

  /** Ends everything that waits for the guest. */
  fail(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }

  #read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop()!;
    for (const line of lines) this.#take(JSON.parse(line) as Answer | GuestEvent | ProgramEvent);
  }

  #take(line: Answer | GuestEvent | ProgramEvent): void {
    if ('event' in line) {
      this.#onEvent(line);
      return;
    }
    const call = this.#calls.get(line.id);
    this.#calls.delete(line.id);
    if (line.error === undefined) call?.resolve(line.result as never);
    else call?.reject(new GuestCallError(line.error));
  }
}

/** The guest's answer to a call: the name of the system's error, such as `ECONNREFUSED`. */
export class GuestCallError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the guest reports ${code}`);
    this.name = 'GuestCallError';
    this.code = code;
  }
}
