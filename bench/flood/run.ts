/**
 * Whether others are served while one peer floods a registrar: how long honest elements wait to be registered, and honest
 * users for an answer, alone and beside one enemy; real processes on loopback, without TLS and with it.
 * `npm run bench:flood -- --quick --json`; words choose floods by their names.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freeUdpPorts } from '../../src/cli/demo/free-udp-ports.ts';
import { TestAuthority } from '../../test/harness/certificates.ts';
import { FLOODS, type Flood, type Keys, LOOPBACK, type Order, type Told } from './orders.ts';

const PART = fileURLToPath(new URL('./part.ts', import.meta.url));
/** SEC-014: an honest element is registered within this, whatever the enemy does. */
const BAR_MS = 1000;
/** The flood has begun in earnest by then. */
const WARM_UP_MS = 500;

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly samples: number;
}

interface Row {
  readonly security: 'none' | 'TLS';
  readonly flood: Flood | 'nobody';
  /** Messages, associations or packets of the enemy in a second. */
  readonly perSecond: number;
  readonly registrations: Figures;
  readonly resolutions: Figures;
  readonly failed: number;
}

class Part {
  readonly #process: ChildProcess;
  readonly #told: Told[] = [];
  #isGone = false;
  #wake: () => void = () => undefined;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (told: Told) => {
      this.#told.push(told);
      this.#wake();
    });
    child.on('exit', () => {
      this.#isGone = true;
      this.#wake();
    });
  }

  static async start(order: Order): Promise<Part> {
    const part = new Part(fork(PART, { execArgv: ['--import', 'tsx'] }));
    await part.next('ready');
    part.tell(order);
    await part.next('up');
    return part;
  }

  tell(order: Order): void {
    this.#process.send(order);
  }

  async next<Kind extends Told['kind']>(kind: Kind): Promise<Extract<Told, { readonly kind: Kind }>> {
    for (;;) {
      const at = this.#told.findIndex((each) => each.kind === kind);
      if (at >= 0) return this.#told.splice(0, at + 1).at(-1) as Extract<Told, { readonly kind: Kind }>;
      if (this.#isGone) throw new Error('a process has ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** The value that so many of all are not above, and their number. */
function figuresOf(times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(2));
  return { p50: at(0.5), p99: at(0.99), samples: sorted.length };
}

async function measure(flood: Flood | undefined, keys: Keys | undefined, durationMs: number): Promise<Row> {
  const [udpPort] = await freeUdpPorts(LOOPBACK, 1);
  const parts: Part[] = [];
  try {
    const start = async (order: Order): Promise<Part> => {
      const part = await Part.start(order);
      parts.push(part);
      return part;
    };
    await start({ part: 'registrar', udpPort: udpPort!, keys });
    const honest = await start({ part: 'honest', udpPort: udpPort!, keys });
    // JavaScript is slow the first time.
    honest.tell({ part: 'measure', durationMs: 1000 });
    await honest.next('measured');
    const enemy = flood && (await start({ part: 'enemy', flood, udpPort: udpPort!, keys }));
    await pass(WARM_UP_MS);
    const before = await enemy?.next('sent');
    honest.tell({ part: 'measure', durationMs });
    const { registrations, resolutions, failed } = await honest.next('measured');
    let after = before;
    for (; enemy !== undefined && after!.at < before!.at + durationMs; ) after = await enemy.next('sent');
    return {
      security: keys === undefined ? 'none' : 'TLS',
      flood: flood ?? 'nobody',
      perSecond:
        before === undefined ? 0 : Math.round((1000 * (after!.count - before.count)) / (after!.at - before.at)),
      registrations: figuresOf(registrations),
      resolutions: figuresOf(resolutions),
      failed,
    };
  } finally {
    for (const part of parts) part.kill();
  }
}

function makeKeys(): Keys {
  const authority = new TestAuthority();
  const key = (): string => randomBytes(32).toString('hex');
  return {
    certificate: authority.certify(LOOPBACK),
    ca: authority.cert,
    byIdentity: { honest: key(), enemy: key(), nobody: key() },
  };
}

const times = (value: number, alone: number): string => `${value} (${(value / alone).toFixed(1)})`;

function print(rows: readonly Row[]): void {
  console.log('ms; in brackets how many times as long as without a flood\n');
  console.log('| TLS | flood | a second | registration p50 | p99 | resolution p50 | p99 | failed |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { security, flood, perSecond, registrations, resolutions, failed } of rows) {
    const alone = rows.find((each) => each.security === security && each.flood === 'nobody')!;
    const cells = [
      security === 'TLS' ? 'yes' : 'no',
      flood,
      perSecond.toLocaleString('en'),
      times(registrations.p50, alone.registrations.p50),
      times(registrations.p99, alone.registrations.p99),
      times(resolutions.p50, alone.resolutions.p50),
      times(resolutions.p99, alone.resolutions.p99),
      String(failed),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const durationMs = process.argv.includes('--quick') ? 2000 : 10_000;
const floods = (Object.keys(FLOODS) as Flood[]).filter((flood) => words.length === 0 || words.includes(flood));
const rows: Row[] = [];
for (const keys of [undefined, makeKeys()]) {
  for (const flood of [undefined, ...floods]) {
    console.error(`${keys === undefined ? 'without' : 'with'} TLS: ${flood ?? 'nobody'}`);
    rows.push(await measure(flood, keys, durationMs));
  }
}
const isMet = rows.every(({ registrations, failed }) => registrations.p99 < BAR_MS && failed === 0);
if (process.argv.includes('--json')) console.log(JSON.stringify({ durationMs, rows, isMet }));
else print(rows);
process.exitCode = isMet ? 0 : 1;
