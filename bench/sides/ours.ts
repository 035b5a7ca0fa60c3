import { nodeProgram } from './node-program.ts';
import type { FindSide } from './side.ts';

/** The largest datagram that Node receives without page faults for each; our own limit unless one asks for more. */
const LARGEST_MTU = 32_768;

export const findOurs: FindSide = async () => ({
  name: 'rserpool',
  about: `this package; above 1500 bytes it finds the path MTU by itself, up to ${LARGEST_MTU}`,
  program: await nodeProgram('ours'),
  ceiling: false,
  associations: true,
  largestMtu: LARGEST_MTU,
});
