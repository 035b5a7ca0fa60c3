import type { StageFactory } from '../../harness/links/stage.ts';
import { SimNetwork } from '../../harness/network.ts';
import { SeededRandom } from '../../harness/random.ts';
import { runAsync, runAsyncFor } from '../../harness/run-async.ts';
import { SimHost } from '../../harness/sim-substrate.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';

/** Hosts on a simulated network for programs that use the public API, on virtual time. */
export class SimWorld {
  readonly clock = new VirtualClock();
  readonly network: SimNetwork;
  readonly #random = new SeededRandom(1);

  constructor(link: readonly StageFactory[] = []) {
    this.network = new SimNetwork({ clock: this.clock, random: this.#random.fork('network'), link });
  }

  host(name: string, ...addresses: readonly string[]): SimHost {
    return new SimHost(this.network, this.network.addNode(name, addresses), this.#random);
  }

  /** Lets virtual time pass until the promise is settled. */
  run<T>(until: Promise<T>, limitMs?: number): Promise<T> {
    return runAsync(this.clock, until, limitMs === undefined ? {} : { limitMs });
  }

  pass(durationMs: number): Promise<void> {
    return runAsyncFor(this.clock, durationMs);
  }
}
