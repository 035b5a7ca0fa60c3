import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Attack } from './attack.ts';
import { ATTACKS, ATTACKS_DOCUMENT, type AttackResult, attacksDocument, carryOut, rowOf } from './attacks.ts';

/** Sections of RFC 5355 with the requirements that their attacks show. */
const SHOWN: Readonly<Record<string, string>> = {
  '2.1': '[SEC-003] [ASAP-115] [ASAP-397] [ENRP-232] [REQ-038]',
  '2.2': '[SEC-007] [ASAP-115] [ASAP-397] [ENRP-232]',
  '2.3': '[SEC-009] [SEC-010] [SEC-011] [SEC-052] [REQ-038] [REQ-039]',
  '2.4': '[SEC-012] [SEC-013] [REQ-038] [REQ-039]',
  '2.5': '[SEC-015] [SEC-054] [SEC-058] [ASAP-399] [ENRP-138] [ENRP-234] [REQ-042]',
  '2.6': '[SEC-017] [SEC-052] [SEC-057] [ASAP-398] [ENRP-233]',
  '2.7': '[SEC-019] [SEC-022] [SEC-053] [SEC-056] [ASAP-400] [ENRP-235] [REQ-040]',
  '2.8 a': '[SEC-023] [SEC-055] [ASAP-401] [ENRP-236]',
  '2.8 b': '[SEC-023]',
  '2.9': '[SEC-025] [SEC-026] [SEC-027]',
  '2.10 a': '[SEC-028] [SEC-055] [SEC-056] [ASAP-402] [ENRP-236] [REQ-040]',
  '2.10 b': '[SEC-028] [SEC-029] [SEC-055] [SEC-058] [ENRP-236] [REQ-042]',
  '2.10 c': '[SEC-028] [SEC-029] [SEC-055] [SEC-057] [ASAP-402] [ENRP-236]',
  '2.11':
    '[SEC-031] [SEC-034] [SEC-047] [SEC-055] [SEC-056] [SEC-057] [SEC-058] [ASAP-403] [ENRP-236] [REQ-041] [REQ-042]',
  '2.12 a, b': '[SEC-035]',
  '2.12 c, d': '[SEC-033]',
  '2.13': '[SEC-037]',
  '2.14 a': '[SEC-039] [ASAP-205]',
  '2.14 b': '[SEC-038] [ASAP-405] [ENRP-238]',
  '2.15': '[SEC-040] [SEC-041] [SEC-042] [ASAP-434] [ASAP-435] [ENRP-264] [ENRP-265]',
  '2.16 a': '[SEC-044] [SEC-046]',
  '2.16 b': '[SEC-048]',
};

const results = new Map<string, Promise<AttackResult>>();

function resultOf(attack: Attack): Promise<AttackResult> {
  const result = results.get(attack.threat) ?? carryOut(attack);
  results.set(attack.threat, result);
  return result;
}

describe('the threats of RFC 5355', () => {
  for (const attack of ATTACKS) {
    const { threat, what, succeedsAgainst } = attack;
    it(`${SHOWN[threat]} ${threat}: ${what}`, async () => {
      const result = await resultOf(attack);
      expect({ plain: result.plain.succeeded, secured: result.secured.succeeded }).toEqual(succeedsAgainst);
      // What it saw is part of the claim.
      expect(readFileSync(ATTACKS_DOCUMENT, 'utf8')).toContain(rowOf(result));
    });
  }

  it('all of them are attacks', () => {
    const sections = Array.from({ length: 16 }, (_, i) => `2.${i + 1}`);
    expect([...new Set(ATTACKS.map(({ threat }) => threat.split(' ')[0]))]).toEqual(sections);
  });

  it('docs/attacks.md is what `npm run attacks` prints', async () => {
    const document = attacksDocument(await Promise.all(ATTACKS.map(resultOf)));
    expect(readFileSync(ATTACKS_DOCUMENT, 'utf8')).toBe(document);
  });
});
