import { RSerPoolError, type UserSession } from '../../src/rserpool/index.ts';
import type { SeededRandom } from '../harness/random.ts';
import { POOL, type SctpWorld, type UserNode } from './world.ts';

/** Mean pause between an answer and the next request. */
const THINK_MS = 8000;
/** Mean number of requests of one session. */
const REQUESTS_PER_SESSION = 20;

/** What a user does all day: one session after the other, and one request after the other in each. */
export class UserProgram {
  readonly #world: SctpWorld;
  readonly #user: UserNode;
  readonly #random: SeededRandom;
  readonly #answered: (tookMs: number) => void;
  #number = 0;

  constructor(world: SctpWorld, user: UserNode, answered: (tookMs: number) => void) {
    this.#world = world;
    this.#user = user;
    this.#random = world.random.fork(`program ${user.name}`);
    this.#answered = answered;
  }

  /** Never ends. */
  async run(): Promise<never> {
    for (;;) {
      const session = await this.#user.program.connect(POOL, { waitForPool: true });
      try {
        do await this.#request(session);
        while (!this.#random.chance(1 / REQUESTS_PER_SESSION));
        session.close();
      } catch (error) {
        if (!(error instanceof RSerPoolError)) throw error;
      }
    }
  }

  async #request(session: UserSession): Promise<void> {
    const { clock } = this.#world;
    const wanted = String(++this.#number);
    const startedAt = clock.now();
    const again = (): void => void session.send(wanted);
    session.on('failover', again);
    try {
      await session.send(wanted);
      // Answers to what was sent twice may come twice.
      while (new TextDecoder().decode((await session.receive()).data) !== wanted);
    } finally {
      session.off('failover', again);
    }
    this.#answered(clock.now() - startedAt);
    await this.#world.pause(-Math.log(1 - this.#random.float()) * THINK_MS);
  }
}
