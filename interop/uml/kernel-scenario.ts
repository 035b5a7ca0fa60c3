import { Recorder } from '../recorder.ts';
import type { Scenario } from '../scenario.ts';
import { LINUX } from './guest.ts';
import { KernelLab } from './lab.ts';

/** Debian's user-mode-linux, iproute2, kmod, procps, python3 and tshark. */
const NEEDS = [LINUX, '/usr/bin/python3', '/sbin/insmod', 'ip', 'sysctl', 'tshark'];

/** No scenario takes half as long. */
const LIMIT_MS = 120_000;

/** Booted by the first scenario that needs it, ends with this process. */
let lab: KernelLab | undefined;

/** A scenario with the Linux kernel's SCTP. All packets of both networks go to tshark afterwards. */
export function kernelScenario(
  name: string,
  run: (lab: KernelLab, see: (text: string) => void) => Promise<void>,
  needs: readonly string[] = [],
): Scenario {
  return {
    name: `Linux kernel: ${name}`,
    needs: [...NEEDS, ...needs],
    async run(see) {
      lab ??= new KernelLab();
      await lab.boot();
      const recorder = new Recorder();
      lab.network.trace = recorder.trace;
      try {
        await within(LIMIT_MS, run(lab, see), lab);
      } catch (error) {
        recorder.discard();
        throw error;
      } finally {
        lab.network.trace = undefined;
        lab.repair();
      }
      await recorder.check(see);
    },
  };
}

/** Switches the guest off if it takes too long: whatever waits for it ends then. */
async function within(limitMs: number, running: Promise<void>, { guest }: KernelLab): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(async () => {
      await guest.kill();
      reject(new Error(`not finished after ${limitMs / 1000} s`));
    }, limitMs);
  });
  // Whichever comes second has been told already.
  running.catch(() => undefined);
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(limit);
  }
}
