import { createNodeEntropy } from './node-entropy.ts';
import { nodeInterfaces } from './node-interfaces.ts';
import { nodeLinks } from './node-links.ts';
import { openNodeSocket } from './node-socket.ts';
import { setNodeTimer } from './node-timer.ts';
import type { Substrate } from './substrate.ts';

/** The real world: UDP sockets, the monotonic clock, timers and randomness of Node.js. */
export const nodeSubstrate: Substrate = {
  now: () => performance.now(),
  setTimer: setNodeTimer,
  // Node hands out up to 32 datagrams for each wake-up, one after the other, before it runs immediates.
  endOfBatch: (run) => {
    setImmediate(run);
  },
  // A tick that is asked for in a microtask comes after all other microtasks.
  endOfTurn: (run) => {
    queueMicrotask(() => process.nextTick(run));
  },
  openSocket: openNodeSocket,
  interfaces: nodeInterfaces,
  links: nodeLinks,
  entropy: createNodeEntropy(),
};
