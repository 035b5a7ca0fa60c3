import type { Instant } from '../../src/base/contract.ts';
import type { SctpCore, StreamReconfiguration } from '../../src/sctp/core/contract.ts';
import { SctpError } from '../../src/sctp/core/errors.ts';
import type { Tcb } from '../../src/sctp/core/tcb.ts';
import { SCHEDULERS } from '../../src/sctp/tx/scheduling.ts';
import type { SeededRandom } from '../harness/random.ts';
import { between, pick } from './draw.ts';

/** One of the calls that an application may make at any time. What cannot be done now is refused, and that is all right. */
export function meddle(core: SctpCore, tcb: Tcb, random: SeededRandom, now: Instant): void {
  const { address } = pick(random, tcb.paths.all);
  const streamId = random.below(tcb.outbound.streams);
  const calls = [
    () => core.requestHeartbeat(tcb.id, address, now),
    () => core.setPrimary(tcb.id, address),
    () => core.reconfigureStreams(tcb.id, drawReconfiguration(random, tcb), now),
    () => core.setStreamPriority(tcb.id, streamId, random.below(1000)),
    () => core.setStreamWeight(tcb.id, streamId, 1 + random.below(1000)),
    () => core.configure(tcb.id, { scheduler: pick(random, SCHEDULERS) }, now),
  ];
  try {
    pick(random, calls)();
  } catch (error) {
    if (!(error instanceof SctpError)) throw error;
  }
}

function drawReconfiguration(random: SeededRandom, { outbound, inbound }: Tcb): StreamReconfiguration {
  const streams = (count: number): 'all' | number[] =>
    random.chance(0.3) ? 'all' : Array.from({ length: between(random, 1, 3) }, () => random.below(Math.max(1, count)));
  switch (random.below(4)) {
    case 0:
      return { kind: 'reset-streams', outgoing: streams(outbound.streams) };
    case 1:
      return { kind: 'reset-streams', incoming: streams(inbound?.streams ?? 1) };
    case 2:
      return { kind: 'reset-association' };
    default:
      return random.chance(0.5)
        ? { kind: 'add-streams', outgoing: between(random, 1, 5) }
        : { kind: 'add-streams', incoming: between(random, 1, 5) };
  }
}
