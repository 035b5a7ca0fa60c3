import { calculate } from '../../rserpool/services/index.ts';
import { jsonLine } from '../json-line.ts';
import type { Client } from './client.ts';
import { every } from './every.ts';

/** Has `count` jobs calculated, one after the other. */
export const calcapp: Client = async ({ io, settings, connect }) => {
  const { json, size, quiet } = settings;
  for await (const jobId of every(settings, io.interrupted, { count: 1, intervalS: 0.001 })) {
    const session = await connect();
    const onChange = (change: 'accepted' | 'rejected'): void => {
      if (!quiet) io.err(`job ${jobId} was ${change}`);
    };
    const result = await calculate(session, { jobId, jobSize: size, onChange, signal: io.interrupted });
    session.close();
    io.out(
      json
        ? jsonLine(result)
        : `job ${jobId}: ${result.completed} calculations in ${(result.elapsedMs / 1000).toFixed(3)} s`,
    );
  }
};
