import { createHmac } from 'node:crypto';
import type { IpAddress } from '../../src/base/address.ts';
import type { Instant } from '../../src/base/contract.ts';
import { type EndpointConfig, endpointConfig } from '../../src/sctp/core/config.ts';
import type { AssociationId, EndpointOptions, Links, Mac, SctpCore } from '../../src/sctp/core/contract.ts';
import { CoreNode, type CoreNodeOptions } from './core-node.ts';
import type { StageFactory } from './links/stage.ts';
import { SimNetwork } from './network.ts';
import { SeededRandom } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Makes a core: `(options, now) => new Endpoint(options, now)`. */
export type MakeCore = (options: EndpointOptions, now: Instant) => SctpCore;

/** HMAC-SHA-256, as in production. */
export const hmacSha256: Mac = (key, data) => new Uint8Array(createHmac('sha256', key).update(data).digest());

export interface CoreSetup extends CoreNodeOptions {
  readonly addresses: readonly IpAddress[];
  readonly sctpPort?: number;
  readonly config?: Partial<EndpointConfig>;
  /** Default true. */
  readonly listening?: boolean;
  /** What the endpoint knows of its links; unless given it looks for no larger path MTU. */
  readonly links?: Links | undefined;
}

/** Links of one MTU, whatever the address; nobody fragments. */
export function linksOf(mtuBytes: number): Links {
  return { mtuBytes: () => mtuBytes, fragmentsMade: () => 0 };
}

/** A simulated network of cores, for tests with more than two of them. */
export class CoreNetwork {
  readonly clock: VirtualClock;
  readonly network: SimNetwork;
  readonly #random: SeededRandom;
  readonly #makeCore: MakeCore;

  constructor(makeCore: MakeCore, options: { readonly seed?: number; readonly link?: readonly StageFactory[] } = {}) {
    this.#makeCore = makeCore;
    this.#random = new SeededRandom(options.seed ?? 1);
    this.clock = new VirtualClock();
    this.network = new SimNetwork({
      clock: this.clock,
      random: this.#random.fork('network'),
      link: options.link ?? [],
    });
  }

  /** A node with one endpoint, SCTP port 5000 unless the setup says otherwise. */
  add(name: string, setup: CoreSetup): CoreNode {
    const { addresses, sctpPort = 5000, config = {}, listening = true } = setup;
    const node = this.network.addNode(name, addresses);
    const core = this.#makeCore(
      {
        sctpPort,
        addresses,
        config: endpointConfig(config),
        entropy: this.#random.fork(`core ${name}`),
        mac: hmacSha256,
        links: setup.links,
        listening,
      },
      this.clock.now(),
    );
    return new CoreNode(this.network, node, core, setup);
  }
}

export interface EndpointPairOptions {
  readonly seed?: number;
  /** The stages of both directions; default an ideal network. */
  readonly link?: readonly StageFactory[];
  /** Default one address each: 10.0.0.1 and 10.0.0.2. */
  readonly a?: Partial<CoreSetup>;
  readonly b?: Partial<CoreSetup>;
}

/** Two endpoints, `a` and `b`, on a network of their own. */
export class EndpointPair {
  readonly clock: VirtualClock;
  readonly network: SimNetwork;
  readonly a: CoreNode;
  readonly b: CoreNode;

  constructor(makeCore: MakeCore, options: EndpointPairOptions = {}) {
    const cores = new CoreNetwork(makeCore, options);
    this.clock = cores.clock;
    this.network = cores.network;
    this.a = cores.add('a', { addresses: ['10.0.0.1'], ...options.a });
    this.b = cores.add('b', { addresses: ['10.0.0.2'], ...options.b });
  }

  /** Opens an association from `a` to `b` and runs until both sides are up. */
  connect(limitMs = 120_000): { readonly a: AssociationId; readonly b: AssociationId } {
    const before = this.b.events.length;
    const a = this.a.associate(this.b);
    const upOfB = () => this.b.events.slice(before).find(({ event }) => event.kind === 'up');
    const aIsUp = () => this.a.events.some(({ association, event }) => association === a && event.kind === 'up');
    this.clock.runWhileNot(() => upOfB() !== undefined && aIsUp(), limitMs);
    return { a, b: upOfB()!.association };
  }
}
