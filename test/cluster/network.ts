import { sctpConfigOf } from '../../src/rserpool/node/sctp-profiles.ts';
import type { ChannelId, FirstMessage, RoleOutput, TransportTarget } from '../../src/rserpool/role.ts';
import type { SeededRandom } from '../harness/random.ts';
import type { VirtualClock } from '../harness/virtual-clock.ts';
import { Association, type Message, Side } from './association.ts';
import type { ClusterHost } from './host.ts';
import { SctpTimes } from './sctp-times.ts';

/** The set-up of an association, seen from the side that began it. */
export interface Attempt {
  readonly host: ClusterHost;
  readonly life: number;
  readonly id: ChannelId;
  readonly key: string;
  readonly local: TransportTarget;
  readonly remote: TransportTarget;
  /** Arrive with COOKIE ECHO. */
  readonly first: readonly FirstMessage[];
  over: boolean;
}

/**
 * What is between the hosts: associations by their two ports, delay, loss, cuts. Every host has one address.
 *
 * It shows to the roles what SCTP would: set-up takes two round trips, two set-ups that cross become one association, a
 * host that comes back restarts the association that its peer still has, nobody announces a death.
 */
export class ClusterNetwork {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly times = new SctpTimes(sctpConfigOf({}, 'element'));
  /** Called for every message that reaches a role. */
  noteArrival: (message: Message) => void = () => {};
  readonly #hosts = new Map<string, ClusterHost>();
  readonly #associations = new Map<string, Association>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #cuts = new Set<string>();

  constructor(clock: VirtualClock, random: SeededRandom) {
    this.clock = clock;
    this.random = random.fork('network');
  }

  get associationCount(): number {
    return this.#associations.size;
  }

  add(host: ClusterHost): void {
    this.#hosts.set(host.address, host);
  }

  hostAt(address: string | undefined): ClusterHost | undefined {
    return address === undefined ? undefined : this.#hosts.get(address);
  }

  /** Whether packets get from one to the other at all; the same both ways. */
  isReachable(a: ClusterHost, b: ClusterHost): boolean {
    return a.isAlive && b.isAlive && !this.isCut(a, b);
  }

