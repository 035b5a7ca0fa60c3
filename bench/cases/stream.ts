import type { Case } from './case.ts';

/** What every side can do with, some of them with smaller packets. */
const ETHERNET_MTU = 1500;

/** Messages of one length one way, over one association, in order: what the receiver has got. */
export function stream(bytes: number, name: string, mtu = ETHERNET_MTU): Case {
  return {
    name: mtu === ETHERNET_MTU ? `messages of ${name}` : `messages of ${name}, path MTU ${mtu}`,
    program: 'stream',
    columns: [
      { key: 'perSecond', head: 'messages/s', digits: 0 },
      { key: 'mbitPerSecond', head: 'Mbit/s', digits: 0 },
      { key: 'senderUs', head: 'CPU µs, sender', digits: 2 },
      { key: 'receiverUs', head: 'CPU µs, receiver', digits: 2 },
    ],
    better: 'more',
    settings({ largestMtu }, { warmupMs, runMs }) {
      return mtu === ETHERNET_MTU || mtu <= largestMtu ? { bytes, warmupMs, runMs, mtu } : undefined;
    },
    figures(client, server) {
      if (client.total !== server.total) throw new Error(`${client.total} messages sent, ${server.total} received`);
      const perSecond = (1000 * server.messages!) / server.ms!;
      return {
        perSecond,
        mbitPerSecond: (perSecond * bytes * 8) / 1e6,
        senderUs: client.cpuUs! / client.messages!,
        receiverUs: server.cpuUs! / server.messages!,
      };
    },
  };
}
