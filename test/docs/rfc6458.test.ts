import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tableCells } from '../../scripts/conformance/table-rows.ts';
import { endpointConfig, SctpAssociation, SctpEndpoint } from '../../src/sctp/index.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const doc = read('docs/rfc6458.md');
const requirements = read('docs/conformance/rfc6458.md');

/** Rows of the document: the item of the RFC, its section, what does the same here. */
const rows = doc
  .split('\n')
  .flatMap((line) => tableCells(line) ?? [])
  .reduce<string[][]>((all, cell, i) => {
    if (i % 3 === 0) all.push([]);
    all.at(-1)!.push(cell);
    return all;
  }, [])
  .filter(([item]) => item !== 'RFC 6458' && !/^-+$/.test(item!));

/** Flags and values of fields, which stand with the item that they belong to. */
const DETAILS =
  /^SCTP_(FUTURE|CURRENT|ALL)_ASSOC$|^SCTP_(COMPLETE|NOTIFICATION|EOR|SS_\w+|PR_SCTP\w*|PR_PRIO|SEND_\w+|RECVV\w*)$/;

describe('docs/rfc6458.md', () => {
  it('[API-0001] has every SCTP_ option, notification and flag that the requirements name', () => {
    const named = new Set(requirements.match(/\bSCTP_[A-Z][A-Z0-9_]+\b/g));
    const missing = [...named].filter((name) => !DETAILS.test(name) && !doc.includes(name));
    expect(named.size).toBeGreaterThan(60);
    expect(missing).toEqual([]);
  });

  it('[API-0001] has every function that the requirements name', () => {
    const named = new Set(requirements.match(/\bsctp_[a-z0-9]+(?=\()/g));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !doc.includes(`${name}()`))).toEqual([]);
  });

  it('says for each item what does the same, or after a dash why it is not here', () => {
    expect(rows.length).toBeGreaterThan(80);
    for (const [item, section, here] of rows) {
      expect(item, section).not.toBe('');
      expect(here, item).toMatch(/^(?!–$).{5,}/u);
    }
  });

  it('names settings that exist', () => {
    const settings = Object.keys(endpointConfig());
    const named = rows.flatMap(([, , here]) =>
      /\bsettings? /.test(here!)
        ? [...here!.split(';')[0]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!).filter((name) => name !== 'status')
        : [],
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !settings.includes(name))).toEqual([]);
  });

  it('names methods and properties that exist', () => {
    const own = { association: SctpAssociation.prototype, endpoint: SctpEndpoint.prototype };
    const fields = { association: ['sendDefaults', 'local', 'closed', 'on'], endpoint: [] as string[] };
    const named = [...doc.matchAll(/\b(association|endpoint)\.(\w+)/g)];
    expect(named.length).toBeGreaterThan(30);
    for (const [text, owner, name] of named as unknown as [string, 'association' | 'endpoint', string][]) {
      expect(name in own[owner] || fields[owner].includes(name), text).toBe(true);
    }
  });
});
