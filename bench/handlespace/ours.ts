/** Our handlespace alone: `ours.ts KIND ELEMENTS MS`. Prints one line of JSON. */
import { POLICY_TYPE } from '../../src/rserpool/wire/policy.ts';
import { fail, say } from '../node/say.ts';
import { type Kind, Workload } from './workload.ts';

/** A registrar has pools of several policies: code that knows only one of them would be faster than it is in service. */
function warmUp(ms: number): void {
  for (const kind of Object.keys(POLICY_TYPE) as Kind[]) {
    const workload = new Workload(kind, 100);
    workload.registrations(ms);
    workload.reregistrations(ms);
    workload.resolutions(ms);
  }
}

function heapBytes(): number {
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function main([kind = '', elements = '', ms = '']: readonly string[]): void {
  const count = Number(elements);
  warmUp(Number(ms) / 10);
  const workload = new Workload(kind as Kind, count);
  const before = heapBytes();
  workload.fill();
  // Without the text of the addresses, which was there before.
  const bytes = (heapBytes() - before) / count;
  const measured = (operation: 'registrations' | 'reregistrations' | 'resolutions'): number => {
    workload[operation](Number(ms) / 2);
    return workload[operation](Number(ms));
  };
  const register = measured('registrations');
  const reregister = measured('reregistrations');
  const resolve = measured('resolutions');
  workload.check();
  say({ register, reregister, resolve, bytes });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  fail(error);
}
