import { on } from 'node:events';
import type { PathChange, SctpAssociation } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';

/** The next thing that happens to a path, from this call on; a search for the path MTU does not count. */
export async function nextPathChange(association: SctpAssociation): Promise<PathChange> {
  for await (const [change] of on(association, 'path-changed', { signal: patience() })) {
    if ((change as PathChange).change !== 'pmtu') return change as PathChange;
  }
  throw new Error('no path changed');
}
