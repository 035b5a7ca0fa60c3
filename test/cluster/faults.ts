import type { ElementNode } from './element-node.ts';
import type { ClusterHost } from './host.ts';
import type { RegistrarNode } from './registrar-node.ts';
import type { UserNode } from './user-node.ts';
import type { World } from './world.ts';

type Fault = (faults: Faults) => void;

const CRASHES: readonly Fault[] = [
  (faults) => faults.registrarCrash(),
  (faults) => faults.registrarLeave(),
  (faults) => faults.elementCrash(),
  (faults) => faults.elementCrash(),
  (faults) => faults.elementCrash(),
  (faults) => faults.elementLeave(),
  (faults) => faults.userCrash(),
];

const DISTURBANCES: readonly Fault[] = [
  (faults) => faults.islands(),
  (faults) => faults.isolation(),
  (faults) => faults.pairCut(),
  (faults) => faults.lossy(),
  (faults) => faults.slow(),
];

/** What goes wrong, and what comes back. Everything is drawn from the seed. */
export class Faults {
  readonly #world: World;
  readonly #random: World['random'];
  /** Disturbances of the network that are on. */
  #disturbances = new Set<() => void>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork('faults');
  }

  /** Faults of hosts for a while; with `network` also cuts, loss and slow links. */
  schedule(durationMs: number, network: boolean): void {
    const { clock, scenario } = this.#world;
    const kinds = network ? [...CRASHES, ...DISTURBANCES] : CRASHES;
    let atMs = 0;
    for (;;) {
      atMs += -Math.log(1 - this.#random.float()) * scenario.faultEveryMs;
      if (atMs >= durationMs) return;
      const kind = kinds[this.#random.below(kinds.length)]!;
      clock.after(atMs, () => kind(this));
    }
  }

  /** Everything works again, but some hosts stay dead. */
  end(): void {
    for (const undo of [...this.#disturbances]) undo();
    this.#world.network.heal();
    this.#noteDisturbance();
    for (const registrar of this.#world.registrars) {
      if (!registrar.host.isAlive && this.#random.chance(0.5)) this.#restartRegistrar(registrar, false);
    }
  }

  registrarCrash(): void {
    const registrar = this.#victim();
    if (registrar === undefined) return;
    this.#note(`${registrar.host.name} crashes`, 'registrar crash');
    this.#world.registrarGone(registrar);
    registrar.host.kill();
    this.#comeBack(registrar);
  }

  registrarLeave(): void {
    const registrar = this.#victim();
    if (registrar === undefined) return;
    this.#note(`${registrar.host.name} ends`, 'registrar end');
    this.#world.registrarGone(registrar);
    registrar.host.leave();
    this.#comeBack(registrar);
  }

  elementCrash(): void {
    const element = this.#draw(this.#world.elements.filter(({ wanted }) => wanted));
    if (element === undefined) return;
    this.#note(`${element.host.name} crashes`, 'element crash');
    element.crash();
    for (const user of this.#world.users) user.elementDied(element);
    this.#elementComesBack(element);
  }

  elementLeave(): void {
    const element = this.#draw(this.#world.elements.filter(({ wanted }) => wanted));
    if (element === undefined) return;
    this.#note(`${element.host.name} leaves`, 'element leaves');
    element.leave();
    this.#elementComesBack(element);
  }

  userCrash(): void {
    const user: UserNode | undefined = this.#draw(this.#world.users.filter(({ host }) => host.isAlive));
    if (user === undefined) return;
    this.#note(`${user.host.name} crashes`, 'user crash');
    user.crash();
    this.#later(1000, 30_000, () => user.restart());
  }

  /** Two or three islands; each of them may have registrars or none. */
  islands(): void {
    const count = 2 + this.#random.below(2);
    const sizes = Array.from({ length: count }, () => 0.1 + this.#random.float());
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const islandOf = (): number => {
      let point = this.#random.float() * total;
      for (const [i, size] of sizes.entries()) {
        point -= size;
        if (point < 0) return i;
      }
      return 0;
    };
    this.#note(`the network falls into ${count} islands`, 'islands');
    this.#world.network.setIslands(islandOf);
    this.#disturb(() => this.#world.network.setIslands(() => 0));
  }

  /** A registrar alone, cut off from everybody. */
  isolation(): void {
    const lonely = this.#draw(this.#world.registrars);
    if (lonely === undefined) return;
    this.#note(`${lonely.host.name} is cut off`, 'isolation');
    this.#world.network.setIslands((host) => (host.address === lonely.host.address ? 1 : 0));
    this.#disturb(() => this.#world.network.setIslands(() => 0));
  }

  /** Two hosts do not reach each other, but all others reach both. */
  pairCut(): void {
    const [a, b] = [
      this.#draw(this.#world.registrars),
      this.#draw([...this.#world.registrars, ...this.#world.elements]),
    ];
    if (a === undefined || b === undefined || a === b) return;
    const [hostA, hostB] = [a.host as unknown as ClusterHost, b.host as unknown as ClusterHost];
    this.#note(`${a.host.name} and ${b.host.name} are cut off from each other`, 'pair cut');
    this.#world.network.setCut(hostA, hostB, true);
    this.#disturb(() => this.#world.network.setCut(hostA, hostB, false));
  }

  lossy(): void {
    const host = this.#draw(this.#world.hosts);
    if (host === undefined) return;
    const before = host.loss;
    host.loss = Math.min(0.5, before + 0.01 + 0.3 * this.#random.float() * this.#random.float());
    this.#note(`${host.name} loses ${Math.round(100 * host.loss)} % of its packets`, 'loss');
    this.#disturb(() => {
      host.loss = before;
    });
  }

  slow(): void {
    const host = this.#draw(this.#world.hosts);
    if (host === undefined) return;
    const before = host.delayMs;
    host.delayMs = before + 20 + 300 * this.#random.float();
    this.#note(`${host.name} is slow, ${Math.round(host.delayMs)} ms`, 'slow host');
    this.#disturb(() => {
      host.delayMs = before;
    });
  }

  /** A registrar that may die: one is always left, and in large worlds nearly all. */
  #victim(): RegistrarNode | undefined {
    const alive = this.#world.registrars.filter(({ host }) => host.isAlive);
    const least = alive.length <= 5 ? 2 : Math.ceil(0.8 * this.#world.registrars.length);
    return alive.length < least ? undefined : this.#draw(alive);
  }

  #comeBack(registrar: RegistrarNode): void {
    const sameId = this.#random.chance(0.3);
    const soon = this.#random.chance(0.4);
    const [from, to] = soon ? [200, 2000] : [5000, 120_000];
    this.#later(from, to, () => this.#restartRegistrar(registrar, sameId));
  }

  #restartRegistrar(registrar: RegistrarNode, sameId: boolean): void {
    if (registrar.host.isAlive) return;
    this.#note(`${registrar.host.name} is back${sameId ? ' with the same identifier' : ''}`, 'registrar restart');
    registrar.restart(sameId);
  }

  #elementComesBack(element: ElementNode): void {
    if (this.#random.chance(0.2)) return;
    const sameIdentifier = this.#random.chance(0.5);
    const soon = this.#random.chance(0.3);
    const [from, to] = soon ? [100, 1000] : [2000, 60_000];
    this.#later(from, to, () => {
      if (element.wanted) return;
      this.#note(`${element.host.name} is back`, 'element restart');
      element.restart(sameIdentifier);
    });
  }

  #disturb(undo: () => void): void {
    const once = (): void => {
      if (!this.#disturbances.delete(once)) return;
      undo();
      this.#note('a disturbance is over', 'disturbance over');
      this.#noteDisturbance();
    };
    this.#disturbances.add(once);
    this.#noteDisturbance();
    this.#later(1000, 90_000, once);
  }

  #noteDisturbance(): void {
    this.#world.wholeSince = this.#disturbances.size > 0 ? undefined : this.#world.clock.now();
  }

  #later(fromMs: number, toMs: number, run: () => void): void {
    this.#world.clock.after(fromMs + this.#random.float() * (toMs - fromMs), run);
  }

  #draw<T>(from: readonly T[]): T | undefined {
    return from[this.#random.below(from.length)];
  }

  #note(text: string, kind: string): void {
    this.#world.noteFault(text, kind);
  }
}