  isCut(a: ClusterHost, b: ClusterHost): boolean {
    return a.island !== b.island || (this.#cuts.size > 0 && this.#cuts.has(pairKey(a, b)));
  }

  /** Whether one packet is lost by chance. */
  loses(a: ClusterHost, b: ClusterHost): boolean {
    const loss = a.loss + b.loss;
    return loss > 0 && this.random.chance(loss);
  }

  /** Whether one packet arrives. */
  gets(a: ClusterHost, b: ClusterHost): boolean {
    return this.isReachable(a, b) && !this.loses(a, b);
  }

  /** One way, for one packet. */
  delayMs(a: ClusterHost, b: ClusterHost): number {
    const jitterMs = a.jitterMs + b.jitterMs;
    return a.delayMs + b.delayMs + (jitterMs > 0 ? jitterMs * this.random.float() : 0);
  }

  /** Cuts the way between two hosts, or heals it. */
  setCut(a: ClusterHost, b: ClusterHost, isCut: boolean): void {
    if (isCut) this.#cuts.add(pairKey(a, b));
    else this.#cuts.delete(pairKey(a, b));
    if (isCut) this.#watchCuts();
  }

  /** Puts hosts on islands: whoever is on another one cannot be reached. */
  setIslands(islandOf: (host: ClusterHost) => number): void {
    for (const host of this.#hosts.values()) host.island = islandOf(host);
    this.#watchCuts();
  }

  heal(): void {
    this.#cuts.clear();
    this.setIslands(() => 0);
  }

  connect(host: ClusterHost, output: Extract<RoleOutput<unknown>, { readonly kind: 'connect' }>): void {
    const { channel: id, target, ppid, first = [] } = output;
    const local = host.localTarget(ppid);
    const key = tupleKey(local, target);
    const ownKey = `${host.address} ${key}`;
    const association = this.#associations.get(key);
    const attempt: Attempt = { host, life: host.life, id, key, local, remote: target, first, over: false };
    const running = this.#attempts.get(ownKey);
    if ((running !== undefined && isWanted(running)) || association?.sideOf(host).exists === true) {
      // RFC 9260 §1.3: never two associations between the same endpoints.
      this.clock.after(0, () => this.#fail(attempt, 'there is an association already'));
      return;
    }
    this.#attempts.set(ownKey, attempt);
    host.attempts.set(id, attempt);
    this.#try(attempt, 1);
  }

  /** The role does not want the channel any more, before it was up. */
  cancel(attempt: Attempt): void {
    this.clock.after(0, () => this.#fail(attempt, 'no longer wanted'));
  }

  /** A host died: its peers are told nothing. */
  hostDied(sides: Iterable<Side>): void {
    for (const side of sides) {
      const { association } = side;
      if (association === undefined) continue;
      association.watch(association.peerOf(side));
      if (!association.peerOf(side).exists) this.forget(association);
    }
  }

  forget(association: Association): void {
    if (this.#associations.get(association.key) === association) this.#associations.delete(association.key);
  }

  announce(from: ClusterHost, bytes: Uint8Array): void {
    for (const host of this.#hosts.values()) {
      if (host === from || !host.hearsAnnouncements || !this.gets(from, host)) continue;
      this.clock.after(this.delayMs(from, host), () =>
        host.deliver({ kind: 'announcement', from: { address: from.address, udpPort: 9899 }, bytes }),
      );
    }
  }

  #watchCuts(): void {
    for (const association of this.#associations.values()) {
      const [a, b] = association.sides;
      if (!this.isCut(a.host, b.host)) continue;
      association.watch(a);
      association.watch(b);
    }
  }

  #try(attempt: Attempt, count: number): void {
    const { host, remote } = attempt;
    const to = this.hostAt(remote.addresses[0]);
    const legs = to === undefined ? 0 : 3;
    let delayMs = 0;
    let lost = to === undefined || !this.isReachable(host, to);
    for (let leg = 0; leg < legs; leg++) {
      delayMs += this.delayMs(host, to!);
      lost ||= this.loses(host, to!);
    }
    if (lost || to === undefined) {
      this.#tryAgain(attempt, count);
      return;
    }
    this.clock.after(delayMs, () => {
      if (!isWanted(attempt)) return;
      if (!this.isReachable(host, to)) this.#tryAgain(attempt, count);
      else if (!to.listens(remote.port)) this.#fail(attempt, 'refused');
      else this.#establish(attempt, to);
    });
  }

  #tryAgain(attempt: Attempt, count: number): void {
    const pauseMs = this.times.setUpPauseMs(count)!;
    this.clock.after(pauseMs, () => {
      if (!isWanted(attempt)) return;
      if (this.times.setUpPauseMs(count + 1) === undefined) this.#fail(attempt, 'nobody answers');
      else this.#try(attempt, count + 1);
    });
  }

  /** The COOKIE ECHO has arrived. */
  #establish(attempt: Attempt, to: ClusterHost): void {
    const { host, id, key, local, remote, first } = attempt;
    this.#settle(attempt);
    const mine = new Side(host, id, 'local', local, remote);
    host.channels.set(id, mine);
    const existing = this.#associations.get(key);
    const known = existing?.sideOf(to);
    const upAt = this.clock.now() + this.delayMs(to, host);
    if (existing !== undefined && known?.exists === true) {
      existing.restart(mine);
      this.#later(existing, mine, known, upAt);
      existing.greet(known, first);
      return;
    }
    const crossing = this.#attempts.get(`${to.address} ${key}`);
    const theirs =
      crossing !== undefined && isWanted(crossing)
        ? new Side(to, crossing.id, 'local', remote, local)
        : new Side(to, to.nextIncomingId(), 'remote', remote, local);
    if (crossing !== undefined && theirs.initiator === 'local') this.#settle(crossing);
    to.channels.set(theirs.id, theirs);
    const association = new Association(this, key, mine, theirs);
    this.#associations.set(key, association);
    this.#later(association, mine, theirs, upAt);
    association.up(theirs);
    association.greet(theirs, first);
  }

  /** The side that began is up when COOKIE ACK is there, and before anything that the other side sends. */
  #later(association: Association, mine: Side, theirs: Side, upAt: number): void {
    theirs.arrivesAt = upAt;
    this.clock.at(upAt, () => association.up(mine));
  }

  #fail(attempt: Attempt, reason: string): void {
    const { host, id } = attempt;
    if (!isWanted(attempt)) return;
    this.#settle(attempt);
    host.deliver({ kind: 'channel-down', channel: id, reason, failed: true });
  }

  #settle(attempt: Attempt): void {
    const { host, id, key } = attempt;
    attempt.over = true;
    host.attempts.delete(id);
    const ownKey = `${host.address} ${key}`;
    if (this.#attempts.get(ownKey) === attempt) this.#attempts.delete(ownKey);
  }
}

function isWanted({ host, life, over }: Attempt): boolean {
  return !over && host.isAlive && host.life === life;
}

function pairKey(a: ClusterHost, b: ClusterHost): string {
  return a.address < b.address ? `${a.address} ${b.address}` : `${b.address} ${a.address}`;
}

/** The same for both sides. */
function tupleKey(a: TransportTarget, b: TransportTarget): string {
  const [one, other] = [`${a.addresses[0]}:${a.port}`, `${b.addresses[0]}:${b.port}`];
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
