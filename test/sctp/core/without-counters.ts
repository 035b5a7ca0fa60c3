import type { AssociationStatus } from '../../../src/sctp/core/contract.ts';

/** A status without what merely counts packets: what an input that must change nothing leaves equal. */
export function withoutCounters(status: AssociationStatus | undefined): unknown {
  return { ...status, counters: undefined, paths: status?.paths.map((path) => ({ ...path, counters: undefined })) };
}
