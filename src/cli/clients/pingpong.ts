import { pingPong } from '../../rserpool/services/index.ts';
import { identifierText } from '../describe-event.ts';
import { CliError } from '../errors.ts';
import { Interruption } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import type { Client } from './client.ts';

/** Sends numbered pings, until Ctrl-C or `count` times, and prints the answers. */
export const pingpong: Client = async ({ io, settings, connect }) => {
  const { json, count, intervalS, lingerS } = settings;
  const session = await connect();
  const intervalMs = intervalS && 1000 * intervalS;
  let [answers, highest] = [0, 0];
  try {
    const options = { count, intervalMs, lingerMs: 1000 * lingerS, signal: io.interrupted };
    for await (const { messageNo, replyNo, roundTripMs } of pingPong(session, options)) {
      answers++;
      highest = Math.max(highest, messageNo);
      const peIdentifier = session.element?.peIdentifier;
      const by = peIdentifier === undefined ? '' : ` from ${identifierText(peIdentifier)}`;
      io.out(
        json
          ? jsonLine({ messageNo, replyNo, roundTripMs, peIdentifier })
          : `pong ${messageNo}, answer ${replyNo}${by}, ${roundTripMs.toFixed(2)} ms`,
      );
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
  session.close();
  io.err(`${answers} of ${count ?? highest} pings were answered`);
  if (answers === 0) throw new CliError('ERR_CLI_TIMEOUT', 'no ping was answered');
};
