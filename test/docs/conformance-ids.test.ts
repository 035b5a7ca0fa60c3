import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readTables } from '../../scripts/conformance/tables.ts';
import { claimedIds } from '../../scripts/conformance/test-results.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The tests of the join tool claim ids of tables that they make up. */
const MADE_UP = 'scripts/conformance.test.ts';

it('every id in the name of a test stands in a table of docs/conformance', () => {
  const known = new Set(
    readTables(folder('docs/conformance')).flatMap(({ requirements }) => requirements.map(({ id }) => id)),
  );
  const files = readdirSync(folder('test'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && file.replaceAll('\\', '/') !== MADE_UP,
  );
  const claims = files.flatMap((file) =>
    claimedIds(readFileSync(`${folder('test')}/${file}`, 'utf8')).map((id) => ({ file, id })),
  );
  expect(claims.length).toBeGreaterThan(2000);
  expect(claims.filter(({ id }) => !known.has(id))).toEqual([]);
});
