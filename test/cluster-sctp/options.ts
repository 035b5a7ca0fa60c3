import { parseArgs } from 'node:util';

/** A world: who is there, and what the network is like. */
export interface WorldOptions {
  readonly seed: number;
  readonly registrars: number;
  readonly elements: number;
  readonly users: number;
  /** Every packet takes so many ms, one way, … */
  readonly delayMs: number;
  /** … up to so many more, so that packets overtake each other, … */
  readonly jitterMs: number;
  /** … and is lost with this probability. */
  readonly loss: number;
}

export interface CommandOptions extends WorldOptions {
  /** Virtual time in which nobody dies. */
  readonly hours: number;
  /** Worlds of every kind of death instead, from `seed` on. */
  readonly deaths: number | undefined;
  readonly json: boolean;
  /** Show every event but those of data and resolutions. */
  readonly trace: boolean;
}

export const DEFAULTS = {
  seed: 1,
  registrars: 3,
  elements: 20,
  users: 5,
  delayMs: 5,
  jitterMs: 50,
  loss: 0.02,
} as const satisfies WorldOptions;

export const USAGE = `npm run cluster:sctp -- [--hours H] [--registrars N] [--elements N] [--users N] [--loss P] [--jitter MS] [--delay MS] [--seed N] [--json]
  whole nodes on their own SCTP in virtual time, and nobody dies: is anybody declared dead?
npm run cluster:sctp -- --deaths N [--elements N] [--loss P] [--jitter MS] [--delay MS] [--seed N] [--json]
  registrars and elements die without a word, N times of every kind: how soon is it mended?
--trace shows every event`;

/** @throws Error that says what is wrong */
export function commandOptions(args: readonly string[]): CommandOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hours: { type: 'string', default: '0.1' },
      deaths: { type: 'string' },
      seed: { type: 'string', default: String(DEFAULTS.seed) },
      registrars: { type: 'string', default: String(DEFAULTS.registrars) },
      elements: { type: 'string', default: String(DEFAULTS.elements) },
      users: { type: 'string', default: String(DEFAULTS.users) },
      delay: { type: 'string', default: String(DEFAULTS.delayMs) },
      jitter: { type: 'string', default: String(DEFAULTS.jitterMs) },
      loss: { type: 'string', default: String(DEFAULTS.loss) },
      json: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
    },
  });
  return {
    hours: number('hours', values.hours, 0, 1000),
    deaths: values.deaths === undefined ? undefined : wholeNumber('deaths', values.deaths, 1, 1_000_000),
    seed: wholeNumber('seed', values.seed, 1, 2 ** 32 - 1),
    registrars: wholeNumber('registrars', values.registrars, 1, 20),
    elements: wholeNumber('elements', values.elements, 1, 200),
    users: wholeNumber('users', values.users, 0, 200),
    delayMs: number('delay', values.delay, 0, 10_000),
    jitterMs: number('jitter', values.jitter, 0, 10_000),
    loss: number('loss', values.loss, 0, 0.5),
    json: values.json,
    trace: values.trace,
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = number(name, text, min, max);
  if (!Number.isInteger(value)) throw new Error(`--${name} is ${text}, but takes a whole number`);
  return value;
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} is ${text}, but takes a number from ${min} to ${max}`);
}
