import type { PoolElement, PoolUser, UserSession } from '../../src/rserpool/index.ts';
import { Arena, type Configuration, POOL } from './arena.ts';

/** SCTP port of the element. */
export const SERVICE_PORT = 4711;

/** Two registrars, an element and a user with a session: what they do must not change, whatever others say. */
export class Bystanders {
  readonly arena: Arena;
  readonly element: PoolElement;
  readonly user: PoolUser;
  readonly #session: UserSession;

  private constructor(arena: Arena, element: PoolElement, user: PoolUser, session: UserSession) {
    this.arena = arena;
    this.element = element;
    this.user = user;
    this.#session = session;
  }

  static async open(configuration: Configuration): Promise<Bystanders> {
    const arena = new Arena(configuration);
    await arena.registrar(1);
    await arena.registrar(2);
    const element = await arena.element(1, { sctpPort: SERVICE_PORT });
    const user = await arena.user();
    const session = await arena.run(user.connect(POOL));
    await arena.pass(2000);
    return new Bystanders(arena, element, user, session);
  }

  /** What is not as it was; nothing if all is well. */
  async harm(): Promise<string[]> {
    const { arena, element, user } = this;
    const [first, second] = arena.registrars;
    const harm: string[] = [];
    for (const registrar of [first!, second!]) {
      const pool = registrar.snapshot().pools.find(({ poolHandle }) => poolHandle.toString() === POOL);
      const homes = pool?.elements.map((each) => `${each.identifier} at ${each.homeRegistrarIdentifier}`).join();
      if (homes !== '1 at 1') harm.push(`registrar ${registrar.registrarId} has ${homes}`);
    }
    if (!first!.snapshot().peers.some(({ registrarId, connected }) => registrarId === 2 && connected)) {
      harm.push('the registrars have lost each other');
    }
    if (element.home?.addresses[0] !== '10.0.0.1') harm.push('the element has another home');
    await arena.run(this.#session.send('still there?'));
    const { data } = await arena.run(this.#session.receive());
    if (Buffer.from(data).toString() !== 'element 1: still there?') harm.push('the session hears something else');
    if ((await arena.run(user.resolve(POOL))).length !== 1) harm.push('the user finds another pool');
    return harm;
  }
}
