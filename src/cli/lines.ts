import { createInterface } from 'node:readline';
import type { Io } from './io.ts';

/** Lines of standard input, until its end or Ctrl-C. */
export async function* linesOf({ stdin, interrupted }: Io): AsyncGenerator<string, void, undefined> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const close = (): void => lines.close();
  interrupted.addEventListener('abort', close, { once: true });
  try {
    yield* lines;
  } finally {
    interrupted.removeEventListener('abort', close);
    lines.close();
  }
  interrupted.throwIfAborted();
}
