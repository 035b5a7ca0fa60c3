import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RunningCommand, run } from './test-io.ts';

const cold = async (...more: readonly string[]): Promise<boolean> => {
  // A peer that does not answer: how long it is waited for is the profile's.
  const registrar = new RunningCommand('registrar', '--udp-port', '0', '--peer', '127.0.0.1:9901;udp=1', ...more);
  await registrar.line(/^registrar: ASAP at/);
  const serves = await Promise.race([
    registrar.line(/^serving/).then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 3000)),
  ]);
  await registrar.interrupt();
  return serves;
};

it('--profile says which times to go by, and so does a configuration file', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'profile-')), 'registrar.yaml');
  writeFileSync(file, 'profile: rfc\n');
  expect(await Promise.all([cold(), cold('--profile', 'rfc'), cold('--config', file)])).toEqual([true, false, false]);
});

it('--profile names what it takes', async () => {
  const { code, err } = await run('pe', 'echo', '--profile', 'fast');
  expect([code, err.join(' ')]).toEqual([2, expect.stringMatching(/--profile.*default, rfc, rsplib/)]);
});
