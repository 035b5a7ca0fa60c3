import type { IpAddress } from '../../src/base/address.ts';
import type { EndpointConfig } from '../../src/sctp/core/config.ts';
import { SeededRandom } from '../harness/random.ts';
import { between, magnitude, pick } from './draw.ts';
import { drawConfig } from './draw-config.ts';

export type HostName = 'a' | 'b';
export const HOST_NAMES = ['a', 'b'] as const;

export interface HostPlan {
  readonly addresses: readonly IpAddress[];
  readonly sctpPort: number;
  readonly udpPort: number;
  readonly config: Partial<EndpointConfig>;
  /** MTU of its links as its system tells it, if it does: the endpoint looks for as much once it has much to send. */
  readonly linkMtuBytes: number | undefined;
}

/** What happens from outside, and when. */
export type Incident = { readonly atMs: number } & (
  | { readonly kind: 'connect'; readonly host: HostName; readonly firstAddressOnly: boolean }
  /** The host dies without a word, and comes back with nothing in its memory. */
  | { readonly kind: 'restart'; readonly host: HostName; readonly downMs: number }
  /** Packets from one address to the other, or to and from an address, are lost for a time. */
  | { readonly kind: 'cut'; readonly from: IpAddress; readonly to: IpAddress | undefined; readonly forMs: number }
);

/** One run: two hosts, what lies between them, and what befalls them. The seed says the rest. */
export interface Scenario {
  readonly seed: number;
  readonly hosts: Readonly<Record<HostName, HostPlan>>;
  readonly incidents: readonly Incident[];
  /** Until then the network is bad and applications do as they like; after that all heals, and all has to come to an end. */
  readonly stormMs: number;
  /** Whether messages may be longer than the other side's receive buffer, which ends associations (RFC 9260 §6.9). */
  readonly tooLongMessages: boolean;
  /** Who ends what is still there when the storm is over; both at once if both. */
  readonly finishers: readonly HostName[];
}

export function drawScenario(seed: number): Scenario {
  const random = new SeededRandom(seed).fork('scenario');
  const stormMs = magnitude(random, 500, 60_000);
  const hosts = drawHosts(random);
  return {
    seed,
    hosts,
    incidents: [
      ...drawConnects(random, stormMs),
      ...drawRestarts(random, stormMs),
      ...drawCuts(random, stormMs, hosts),
    ],
    stormMs,
    tooLongMessages: random.chance(0.03),
    finishers: pick(random, [['a'], ['b'], ['a', 'b']] as const),
  };
}

function drawHosts(random: SeededRandom): Scenario['hosts'] {
  // Path i is a network of its own; one host may lack all but the first.
  const families = Array.from({ length: between(random, 1, 3) }, () => pick(random, [4, 6]));
  const fewer = random.chance(0.2) ? pick(random, HOST_NAMES) : undefined;
  const plan = (name: HostName, number: number): HostPlan => ({
    addresses: families
      .map((family, i) => (family === 4 ? `10.0.${i}.${number}` : `fd00:0:0:${i + 1}::${number}`))
      .slice(0, name === fewer ? 1 : undefined),
    sctpPort: 5000 + number,
    udpPort: random.chance(0.5) ? 9899 : 20_000 + number,
    config: drawConfig(random),
    linkMtuBytes: pick(random, [undefined, 1500, 4000, 9000, 65_535]),
  });
  return { a: plan('a', 1), b: plan('b', 2) };
}

function drawConnects(random: SeededRandom, stormMs: number): Incident[] {
  const connects: Incident[] = [];
  for (let i = between(random, 1, 4); i > 0; i--) {
    const atMs = i === 1 ? 0 : random.below(stormMs);
    const firstAddressOnly = random.chance(0.3);
    const host = pick(random, HOST_NAMES);
    connects.push({ kind: 'connect', atMs, host, firstAddressOnly });
    if (!random.chance(0.3)) continue;
    // Both at once, or nearly so.
    const other = host === 'a' ? 'b' : 'a';
    connects.push({ kind: 'connect', atMs: atMs + magnitude(random, 1, 300) - 1, host: other, firstAddressOnly });
  }
  return connects;
}

function drawRestarts(random: SeededRandom, stormMs: number): Incident[] {
  const restarts: Incident[] = [];
  for (let i = pick(random, [0, 0, 0, 1, 1, 2]); i > 0; i--) {
    const [host, atMs, downMs] = [pick(random, HOST_NAMES), random.below(stormMs), magnitude(random, 1, 20_000)];
    restarts.push({ kind: 'restart', host, atMs, downMs });
    // Who comes back and speaks first restarts the association; the other one does when it speaks first.
    if (random.chance(0.8)) {
      const first = random.chance(0.7) ? host : pick(random, HOST_NAMES);
      const at = atMs + downMs + magnitude(random, 1, 3000);
      restarts.push({ kind: 'connect', atMs: at, host: first, firstAddressOnly: random.chance(0.3) });
    }
  }
  return restarts;
}

function drawCuts(random: SeededRandom, stormMs: number, hosts: Scenario['hosts']): Incident[] {
  const cuts: Incident[] = [];
  if (random.chance(0.5)) return cuts;
  for (let i = between(random, 1, 8); i > 0; i--) {
    const [from, to] = random.chance(0.5) ? [hosts.a, hosts.b] : [hosts.b, hosts.a];
    cuts.push({
      kind: 'cut',
      atMs: random.below(stormMs),
      from: pick(random, from.addresses),
      to: random.chance(0.4) ? pick(random, to.addresses) : undefined,
      forMs: magnitude(random, 10, 30_000),
    });
  }
  return cuts;
}
