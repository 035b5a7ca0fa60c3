import type { Case } from './case.ts';

/** About the length of a request: how often the clock is looked at. */
const BYTES = 64;

/** Users that ask a registrar for pools, each for all pools at a time; everyone asks again when it has an answer. */
export function resolutions(users: number, pools: number, name: string): Case {
  return {
    name: `handle resolutions, ${name}`,
    program: 'resolutions',
    columns: [
      { key: 'perSecond', head: 'answers/s', digits: 0 },
      { key: 'clientUs', head: 'CPU µs, users', digits: 2 },
      { key: 'serverUs', head: 'CPU µs, registrar', digits: 2 },
    ],
    better: 'more',
    settings: (side, { warmupMs, runMs }) =>
      side.resolves ? { users, pools, bytes: BYTES, warmupMs, runMs } : undefined,
    figures(client, server) {
      if (client.total !== server.total) throw new Error(`${client.total} answers of ${server.total} came`);
      return {
        perSecond: (1000 * client.messages!) / client.ms!,
        clientUs: client.cpuUs! / client.messages!,
        serverUs: server.cpuUs! / server.messages!,
      };
    },
  };
}
