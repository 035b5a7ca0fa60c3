import type { ElementSession } from '../../rserpool/index.ts';
import { serveCounter } from './counter.ts';

export interface Service {
  /** Pool to join unless told otherwise. */
  readonly pool: string;
  /** One line for help texts. */
  readonly about: string;
  readonly serve: (session: ElementSession, peIdentifier: number) => Promise<void>;
}

/** What `rserpool pe` can serve. */
export const services = {
  echo: {
    pool: 'EchoPool',
    about: 'sends every message back',
    async serve(session) {
      for await (const { data, ppid, stream } of session) await session.send(data, { ppid, stream });
    },
  },
  discard: {
    pool: 'DiscardPool',
    about: 'reads and answers nothing',
    async serve(session) {
      for (;;) if ((await session.receive()) === undefined) return;
    },
  },
  daytime: {
    pool: 'DaytimePool',
    about: 'answers every message with the time',
    async serve(session) {
      for await (const { stream } of session) await session.send(new Date().toISOString(), { stream });
    },
  },
  counter: {
    pool: 'CounterPool',
    about: 'counts messages; the count survives the element, in a cookie',
    serve: serveCounter,
  },
} as const satisfies Readonly<Record<string, Service>>;

export type ServiceName = keyof typeof services;
export const SERVICE_NAMES = Object.keys(services) as readonly ServiceName[];
