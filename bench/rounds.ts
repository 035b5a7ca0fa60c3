import type { Case, Figures, Lengths } from './cases/case.ts';
import { type Result, resultOf, rowOf } from './results.ts';
import { runOnce } from './run-once.ts';
import type { Side } from './sides/side.ts';

/** One side that takes part in a case, and what it has shown so far. */
interface Participant {
  readonly side: Side;
  readonly settings: Readonly<Record<string, number>>;
  readonly rounds: Figures[];
  readonly failures: string[];
}

/**
 * Runs a case in rounds, all sides one after the other in each: whatever else the machine does meets them all alike.
 *
 * @param tell is told of every run, before and after it
 */
export async function runCase(
  benchCase: Case,
  sides: readonly Side[],
  rounds: number,
  lengths: Lengths,
  tell: (text: string) => void,
): Promise<Result> {
  const participants = participantsOf(benchCase, sides, lengths);
  const last = Math.min(rounds, benchCase.mostRounds ?? rounds);
  for (let round = 1; round <= last; round++) {
    for (const participant of participants) {
      const { side, settings } = participant;
      tell(`${benchCase.name}, round ${round} of ${last}, ${side.name}`);
      try {
        participant.rounds.push(await runOnce(benchCase, side, settings, lengths));
      } catch (error) {
        participant.failures.push((error as Error).message);
        tell(`${benchCase.name}, round ${round} of ${last}, ${side.name} failed: ${(error as Error).message}`);
      }
    }
  }
  return resultOf(
    benchCase,
    participants.map(({ side, rounds: shown, failures }) => rowOf(side, shown, failures)),
  );
}

function participantsOf(benchCase: Case, sides: readonly Side[], lengths: Lengths): Participant[] {
  return sides.flatMap((side) => {
    const settings = benchCase.settings(side, lengths);
    return settings === undefined ? [] : [{ side, settings, rounds: [], failures: [] }];
  });
}
