import type { ElementConfig } from '../../src/rserpool/element/config.ts';
import type { RegistrarConfig } from '../../src/rserpool/registrar/config.ts';
import type { UserConfig } from '../../src/rserpool/user/config.ts';
import { SeededRandom } from '../harness/random.ts';
import type { ClusterOptions } from './options.ts';

/** All that decides a run. */
export interface Scenario extends ClusterOptions {
  /** Elements of each pool; the first pool is the largest. */
  readonly poolSizes: readonly number[];
  /** Everybody joins within this time. */
  readonly joinMs: number;
  /** Then nothing happens, … */
  readonly calmMs: number;
  /** … then hosts crash and come back, … */
  readonly crashMs: number;
  /** … then the network is cut, slow and lossy as well. */
  readonly stormMs: number;
  /** At the end, after everybody agrees: they go on to agree, nobody waits, nothing is left over. */
  readonly restMs: number;
  /** Mean pause between two faults. */
  readonly faultEveryMs: number;
  /** How many registrars an element or a user is told of. */
  readonly registrarsKnown: number;
  /** Whether registrars announce themselves, and elements and users are told of none. */
  readonly announcements: boolean;
  readonly registrarConfig: Partial<RegistrarConfig>;
  readonly elementConfig: Partial<ElementConfig>;
  readonly userConfig: Partial<UserConfig>;
}

/** Draws what the options leave open. */
export function drawScenario(options: ClusterOptions): Scenario {
  const random = new SeededRandom(options.seed).fork('scenario');
  const { registrars, elements, hours, faults } = options;
  const isSmall = elements <= 200;
  const activeMs = hours * 3_600_000;
  const announcements = isSmall && random.chance(0.2);
  return {
    ...options,
    poolSizes: drawPoolSizes(elements, random),
    joinMs: isSmall ? 2000 : 10_000 + elements,
    calmMs: faults ? activeMs * 0.3 : activeMs,
    crashMs: faults ? activeMs * 0.35 : 0,
    stormMs: faults ? activeMs * 0.35 : 0,
    restMs: isSmall ? 180_000 : 30_000,
    // The more hosts there are, the more often one of them fails.
    faultEveryMs: 60_000 / (3 + (registrars + elements / 50) / 4),
    registrarsKnown: announcements ? 0 : Math.min(registrars, 10),
    announcements,
    registrarConfig: { announce: announcements },
    elementConfig: {},
    userConfig: { subscribe: random.chance(isSmall ? 0.3 : 0.1) },
  };
}

function drawPoolSizes(elements: number, random: SeededRandom): readonly number[] {
  const sizes: number[] = [];
  for (let left = elements; left > 0; ) {
    // One large pool, some middling ones, many small ones.
    const share = sizes.length === 0 ? 0.2 : 0.03 * random.float() * random.float();
    const size = Math.min(left, Math.max(2, Math.ceil(elements * share)));
    sizes.push(size);
    left -= size;
  }
  return sizes;
}
