import { MESSAGE_KINDS, nameOfKind } from './traffic.ts';
import type { World } from './world.ts';

/** Messages that one host of a kind sends per second, on average, by kind of message. */
export interface Rates {
  readonly registrar: Record<string, number>;
  readonly element: Record<string, number>;
  readonly user: Record<string, number>;
}

/** Names of counts: takeovers by their winners, and changes of elements by who announces them. */
export const TAKEOVERS = 'registrar: takeover-won';
export const CHANGES = 'element: change announced';

/** Messages of all hosts together for one event of its kind, on average. */
export function perEvent(
  messages: Readonly<Record<string, number>>,
  counts: Readonly<Record<string, number>>,
): Record<string, number> {
  const part = (kind: string, event: string): number => round((messages[`ENRP ${kind}`] ?? 0) / (counts[event] ?? 1));
  return {
    'takeover: INIT_TAKEOVER': part('init-takeover', TAKEOVERS),
    'takeover: INIT_TAKEOVER_ACK': part('init-takeover-ack', TAKEOVERS),
    'takeover: TAKEOVER_SERVER': part('takeover-server', TAKEOVERS),
    'change of an element: HANDLE_UPDATE': part('handle-update', CHANGES),
  };
}

type Totals = readonly [registrars: readonly number[], elements: readonly number[], users: readonly number[]];

/** Counts messages between two points in time. */
export class Traffic {
  readonly #world: World;
  #at = 0;
  #before: Totals | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    this.#at = this.#world.clock.now();
    this.#before = this.#totals();
  }

  end(): Rates {
    const seconds = (this.#world.clock.now() - this.#at) / 1000;
    const { registrars, elements, users } = this.#world;
    const counts = [registrars.length, elements.length, users.length];
    const rates = this.#totals().map((total, who) =>
      named(
        total.map((count, kind) => round((count - this.#before![who]![kind]!) / Math.max(1, counts[who]!) / seconds)),
      ),
    );
    return { registrar: rates[0]!, element: rates[1]!, user: rates[2]! };
  }

  total(): Record<string, number> {
    const [a, b, c] = this.#totals();
    return named(a.map((count, kind) => count + b[kind]! + c[kind]!));
  }

  #totals(): Totals {
    const { registrars, elements, users } = this.#world;
    const sum = (nodes: readonly { readonly host: { readonly sent: readonly number[] } }[]): number[] => {
      const total = new Array<number>(MESSAGE_KINDS).fill(0);
      for (const { host } of nodes) for (let kind = 0; kind < MESSAGE_KINDS; kind++) total[kind]! += host.sent[kind]!;
      return total;
    };
    return [sum(registrars), sum(elements), sum(users)];
  }
}

function named(counts: readonly number[]): Record<string, number> {
  const entries = counts.map((count, kind) => [nameOfKind(kind), count] as const).filter(([, count]) => count > 0);
  return Object.fromEntries(entries);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
