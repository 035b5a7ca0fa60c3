import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { elementConfig } from '../../src/rserpool/element/config.ts';
import { sctpConfigOf } from '../../src/rserpool/node/sctp-profiles.ts';
import { PROFILES, type Profile } from '../../src/rserpool/profile.ts';
import { registrarConfig } from '../../src/rserpool/registrar/config.ts';
import { userConfig } from '../../src/rserpool/user/config.ts';
import { endpointConfig } from '../../src/sctp/index.ts';

const DOCUMENT = readFileSync(new URL('../../docs/rserpool-api.md', import.meta.url), 'utf8');

/** The configurations that a row of the table speaks of, by its first words. */
const CONFIGURATIONS: Readonly<Record<string, readonly ((profile: Profile) => object)[]>> = {
  registrar: [(profile) => registrarConfig({}, profile)],
  element: [(profile) => elementConfig({}, profile)],
  user: [(profile) => userConfig({}, profile)],
  'element and user': [(profile) => elementConfig({}, profile), (profile) => userConfig({}, profile)],
  SCTP: [(profile) => endpointConfig(sctpConfigOf({ profile }, 'element'))],
};

const ROW = /^\| ([A-Za-z ]+): (.*`.*) \| (.+) \| (.+) \| (.+) \|$/;

/** `10,000, 60,000` or `200, never`; nothing happens after 0 ms. */
function numbers(cell: string): number[] {
  return cell.split(', ').map((text) => (text === 'never' ? 0 : Number(text.replace(',', ''))));
}

it('docs/rserpool-api.md has the times of all profiles as they are', () => {
  let rows = 0;
  for (const line of DOCUMENT.split('\n')) {
    const match = ROW.exec(line);
    if (match === null || CONFIGURATIONS[match[1]!] === undefined) continue;
    rows++;
    const text = match[2]!;
    const bounds = [...text.matchAll(/`(\w+)` \((\d+)\)/g)].map(([, name, value]) => [name, Number(value)]);
    const names = [...text.matchAll(/`(\w+)`/g)]
      .map(([, name]) => name!)
      .filter((name) => !bounds.some(([bound]) => bound === name));
    for (const [i, profile] of PROFILES.entries()) {
      const values = numbers(match[3 + i]!);
      const said = names.map((name, n) => [name, values[n] ?? values[0]]);
      for (const configOf of CONFIGURATIONS[match[1]!]!) {
        expect(configOf(profile), `${profile} ${line}`).toMatchObject(Object.fromEntries([...said, ...bounds]));
      }
    }
  }
  expect(rows).toBe(14);
});

it('docs/rserpool-api.md says how many HEARTBEATs a probe is', () => {
  const said = /answers none of (\d+) of them\s+\((\d+) for a user\)/.exec(DOCUMENT);
  const probeHeartbeats = (['registrar', 'element', 'user'] as const).map(
    (role) => sctpConfigOf({}, role).probeHeartbeats,
  );
  expect(probeHeartbeats).toEqual([Number(said?.[1]), Number(said?.[1]), Number(said?.[2])]);
  const { unansweredAfterMs } = sctpConfigOf({}, 'user');
  expect(DOCUMENT).toContain(`nothing comes back for ${unansweredAfterMs} ms`);
});
