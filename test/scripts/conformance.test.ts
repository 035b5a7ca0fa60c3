import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from '../../scripts/conformance/join.ts';
import { report } from '../../scripts/conformance/report.ts';
import { tableCells } from '../../scripts/conformance/table-rows.ts';
import { type RequirementTable, readTables } from '../../scripts/conformance/tables.ts';
import { claimedIds, readTestResults } from '../../scripts/conformance/test-results.ts';

const OWN_TABLES = fileURLToPath(new URL('../../docs/conformance', import.meta.url));

function table(finished: boolean, waived?: string): RequirementTable {
  return {
    table: 'rfc1',
    title: 'First',
    prefix: 'ONE',
    finished,
    requirements: [
      { id: 'ONE-0001', section: '1', level: 'MUST', text: 'be', waived: undefined },
      { id: 'ONE-0002', section: '1', level: 'MUST', text: 'stay', waived },
      { id: 'ONE-0003', section: '2', level: 'MAY', text: 'sing', waived: undefined },
    ],
  };
}

describe('the join of requirements and tests', () => {
  it('counts what is tested, waived and untested, level by level', () => {
    const { tables, faults } = join([table(true, 'no voice')], [{ name: 'x [ONE-0001] y', passed: true }]);
    expect(tables[0]!.counts.MUST).toEqual({ tested: 1, waived: 1, untested: 0 });
    expect(tables[0]!.counts.MAY).toEqual({ tested: 0, waived: 0, untested: 1 });
    expect(tables[0]!.untested.map(({ id }) => id)).toEqual(['ONE-0003']);
    expect(faults).toEqual([]);
  });

  it('finds an untested MUST of a finished RFC at fault, of an unfinished one not', () => {
    const results = [{ name: '[ONE-0001]', passed: true }];
    expect(join([table(true)], results).faults).toEqual(['ONE-0002 is a MUST of rfc1, and untested']);
    expect(join([table(false)], results).faults).toEqual([]);
  });

  it('does not count a test that failed, even beside one that passed', () => {
    const results = [
      { name: '[ONE-0001] [ONE-0002] once', passed: true },
      { name: '[ONE-0002] again', passed: false },
    ];
    expect(join([table(true)], results).faults).toEqual(['ONE-0002 is a MUST of rfc1, and untested']);
  });

  it('finds at fault what is waived and tested, and an id that is in no table', () => {
    const results = [{ name: '[ONE-0001, ONE-0002] and [ONE-0004] and [TWO-0001]', passed: true }];
    expect(join([table(true, 'no voice')], results).faults).toEqual([
      'ONE-0002 is waived, and tested: one of the two is wrong',
      'ONE-0004 is named by a test, and is in no table',
    ]);
  });

  it('reports one line per level, the untested rows and the faults', () => {
    const text = report(join([table(true)], [{ name: '[ONE-0001]', passed: true }]), false);
    expect(text).toMatch(/rfc1: First +MUST +2 +1 +0 +1/);
    expect(text).toContain('rfc1 §1 MUST ONE-0002 untested: stay');
    expect(text).toContain('FAULT: ONE-0002');
  });

  it('takes ids from square brackets only', () => {
    expect(claimedIds('[SCTP-0001] a [UDPE-0002, AT-3] SCTP-0004 [x]')).toEqual(['SCTP-0001', 'UDPE-0002', 'AT-3']);
  });

  it('refuses a report without tests', () => {
    expect(() => readTestResults('{}')).toThrow('no testResults');
    expect(() => readTestResults('{"testResults":[]}')).toThrow('no tests');
  });

  it('reads bars inside of cells', () => {
    expect(tableCells('| a | b \\| c | |')).toEqual(['a', 'b | c', '']);
    expect(tableCells('text')).toBeUndefined();
  });
});

describe('the tables', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(joinPath(tmpdir(), 'conformance-'));
    writeFileSync(`${folder}/rfcs.json`, '[{"table":"rfc1","title":"First","prefix":"ONE","finished":true}]');
    writeFileSync(`${folder}/rfc1.md`, '# x\n\n| ID | § |\n|---|---|\n| ONE-0001 | 1 | MUST | a | be | how |\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives each requirement its waiver', () => {
    writeFileSync(`${folder}/rfc1.waived.md`, '| ID | reason |\n|---|---|\n| ONE-0001 | no voice |\n');
    expect(readTables(folder)[0]!.requirements).toEqual([
      { id: 'ONE-0001', section: '1', level: 'MUST', text: 'be', waived: 'no voice' },
    ]);
  });

  it.each([
    ['rfc1.md', '| TWO-0001 | 1 | MUST | a | b | c |', 'TWO-0001 does not begin with ONE-'],
    ['rfc1.md', '| ONE-0001 | 1 | must | a | b | c |', 'level "must" is none of MUST, SHOULD, MAY, def'],
    ['rfc1.md', '| ONE-0001 | 1 | MAY | a | b | c |\n| ONE-0001 | 1 | MAY | a | b | c |', 'stands here twice'],
    ['rfc1.md', 'nothing', 'no requirements'],
    ['rfc1.waived.md', '| ONE-0009 | because |', 'has no ONE-0009, which is waived'],
    ['rfc1.waived.md', '| ONE-0001 | |', 'ONE-0001 has no reason'],
    ['rfc1.waived.md', '| ONE-0001 | a |\n| ONE-0001 | b |', 'stands here twice'],
  ])('refuses in %s: %s', (file, text, message) => {
    writeFileSync(`${folder}/${file}`, text);
    expect(() => readTables(folder)).toThrow(message);
  });

  it('of this project can be read, and no waiver is without a row', () => {
    const tables = readTables(OWN_TABLES);
    expect(tables.find(({ table }) => table === 'rfc9260')!.requirements.length).toBeGreaterThanOrEqual(867);
  });
});
