import { checkAgreement } from './invariants/agreement.ts';
import { CongestionCheck } from './invariants/congestion.ts';
import { checkFlight, recountFlight } from './invariants/flight.ts';
import { checkHeartbeats } from './invariants/heartbeats.ts';
import { checkLimits } from './invariants/limits.ts';
import { checkLiveness } from './invariants/liveness.ts';
import { checkOneAssociation } from './invariants/one-association.ts';
import { checkSilence } from './invariants/silence.ts';
import { checkT3Timer } from './invariants/t3-timer.ts';
import { checkUnread } from './invariants/unread.ts';
import { drawScenario } from './scenario.ts';
import type { Counts } from './summary.ts';
import { World } from './world.ts';

/** Steps between two counts of every chunk. */
const RECOUNT_EVERY = 64;
/** No run needs so many; one that does spins. */
const MOST_STEPS = 1_000_000;

/**
 * One run: a storm, a calm in which all that is on its way arrives, an end. Throws when an invariant is broken.
 *
 * @param watch called with the world before anything happens in it
 * @returns what happened how often
 */
export function runSeed(seed: number, watch: (world: World) => void = () => {}): Counts {
  const world = new World(drawScenario(seed));
  watch(world);
  const run = new Run(world);
  try {
    run.storm();
    run.calm();
    run.end();
  } catch (error) {
    const { steps } = world.clock;
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`at ${world.elapsedMs.toFixed(1)} ms, step ${steps}: ${text}`, { cause: error });
  }
  return world.summary.counts;
}

class Run {
  readonly world: World;
  readonly #congestion = new CongestionCheck();

  constructor(world: World) {
    this.world = world;
  }

  storm(): void {
    const { clock, scenario } = this.world;
    const endsAt = clock.now() + scenario.stormMs;
    for (let next = clock.nextAt(); next !== undefined && next <= endsAt; next = clock.nextAt()) this.#step();
    clock.runUntil(endsAt);
  }

  /** On a network without faults everything arrives, or its association ends, within bounded time. */
  calm(): void {
    const { world } = this;
    world.calm();
    this.#check();
    this.#runUntil('everything is set up and delivered', () =>
      world.both.every(({ applications }) => [...applications.values()].every((each) => each.isAtRest)),
    );
    const [a, b] = world.both.map(({ applications }) => [...applications.values()][0]);
    if (a?.tcb.state === 'ESTABLISHED' && b?.tcb.state === 'ESTABLISHED') {
      checkAgreement(a.tcb, b.tcb, a.restarts + b.restarts === 0);
      world.summary.count('agreements');
    }
  }

  /** What is left ends, and leaves nothing. */
  end(): void {
    const { world } = this;
    for (const name of world.scenario.finishers) world.hosts[name].shutdownAll();
    // A side that nobody told (the other one had died, or never heard of it) ends by itself.
    this.#runUntil('nothing is left', () => {
      const [a, b] = world.both;
      if (a.isIdle !== b.isIdle) (a.isIdle ? b : a).shutdownAll();
      return a.isIdle && b.isIdle;
    });
    for (const host of world.both) checkSilence(host);
    world.ledger.checkEnd();
    const { ledger, summary, clock } = world;
    summary.count('messages', ledger.messages);
    summary.count('messages delivered', ledger.delivered);
    summary.count('bytes delivered', ledger.deliveredBytes);
    summary.count('messages failed', ledger.failed);
    summary.count('steps', clock.steps);
  }

  #runUntil(what: string, condition: () => boolean): void {
    const { clock, ledger } = this.world;
    const limitMs = this.#patienceMs();
    let [delivered, since] = [ledger.delivered, clock.now()];
    while (!condition()) {
      if (ledger.delivered > delivered) [delivered, since] = [ledger.delivered, clock.now()];
      const next = clock.nextAt();
      if (next === undefined || next > since + limitMs) throw new Error(`no progress in ${limitMs} ms until ${what}`);
      this.#step();
    }
  }

  /** Every timer may have backed off as far as it can, and some have to fire several times. */
  #patienceMs(): number {
    const slowest = this.world.both.map(({ endpoint: { config } }) =>
      Math.max(config.shutdownGuardRtos * config.rtoMaxMs, config.heartbeatIntervalMs),
    );
    return 4 * Math.max(...slowest);
  }

  #step(): void {
    this.world.clock.step();
    this.#check();
  }

  #check(): void {
    const { clock, both } = this.world;
    if (clock.steps > MOST_STEPS) throw new Error('too many steps: does a timer fire again and again?');
    for (const host of both) {
      if (!host.isUp) continue;
      checkOneAssociation(host.endpoint);
      for (const tcb of host.endpoint.associations) {
        checkT3Timer(tcb);
        checkFlight(tcb);
        checkLimits(tcb);
        checkLiveness(tcb);
        checkHeartbeats(tcb);
        checkUnread(tcb, host.applications.get(tcb.id)?.unreadBytes ?? 0);
        this.#congestion.check(tcb, clock.now());
        if (clock.steps % RECOUNT_EVERY === 0) recountFlight(tcb);
      }
    }
  }
}
