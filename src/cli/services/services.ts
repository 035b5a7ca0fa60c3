import {
  calcAppService,
  chargenService,
  daytimeService,
  discardService,
  echoService,
  execService,
  fractalService,
  pingPongService,
  type Service,
} from '../../rserpool/services/index.ts';
import { counterService } from './counter.ts';

/** What people may say about a service. */
export interface ServiceSettings {
  /** Answers to a user after which the element leaves it. */
  readonly failAfter?: number | undefined;
  /** Calculations per second. */
  readonly capacity?: number | undefined;
  readonly maxJobs?: number | undefined;
  /** The program of `exec`, with its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly raw?: boolean | undefined;
  /** Takes what the program of `exec` says about errors. */
  readonly onStderr: (text: string) => void;
}

interface ServiceEntry {
  /** One line for help texts. */
  readonly about: string;
  readonly make: (settings: ServiceSettings) => Service;
  /** Settings that it understands, by the names of their options. */
  readonly takes?: readonly ('fail-after' | 'capacity' | 'max-jobs' | 'raw' | 'command')[];
}

/** What `rserpool pe` can serve. */
export const services = {
  echo: { about: 'sends every message back', make: echoService },
  discard: { about: 'reads and answers nothing', make: discardService },
  daytime: { about: 'tells every user the time and closes the session', make: () => daytimeService() },
  chargen: { about: 'sends characters as fast as the user reads them', make: chargenService },
  pingpong: { about: 'answers numbered pings', make: pingPongService, takes: ['fail-after'] },
  calcapp: {
    about: 'pretends to calculate; jobs share its capacity',
    make: ({ capacity, maxJobs }) => calcAppService({ capacity, maxJobs }),
    takes: ['capacity', 'max-jobs'],
  },
  fractal: { about: 'draws pictures of the Mandelbrot set', make: fractalService, takes: ['fail-after'] },
  counter: { about: 'counts messages; the count survives the element, in a cookie', make: counterService },
  exec: {
    about: 'runs a program for every user: lines in, lines out',
    make: ({ command: [command, ...args], raw, onStderr }) =>
      execService({ command, args, framing: raw ? 'raw' : 'lines', onStderr }),
    takes: ['raw', 'command'],
  },
} as const satisfies Readonly<Record<string, ServiceEntry>>;

export type ServiceName = keyof typeof services;
export const SERVICE_NAMES = Object.keys(services) as readonly ServiceName[];

/** The entry of a service, whichever. */
export function serviceEntry(name: ServiceName): ServiceEntry {
  return services[name];
}
