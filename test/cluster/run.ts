import { checkEnd, checkWaiting, divergence, isConverged } from './check.ts';
import { Faults } from './faults.ts';
import type { Samples } from './figures.ts';
import { perEvent, type Rates, Traffic } from './rates.ts';
import type { Scenario } from './scenario.ts';
import { World } from './world.ts';

/** How often it is looked whether the registrars agree. */
const LOOK_EVERY_MS = 20;
/** As long as they do not agree, a trace says so as often as this. */
const TELL_EVERY_MS = 60_000;
/** What is known after a run. */
export interface RunResult {
  readonly samples: Samples;
  readonly counts: Record<string, number>;
  /** Messages per second while nothing happens. */
  readonly calm: Rates;
  /** Messages of the whole run, by kind. */
  readonly messages: Record<string, number>;
  /** Messages of all hosts for one event of its kind. */
  readonly perEvent: Record<string, number>;
  readonly virtualSeconds: number;
  readonly steps: number;
}

/** One run: all join, nothing happens, faults, quiet. @throws Error when an invariant is broken */
export function runCluster(scenario: Scenario, watch: (world: World) => void = () => {}): RunResult {
  const world = new World(scenario);
  watch(world);
  try {
    return new Run(world).run();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`at ${(world.clock.now() / 1000).toFixed(3)} s: ${text}`, { cause: error });
  }
}

class Run {
  readonly #world: World;
  readonly #faults: Faults;
  readonly #traffic: Traffic;
  /** Until when faults count as disturbing: after it there was agreement. */
  #agreedAt = 0;
  #agrees = false;

  constructor(world: World) {
    this.#world = world;
    this.#faults = new Faults(world);
    this.#traffic = new Traffic(world);
  }

  run(): RunResult {
    const { scenario, samples, counts, clock } = this.#world;
    this.#join();
    this.#untilAgreed('all have joined');
    this.#traffic.begin();
    this.#for(scenario.calmMs);
    const calm = this.#traffic.end();
    this.#faults.schedule(scenario.crashMs, false);
    this.#for(scenario.crashMs);
    this.#faults.schedule(scenario.stormMs, true);
    this.#for(scenario.stormMs);
    this.#faults.end();
    this.#world.noteFault('quiet', 'end of faults');
    this.#quiet();
    const messages = this.#traffic.total();
    return {
      samples,
      counts,
      calm,
      messages,
      perEvent: perEvent(messages, counts),
      virtualSeconds: clock.now() / 1000,
      steps: clock.steps,
    };
  }

  #join(): void {
    const { clock, random, registrars, elements, users, scenario } = this.#world;
    for (const { host } of registrars) clock.at(1000 * random.float(), () => host.start());
    for (const element of elements) clock.at(3000 + scenario.joinMs * random.float(), () => element.join());
    for (const user of users) clock.at(4000 + 1.2 * scenario.joinMs * random.float(), () => user.begin());
    this.#for(4000 + 1.2 * scenario.joinMs);
  }

  /** As long as the slowest procedures of all roles together may take. */
  get #patienceMs(): number {
    return 1_500_000;
  }

  #quiet(): void {
    const { clock } = this.#world;
    const from = clock.now();
    this.#untilAgreed('the faults are over');
    this.#world.samples.add('end: agreement', clock.now() - from);
    this.#for(this.#world.scenario.restMs);
    // Somebody may have come back late.
    this.#untilAgreed('all are back');
    checkWaiting(this.#world, from, this.#patienceMs);
    checkEnd(this.#world);
  }

  #untilAgreed(what: string): void {
    const { clock } = this.#world;
    const limit = clock.now() + this.#patienceMs;
    let tellAt = clock.now() + TELL_EVERY_MS;
    while (!this.#look()) {
      if (clock.now() > tellAt) {
        this.#world.tell?.(`no agreement yet: ${divergence(this.#world)}`);
        tellAt += TELL_EVERY_MS;
      }
      if (clock.now() > limit) throw new Error(`no agreement since ${what}: ${divergence(this.#world)}`);
      clock.runFor(LOOK_EVERY_MS);
    }
  }

  #for(durationMs: number): void {
    const { clock } = this.#world;
    const end = clock.now() + durationMs;
    while (clock.now() < end) {
      clock.runUntil(Math.min(end, clock.now() + LOOK_EVERY_MS));
      this.#look();
    }
  }

  #look(): boolean {
    const agrees = isConverged(this.#world);
    if (agrees && !this.#agrees) {
      const { lastFaultAt, clock } = this.#world;
      if (lastFaultAt > this.#agreedAt)
        this.#world.measure('registrars: agreement after the last fault', lastFaultAt, clock.now());
    }
    if (agrees) this.#agreedAt = this.#world.clock.now();
    this.#agrees = agrees;
    return agrees;
  }
}
