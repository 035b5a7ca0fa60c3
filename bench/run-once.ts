import { freeUdpPorts } from '../src/cli/demo/free-udp-ports.ts';
import type { Case, Figures, Lengths } from './cases/case.ts';
import { Program } from './program.ts';
import type { Side } from './sides/side.ts';

/** Longer than any side needs to start, to set up associations before its run, and to end after it. */
const START_LIMIT_MS = 20_000;

/** One case on one side: a server and a client, each a process of its own. @throws (rejects) what went wrong */
export async function runOnce(
  { program, figures }: Case,
  side: Side,
  settings: Readonly<Record<string, number>>,
  { warmupMs, runMs }: Lengths,
): Promise<Figures> {
  const [port = 0, peer = 0] = await freeUdpPorts('127.0.0.1', 2);
  const server = new Program(side, 'server', program, { port, peer, ...settings });
  try {
    await server.next(START_LIMIT_MS);
    const client = new Program(side, 'client', program, { port: peer, peer: port, ...settings });
    try {
      const limitMs = START_LIMIT_MS + (settings.warmupMs ?? warmupMs) + (settings.runMs ?? runMs);
      const [sent, received] = await Promise.all([client.next(limitMs), server.next(limitMs)]);
      return figures(sent, received);
    } finally {
      await client.end();
    }
  } finally {
    await server.end();
  }
}
