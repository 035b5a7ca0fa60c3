import { type Arena, ATTACKER, asap } from './arena.ts';
import { type Attack, list } from './attack.ts';

const GROUP = '224.0.1.185';
const ELEMENTS = 4;

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
    const isThwarted = arena.wire.hasTried(ATTACKER) && arena.elements().length === ELEMENTS && /^element/.test(answer);
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
  what: 'Announcements of thousands of registrars that do not exist, so that those who exist are not found',
  succeedsAgainst: { plain: false, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const registrars = ['10.0.0.1'];
    const element = await arena.element(1, { registrars, announcements: true });
    const user = await arena.user({ registrars, announcements: true });
    for (let second = 0; second < 5; second++) {
      await announce(arena, second);
      await arena.pass(1000);
    }
    // Both have to look for a registrar again.
    await arena.run(arena.registrars[0]!.close());
    arena.registrars.length = 0;
    await arena.pass(5000);
    await announce(arena, 9);
    await arena.registrar(1, { substrate: arena.host('10.0.0.1') });
    await arena.pass(20_000);
    const found = element.home?.addresses[0] === '10.0.0.1' && /^element 1/.test(await arena.ask(user));
    const saw = found ? 'nothing; those who are configured are called first' : 'nobody finds the registrar';
    return { succeeded: !found, saw };
  },
};

async function announce(arena: Arena, round: number): Promise<void> {
  const socket = await arena.host(ATTACKER).openSocket({
    address: ATTACKER,
    port: 0,
    onDatagram: () => undefined,
    onError: () => undefined,
  });
  for (let i = 0; i < 1000; i++) {
    const address = `10.66.${round}.${i % 250}`;
    const transport = { protocol: 'sctp', port: 1 + i, use: 'data-only', addresses: [address] } as const;
    const registrarIdentifier = 1 + round * 1000 + i;
    const message = asap({ kind: 'server-announce', registrarIdentifier, transports: [transport] });
    socket.send(message, GROUP, 3863);
  }
  await arena.pass(10);
  await socket.close();
}
