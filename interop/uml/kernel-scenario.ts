import type { Scenario } from '../scenario.ts';
import { LINUX } from './guest.ts';
import { encounter } from './guest-scenario.ts';
import { KernelLab } from './lab.ts';

/** Debian's user-mode-linux, iproute2, kmod, procps, python3 and tshark. */
export const GUEST_NEEDS = [LINUX, '/usr/bin/python3', '/sbin/insmod', 'ip', 'sysctl', 'tshark'];

/** Nothing is waited for so long: this ends what hangs in spite of that. The longest scenario takes 20 s on an idle machine. */
const LIMIT_MS = 900_000;

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
    needs: [...GUEST_NEEDS, ...needs],
    async run(see) {
      lab ??= new KernelLab();
      const used = lab;
      await used.boot();
      await encounter(used, LIMIT_MS, see, () => run(used, see));
    },
  };
}
