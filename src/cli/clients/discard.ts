import { jsonLine } from '../json-line.ts';
import { linesOf } from '../lines.ts';
import type { Client } from './client.ts';

/** Sends every line of standard input; nothing comes back. */
export const discard: Client = async ({ io, settings, connect }) => {
  const session = await connect();
  let messages = 0;
  for await (const line of linesOf(io)) {
    // SCTP has no empty messages.
    if (line === '') continue;
    await session.send(line);
    messages++;
  }
  session.close();
  io.out(settings.json ? jsonLine({ messages }) : `${messages} messages sent`);
};
