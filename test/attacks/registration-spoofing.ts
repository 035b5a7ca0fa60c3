import { ASAP_TLS_PORT, PPID } from '../../src/rserpool/role.ts';
import { type Arena, deregistration, registration } from './arena.ts';
import { type Attack, list } from './attack.ts';
import { psk } from './credentials.ts';

const VICTIM = '10.0.1.1';
const VICTIM_PORT = 4711;

/**
 * RFC 5355 §2.3: registrations and de-registrations concerning a legitimate element. The attacker has the address of the
 * element and its SCTP port, as a program on the same host or behind the same NAT has; UDP ports do not tell them apart
 * (docs/ARCHITECTURE.md).
 */
export const registrationSpoofing: Attack = {
  threat: '2.3',
  what: "Somebody at an element's address registers it anew with a port of its own, and de-registers it",
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    await arena.element(1, { sctpPort: VICTIM_PORT });
    const before = record(arena);
    const changes: string[] = [];
    const act = async (attacker: { say(bytes: Uint8Array): void }): Promise<void> => {
      attacker.say(registration(1, VICTIM, 666));
      await arena.pass(500);
      if (record(arena) !== before) changes.push('the element has moved to the port of the attacker');
      attacker.say(deregistration(1));
      await arena.pass(500);
      if (record(arena) === '') changes.push('the element is out');
    };
    const place = { from: arena.host(VICTIM), ownSctpPort: VICTIM_PORT };
    const sights = [...(await arena.byAllWays(PPID.asap, act, place))];
    if (arena.isSecured) {
      // An insider: its key is as good as any, but it is not that of the element.
      const way = { sctpPort: ASAP_TLS_PORT, tls: { psk: psk('pe-2') } };
      const insider = await arena.contact(way, PPID.asap, place);
      await act(insider);
      sights.push(...insider.sights().map((sight) => `with a key of another element: ${sight}`));
    }
    const kept = record(arena) === before ? ['the record is as it was'] : [];
    return { succeeded: changes.length > 0, saw: list(...changes, ...kept, ...sights) };
  },
};

/** What users are told of the element. */
function record(arena: Arena): string {
  const [pool] = arena.registrars[0]!.snapshot().pools;
  return JSON.stringify(pool?.elements.map(({ identifier, userTransport }) => [identifier, userTransport])) ?? '';
}
