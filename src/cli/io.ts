import type { Readable } from 'node:stream';

/** Where a command reads and writes, so that tests can stand in for the terminal. */
export interface Io {
  /** One line to standard output: what the command is for. */
  readonly out: (line: string) => void;
  /** One line to standard error: what happens meanwhile, and errors. */
  readonly err: (line: string) => void;
  readonly stdin: Readable;
  /** Whether lines may be coloured: a terminal that nobody forbade it (https://no-color.org). */
  readonly color: boolean;
  /** Aborted by the first Ctrl-C or SIGTERM; the second one ends the process. */
  readonly interrupted: AbortSignal;
  /** Has a listener called at each SIGHUP, which then ends nothing any more; returns what forgets it. Not on Windows. */
  readonly onHangup: (listener: () => void) => () => void;
}

/** The streams and signals of this process. */
export function processIo(): Io {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort(new Interruption());
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // `rserpool … | head`: whoever reads has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const { NO_COLOR, TERM } = process.env;
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    stdin: process.stdin,
    color: process.stdout.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb',
    interrupted: controller.signal,
    onHangup: (listener) => {
      // Windows says so when it closes the console, and ends the process.
      if (process.platform === 'win32') return () => undefined;
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
  };
}

/** The reason of {@link Io.interrupted}. */
export class Interruption extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interruption';
  }
}

/** Resolves at Ctrl-C: what servers wait for. */
export function untilInterrupted({ interrupted }: Io): Promise<void> {
  if (interrupted.aborted) return Promise.resolve();
  return new Promise((resolve) => interrupted.addEventListener('abort', () => resolve(), { once: true }));
}
