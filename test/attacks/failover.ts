import { PPID } from '../../src/rserpool/role.ts';
import { SctpEndpoint } from '../../src/sctp/index.ts';
import { SCTP } from '../rserpool/node/scope.ts';
import { type Arena, ATTACKER, POOL, registration } from './arena.ts';
import { type Attack, list } from './attack.ts';
import { psk, rogueAuthority } from './credentials.ts';

const WITHOUT_TLS = '10.0.9.2';

/**
 * RFC 5355 §2.9: a session goes on with an element that the user has no reason to trust. The worst case for the secured
 * scope: the attacker is an insider, whose elements may register. Users know elements by their certificates.
 */
export const failover: Attack = {
  threat: '2.9',
  what: 'The element of a session dies; the others of the pool belong to an attacker: one has a certificate of its own making, one has no TLS',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    await arena.element(1);
    const user = await arena.user();
    const session = await arena.run(user.connect(POOL, { resend: true }));
    const told: string[] = [];
    session.on('failover', ({ to }) => told.push(String(to.peIdentifier)));
    const heard = await elementWithoutTls(arena);
    const security = { psk: psk('pe-666'), certificate: rogueAuthority.certify(ATTACKER) };
    await arena.run(arena.rogueElement({ registrationLifeS: 3600, ...(arena.isSecured && { security }) }));
    arena.host('10.0.1.1').kill();
    await arena.run(session.send('secret'));
    const answer = arena.run(session.receive(), 600_000);
    answer.catch(() => undefined);
    await arena.pass(20_000);
    if (told.length > 0 || heard.length > 0) {
      const notice = told.length > 0 ? 'the application is told that there was a failover' : 'nobody is told';
      return { succeeded: true, saw: list('the data of the session', notice) };
    }
    // An element of the scope comes, and the session goes on.
    await arena.element(2);
    const [by] = Buffer.from((await answer).data)
      .toString()
      .split(':');
    const saw = list('handshakes that fail, and no data', `the session goes on when ${by} comes`);
    return { succeeded: by === 'attacker', saw };
  },
};

/** An element that serves without TLS. @returns what it hears */
async function elementWithoutTls(arena: Arena): Promise<Uint8Array[]> {
  const heard: Uint8Array[] = [];
  const substrate = arena.host(WITHOUT_TLS);
  const endpoint = await SctpEndpoint.bind({ addresses: [WITHOUT_TLS], substrate, config: SCTP });
  void (async () => {
    for await (const association of endpoint.listen()) {
      association.on('message', ({ data }) => {
        // A ClientHello is no data of the session.
        if (data[0] !== 22) heard.push(data);
      });
    }
  })();
  const [way] = arena.waysTo(PPID.asap).filter(({ tls }) => tls !== undefined || !arena.isSecured);
  const tls = arena.isSecured ? { tls: { psk: psk('pe-667') } } : {};
  const insider = await arena.contact({ ...way!, ...tls }, PPID.asap, { from: substrate });
  insider.say(registration(667, WITHOUT_TLS, endpoint.sctpPort, { udpPort: endpoint.udpPort }));
  return heard;
}
