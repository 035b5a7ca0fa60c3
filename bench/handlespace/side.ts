import { join } from 'node:path';
import { POLICY_TYPE } from '../../src/rserpool/wire/policy.ts';
import { debianVersion } from '../sides/debian-version.ts';
import { compiled } from '../sides/node-program.ts';
import type { Missing } from '../sides/side.ts';
import { output, outputIfAny, sources, workshop } from '../sides/workshop.ts';
import type { Kind } from './workload.ts';

/** A handlespace that takes part: a program that prints its figures. */
export interface HandlespaceSide {
  readonly name: 'rserpool' | 'rsplib';
  readonly about: string;
  /** @param ms CPU time to spend on each kind of operation */
  command(kind: Kind, elements: number, ms: number): readonly [command: string, ...words: string[]];
}

export async function findOurs(): Promise<HandlespaceSide> {
  const program = await compiled('bench/handlespace/ours.js');
  return {
    name: 'rserpool',
    about: "the registrar's handlespace of this package",
    command: (kind, elements, ms) => [process.execPath, '--expose-gc', program, kind, String(elements), String(ms)],
  };
}

/** Its libraries come with its registrar; headers are not needed. */
export async function findRsplib(): Promise<HandlespaceSide | Missing> {
  const name = 'rsplib';
  const program = join(await workshop(name), 'handlespace');
  const libraries = ['-l:librsphsmgt.so.3', '-l:libtdnetutilities.so.3'];
  const built = await outputIfAny('cc', [
    '-O2',
    '-Wall',
    '-Wextra',
    '-o',
    program,
    ...(await sources(name, '.c')),
    ...libraries,
  ]);
  if (built === undefined) return { name, install: 'apt install gcc libc6-dev librsplib3' };
  // Prints what is wrong with the library, if it is not the one that the program was written for.
  await output(program, command('round-robin', 10, 1));
  return {
    name,
    about: `the handlespace management library of rsplib ${await debianVersion('librsplib3')}`,
    command: (kind, elements, ms) => [program, ...command(kind, elements, ms)],
  };

  function command(kind: Kind, elements: number, ms: number): string[] {
    return [String(POLICY_TYPE[kind]), String(elements), String(ms), String(incrementOf(kind))];
  }
}

/**
 * How many elements of an answer rsplib is to count as used: the first one, or all three where each of them degrades (RFC 5356
 * §5.2.2), so that both sides do the same.
 */
function incrementOf(kind: Kind): number {
  return kind.includes('with-degradation') ? 3 : 1;
}
