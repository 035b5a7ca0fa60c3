import { Interruption } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { linesOf } from '../lines.ts';
import { printable } from '../printable.ts';
import type { Client } from './client.ts';

/** Every line of standard input is a message, every message is a line of standard output. */
export const terminal: Client = async ({ io, settings, connect }) => {
  const { json, lingerS } = settings;
  const session = await connect();
  let lastAnswerAt = performance.now();
  const printing = (async () => {
    for await (const { data, ppid, stream } of session) {
      lastAnswerAt = performance.now();
      const text = new TextDecoder().decode(data);
      io.out(json ? jsonLine({ text, ppid, stream }) : printable(text.replace(/\r?\n$/, '')));
    }
  })();
  try {
    // SCTP has no empty messages.
    for await (const line of linesOf(io)) if (line !== '') await session.send(line);
    lastAnswerAt = performance.now();
    while (performance.now() - lastAnswerAt < 1000 * lingerS) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      io.interrupted.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
  session.close();
  await printing;
};
