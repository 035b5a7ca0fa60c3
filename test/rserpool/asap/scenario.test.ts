import { describe, expect, it } from 'vitest';
import { ElementRole } from '../../../src/rserpool/element/element.ts';
import type { ElementEvent } from '../../../src/rserpool/element/events.ts';
import type { RegistrarEvent } from '../../../src/rserpool/registrar/events.ts';
import { RegistrarRole } from '../../../src/rserpool/registrar/registrar.ts';
import type { TransportTarget } from '../../../src/rserpool/role.ts';
import type { UserEvent } from '../../../src/rserpool/user/events.ts';
import { UserRole } from '../../../src/rserpool/user/user.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import type { RoleHost } from '../../harness/role-host.ts';
import { RoleNetwork } from '../../harness/role-network.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';

const POOL = poolHandle('EchoPool');
const ASAP_PORT = 3863;
const ENRP_PORT = 9901;
const SERVICE_PORT = 4711;

const at = (address: string, port: number): TransportTarget => ({
  protocol: 'sctp',
  addresses: [address],
  port,
  udpPort: 9899,
});
const registrarAddress = (i: number): string => `10.0.0.${i}`;

/** Times of a demonstration: everything in a few seconds. */
const ASAP_TIMES = { t5ServerhuntMs: 500, retranMaxMs: 2000 };

type Registrar = RoleHost<RegistrarEvent, RegistrarRole>;
type Element = RoleHost<ElementEvent, ElementRole>;
type User = RoleHost<UserEvent, UserRole>;

/** Registrars, elements that number their replies by a cookie, and users, on one network. */
class PoolWorld {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: RoleNetwork;
  readonly registrars: Registrar[] = [];
  readonly elements: Element[] = [];
  readonly #registrarCount: number;
  /** What each session of each element has counted, by element name and session. */
  readonly counts = new Map<string, number>();

  constructor(seed: number, registrars: number) {
    this.random = new SeededRandom(seed);
    this.#registrarCount = registrars;
    const { clock, random } = this;
    this.network = new RoleNetwork({ clock, random, detectionMs: 1000, connectTimeoutMs: 1000 });
    for (let i = 1; i <= registrars; i++) {
      const host = this.network.add<RegistrarEvent, RegistrarRole>(`registrar ${i}`, this.#registrarRole(i), {
        addresses: [registrarAddress(i)],
        listens: [{ port: ASAP_PORT }, { port: ENRP_PORT }],
        localPort: (target) => (target.port === ENRP_PORT ? ENRP_PORT : ASAP_PORT),
      });
      this.registrars.push(host);
    }
    this.run(3000);
  }

  run(ms: number): void {
    this.clock.runFor(ms);
    for (const element of this.elements) this.#serve(element);
  }

  /** Runs in small steps, so that elements answer. */
  live(ms: number): void {
    for (let passed = 0; passed < ms; passed += 10) this.run(10);
  }

  restartRegistrar(i: number): void {
    this.registrars[i - 1]!.restart(this.#registrarRole(i));
  }

  addElement(i: number): Element {
    const role = new ElementRole({
      registrars: this.#registrarTargets(),
      config: { ...ASAP_TIMES, t2RegistrationMs: 1000, t3DeregistrationMs: 1000, t4ReregistrationMs: 2000 },
      entropy: this.random.fork(`element ${i}`),
    });
    const host = this.network.add<ElementEvent, ElementRole>(`element ${i}`, role, {
      addresses: [`10.0.1.${i}`],
      listens: [{ port: SERVICE_PORT }],
    });
    host.call((element, now) => element.register({ poolHandle: POOL, peIdentifier: i, registrationLifeS: 60 }, now));
    this.elements.push(host);
    return host;
  }

  addUser(): User {
    const role = new UserRole({
      registrars: this.#registrarTargets(),
      config: { ...ASAP_TIMES, t1EnrpRequestMs: 500, connectTimeoutMs: 1000, sessionRetryMs: 200 },
      entropy: this.random.fork('user'),
    });
    return this.network.add<UserEvent, UserRole>('user', role, { addresses: ['10.0.2.1'] });
  }

  #registrarTargets(): TransportTarget[] {
    return Array.from({ length: this.#registrarCount }, (_, i) => at(registrarAddress(i + 1), ASAP_PORT));
  }

  #registrarRole(i: number): RegistrarRole {
    const others = Array.from({ length: this.#registrarCount }, (_, k) => k + 1).filter((k) => k !== i);
    return new RegistrarRole(
      {
        entropy: this.random.fork(`registrar ${i} ${this.clock.now()}`),
        registrarId: 0x1000 * i + Math.floor(this.clock.now()),
        asap: [at(registrarAddress(i), ASAP_PORT)],
        enrp: at(registrarAddress(i), ENRP_PORT),
        peers: others.map((k) => at(registrarAddress(k), ENRP_PORT)),
        config: {
          peerHeartbeatCycleMs: 500,
          maxTimeLastHeardMs: 1500,
          maxTimeNoResponseMs: 500,
          mentorDiscoveryTimeoutMs: 1000,
          keepAlivePeriodMs: 1000,
          keepAliveAckTimeoutMs: 1000,
        },
      },
      this.clock.now(),
    );
  }

  /** The service: counts the requests of a session, replies with the count, and leaves it with the user as a cookie. */
  #serve(element: Element): void {
    for (const { event } of element.events.splice(0)) {
      if (event.kind === 'cookie-echo') {
        this.counts.set(`${element.name} ${event.session}`, new DataView(event.cookie.buffer).getUint32(0));
      } else if (event.kind === 'data') {
        const name = `${element.name} ${event.session}`;
        const count = (this.counts.get(name) ?? 0) + 1;
        this.counts.set(name, count);
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, count);
        element.call((role) => {
          role.sendData(event.session, { bytes });
          role.setCookie(event.session, bytes.slice());
        });
      }
    }
  }
}

