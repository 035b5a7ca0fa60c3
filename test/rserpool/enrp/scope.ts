import { expect } from 'vitest';
import { ElementRole } from '../../../src/rserpool/element/element.ts';
import type { ElementEvent } from '../../../src/rserpool/element/events.ts';
import type { RegistrarConfig } from '../../../src/rserpool/registrar/config.ts';
import type { RegistrarEvent } from '../../../src/rserpool/registrar/events.ts';
import { RegistrarRole } from '../../../src/rserpool/registrar/registrar.ts';
import { PPID, type TransportTarget } from '../../../src/rserpool/role.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import type { RoleHost } from '../../harness/role-host.ts';
import { RoleNetwork } from '../../harness/role-network.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';

export type RegistrarHost = RoleHost<RegistrarEvent, RegistrarRole>;
export type ElementHost = RoleHost<ElementEvent, ElementRole>;

/** A hundredth of the RFC's times: a takeover is over in less than a second. */
export const FAST: Partial<RegistrarConfig> = {
  peerHeartbeatCycleMs: 300,
  maxTimeLastHeardMs: 650,
  maxTimeNoResponseMs: 100,
  mentorDiscoveryTimeoutMs: 300,
  mentorRetryMinMs: 40,
  mentorRetryMaxMs: 80,
  peerRetryMinMs: 20,
  peerRetryMaxMs: 300,
  tableSessionTimeoutMs: 300,
  takeoverRetryMaxMs: 100,
  takeoverGuardMs: 650,
  keepAlivePeriodMs: 200,
  keepAliveAckTimeoutMs: 200,
};

export const POOL = poolHandle('EchoPool');

/** Registrars r1, r2, … that know each other's addresses, and elements that know all registrars. */
export class Scope {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: RoleNetwork;
  readonly registrars: RegistrarHost[] = [];
  readonly elements: ElementHost[] = [];
  readonly #count: number;
  readonly #config: Partial<RegistrarConfig>;
  readonly #ids: readonly number[];
  readonly #knows: (i: number, other: number) => boolean;

  /**
   * @param ids identifiers of the registrars; random unless given
   * @param knows whether registrar `i` is configured with `other`; all are with all unless given
   */
  constructor(
    seed: number,
    count: number,
    config: Partial<RegistrarConfig> = {},
    ids: readonly number[] = [],
    knows: (i: number, other: number) => boolean = () => true,
  ) {
    this.random = new SeededRandom(seed);
    this.#count = count;
    this.#ids = ids;
    this.#knows = knows;
    this.#config = { ...FAST, ...config };
    this.network = new RoleNetwork({
      clock: this.clock,
      random: this.random,
      delayMs: 2,
      detectionMs: 400,
      connectTimeoutMs: 200,
    });
  }

  startAll(): this {
    for (let i = 1; i <= this.#count; i++) this.start(i);
    this.run(1000);
    return this;
  }

  start(i: number): RegistrarHost {
    const host = this.network.add<RegistrarEvent, RegistrarRole>(`r${i}`, this.#role(i, 1), {
      addresses: [`10.0.0.${i}`],
      listens: [{ port: 9901 }, { port: 3863 }],
      localPort: (_, ppid) => (ppid === PPID.enrp ? 9901 : 3863),
    });
    this.registrars[i - 1] = host;
    return host;
  }

  restart(i: number): void {
    this.registrars[i - 1]!.restart(this.#role(i, this.registrars[i - 1]!.life + 1));
  }

  /** An element that registers with the first of `registrars` that answers. */
  join(name: string, registrars: readonly number[]): ElementHost {
    const n = this.elements.length + 1;
    const role = new ElementRole({
      registrars: registrars.map((i) => target(i, 3863)),
      entropy: this.random.fork(name),
      config: { t5ServerhuntMs: 200, retranMaxMs: 400, t2RegistrationMs: 200, t4ReregistrationMs: 1000 },
    });
    const host = this.network.add<ElementEvent, ElementRole>(name, role, {
      addresses: [`10.0.1.${n}`],
      listens: [{ port: 4711 }],
    });
    this.elements.push(host);
    host.call((element, now) => element.register({ poolHandle: POOL, peIdentifier: n }, now));
    return host;
  }

  run(ms: number): void {
    this.clock.runFor(ms);
  }

  get alive(): RegistrarHost[] {
    return this.registrars.filter((host) => host.isAlive);
  }

  /** What every living registrar sees, one text each: elements with their homes, then peers. */
  views(): string[] {
    const names = new Map(this.alive.map((host) => [host.role.registrarId, host.name]));
    const nameOf = (id: number): string => names.get(id) ?? 'gone';
    return this.alive.map((host) => {
      const { pools, peers } = host.role.snapshot();
      const elements = pools.flatMap((pool) =>
        pool.elements.map((each) => `${each.identifier}@${nameOf(each.homeRegistrarIdentifier)}`),
      );
      const others = peers.map((peer) => `${nameOf(peer.registrarId)} ${peer.state}${peer.connected ? '' : ' away'}`);
      return `${elements.toSorted().join(' ')} | ${others.toSorted().join(', ')}`;
    });
  }

  /** The homes of the elements, which all living registrars have to agree on. */
  homes(): string {
    const views = new Set(this.views().map((view) => view.split(' | ')[0]));
    expect([...views]).toHaveLength(1);
    return [...views][0]!;
  }

  /** The registrars that take themselves for the home of an element: one of them, if all is well. */
  ownersOf(peIdentifier: number): number[] {
    return this.alive
      .map(({ role }) => role.snapshot())
      .filter(({ pools }) =>
        pools.some(({ elements }) => elements.some((each) => each.owned && each.identifier === peIdentifier)),
      )
      .map(({ registrarId }) => registrarId);
  }

  expectHarmony(): void {
    this.expectAgreement();
    for (const host of this.alive) expect(host.misuses).toEqual([]);
  }

  /** All living registrars know each other and the same elements. */
  expectAgreement(): void {
    const checksums = new Map(this.alive.map(({ role }) => [role.registrarId, role.snapshot().checksum]));
    for (const host of this.alive) {
      const { peers } = host.role.snapshot();
      expect(peers).toHaveLength(this.alive.length - 1);
      for (const peer of peers) {
        expect(peer.state).toBe('active');
        expect(peer.connected).toBe(true);
        expect(peer.checksum).toBe(checksums.get(peer.registrarId));
      }
    }
    this.homes();
  }

  eventsOf(kind: RegistrarEvent['kind']): RegistrarEvent[] {
    return this.registrars.flatMap((host) => [...host.eventsOf(kind)]);
  }

  #role(i: number, life: number): RegistrarRole {
    const others = Array.from({ length: this.#count }, (_, n) => n + 1).filter((n) => n !== i && this.#knows(i, n));
    return new RegistrarRole(
      {
        entropy: this.random.fork(`r${i} life ${life}`),
        enrp: target(i, 9901),
        asap: [target(i, 3863)],
        peers: others.map((n) => target(n, 9901)),
        config: this.#config,
        registrarId: this.#ids[i - 1],
      },
      this.clock.now(),
    );
  }
}

export function target(i: number, port: number): TransportTarget {
  return { protocol: 'sctp', addresses: [`10.0.0.${i}`], port };
}
