import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../harness/random.ts';
import { readFinding } from './finding.ts';
import type { FuzzInput } from './fuzz-target.ts';
import { mutate } from './mutate.ts';
import { planted } from './targets/planted.ts';
import { TARGETS } from './targets.ts';
import { findTlvs } from './tlv.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ARGUMENTS = ['--import', './test/fuzz/instrument/register.mjs', 'test/fuzz/main.ts'];

/** `npm run fuzz`, without npm. */
function fuzz(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
  const process_ = spawn(process.execPath, [...ARGUMENTS, ...args], { cwd: ROOT });
  let out = '';
  process_.stdout.on('data', (bytes: Buffer) => (out += bytes));
  process_.stderr.on('data', (bytes: Buffer) => (out += bytes));
  return new Promise((resolve) => process_.on('close', (code) => resolve({ code, out })));
}

describe('npm run fuzz', () => {
  it('finds what no blind search finds soon, byte by byte, and runs it again from the file', async () => {
    const findings = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const { code, out } = await fuzz('--target', 'planted', '--seconds', '8', '--findings', findings);
    expect([code, out]).toEqual([1, expect.stringContaining('planted: the planted fault')]);
    const [file] = readdirSync(findings);
    const path = join(findings, file!);
    // Nothing is left but the fault.
    expect(readFinding(path)).toMatchObject({
      target: 'planted',
      seed: 1,
      input: [Uint8Array.of(0x53, 0xc7, 0x50)],
    });
    const again = await fuzz('--reproduce', path);
    expect([again.code, again.out]).toEqual([1, expect.stringContaining('planted.ts:')]);
  });

  it('says what is wrong with its arguments', async () => {
    expect(await fuzz('--target', 'nothing')).toEqual({ code: 2, out: expect.stringContaining('no target nothing') });
    expect((await fuzz('--seconds', '0')).out).toContain('--seconds is 0, but takes a whole number from 1');
  });
});

describe('targets', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '%s: seeds and what comes of them does no harm',
    async (_, target) => {
      const random = new SeededRandom(1);
      const seeds = target.seeds();
      expect(seeds.length).toBeGreaterThan(1);
      for (let i = 0; i < 60; i++) {
        const [one, two] = [seeds[random.below(seeds.length)]!, seeds[random.below(seeds.length)]!];
        await target.run(one);
        await target.run(mutate(one, two, target, random));
      }
    },
  );

  it('inputs depend on the seed alone', () => {
    const inputs = (seed: number): FuzzInput[] => {
      const random = new SeededRandom(seed);
      const [seed_] = planted.seeds();
      return Array.from({ length: 50 }, () => mutate(seed_!, seed_!, planted, random));
    };
    expect(inputs(3)).toEqual(inputs(3));
    expect(inputs(3)).not.toEqual(inputs(4));
  });

  it('messages are taken apart as they are built: parameters within elements within messages', () => {
    const bytes = Uint8Array.of(1, 0, 0, 20, 0, 9, 0, 5, 0x61, 0, 0, 0, 0, 14, 0, 8, 0, 0, 0, 7);
    const found = findTlvs(bytes, 0, bytes.length).map(({ at, length, within }) => [at, length, within.length]);
    expect(found).toEqual([
      [0, 20, 0],
      [4, 5, 1],
      [12, 8, 1],
    ]);
  });
});
