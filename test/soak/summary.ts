import type { AssociationCounters, AssociationEvent } from '../../src/sctp/core/contract.ts';
import type { Application } from './application.ts';

/** How often what happened, in one run or in many. */
export type Counts = Record<string, number>;

/** Counters of associations that are worth a sum. */
const SUMMED = [
  'packetsSent',
  'dataChunksSent',
  'retransmissions',
  'fastRetransmissions',
  't3Expirations',
  'duplicateTsnsReceived',
] as const satisfies readonly (keyof AssociationCounters)[];

/** Counts what happens in a run, so that one sees that it was not nothing. */
export class Summary {
  readonly counts: Counts = {};

  count(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }

  event(event: AssociationEvent): void {
    if (event.kind === 'up') {
      this.count('up');
      if (event.extensions.interleaving) this.count('up, interleaving');
    } else if (event.kind === 'restart') this.count('restarts');
    else if (event.kind === 'closed') this.count(`closed: ${event.reason.kind}`);
    else if (event.kind === 'path-changed') this.count(`path ${event.change}`);
    else if (event.kind === 'message' && event.partial !== undefined) this.count(`part ${event.partial.state}`);
    else if (event.kind === 'reconfiguration-done') this.count(`reconfiguration ${event.outcome}`);
    else if (event.kind === 'stream-reset' || event.kind === 'association-reset' || event.kind === 'streams-added')
      this.count(event.kind);
    else if (event.kind === 'send-failed') this.count(`failed: ${event.reason}`);
  }

  /** An association is over, or its host has died. */
  ended({ tcb: { counters } }: Application): void {
    for (const name of SUMMED) this.count(name, counters[name]);
  }
}

/** Adds the counts of a run to those of others. */
export function addCounts(sums: Counts, counts: Counts): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
