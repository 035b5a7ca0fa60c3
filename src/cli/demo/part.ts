import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElementView, PartOrder, PartReport, PartSettings, RegistrarView, UserView } from './messages.ts';

/** `main.ts` in the sources, `main.js` in the build. */
const MAIN = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
/** What a process wrote to standard error is kept for the case that it dies. */
const MAX_STDERR_CHARACTERS = 4000;

/** How a process ended. */
export interface PartExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A part of the demo as its director sees it: one process at a time, and what it told last. */
export class Part<Settings extends PartSettings = PartSettings> {
  readonly settings: Settings;
  registrar: RegistrarView | undefined;
  element: ElementView | undefined;
  user: UserView | undefined;
  readonly #onReport: (report: PartReport) => void;
  readonly #onExit: (exit: PartExit) => void;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #expected = false;
  #stderr = '';

  constructor(
    settings: Settings,
    onReport: (part: Part, report: PartReport) => void,
    onExit: (part: Part, exit: PartExit) => void,
  ) {
    this.settings = settings;
    this.#onReport = (report) => onReport(this, report);
    this.#onExit = (exit) => onExit(this, exit);
  }

  get name(): string {
    return this.settings.name;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the end of the process was asked for. */
  get expectsExit(): boolean {
    return this.#expected;
  }

  /** What the process said about its end: the line with the error, or else the last one. */
  get complaint(): string | undefined {
    const lines = this.#stderr.split('\n').filter((line) => line.trim() !== '');
    return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1))?.trim();
  }

  /** Starts a process with an empty memory. */
  start(): void {
    this.registrar = undefined;
    this.element = undefined;
    this.user = undefined;
    this.#expected = false;
    this.#stderr = '';
    const child = fork(MAIN, ['demo-part', JSON.stringify(this.settings)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARACTERS);
    });
    child.on('message', (message) => this.#handle(message as PartReport));
    this.#exited = new Promise((resolve) => {
      // `close` comes when all that the process wrote was read; after `error` there may be no process at all.
      child.on('error', (error) => {
        this.#stderr += error.message;
        this.#gone({ code: null, signal: null }, resolve);
      });
      child.on('close', (code, signal) => this.#gone({ code, signal }, resolve));
    });
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    this.#expected = true;
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Asks the process to leave in good order; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#child === undefined) return;
    this.#expected = true;
    this.#child.send({ kind: 'stop' } satisfies PartOrder, () => undefined);
    await this.#exited;
  }

  #handle(report: PartReport): void {
    if (report.kind === 'registrar') this.registrar = report.view;
    else if (report.kind === 'element') this.element = report.view;
    else if (report.kind === 'user') this.user = report.view;
    this.#onReport(report);
  }

  #gone(exit: PartExit, resolve: () => void): void {
    if (this.#child === undefined) return;
    this.#child = undefined;
    this.#onExit(exit);
    resolve();
  }
}
