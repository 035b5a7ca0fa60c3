/** Associations that are set up one after the other and held. */
import { EventEmitter, once } from 'node:events';
import type { Channel, Transport } from './transport.ts';

/** Resolves when so many associations are held. */
export type Hold = (count: number) => Promise<void>;

/** Those that peers set up. Resolves when they can. */
export async function accepted(transport: Transport): Promise<Hold> {
  const held: Channel[] = [];
  const arrivals = new EventEmitter();
  await transport.listen((channel) => {
    held.push(channel);
    arrivals.emit('arrival');
  });
  return async (count) => {
    while (held.length < count) await once(arrivals, 'arrival');
  };
}

/** Those of our own. */
export function connected(transport: Transport): Hold {
  const held: Channel[] = [];
  return async (count) => {
    while (held.length < count) held.push(await transport.connect());
  };
}
