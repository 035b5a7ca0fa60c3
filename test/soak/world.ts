import type { Instant } from '../../src/base/contract.ts';
import type { AssociationEvent, CloseReason } from '../../src/sctp/core/contract.ts';
import { delay } from '../harness/links/delay.ts';
import { SimNetwork } from '../harness/network.ts';
import { SeededRandom } from '../harness/random.ts';
import { VirtualClock } from '../harness/virtual-clock.ts';
import type { Application } from './application.ts';
import { drawLink } from './draw-links.ts';
import { Host } from './host.ts';
import { Ledger } from './ledger.ts';
import type { HostName, Incident, Scenario } from './scenario.ts';
import { Summary } from './summary.ts';

/** Two hosts, the network between them, and what was sent so far. */
export class World {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly network: SimNetwork;
  readonly ledger: Ledger;
  readonly summary = new Summary();
  readonly hosts: Readonly<Record<HostName, Host>>;
  /** Called for every event that an application is told, for those who want to see a run. */
  onEvent: (application: Application, event: AssociationEvent) => void = () => {};
  /** Somebody has asked for streams to be reset or added. */
  hasReconfigured = false;
  readonly #startsAt: Instant;
  #isCalm = false;

  constructor(scenario: Scenario) {
    const random = new SeededRandom(scenario.seed);
    this.scenario = scenario;
    const { a, b } = scenario.hosts;
    this.ledger = new Ledger(a.config.dataWithCookieEcho === true || b.config.dataWithCookieEcho === true);
    this.clock = new VirtualClock({ startAt: random.below(1e9) });
    this.#startsAt = this.clock.now();
    this.network = new SimNetwork({ clock: this.clock, random: random.fork('network') });
    const host = (name: HostName, peer: HostName): Host => {
      const { receiveBufferBytes = 1024 * 1024 } = scenario.hosts[peer].config;
      const longest = scenario.tooLongMessages ? Number.MAX_SAFE_INTEGER : receiveBufferBytes;
      return new Host(this, name, scenario.hosts[name], longest, random.fork(name));
    };
    this.hosts = { a: host('a', 'b'), b: host('b', 'a') };
    this.#layLinks(random.fork('links'));
    for (const incident of scenario.incidents) this.clock.after(incident.atMs, () => this.#happen(incident));
  }

  /** Since the beginning of the run. */
  get elapsedMs(): number {
    return this.clock.now() - this.#startsAt;
  }

  /** The storm is over. */
  get isCalm(): boolean {
    return this.#isCalm;
  }

  get both(): readonly [Host, Host] {
    return [this.hosts.a, this.hosts.b];
  }

  /** The network heals, dead hosts come back, and applications stop. */
  calm(): void {
    this.#isCalm = true;
    this.#countNetwork();
    this.network.partition.healAll();
    this.network.setLink([delay(5)]);
    for (const host of this.both) {
      host.boot();
      for (const application of host.applications.values()) application.calm();
    }
  }

  /**
   * An association has ended: was there a reason to?
   *
   * @param restarts how often it was taken over. The late COOKIE ECHO of a set-up that the peer has aborted since does
   *   that (RFC 9260 §5.2.4 B); what the peer still says in the association of before has the right tag, and wrong TSNs
   */
  checkReason({ kind, text, causes }: CloseReason, restarts: number): void {
    if (restarts > 0 && text.includes('data that was never sent')) return;
    const guilty =
      (kind === 'protocol-violation' && !text.includes('T5-shutdown-guard')) ||
      (kind === 'peer-aborted' && causes.some((cause) => cause.kind !== 'user-initiated-abort'));
    if (guilty && !this.scenario.tooLongMessages) throw new Error(`closed: ${text}`);
  }

  #happen(incident: Incident): void {
    if (this.#isCalm) return;
    switch (incident.kind) {
      case 'connect': {
        const [host, peer] = incident.host === 'a' ? [this.hosts.a, this.hosts.b] : [this.hosts.b, this.hosts.a];
        host.connect(peer, incident.firstAddressOnly);
        return;
      }
      case 'restart': {
        const host = this.hosts[incident.host];
        host.die();
        this.summary.count('deaths');
        this.clock.after(incident.downMs, () => host.boot());
        return;
      }
      case 'cut':
        this.#cut(incident);
    }
  }

  #cut({ from, to, forMs }: Extract<Incident, { kind: 'cut' }>): void {
    const { partition } = this.network;
    this.summary.count('cuts');
    if (to === undefined) partition.cut(from);
    else partition.cutBetween(from, to, 'one-way');
    this.clock.after(forMs, () => {
      if (to === undefined) partition.heal(from);
      else partition.healBetween(from, to);
    });
  }

  #layLinks(random: SeededRandom): void {
    for (const from of this.hosts.a.plan.addresses) {
      for (const to of this.hosts.b.plan.addresses) {
        this.network.setLink(drawLink(random), from, to);
        this.network.setLink(drawLink(random), to, from);
      }
    }
  }

  #countNetwork(): void {
    const counters = this.network.counters();
    for (const name of [
      'loss.dropped',
      'burst-loss.dropped',
      'rate.dropped',
      'corruption.corrupted',
      'duplication.duplicated',
    ]) {
      this.summary.count(name, counters[name] ?? 0);
    }
  }
}
