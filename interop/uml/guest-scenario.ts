import { Recorder } from '../recorder.ts';
import type { Guest } from './guest.ts';
import type { IpNetwork } from './network.ts';

/** Guests and the networks that they share with us. */
export interface Lab {
  readonly network: IpNetwork;
  /** UDP ports that carry SCTP and nothing else; all of them unless given. */
  readonly sctpUdpPorts?: string;
  /** Those that run. */
  readonly guests: readonly Guest[];
  /** Nothing of the last scenario is left: no cut cable, no program. */
  repair(): Promise<void> | void;
}

/** One encounter in a lab: all packets of its networks go to tshark afterwards. Throws if it takes too long. */
export async function encounter(
  lab: Lab,
  limitMs: number,
  see: (text: string) => void,
  run: () => Promise<void>,
): Promise<void> {
  const recorder = new Recorder(lab.sctpUdpPorts);
  lab.network.traces.add(recorder.trace);
  try {
    await within(limitMs, run, lab);
  } catch (error) {
    recorder.discard();
    throw error;
  } finally {
    lab.network.traces.delete(recorder.trace);
    await lab.repair();
  }
  await recorder.check(see);
}

/** Switches the guests off if it takes too long: whatever waits for them ends then. */
async function within(limitMs: number, run: () => Promise<void>, lab: Lab): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(async () => {
      await Promise.all(lab.guests.map((guest) => guest.kill()));
      reject(new Error(`not finished after ${limitMs / 1000} s`));
    }, limitMs);
  });
  const running = run();
  // Whichever comes second has been told already.
  running.catch(() => undefined);
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(limit);
  }
}
