import { Registrar } from '../../src/rserpool/index.ts';
import { REGISTRAR_CONFIG, SCTP } from '../rserpool/node/scope.ts';
import { type Attack, list } from './attack.ts';

const PLAIN_REGISTRAR = '10.0.9.2';
const PLAIN_ELEMENT = '10.0.9.3';

/** RFC 5355 §2.15: elements that somebody has authenticated, and others that nobody has, in one handlespace. */
export const mixedHandlespace: Attack = {
  threat: '2.15',
  what: 'An element without TLS registers with the registrar, and a registrar without TLS tells it of another one',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    const registrar = await arena.registrar(1);
    const denied: string[] = [];
    registrar.on('access-denied', ({ what }) => denied.push(what));
    await arena.element(1);
    const element = await arena.codeOf(arena.rogueElement({ security: undefined }));
    const other = await Registrar.start({
      addresses: [PLAIN_REGISTRAR],
      substrate: arena.host(PLAIN_REGISTRAR),
      sctp: SCTP,
      registrarId: 67,
      peers: ['10.0.0.1'],
      config: REGISTRAR_CONFIG,
    });
    await arena.run(other.whenServing());
    await arena.run(
      arena.rogueElement({ security: undefined, peIdentifier: 67, registrars: [PLAIN_REGISTRAR] }, PLAIN_ELEMENT),
    );
    await arena.pass(5000);
    const foreign = arena.elements().filter((each) => each.includes('@10.0.9.'));
    if (foreign.length > 0)
      return { succeeded: true, saw: 'both elements in the handlespace, which nobody has authenticated' };
    const isTold = element === 'ERR_RSERPOOL_REJECTED' && denied.includes('registration') && denied.includes('ENRP');
    const saw = [
      'the element is refused for reasons of security',
      'the registrar is sent away',
      'the handlespace is as it was',
    ];
    return { succeeded: !isTold, saw: list(...saw) };
  },
};
