import { associations } from './associations.ts';
import type { Case } from './case.ts';
import { idle } from './idle.ts';
import { ping } from './ping.ts';
import { resolutions } from './resolutions.ts';
import { stream } from './stream.ts';

/** In the order of the tables. */
export const CASES: readonly Case[] = [
  stream(100, '100 bytes'),
  stream(1024, '1 KiB'),
  stream(16_384, '16 KiB'),
  stream(65_536, '64 KiB'),
  stream(65_536, '64 KiB', 9000),
  stream(65_536, '64 KiB', 32_768),
  ping,
  associations,
  idle,
  resolutions(1, 1, 'one user, one at a time'),
  resolutions(16, 8, '16 users, 8 at a time'),
];
