import { PPID } from '../../src/rserpool/role.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { type Arena, ATTACKER, asap, POOL } from './arena.ts';
import { type Attack, list } from './attack.ts';
import { inWords } from './contact.ts';
import { guessed, rogueAuthority } from './credentials.ts';
import { isRecord } from './replay.ts';

const KEEP_ALIVES = 2000;
const SERVICE_PORT = 4711;
/** Of users that report. */
const ASSOCIATIONS = 5;

/** RFC 5355 §2.14: a registrar of an attacker floods an element with keep-alives, and claims it by them. */
export const keepAliveFlood: Attack = {
  threat: '2.14 a',
  what: 'A registrar of an attacker floods an element with keep-alives, and says in them that it is its home',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const element = await arena.element(1, { sctpPort: SERVICE_PORT });
    const user = await arena.user();
    const keepAlive = asap({
      kind: 'endpoint-keep-alive',
      home: true,
      registrarIdentifier: 666,
      poolHandle: poolHandle(POOL),
    });
    let acknowledged = 0;
    let claimed = false;
    const sights = new Set<string>();
    for (const tls of arena.isSecured
      ? [undefined, { psk: guessed('pe-1') }, { ca: rogueAuthority.cert }]
      : [undefined]) {
      const call = { address: '10.0.1.1' };
      const attacker = await arena.contact({ sctpPort: SERVICE_PORT, tls }, PPID.asap, call).catch(() => undefined);
      for (let i = 0; i < KEEP_ALIVES; i++) attacker?.say(keepAlive);
      await arena.pass(1000);
      claimed ||= element.home?.addresses[0] === ATTACKER;
      acknowledged += attacker?.sights().includes('ENDPOINT_KEEP_ALIVE_ACK') === true ? 1 : 0;
      sights.add(attacker?.ended ?? (attacker === undefined ? 'the handshake fails' : 'the association stays'));
      attacker?.abort();
    }
    const answer = await arena.ask(user);
    const claims = claimed ? 'acknowledgements, and the registration: it is the home now' : 'no acknowledgement';
    const served = answer === 'element 1: secret' ? ['the element serves users'] : [];
    const succeeded = claimed || acknowledged > 0 || served.length === 0;
    return { succeeded, saw: list(claims, ...(claimed ? [] : sights), ...served) };
  },
};

/** Keep-alives to one element in 10 s: one period is 400 ms ± half, and reports cause one a second and 3 at once. */
const AT_MOST = 10_000 / 200 + 10 + 3;

/** RFC 5355 §2.14: a registrar of the scope is made to flood an element. */
export const causedKeepAlives: Attack = {
  threat: '2.14 b',
  what: 'Users report an element again and again on many associations, so that its registrar floods it with keep-alives',
  succeedsAgainst: { plain: false, secured: false },
  async run(arena) {
    // Reports cause keep-alives, and never remove it.
    await arena.registrar(1, { config: { mentorDiscoveryTimeoutMs: 200, maxBadPeReports: 1_000_000 } });
    await arena.element(1);
    const way = arena.waysTo(PPID.asap).at(-1)!;
    const report = asap({ kind: 'endpoint-unreachable', poolHandle: poolHandle(POOL), peIdentifier: 1 });
    arena.wire.messages.length = 0;
    const attackers = [];
    for (let i = 0; i < ASSOCIATIONS; i++) attackers.push(await arena.contact(way, PPID.asap));
    for (let step = 0; step < 200; step++) {
      for (const attacker of attackers) for (let i = 0; i < 10; i++) attacker.say(report);
      await arena.pass(50);
    }
    const count = keepAlives(arena);
    const saw = `less than ${AT_MOST} keep-alives in 10 s, whoever reports how much`;
    return { succeeded: count > AT_MOST, saw: count > AT_MOST ? 'a flood' : saw };
  },
};

/** What the registrar has said to the element: nothing but keep-alives, and of TLS it is told that much only. */
function keepAlives({ wire }: Arena): number {
  return wire.messages.filter((message) => {
    const { from, to, bytes, ppid } = message;
    if (from !== '10.0.0.1' || to !== '10.0.1.1') return false;
    return isRecord(message) || inWords(bytes, ppid) === 'ENDPOINT_KEEP_ALIVE';
  }).length;
}