/** The numbers that a user got. */
function replies(user: User): number[] {
  return user.events.flatMap(({ event }) =>
    event.kind === 'data' ? [new DataView(event.bytes.slice().buffer).getUint32(0)] : [],
  );
}

function request(user: User, session: number): void {
  user.call((role, now) => role.sendData(session, { bytes: Uint8Array.of(1) }, now));
}

const members = (registrar: Registrar): number[] =>
  registrar.role
    .snapshot()
    .pools.flatMap((pool) => pool.elements.map((element) => element.identifier))
    .sort();

/** All kept the contract of role.ts. */
function expectNoMisuse(world: PoolWorld, user: User): void {
  for (const { name, misuses } of [...world.registrars, ...world.elements, user])
    expect([name, misuses]).toEqual([name, []]);
}

describe('a pool', () => {
  it('[REQ-006] [OVW-035] [ASAP-271] [ASAP-010] goes on counting at the next element when one dies', () => {
    forEachSeed(10, (seed) => {
      const world = new PoolWorld(seed, 2);
      for (const i of [1, 2, 3]) world.addElement(i);
      world.live(500);
      const user = world.addUser();
      const session = user.call((role, now) => role.openSession(POOL, {}, now));
      world.live(100);
      for (let i = 0; i < 5; i++) {
        request(user, session);
        world.live(20);
      }
      const first = user.role.elementOf(session)!.peIdentifier;
      world.elements[first - 1]!.kill();
      world.live(2000);
      for (let i = 0; i < 5; i++) {
        request(user, session);
        world.live(20);
      }
      expect(replies(user)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      const [failover] = user.eventsOf('failover') as Extract<UserEvent, { kind: 'failover' }>[];
      expect(failover).toMatchObject({ from: { peIdentifier: first }, cookie: true });
      expect(failover!.afterMs).toBeLessThan(100);
      // The registrars have heard of it.
      for (const registrar of world.registrars) expect(members(registrar)).not.toContain(first);
      expectNoMisuse(world, user);
    });
  });

  it('[REQ-005] [ASAP-103] [ASAP-232] [REQ-012] survives the death of the registrar that everybody uses', () => {
    forEachSeed(10, (seed) => {
      const world = new PoolWorld(seed, 3);
      for (const i of [1, 2, 3]) world.addElement(i);
      const user = world.addUser();
      const session = user.call((role, now) => role.openSession(POOL, {}, now));
      world.live(1000);
      const home = user.role.home!.target.addresses[0]!;
      const dead = world.registrars.find((registrar) => registrar.addresses[0] === home)!;
      dead.kill();
      world.live(8000);
      for (const element of world.elements) {
        expect(element.role.home).toBeDefined();
        expect(element.role.home!.target.addresses[0]).not.toBe(home);
      }
      expect(user.role.home!.target.addresses[0]).not.toBe(home);
      for (const registrar of world.registrars) if (registrar !== dead) expect(members(registrar)).toEqual([1, 2, 3]);
      request(user, session);
      world.live(100);
      expect(replies(user)).toEqual([1]);
      expect(user.eventsOf('failover')).toEqual([]);
      expectNoMisuse(world, user);
    });
  });

  it('[REQ-006] comes back when all are dead and then one of each returns', () => {
    forEachSeed(10, (seed) => {
      const world = new PoolWorld(seed, 2);
      const element = world.addElement(1);
      const user = world.addUser();
      const session = user.call((role, now) => role.openSession(POOL, {}, now));
      world.live(500);
      request(user, session);
      world.live(100);
      for (const host of [element, ...world.registrars]) host.kill();
      world.live(10_000);
      request(user, session);
      expect(user.eventsOf('session-waiting').length).toBeGreaterThan(1);
      world.restartRegistrar(2);
      world.live(5000);
      world.addElement(2);
      world.live(8000);
      expect(user.role.elementOf(session)?.peIdentifier).toBe(2);
      expect(replies(user)).toEqual([1, 2]);
      expectNoMisuse(world, user);
    });
  });

  it('[ASAP-145] [REQ-019] [REQ-020] lets an element leave: its sessions stay, new ones go elsewhere', () => {
    const world = new PoolWorld(1, 1);
    const leaving = world.addElement(1);
    world.live(200);
    const user = world.addUser();
    const old = user.call((role, now) => role.openSession(POOL, {}, now));
    world.live(200);
    world.addElement(2);
    world.live(200);
    leaving.call((role, now) => role.deregister(POOL, 1, now));
    world.live(200);
    expect(members(world.registrars[0]!)).toEqual([2]);
    user.role.purge(POOL);
    const fresh = user.call((role, now) => role.openSession(POOL, {}, now));
    world.live(200);
    request(user, old);
    world.live(100);
    expect(replies(user)).toEqual([1]);
    expect([old, fresh].map((session) => user.role.elementOf(session)?.peIdentifier)).toEqual([1, 2]);
  });
});
