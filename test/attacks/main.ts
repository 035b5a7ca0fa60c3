/** `npm run attacks`: carries out every attack of RFC 5355, and prints what became of them. */
import { writeFileSync } from 'node:fs';
import { ATTACKS, ATTACKS_DOCUMENT, type AttackResult, attacksDocument, carryOut } from './attacks.ts';

const results: AttackResult[] = [];
for (const attack of ATTACKS) results.push(await carryOut(attack));
const document = attacksDocument(results);
if (process.argv.includes('--write')) writeFileSync(ATTACKS_DOCUMENT, document);
else console.log(process.argv.includes('--json') ? JSON.stringify(results, undefined, 2) : document);
if (results.some(({ secured }) => secured.succeeded)) process.exitCode = 1;
// Programs on hosts that were killed hang for ever.
process.exit();
