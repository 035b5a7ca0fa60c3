import { PPID } from '../../src/rserpool/role.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { type Arena, ATTACKER, enrp, POOL } from './arena.ts';
import { type Attack, list } from './attack.ts';
import type { Contact } from './contact.ts';

const ROGUE_ID = 666;
const ids = { senderId: ROGUE_ID, receiverId: 1 };

/** RFC 5355 §2.5: a registrar that nobody wants joins, and spreads false updates. */
export const maliciousPeer: Attack = {
  threat: '2.5',
  what: 'A registrar of an attacker joins the others, adds an element of its own, and claims those of another registrar',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const second = await arena.registrar(2);
    await arena.element(1);
    await arena.element(2, { registrars: ['10.0.0.2'] });
    await arena.pass(500);
    const seen = new Set<string>();
    const sights = await arena.byAllWays(PPID.enrp, async (attacker) => {
      join(attacker);
      await arena.pass(500);
      spread(attacker);
      await arena.pass(500);
      for (const harm of harmDone(arena)) seen.add(harm);
    });
    const known = second.snapshot().peers.map(({ registrarId }) => registrarId);
    if (known.includes(ROGUE_ID)) seen.add('the other registrar knows it as well');
    const kept = seen.size === 0 ? ['no registrar knows it, the handlespace is as it was'] : [];
    return { succeeded: seen.size > 0, saw: list(...seen, ...kept, ...sights) };
  },
};

function join(attacker: Contact): void {
  const transport = {
    protocol: 'sctp',
    port: attacker.local.sctpPort,
    use: 'data-only',
    addresses: [ATTACKER],
  } as const;
  const information = { identifier: ROGUE_ID, transport };
  attacker.say(enrp({ kind: 'presence', ...ids, replyRequired: true, checksum: 0xffff, information }));
  attacker.say(enrp({ kind: 'list-request', ...ids }));
  attacker.say(enrp({ kind: 'handle-table-request', ...ids, ownChildrenOnly: false }));
}

function spread(attacker: Contact): void {
  const transport = { protocol: 'sctp', port: 66, use: 'data-and-control', addresses: [ATTACKER] } as const;
  const element = {
    identifier: 66,
    homeRegistrarIdentifier: ROGUE_ID,
    registrationLifeS: 3600,
    userTransport: transport,
    policy: { kind: 'round-robin' },
    asapTransport: { ...transport, use: 'data-only' },
  } as const;
  attacker.say(enrp({ kind: 'handle-update', ...ids, action: 'add-pe', poolHandle: poolHandle(POOL), element }));
  attacker.say(enrp({ kind: 'takeover-server', ...ids, targetId: 2 }));
}

function harmDone(arena: Arena): string[] {
  const [first] = arena.registrars;
  const harm: string[] = [];
  if (first!.snapshot().peers.some(({ registrarId }) => registrarId === ROGUE_ID)) harm.push('it is a peer');
  if (arena.elements().some((element) => element.endsWith(ATTACKER))) harm.push('its element is in the handlespace');
  const homes = first!.snapshot().pools[0]!.elements.map(({ homeRegistrarIdentifier }) => homeRegistrarIdentifier);
  // Its own one, and that of the registrar that it says is dead.
  if (homes.filter((home) => home === ROGUE_ID).length > 1) harm.push('the elements of another registrar belong to it');
  return harm;
}
