import { endpointConfig } from '../../src/sctp/core/config.ts';
import type { AssociationEvent, AssociationId } from '../../src/sctp/core/contract.ts';
import { Endpoint } from '../../src/sctp/core/endpoint.ts';
import { CoreNode } from '../harness/core-node.ts';
import { hmacSha256, linksOf } from '../harness/endpoint-pair.ts';
import type { SeededRandom } from '../harness/random.ts';
import { Application } from './application.ts';
import { drawBehaviour } from './draw-behaviour.ts';
import { EdgyEntropy } from './edgy-entropy.ts';
import type { HostName, HostPlan } from './scenario.ts';
import type { World } from './world.ts';

/** A host with one endpoint, which can die and come back with nothing in its memory. */
export class Host {
  readonly name: HostName;
  readonly plan: HostPlan;
  readonly world: World;
  readonly longestMessageBytes: number;
  endpoint!: Endpoint;
  node!: CoreNode;
  /** By association, those of the present life. */
  readonly applications = new Map<AssociationId, Application>();
  readonly #random: SeededRandom;
  #lives = 0;
  #up = false;

  constructor(world: World, name: HostName, plan: HostPlan, longestMessageBytes: number, random: SeededRandom) {
    this.world = world;
    this.name = name;
    this.plan = plan;
    this.longestMessageBytes = longestMessageBytes;
    this.#random = random;
    world.network.addNode(name, plan.addresses);
    this.boot();
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** Whether this node is the one of the present life. */
  isAlive(node: CoreNode): boolean {
    return this.#up && node === this.node;
  }

  /** It has no association. */
  get isIdle(): boolean {
    return this.endpoint.associations.size === 0;
  }

  /** Names the present life. */
  get life(): string {
    return `${this.name}${this.#lives}`;
  }

  boot(): void {
    if (this.#up) return;
    this.#up = true;
    this.#lives++;
    this.endpoint = new Endpoint(
      {
        sctpPort: this.plan.sctpPort,
        addresses: this.plan.addresses,
        config: endpointConfig(this.plan.config),
        entropy: new EdgyEntropy(this.#random.fork(`entropy ${this.#lives}`)),
        mac: hmacSha256,
        links: this.plan.linkMtuBytes === undefined ? undefined : linksOf(this.plan.linkMtuBytes),
        listening: true,
      },
      this.world.clock.now(),
    );
    this.node = new CoreNode(this.world.network, this.world.network.node(this.name), this.endpoint, {
      udpPort: this.plan.udpPort,
      consume: 'by-hand',
      record: false,
      onEvent: (event, association) => this.#handle(event, association),
    });
  }

  /** Dies without a word. */
  die(): void {
    if (!this.#up) return;
    this.#up = false;
    this.node.kill();
    for (const application of this.applications.values()) this.world.summary.ended(application);
    this.world.ledger.died(this.life);
    this.applications.clear();
  }

  connect(peer: Host, firstAddressOnly: boolean): void {
    if (!this.#up || this.endpoint.associations.size > 0) return;
    const { addresses, sctpPort, udpPort } = peer.plan;
    // To an address of a family that this host has.
    const reachable = addresses.filter((address) =>
      this.plan.addresses.some((own) => own.includes(':') === address.includes(':')),
    );
    const id = this.node.call((core, now) =>
      core.associate({ addresses: firstAddressOnly ? reachable.slice(0, 1) : reachable, sctpPort, udpPort }, now),
    );
    this.#open(id);
    this.world.summary.count('connects');
  }

  /** Asks every association for a graceful end. */
  shutdownAll(): void {
    for (const id of this.applications.keys()) this.node.shutdown(id);
  }

  #handle(event: AssociationEvent, id: AssociationId): void {
    this.world.summary.event(event);
    const application = this.applications.get(id) ?? this.#open(id);
    if (event.kind === 'closed') this.world.checkReason(event.reason, application?.restarts ?? 0);
    // It came and went within one packet: there is nobody to tell but the ledger.
    if (application === undefined) this.#handleStillborn(event, id);
    else application.handle(event);
    if (event.kind !== 'closed' || application === undefined) return;
    this.world.summary.ended(application);
    this.applications.delete(id);
  }

  #handleStillborn(event: AssociationEvent, id: AssociationId): void {
    if (event.kind === 'message' && event.partial === undefined) {
      this.world.ledger.arrived(event.ppid, event.streamId, event.unordered, event.data, `${this.life} ${id} 0`);
    }
  }

  #open(id: AssociationId): Application | undefined {
    const known = this.applications.get(id);
    if (known !== undefined) return known;
    const tcb = this.endpoint.associations.get(id);
    if (tcb === undefined) return undefined;
    const random = this.#random.fork(`application ${this.#lives} ${id}`);
    const application = new Application(this, tcb, drawBehaviour(random), random);
    this.applications.set(id, application);
    return application;
  }
}
