import { Recorder } from '../recorder.ts';
import type { Scenario } from '../scenario.ts';
import { LINUX } from './guest.ts';
import { KernelLab } from './lab.ts';

/** Debian's user-mode-linux, iproute2, kmod, procps, python3 and tshark. */
const NEEDS = [LINUX, '/usr/bin/python3', '/sbin/insmod', 'ip', 'sysctl', 'tshark'];

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
        await run(lab, see);
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
