/** What is done with a handlespace; `bench/rsplib/handlespace.c` does the same with rsplib's. */
import { Handlespace } from '../../src/rserpool/handlespace/handlespace.ts';
import type { PoolElementParameter } from '../../src/rserpool/wire/element.ts';
import { POLICY_FIELDS, type PolicyField, type PolicyParameter } from '../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { nodeSubstrate } from '../../src/sctp/index.ts';
import { cpuUs } from '../node/meter.ts';

export type Kind = Exclude<PolicyParameter['kind'], 'unknown'>;

const HOME = 0x10203040;
const ITEMS = 3;
const CHUNK = 10_000;
const LIFE_S = 300;

/** Spreads numbers over 32 bits; different ones stay different. */
function mixed(number: number): number {
  return Math.imul(number, 2654435761) >>> 0;
}

/** One pool with elements of one policy, each with one address, as a registrar gets them from its decoder. */
export class Workload {
  readonly #pool = poolHandle('EchoPool');
  readonly #kind: Kind;
  readonly #addresses: readonly string[];
  #handlespace = new Handlespace<number>();
  #now = 0;

  constructor(kind: Kind, elements: number) {
    this.#kind = kind;
    this.#addresses = Array.from({ length: elements }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  }

  get #elements(): number {
    return this.#addresses.length;
  }

  /** Registers all elements in an empty handlespace. */
  fill(): void {
    for (let index = 0; index < this.#elements; index++) this.#register(index, 0);
  }

  empty(): void {
    this.#handlespace = new Handlespace();
  }

  /** In a second of CPU time, as all figures are. */
  registrations(ms: number): number {
    let [spentUs, count] = [0, 0];
    while (spentUs < 1000 * ms) {
      this.empty();
      const began = cpuUs();
      this.fill();
      spentUs += cpuUs() - began;
      count += this.#elements;
    }
    return (1e6 * count) / spentUs;
  }

  /** Not in the order of registration: 7919 is a prime that divides no number of elements. */
  reregistrations(ms: number): number {
    const elements = this.#elements;
    return perSecond(ms, (i) => this.#register((i * 7919) % elements, Math.floor(i / elements) + 1));
  }

  resolutions(ms: number): number {
    return perSecond(ms, () => {
      const resolution = this.#handlespace.resolve(this.#pool, ITEMS, nodeSubstrate.entropy);
      if (resolution.kind !== 'resolved' || resolution.elements.length !== ITEMS) throw new Error('no 3 elements');
    });
  }

  /** @throws Error unless all elements are there */
  check(): void {
    if (this.#handlespace.elementCount !== this.#elements) throw new Error('elements are missing');
    for (let index = 0; index < this.#elements; index++) {
      if (this.#handlespace.find(this.#pool, mixed(index + 1)) === undefined) throw new Error('an element is missing');
    }
  }

  #register(index: number, pass: number): void {
    const now = ++this.#now;
    const result = this.#handlespace.register({
      poolHandle: this.#pool,
      parameter: this.#parameter(index, pass),
      now,
      expiresAt: now + LIFE_S * 1000,
      owner: 2 * index,
      isSameElement: () => true,
    });
    if (result.kind === 'rejected') throw new Error('an element was refused');
  }

  #parameter(index: number, pass: number): PoolElementParameter {
    const addresses = [this.#addresses[index]!];
    return {
      identifier: mixed(index + 1),
      homeRegistrarIdentifier: HOME,
      registrationLifeS: LIFE_S,
      userTransport: { protocol: 'sctp', port: 5000, use: 'data-only', addresses },
      policy: policyOf(this.#kind, index, pass),
      asapTransport: { protocol: 'sctp', port: 5000, use: 'data-only', addresses: [addresses[0]!] },
    };
  }
}

function perSecond(ms: number, act: (i: number) => void): number {
  const began = cpuUs();
  let [spentUs, count] = [0, 0];
  while (spentUs < 1000 * ms) {
    for (const end = count + CHUNK; count < end; count++) act(count);
    spentUs = cpuUs() - began;
  }
  return (1e6 * count) / spentUs;
}

const VALUES: Readonly<Record<PolicyField, (index: number, pass: number) => number>> = {
  weight: (index) => 1 + (index % 10),
  priority: (index) => 1 + (index % 10),
  load: (index, pass) => mixed(index + 7 * pass) >>> 8,
  degradation: () => 1 << 20,
  weightDpf: () => 1 << 20,
  loadDpf: () => 1 << 20,
  distanceMs: (index) => index % 100,
};

function policyOf(kind: Kind, index: number, pass: number): PolicyParameter {
  const policy: Record<string, number | string> = { kind };
  for (const field of POLICY_FIELDS[kind]) policy[field] = VALUES[field](index, pass);
  return policy as unknown as PolicyParameter;
}
