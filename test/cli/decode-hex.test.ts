import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from './test-io.ts';

const file = join(mkdtempSync(join(tmpdir(), 'hex-')), 'messages.txt');
const decode = (text: string, ...more: string[]) => {
  writeFileSync(file, text);
  return run('decode', file, ...more);
};

it('decode --hex reads messages of ASAP and ENRP, one a line', async () => {
  const asap = await decode('# a resolution\n05 00 00 0c  0009 0008 61626364\n\n', '--hex', 'asap');
  expect([asap.code, asap.out]).toEqual([0, [expect.stringMatching(/handle-resolution.*abcd/)]]);
  const enrp = await decode('02010000 # too short\n0200000c000000b2000000a1', '--hex', 'enrp', '--json');
  expect(enrp.out.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([1, 2]);
  expect(enrp.out[1]).toMatch(/handle-table-request/);
});

it('decode --hex names the line that is no hexadecimal text', async () => {
  const { code, err } = await decode('05\n0g', '--hex', 'asap');
  expect([code, err.at(-1)]).toEqual([
    1,
    expect.stringMatching(/messages\.txt:2: not an even number of hexadecimal digits/),
  ]);
});

it('decode --hex takes asap, enrp or sctp', async () => {
  const { code, err } = await decode('', '--hex', 'tcp');
  expect([code, err.join(' ')]).toEqual([2, expect.stringMatching(/asap, enrp, sctp/)]);
});
