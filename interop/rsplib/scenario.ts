import type { Scenario } from '../scenario.ts';
import { encounter } from '../uml/guest-scenario.ts';
import { GUEST_NEEDS } from '../uml/kernel-scenario.ts';
import { RsplibLab } from './lab.ts';

/** Debian's rsplib-registrar, rsplib-services and rsplib-tools. */
const NEEDS = ['rspregistrar', 'rspserver', 'rspterminal', 'hsdump'];

/** Nothing is waited for so long: this ends what hangs in spite of that. The longest scenario takes 20 s on an idle machine. */
const LIMIT_MS = 900_000;

/** Its guests are booted by the first scenario that needs them, and end with this process. */
let lab: RsplibLab | undefined;

/** A scenario with programs of rsplib. All packets of both networks go to tshark afterwards. */
export function rsplibScenario(
  name: string,
  run: (lab: RsplibLab, see: (text: string) => void) => Promise<void>,
  needs: readonly string[] = [],
): Scenario {
  return {
    name: `rsplib: ${name}`,
    needs: [...GUEST_NEEDS, ...NEEDS, ...needs],
    async run(see) {
      lab ??= new RsplibLab();
      const used = lab;
      await encounter(used, LIMIT_MS, see, () => run(used, see));
    },
  };
}
