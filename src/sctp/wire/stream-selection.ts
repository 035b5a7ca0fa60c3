/** Streams of one direction: some of them, or all, which the wire says by an empty list. RFC 6525 §4.1, §4.2. */
export type StreamSelection = 'all' | readonly number[];

/** Whether a stream is one of the selection, for many questions. */
export function membership(selection: StreamSelection): (streamId: number) => boolean {
  if (selection === 'all') return () => true;
  const members = new Set(selection);
  return (streamId) => members.has(streamId);
}

/** Whether every stream of `inner` is in `outer`. */
export function isWithin(inner: StreamSelection, outer: StreamSelection): boolean {
  if (outer === 'all') return true;
  return inner !== 'all' && inner.every(membership(outer));
}

/** Whether any stream is in both. */
export function overlaps(a: StreamSelection, b: StreamSelection): boolean {
  return a === 'all' || b === 'all' || a.some(membership(b));
}
