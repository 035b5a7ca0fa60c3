import { isDeepStrictEqual } from 'node:util';
import type { PoolElementParameter } from '../rserpool/index.ts';

export interface PoolChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly element: PoolElementParameter;
}

/** What differs between two lists of a pool's elements, whatever their order. */
export function changesOf(
  before: readonly PoolElementParameter[],
  after: readonly PoolElementParameter[],
): readonly PoolChange[] {
  const former = new Map(before.map((element) => [element.identifier, element]));
  const changes: PoolChange[] = [];
  for (const element of after) {
    const known = former.get(element.identifier);
    former.delete(element.identifier);
    if (known === undefined) changes.push({ change: 'added', element });
    else if (!isDeepStrictEqual(known, element)) changes.push({ change: 'changed', element });
  }
  for (const element of former.values()) changes.push({ change: 'removed', element });
  return changes;
}
