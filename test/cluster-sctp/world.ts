import type { ElementEvent } from '../../src/rserpool/element/events.ts';
import {
  type ElementSession,
  PoolElement,
  PoolUser,
  Registrar,
  type SessionHandler,
} from '../../src/rserpool/index.ts';
import type { RegistrarEvent } from '../../src/rserpool/registrar/events.ts';
import type { UserEvent } from '../../src/rserpool/user/events.ts';
import { PoolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { delay } from '../harness/links/delay.ts';
import { loss } from '../harness/links/loss.ts';
import { reordering } from '../harness/links/reordering.ts';
import { SimNetwork } from '../harness/network.ts';
import { SeededRandom } from '../harness/random.ts';
import { runAsync, runAsyncFor } from '../harness/run-async.ts';
import { SimHost } from '../harness/sim-substrate.ts';
import { VirtualClock } from '../harness/virtual-clock.ts';
import type { WorldOptions } from './options.ts';

export const POOL = 'Pool';
/** Elements join within this time. */
const JOIN_MS = 2000;

/** A program on a host of its own. */
interface Node<Program> {
  readonly name: string;
  readonly address: string;
  readonly host: SimHost;
  readonly program: Program;
  alive: boolean;
}

export type RegistrarNode = Node<Registrar>;
export type ElementNode = Node<PoolElement>;
export type UserNode = Node<PoolUser>;
export type NodeEvent = RegistrarEvent | ElementEvent | UserEvent;

/** What an element does with a request; it echoes it unless given. */
export type Serve = (address: string, session: ElementSession, data: Uint8Array) => Promise<void>;

/** Registrars, elements and users as programs use them, on SCTP in UDP datagrams, in virtual time. */
export class SctpWorld {
  readonly options: WorldOptions;
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  readonly registrars: RegistrarNode[] = [];
  readonly elements: ElementNode[] = [];
  readonly users: UserNode[] = [];
  onEvent: (name: string, event: NodeEvent) => void = () => {};

  constructor(options: WorldOptions) {
    const { seed, delayMs, jitterMs, loss: probability } = options;
    this.options = options;
    this.random = new SeededRandom(seed);
    const link = [loss(probability), delay(delayMs), reordering(1, jitterMs)];
    this.network = new SimNetwork({ clock: this.clock, random: this.random.fork('network'), link });
  }

  /** Everybody joins; resolves when all agree. */
  async start(serve: Serve = (_, session, data) => session.send(data)): Promise<void> {
    const { registrars, elements, users } = this.options;
    for (let i = 0; i < registrars; i++) await this.#startRegistrar(i);
    await this.run(Promise.all(this.registrars.map(({ program }) => program.whenServing())));
    const joining = Array.from({ length: elements }, (_, i) => this.#join(i, serve));
    this.elements.push(...(await this.run(Promise.all(joining))));
    for (let i = 0; i < users; i++) await this.#openUser(i);
    await this.until(() => this.agrees && this.users.every(({ program }) => program.home !== undefined));
  }

  run<T>(until: Promise<T>): Promise<T> {
    return runAsync(this.clock, until);
  }

  until(condition: () => boolean, limitMs = 120_000): Promise<void> {
    return runAsync(this.clock, condition, { limitMs });
  }

  pass(durationMs: number): Promise<void> {
    return runAsyncFor(this.clock, durationMs);
  }

  /** For programs: resolves after so much virtual time. */
  pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(durationMs, resolve);
    });
  }

  /** The host dies without a word. */
  kill(node: RegistrarNode | ElementNode | UserNode): void {
    node.alive = false;
    node.host.kill();
  }

  /** Whether the element has a living registrar that it believes in and that owns it. */
  isManaged({ address, program }: ElementNode): boolean {
    const home = program.home?.addresses[0];
    const registrar = this.registrars.find((each) => each.address === home && each.alive);
    return registrar !== undefined && elementsOf(registrar).some((each) => each.owned && each.address === address);
  }

  /** Whether every living registrar has the living elements, and nobody else, and each of these its home. */
  get agrees(): boolean {
    const living = this.elements.filter(({ alive }) => alive);
    const addresses = new Set(living.map(({ address }) => address));
    for (const registrar of this.registrars) {
      if (!registrar.alive) continue;
      const known = elementsOf(registrar);
      if (known.length !== addresses.size || known.some(({ address }) => !addresses.has(address))) return false;
    }
    return living.every((element) => this.isManaged(element));
  }

  /** Whether some living registrar has the element in its handlespace. */
  isKnown({ address }: ElementNode): boolean {
    return this.registrars.some(
      (registrar) => registrar.alive && elementsOf(registrar).some((each) => each.address === address),
    );
  }

  #host(name: string, address: string): SimHost {
    return new SimHost(this.network, this.network.addNode(name, [address]), this.random);
  }

  async #startRegistrar(index: number): Promise<void> {
    const [name, address] = [`r${index + 1}`, registrarAddress(index)];
    const host = this.#host(name, address);
    const peers = this.#registrarsFor(index).slice(1);
    const program = await Registrar.start({ addresses: [address], substrate: host, peers });
    program.on('event', (event) => this.onEvent(name, event));
    this.registrars.push({ name, address, host, program, alive: true });
  }

  async #join(index: number, serve: Serve): Promise<ElementNode> {
    const [name, address] = [`e${index + 1}`, `10.0.1.${index + 1}`];
    const host = this.#host(name, address);
    const handler: SessionHandler = async (session) => {
      for await (const { data } of session) await serve(address, session, data);
    };
    await this.pause(JOIN_MS * this.random.float());
    const registrars = this.#registrarsFor(index);
    const program = await PoolElement.join(POOL, { addresses: [address], substrate: host, registrars }, handler);
    program.on('event', (event) => this.onEvent(name, event));
    return { name, address, host, program, alive: true };
  }

  async #openUser(index: number): Promise<void> {
    const [name, address] = [`u${index + 1}`, `10.0.2.${index + 1}`];
    const host = this.#host(name, address);
    const registrars = this.#registrarsFor(index);
    const program = await PoolUser.open({ addresses: [address], substrate: host, registrars });
    program.on('event', (event) => this.onEvent(name, event));
    this.users.push({ name, address, host, program, alive: true });
  }

  /** Different hosts prefer different ones. */
  #registrarsFor(index: number): readonly string[] {
    const { registrars } = this.options;
    return Array.from({ length: registrars }, (_, i) => registrarAddress((index + i) % registrars));
  }
}

/** An event in one line, for people. */
export function describe(event: NodeEvent): string {
  return JSON.stringify(event, (_, value: unknown) => (value instanceof PoolHandle ? value.toString() : value));
}

function registrarAddress(index: number): string {
  return `10.0.0.${index + 1}`;
}

function elementsOf({ program }: RegistrarNode): readonly { readonly address: string; readonly owned: boolean }[] {
  return program.snapshot().pools.flatMap(({ elements }) =>
    elements.map(({ owned, userTransport }) => ({
      address: userTransport.protocol === 'opaque' ? '' : userTransport.addresses[0]!,
      owned,
    })),
  );
}
