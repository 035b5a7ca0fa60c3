import { ASAP_PORT } from '../../src/rserpool/role.ts';
import { type Arena, ATTACKER, asap } from './arena.ts';
import { type Attack, list } from './attack.ts';

const GROUP = '224.0.1.185';
const ELEMENTS = 4;
/** Two rounds of a server hunt: those who do not exist would take more than ten. */
const HUNT_S = 4;

/** RFC 5355 §2.12 c and d: a registrar of an attacker is found. */
export const spoofedDiscovery: Attack = {
  threat: '2.12 c, d',
  what: 'A registrar of an attacker announces itself before those of the scope do',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    const rogue = await arena.rogueRegistrar({ announce: true });
    await arena.pass(2000);
    const joining = Array.from({ length: ELEMENTS }, (_, i) => arena.element(i + 1, { registrars: [] }));
    await arena.pass(3000);
    await arena.registrar(1, { announce: true });
    await Promise.all(joining);
    const user = await arena.user({ registrars: [] });
    const answer = await arena.ask(user);
    const trapped = arena.elements(rogue).length;
    const isThwarted =
      arena.wire.hasSpoken('10.0.1.', ATTACKER) && arena.elements().length === ELEMENTS && /^element/.test(answer);
    const saw =
      trapped > 0
        ? 'registrations of elements'
        : list('handshakes that fail', 'elements and users find the registrar of the scope when it announces itself');
    return { succeeded: trapped > 0 || !isThwarted, saw };
  },
};

/** RFC 5355 §2.12 a and b: those who are there are not found. */
export const thwartedDiscovery: Attack = {
  threat: '2.12 a, b',
  what: 'Announcements of a thousand registrars that do not exist, so that those who exist are not found',
  succeedsAgainst: { plain: false, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const registrars = ['10.0.0.1'];
    const element = await arena.element(1, { registrars, announcements: true });
    const user = await arena.user({ registrars, announcements: true });
    for (let second = 0; second < 4; second++) await announce(arena);
    // Both have to look for a registrar again.
    await arena.run(arena.registrars[0]!.close());
    arena.registrars.length = 0;
    await announce(arena);
    await arena.registrar(1);
    for (let second = 0; second < HUNT_S; second++) await announce(arena);
    const found = element.home?.addresses[0] === '10.0.0.1' && /^element 1/.test(await arena.ask(user));
    const saw = found
      ? 'nothing; those who are configured are called as often as without it'
      : 'nobody finds the registrar';
    return { succeeded: !found, saw };
  },
};

/** A second of announcements from several addresses: each of them is listened to for some only. */
async function announce(arena: Arena): Promise<void> {
  for (let host = 1; host <= 4; host++) {
    const address = `10.0.9.${host}`;
    const options = { address, port: 0, onDatagram: () => undefined, onError: () => undefined };
    const socket = await arena.host(address).openSocket(options);
    for (let i = 0; i < 250; i++) {
      const transport = { protocol: 'sctp', port: 1 + i, use: 'data-only', addresses: [`10.66.${host}.${i}`] } as const;
      const message = asap({ kind: 'server-announce', registrarIdentifier: 256 * host + i, transports: [transport] });
      socket.send(message, GROUP, ASAP_PORT);
    }
    await arena.pass(10);
    await socket.close();
  }
  await arena.pass(960);
}
