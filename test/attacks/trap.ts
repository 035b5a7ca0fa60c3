import { ASAP_PORT, PPID } from '../../src/rserpool/role.ts';
import { type SctpAssociation, SctpEndpoint } from '../../src/sctp/index.ts';
import { SCTP } from '../rserpool/node/scope.ts';
import { type Arena, ATTACKER, registration } from './arena.ts';
import { type Contact, inWords } from './contact.ts';

const ELEMENT_PORT = 666;

/** An element, and a registrar, of an attacker that say what they should not to whoever comes. */
export class Trap {
  /** What is said next: by the element at once, by the registrar as the answer. */
  next: Uint8Array = new Uint8Array();
  /** The place of the registrar. */
  readonly registrar: string;
  readonly #heard: string[] = [];

  private constructor(udpPort: number) {
    this.registrar = `${ATTACKER}:${ASAP_PORT};udp=${udpPort}`;
  }

  /** An element in the pool `trap`, and a registrar at the attacker's address. */
  static async set(arena: Arena): Promise<Trap> {
    const options = { addresses: [ATTACKER], substrate: arena.host(ATTACKER), config: SCTP };
    const element = await SctpEndpoint.bind({ ...options, sctpPort: ELEMENT_PORT });
    const trap = new Trap(element.udpPort);
    const registrar = await SctpEndpoint.bind({
      sctpPort: ASAP_PORT,
      encapsulation: element.encapsulation,
      config: SCTP,
    });
    void trap.#serve(element, (association) => association.send(trap.next, { ppid: PPID.asap }));
    void trap.#serve(registrar, () => undefined);
    const way = { sctpPort: ASAP_PORT };
    const contact: Contact = await arena.contact(way, PPID.asap);
    contact.say(registration(666, ATTACKER, ELEMENT_PORT, { pool: 'trap', udpPort: element.udpPort }));
    await arena.pass(500);
    return trap;
  }

  /** What came back since the last call, in words, each once. */
  heard(): string[] {
    return [...new Set(this.#heard.splice(0))];
  }

  async #serve(endpoint: SctpEndpoint, greet: (association: SctpAssociation) => unknown): Promise<void> {
    for await (const association of endpoint.listen()) {
      association.on('message', ({ data, ppid }) => {
        const words = ppid === PPID.asap ? inWords(data, ppid) : 'data';
        if (words === 'HANDLE_RESOLUTION') void association.send(this.next, { ppid });
        else this.#heard.push(words);
      });
      greet(association);
    }
  }
}
