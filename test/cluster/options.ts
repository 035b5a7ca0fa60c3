import { parseArgs } from 'node:util';

/** What can be said about a run; the seed draws the rest. */
export interface ClusterOptions {
  readonly seed: number;
  readonly registrars: number;
  readonly elements: number;
  readonly users: number;
  /** Virtual time between the joining of all and the quiet at the end. */
  readonly hours: number;
  /** Whether hosts and network fail. */
  readonly faults: boolean;
  /** Probability that a packet is lost, all the time. */
  readonly loss: number;
  /** Each packet takes up to so many ms longer, all the time. */
  readonly jitterMs: number;
}

export interface CommandOptions extends ClusterOptions {
  /** Worlds, from `seed` on. */
  readonly runs: number;
  readonly json: boolean;
  /** Show every event of the one run. */
  readonly trace: boolean;
}

/** A world that is small enough for thousands of seeds. */
export const SMALL = {
  registrars: 5,
  elements: 50,
  users: 20,
  hours: 0.2,
  faults: true,
  loss: 0,
  jitterMs: 0,
} as const;

export const USAGE = `npm run cluster -- [--registrars N] [--elements N] [--users N] [--hours H] [--seed N] [--json]
  a cluster in virtual time with crashes, restarts, cuts and loss; the seed decides all of it
npm run cluster -- --no-faults --loss 0.02 --jitter 50 --hours 24
  nothing fails: is anybody declared dead who is not?
npm run cluster -- --runs N [--seed N]
  one world after the other
npm run cluster -- --seed N --trace
  one world again, with every fault and event`;

/** @throws Error that says what is wrong */
export function commandOptions(args: readonly string[]): CommandOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '1' },
      registrars: { type: 'string', default: String(SMALL.registrars) },
      elements: { type: 'string', default: String(SMALL.elements) },
      users: { type: 'string', default: String(SMALL.users) },
      hours: { type: 'string', default: String(SMALL.hours) },
      loss: { type: 'string', default: '0' },
      jitter: { type: 'string', default: '0' },
      'no-faults': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
    },
  });
  const options = {
    seed: wholeNumber('seed', values.seed, 2 ** 32 - 1),
    runs: wholeNumber('runs', values.runs, 2 ** 32 - 1),
    registrars: wholeNumber('registrars', values.registrars, 200),
    elements: wholeNumber('elements', values.elements, 60_000),
    users: wholeNumber('users', values.users, 60_000),
    hours: numberFrom0('hours', values.hours, 1000),
    loss: numberFrom0('loss', values.loss, 0.5),
    jitterMs: numberFrom0('jitter', values.jitter, 10_000),
    faults: !values['no-faults'],
    json: values.json,
    trace: values.trace,
  };
  if (options.trace && options.runs !== 1) throw new Error('--trace takes one run');
  return options;
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name} is ${text}, but takes a whole number from 1 to ${max}`);
}

function numberFrom0(name: string, text: string, max: number): number {
  const value = Number(text);
  if (value >= 0 && value <= max) return value;
  throw new Error(`--${name} is ${text}, but takes a number from 0 to ${max}`);
}
