import { jsonLine } from '../json-line.ts';
import { printable } from '../printable.ts';
import type { Client } from './client.ts';

/** Prints the lines that come, from `count` messages. */
export const chargen: Client = async ({ io, settings, connect }) => {
  const { json, count = 10 } = settings;
  const session = await connect();
  let [rest, bytes] = ['', 0];
  for (let messages = 0; messages < count; messages++) {
    const { data } = await session.receive({ signal: io.interrupted });
    bytes += data.length;
    const lines = (rest + new TextDecoder().decode(data)).split(/\r?\n/);
    // A line that does not end is printed in pieces.
    rest = lines.length > 1 || lines[0]!.length < LONGEST_LINE ? lines.pop()! : '';
    if (!json) for (const line of lines) io.out(printable(line));
  }
  session.close();
  if (json) io.out(jsonLine({ messages: count, bytes }));
  else if (rest !== '') io.out(printable(rest));
};

const LONGEST_LINE = 65_536;
