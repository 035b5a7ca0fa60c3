import { calcapp } from './calcapp.ts';
import { chargen } from './chargen.ts';
import type { Client } from './client.ts';
import { daytime } from './daytime.ts';
import { discard } from './discard.ts';
import { fractal } from './fractal.ts';
import { pingpong } from './pingpong.ts';
import { terminal } from './terminal.ts';

interface ClientEntry {
  /** One line for help texts. */
  readonly about: string;
  readonly run: Client;
  /** The pool that means this service, if none is named. */
  readonly pool?: string;
}

/** What `rserpool pu` can do with a pool. */
export const clients = {
  terminal: { about: 'every line of standard input is a message, every answer is printed', run: terminal },
  discard: { about: 'sends every line of standard input', run: discard, pool: 'DiscardPool' },
  daytime: { about: 'prints the time', run: daytime, pool: 'DaytimePool' },
  chargen: { about: 'prints the characters of --count messages (10)', run: chargen, pool: 'CharGenPool' },
  pingpong: { about: 'sends --count pings, one every --interval (0.5 s)', run: pingpong, pool: 'PingPongPool' },
  calcapp: { about: 'has --count jobs of --size calculations done', run: calcapp, pool: 'CalcAppPool' },
  fractal: { about: 'has a picture drawn into --output', run: fractal, pool: 'FractalGeneratorPool' },
} as const satisfies Readonly<Record<string, ClientEntry>>;

export type ClientName = keyof typeof clients;
export const CLIENT_NAMES = Object.keys(clients) as readonly ClientName[];

/** The entry of a client, whichever. */
export function clientEntry(name: ClientName): ClientEntry {
  return clients[name];
}

/** The client for a pool with the name that its service usually has. */
export function clientForPool(pool: string): ClientName {
  return CLIENT_NAMES.find((name) => clientEntry(name).pool === pool) ?? 'terminal';
}
