import { nodeProgram } from './node-program.ts';
import type { FindSide } from './side.ts';

export const findTcp: FindSide = async () => ({
  name: 'tcp',
  about: "Node's TCP, a length before each message: the kernel's work, with the MTU of loopback (65,536) in every case",
  program: await nodeProgram('tcp'),
  ceiling: true,
  associations: true,
  warmups: 10,
  heartbeats: false,
  largestMtu: 65_536,
});
