import { nodeProgram } from './node-program.ts';
import type { FindSide } from './side.ts';

export const findDgram: FindSide = async () => ({
  name: 'dgram',
  about:
    "Node's UDP with a window and nothing else: what a protocol above it can reach at most, one message a datagram",
  program: await nodeProgram('dgram'),
  ceiling: true,
  associations: false,
  resolves: true,
  warmups: 10,
  heartbeats: false,
  largestMtu: 32_768,
});
