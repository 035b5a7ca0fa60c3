import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freeUdpPorts } from '../../src/cli/demo/free-udp-ports.ts';
import { monotonicMs } from './monotonic.ts';
import type { Loss, Order, Sight } from './orders.ts';

const PART = fileURLToPath(new URL('./part.ts', import.meta.url));
/** Nothing takes longer here unless it does not happen at all. */
const LIMIT_MS = 60_000;

/** A process of the bench, and what it saw. */
export class Part {
  readonly sights: Sight[] = [];
  readonly #process: ChildProcess;
  #wake: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (sight: Sight) => {
      this.sights.push(sight);
      this.#wake();
    });
  }

  static async start(order: Order): Promise<Part> {
    const part = new Part(fork(PART, { execArgv: ['--import', 'tsx'] }));
    await part.sees('ready');
    part.tell(order);
    await part.sees('up ');
    return part;
  }

  /** The rest of the first sight of this kind. */
  told(prefix: string): string {
    return this.sights.find(({ what }) => what.startsWith(prefix))?.what.slice(prefix.length) ?? '';
  }

  tell(order: Order): void {
    this.#process.send(order);
  }

  /** When it saw something for the first time since `from`. */
  async sees(prefix: string, from = 0): Promise<number> {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const sight = this.sights.find(({ what, at }) => at >= from && what.startsWith(prefix));
      if (sight !== undefined) return sight.at;
      const left = end - performance.now();
      if (left <= 0) throw new Error(`"${prefix}" did not happen within ${LIMIT_MS / 1000} s`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, Math.min(left, 1000)).unref();
      });
    }
  }

  /** SIGKILL: not a word to anybody. Returns when that was. */
  kill(): number {
    return this.#signal('SIGKILL');
  }

  /** SIGSTOP: its sockets stay, and nobody is there. Returns when that was. */
  freeze(): number {
    return this.#signal('SIGSTOP');
  }

  /** SIGCONT: as if nothing had happened. Returns when that was. */
  thaw(): number {
    return this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): number {
    const at = monotonicMs();
    this.#process.kill(signal);
    return at;
  }
}

/** Registrars that know each other, elements and users. */
export class Crew {
  readonly registrars: Part[] = [];
  readonly elements: Part[] = [];
  readonly addresses: string[] = [];

  static async start(registrars: number, elements: number, behaviour: 'serves' | 'broken' = 'serves'): Promise<Crew> {
    const crew = new Crew();
    const ports = await freeUdpPorts('127.0.0.1', registrars);
    const peers = ports.map((udpPort) => `127.0.0.1:3864;udp=${udpPort}`);
    crew.addresses.push(...ports.map((udpPort) => `127.0.0.1:3863;udp=${udpPort}`));
    for (const [i, udpPort] of ports.entries()) {
      const others = peers.filter((_, j) => j !== i);
      const order = { part: 'registrar', id: i + 1, sctpPort: 3863, udpPort, peers: others } as const;
      crew.registrars.push(await Part.start(order));
    }
    for (let id = 1; id <= elements; id++) {
      crew.elements.push(await Part.start({ part: 'element', id, registrars: crew.addresses, behaviour }));
    }
    return crew;
  }

  user({ sessionsBefore = 0, loss }: { readonly sessionsBefore?: number; readonly loss?: Loss } = {}): Promise<Part> {
    return Part.start({ part: 'user', registrars: this.addresses, sessionsBefore, loss });
  }

  end(...others: readonly Part[]): void {
    for (const part of [...this.registrars, ...this.elements, ...others]) part.kill();
  }
}
