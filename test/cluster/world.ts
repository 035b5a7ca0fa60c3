import type { Instant } from '../../src/base/contract.ts';
import type { ElementEvent } from '../../src/rserpool/element/events.ts';
import type { RegistrarEvent } from '../../src/rserpool/registrar/events.ts';
import { ASAP_PORT, type TransportTarget } from '../../src/rserpool/role.ts';
import type { UserEvent } from '../../src/rserpool/user/events.ts';
import type { PolicyParameter } from '../../src/rserpool/wire/policy.ts';
import { PoolHandle, poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../harness/random.ts';
import { VirtualClock } from '../harness/virtual-clock.ts';
import { ElementNode } from './element-node.ts';
import { Samples } from './figures.ts';
import type { ClusterHost } from './host.ts';
import { ClusterNetwork } from './network.ts';
import { CHANGES, TAKEOVERS } from './rates.ts';
import { RegistrarNode, registrarAddress, target } from './registrar-node.ts';
import type { Scenario } from './scenario.ts';
import { checkBusySecond } from './storm.ts';
import { UserNode } from './user-node.ts';

/** Who has come back within this time may be taken for what it was before. */
const REBORN_MS = 60_000;

const POLICIES: readonly PolicyParameter[] = [
  { kind: 'round-robin' },
  { kind: 'random' },
  { kind: 'least-used', load: 0 },
];

/** All hosts of a run, and what is true of them, whatever they believe. */
export class World {
  readonly scenario: Scenario;
  readonly clock = new VirtualClock({ stepLimit: Number.POSITIVE_INFINITY });
  readonly random: SeededRandom;
  readonly network: ClusterNetwork;
  readonly registrars: RegistrarNode[] = [];
  readonly elements: ElementNode[] = [];
  readonly users: UserNode[] = [];
  readonly samples = new Samples();
  readonly counts: Record<string, number> = {};
  /** For a trace. */
  tell: ((text: string) => void) | undefined;
  lastFaultAt: Instant = 0;
  /** When the network was whole again after the latest disturbance; `undefined` while there is one. */
  wholeSince: Instant | undefined = 0;
  readonly #pools: readonly PoolHandle[];
  readonly #members = new Map<string, number>();
  /** When a pool that had no living element got one. */
  readonly #revivedAt = new Map<string, Instant>();
  readonly #byAddress = new Map<string, RegistrarNode | ElementNode>();
  /** Those that are to be in the handlespaces, by PE identifier. */
  readonly #wanted = new Map<number, ElementNode>();
  /** In how many handlespaces an identifier stands. */
  readonly #copies = new Map<number, number>();
  /** Identifiers of those that are gone and still stand somewhere, and since when they are gone. */
  readonly #ghosts = new Map<number, Instant>();
  #identifiers = 0;
  #unmanaged = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.random = new SeededRandom(scenario.seed);
    this.network = new ClusterNetwork(this.clock, this.random);
    this.#pools = scenario.poolSizes.map((_, i) => poolHandle(`Pool ${i + 1}`));
    for (let i = 0; i < scenario.registrars; i++) this.#add(new RegistrarNode(this, i), this.registrars);
    for (const [i, size] of scenario.poolSizes.entries()) {
      for (let n = 0; n < size; n++) {
        const node = new ElementNode(this, this.elements.length, this.#pools[i]!, POLICIES[i % POLICIES.length]!);
        this.#add(node, this.elements);
      }
    }
    for (let i = 0; i < scenario.users; i++) this.#add(new UserNode(this, i), this.users);
  }

  get hosts(): ClusterHost[] {
    return [...this.registrars, ...this.elements, ...this.users].map(({ host }) => host as unknown as ClusterHost);
  }

  get wantedCount(): number {
    return this.#wanted.size;
  }

  get unmanagedCount(): number {
    return this.#unmanaged;
  }

  get ghostCount(): number {
    return this.#ghosts.size;
  }

  newIdentifier(): number {
    return ++this.#identifiers;
  }

  registrarAt(address: string | undefined): RegistrarNode | undefined {
    const node = address === undefined ? undefined : this.#byAddress.get(address);
    return node instanceof RegistrarNode ? node : undefined;
  }

  elementAt(address: string | undefined): ElementNode | undefined {
    const node = address === undefined ? undefined : this.#byAddress.get(address);
    return node instanceof ElementNode ? node : undefined;
  }

  wantedElement(identifier: number): ElementNode | undefined {
    return this.#wanted.get(identifier);
  }

  /** The registrars that a host is told of; different hosts prefer different ones. */
  registrarsFor(index: number): readonly TransportTarget[] {
    const { registrars, registrarsKnown } = this.scenario;
    return Array.from({ length: registrarsKnown }, (_, i) =>
      target(registrarAddress((index + i) % registrars), ASAP_PORT),
    );
  }

  drawPool(): PoolHandle {
    return this.#pools[this.random.below(this.#pools.length)]!;
  }

  /** Living elements of a pool. */
  membersOf({ key }: PoolHandle): number {
    return this.#members.get(key) ?? 0;
  }

  /** Whether the pool has had a living element all the time. */
  hadMembersSince({ key }: PoolHandle, since: Instant): boolean {
    return (this.#revivedAt.get(key) ?? Number.NEGATIVE_INFINITY) < since;
  }

  count(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }

  /** Notes how long something took, apart for a network that was whole all the time. */
  measure(what: string, from: Instant, to: Instant): void {
    this.samples.add(what, to - from);
    if (this.wholeSince !== undefined && from >= this.wholeSince) this.samples.add(`${what}, network whole`, to - from);
  }

  noteFault(what: string, kind: string): void {
    this.lastFaultAt = this.clock.now();
    this.count(`fault: ${kind}`);
    this.tell?.(`--- ${what}`);
  }

  elementJoined(element: ElementNode): void {
    this.#wanted.set(element.identifier, element);
    this.#ghosts.delete(element.identifier);
    this.#changeMembers(element, 1);
    this.#unmanaged++;
  }

  elementGone(element: ElementNode): void {
    const { identifier } = element;
    this.#wanted.delete(identifier);
    this.#changeMembers(element, -1);
    if (element.lost !== undefined) this.#unmanaged--;
    if ((this.#copies.get(identifier) ?? 0) > 0) this.#ghosts.set(identifier, this.clock.now());
  }

  /** Whether somebody manages the element may have changed. */
  recheck(element: ElementNode): void {
    if (!element.wanted) return;
    const isManaged = element.manager !== undefined;
    if (isManaged === (element.lost === undefined)) return;
    const now = this.clock.now();
    if (!isManaged) {
      element.lost = { at: now, why: 'rehome' };
      this.#unmanaged++;
      return;
    }
    this.measure(`element: ${element.lost!.why}`, element.lost!.at, now);
    element.lost = undefined;
    this.#unmanaged--;
  }

  /** A registrar died: its elements have nobody. */
  registrarGone(registrar: RegistrarNode): void {
    const now = this.clock.now();
    for (const element of this.#wanted.values()) {
      if (element.lost !== undefined || element.manager !== registrar) continue;
      element.lost = { at: now, why: 'takeover' };
      this.#unmanaged++;
    }
    registrar.clear();
  }

  /** A handlespace has one element more or less, or another home of it. */
  onViewChange(identifier: number, by: number): void {
    const copies = (this.#copies.get(identifier) ?? 0) + by;
    if (copies === 0) this.#copies.delete(identifier);
    else this.#copies.set(identifier, copies);
    const element = this.#wanted.get(identifier);
    if (element !== undefined) {
      this.recheck(element);
      return;
    }
    const goneAt = this.#ghosts.get(identifier);
    if (copies > 0) this.#ghosts.set(identifier, goneAt ?? this.clock.now());
    else if (goneAt !== undefined) {
      this.#ghosts.delete(identifier);
      this.measure('element: gone from all handlespaces', goneAt, this.clock.now());
    }
  }

  onRegistrarEvent(registrar: RegistrarNode, event: RegistrarEvent): void {
    if (event.kind === 'warning') this.count(`warning: ${event.code}`);
    else if (event.kind === 'element-lost') this.#onElementLost(registrar, event);
    else if (event.kind === 'peer-down' && event.reason === 'dead') this.#onPeerDead(registrar, event.registrarId);
    else if (COUNTED.has(event.kind)) this.count(`registrar: ${event.kind}`);
    if (event.kind === 'takeover-completed' && event.winnerId === registrar.id) this.count(TAKEOVERS);
    if (isAnnounced(event)) this.count(CHANGES);
    this.tell?.(`${registrar.host.name} ${text(event)}`);
  }

  onElementEvent({ host }: ElementNode, event: ElementEvent): void {
    if (event.kind !== 'data') this.tell?.(`${host.name} ${text(event)}`);
  }

  onUserEvent({ host }: UserNode, event: UserEvent): void {
    if (event.kind === 'failover') this.count('failovers');
    if (event.kind !== 'data' && event.kind !== 'resolved') this.tell?.(`${host.name} ${text(event)}`);
  }

  #onElementLost(
    registrar: RegistrarNode,
    { peIdentifier, reason }: Extract<RegistrarEvent, { kind: 'element-lost' }>,
  ): void {
    this.count(`element lost: ${reason}`);
    const element = this.#wanted.get(peIdentifier);
    if (element === undefined || reason === 'peer-update' || reason === 'resynchronization') return;
    // What is meant may be its former life.
    if (this.clock.now() - element.joinedAt < REBORN_MS) return;
    if (this.network.isReachable(registrar.host as never, element.host as never)) {
      this.count(`false: element, ${reason}${this.#disturbed}`);
      this.tell?.(`!!! ${registrar.host.name} takes ${element.host.name} for dead`);
    }
  }

  #onPeerDead(registrar: RegistrarNode, id: number): void {
    const peer = this.registrars.find((each) => each.id === id && each.host.isAlive);
    if (peer === undefined || this.clock.now() - peer.startedAt < REBORN_MS) return;
    if (this.network.isReachable(registrar.host as never, peer.host as never)) {
      this.count(`false: registrar${this.#disturbed}`);
      this.tell?.(`!!! ${registrar.host.name} takes ${peer.host.name} for dead`);
    }
  }

  /** After a disturbance messages are late for a while. */
  get #disturbed(): string {
    const isWhole = this.wholeSince !== undefined && this.clock.now() - this.wholeSince > 60_000;
    return isWhole || this.wholeSince === 0 ? '' : ', network disturbed';
  }

  #changeMembers({ poolHandle: { key } }: ElementNode, by: number): void {
    const before = this.#members.get(key) ?? 0;
    if (before === 0) this.#revivedAt.set(key, this.clock.now());
    this.#members.set(key, before + by);
  }

  #add<Node extends RegistrarNode | ElementNode | UserNode>(node: Node, nodes: Node[]): void {
    nodes.push(node);
    const host = node.host as unknown as ClusterHost;
    if (!(node instanceof UserNode)) this.#byAddress.set(host.address, node);
    const { jitterMs, loss } = this.scenario;
    host.delayMs = 0.1 + 2 * this.random.float() * this.random.float();
    host.jitterMs = 0.2 + jitterMs / 2;
    host.loss = loss / 2;
    const { registrars } = this.scenario;
    let knew = 0;
    host.onSecond = (second) => {
      const knows = node instanceof RegistrarNode ? node.view.size : 0;
      // In the second in which it crashed it has sent what it had to, and then forgotten all.
      checkBusySecond(host, second, Math.max(knew, knows), registrars);
      knew = knows;
    };
  }
}

/** Whether the registrar tells all its peers of it by HANDLE_UPDATE. */
function isAnnounced(event: RegistrarEvent): boolean {
  if (event.kind === 'element-lost') return !HEARD_OF.has(event.reason);
  return event.kind === 'registered' || event.kind === 'deregistered' || event.kind === 'expired';
}

/** Losses that a registrar learns from others, or notices in its copy only. */
const HEARD_OF: ReadonlySet<string> = new Set(['peer-update', 'resynchronization', 'orphaned']);

const COUNTED: ReadonlySet<RegistrarEvent['kind']> = new Set([
  'audit-mismatch',
  'resynchronized',
  'takeover-started',
  'takeover-aborted',
  'peer-suspected',
] as const);

function text(event: object): string {
  return JSON.stringify(event, (_, value: unknown) => (value instanceof PoolHandle ? value.key : value));
}
