import { fileURLToPath } from 'node:url';
import { Arena } from './arena.ts';
import type { Attack, Outcome } from './attack.ts';
import { forgedByUser, forgedCookie } from './cookies.ts';
import { corruptedRegistration, corruptedResolution, corruptedUpdate } from './corruption.ts';
import { spoofedDiscovery, thwartedDiscovery } from './discovery.ts';
import { eavesdropping } from './eavesdropping.ts';
import { failover } from './failover.ts';
import { causedKeepAlives, keepAliveFlood } from './keep-alive-flood.ts';
import { maliciousHome } from './malicious-home.ts';
import { maliciousPeer } from './malicious-peer.ts';
import { maliciousResolution } from './malicious-resolution.ts';
import { mixedHandlespace } from './mixed-handlespace.ts';
import { registrationFlood } from './registration-flood.ts';
import { registrationSpoofing } from './registration-spoofing.ts';
import { repetition, replay } from './replay.ts';
import { unauthorizedFlood } from './unauthorized-flood.ts';
import { unauthorizedRegistration } from './unauthorized-registration.ts';
import { unreachableFlood } from './unreachable-flood.ts';

/** In the order of RFC 5355. */
export const ATTACKS: readonly Attack[] = [
  registrationFlood,
  unauthorizedFlood,
  registrationSpoofing,
  unauthorizedRegistration,
  maliciousPeer,
  maliciousHome,
  maliciousResolution,
  replay,
  repetition,
  failover,
  corruptedResolution,
  corruptedUpdate,
  corruptedRegistration,
  eavesdropping,
  thwartedDiscovery,
  spoofedDiscovery,
  unreachableFlood,
  keepAliveFlood,
  causedKeepAlives,
  mixedHandlespace,
  forgedCookie,
  forgedByUser,
];

/** An attack against both configurations. */
export interface AttackResult {
  readonly threat: string;
  readonly what: string;
  readonly plain: Outcome;
  readonly secured: Outcome;
}

export async function carryOut(attack: Attack): Promise<AttackResult> {
  const { threat, what } = attack;
  const plain = await attack.run(new Arena('plain'));
  const secured = await attack.run(new Arena('secured'));
  return { threat, what, plain, secured };
}

export const ATTACKS_DOCUMENT = fileURLToPath(new URL('../../docs/attacks.md', import.meta.url));

const HEAD = `# Attacks

Made by \`npm run attacks -- --write\`; a test compares. \`npm run attacks\` carries all of them out and prints this,
\`npm run attacks -- --json\` the same for machines.

Each threat of RFC 5355 is a program in \`test/attacks\`. It attacks a scope of registrars, elements and users in virtual time, once
without TLS and once secured: keys for elements and registrars, certificates for what users talk to, nothing for users. An outsider
tries every way in: without TLS, without TLS on the port of TLS, with a guessed key under a name that is known, and by TLS without a
key, as users come. Who is on the path sees every packet and makes valid ones: it knows tags and TSNs, and the checksum needs no key.
Plain RSerPool is for networks that are trusted.

| RFC 5355 | what the attacker does | plain | what it sees | secured | what it sees |
|---|---|---|---|---|---|
`;

const TAIL = `
## What is not in the table

- **SCTP itself** (RFC 5062): set-ups by blind attackers, floods of INITs, forged ABORTs, stolen addresses, amplification. Row by row in
  [conformance/rfc5062.md](conformance/rfc5062.md); the programs are in \`test/sctp/core/attacks\` and \`test/sctp/limits\`.
- **Messages that nobody should send.** \`test/attacks/hostile-messages.test.ts\` says some 150 of them to live registrars, elements and
  users, plain and secured, those among them that stop rsplib's registrar: a pool handle of more than 32 bytes, an unknown address in a
  transport, a pool whose weights are 0 (\`npm run interop "not ours"\` shows both registrars). Each is answered as the RFC has it or
  dropped, the program hears of it once (\`warning\`, \`bad-message\`), and nobody else notices.
- **Cutting off.** Who is on the path can drop all packets, or end associations by an ABORT that it makes: TLS over SCTP protects what
  is said and not that it is said (RFC 3436 §9). Elements register again and users look for another element, as after any failure.
- **Insiders** (§2.17): a registrar with a key of the scope that lies is believed, and so is an element within the rules of access.
- **Reports of many** (§2.13): more users than \`maxBadPeReports\` that report an element remove it (RFC 5352 §3.5). Each counts once, by its
  identity or else its address; one that is alive hears of it and registers again at once.
`;

/** docs/attacks.md as it should be. */
export function attacksDocument(results: readonly AttackResult[]): string {
  return HEAD + results.map(rowOf).join('') + TAIL;
}

/** A line of the table. */
export function rowOf({ threat, what, plain, secured }: AttackResult): string {
  return `| ${[threat, what, wordOf(plain), plain.saw, wordOf(secured), secured.saw].join(' | ')} |\n`;
}

function wordOf({ succeeded }: Outcome): string {
  return succeeded ? '**succeeds**' : 'fails';
}
