import type { Case } from './case.ts';

const BYTES = 64;
const MTU = 1500;

/** One message at a time goes to the server and back. */
export const ping: Case = {
  name: `request and answer of ${BYTES} bytes`,
  program: 'ping',
  columns: [
    { key: 'p50Us', head: 'p50 µs', digits: 1 },
    { key: 'p99Us', head: 'p99 µs', digits: 1 },
    { key: 'perSecond', head: 'requests/s', digits: 0 },
    { key: 'clientUs', head: 'CPU µs, client', digits: 2 },
    { key: 'serverUs', head: 'CPU µs, server', digits: 2 },
  ],
  better: 'less',
  settings: (_side, { warmupMs, runMs }) => ({ bytes: BYTES, mtu: MTU, warmupMs, runMs }),
  figures(client, server) {
    if (client.total !== server.total) throw new Error(`${client.total} answers to ${server.total} requests`);
    return {
      p50Us: client.p50Us!,
      p99Us: client.p99Us!,
      perSecond: (1000 * client.messages!) / client.ms!,
      clientUs: client.cpuUs! / client.messages!,
      serverUs: server.cpuUs! / server.messages!,
    };
  },
};
