import { associations } from './associations.ts';
import type { Case } from './case.ts';
import { ping } from './ping.ts';
import { stream } from './stream.ts';

/** In the order of the tables. */
export const CASES: readonly Case[] = [
  stream(100, '100 bytes', 'ethernet'),
  stream(1024, '1 KiB', 'ethernet'),
  stream(16_384, '16 KiB', 'ethernet'),
  stream(65_536, '64 KiB', 'ethernet'),
  stream(65_536, '64 KiB', 'large'),
  ping,
  associations,
];
