import type { Case, Report } from './case.ts';

const MTU = 1500;

/** Set up one after the other, and held. */
export const associations: Case = {
  name: 'associations set up and held',
  program: 'associations',
  columns: [
    { key: 'perSecond', head: 'set-ups/s', digits: 0 },
    { key: 'clientUs', head: 'CPU µs, client', digits: 1 },
    { key: 'serverUs', head: 'CPU µs, server', digits: 1 },
    { key: 'clientKiB', head: 'KiB each, client', digits: 1 },
    { key: 'serverKiB', head: 'KiB each, server', digits: 1 },
  ],
  better: 'more',
  settings: (side, { warmup, count }) =>
    side.associations ? { mtu: MTU, warmup: side.warmups * warmup, count } : undefined,
  figures: (client, server) => ({
    perSecond: (1000 * client.associations!) / client.ms!,
    clientUs: client.cpuUs! / client.associations!,
    serverUs: server.cpuUs! / server.associations!,
    clientKiB: kibEach(client),
    serverKiB: kibEach(server),
  }),
};

/** Memory of one association. */
export function kibEach({ memoryBytes, associations }: Report): number {
  return memoryBytes! / associations! / 1024;
}
