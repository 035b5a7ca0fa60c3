/** What is needed of a file that `node --cpu-prof` writes; times in microseconds. */
export interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const IDLE = '(idle)';

/** Where code lives that is not ours, by the beginning of its address. */
const ELSEWHERE: readonly (readonly [beginning: string, room: string])[] = [
  ['wasm', 'CRC32c'],
  ['node:dgram', 'sending (system calls)'],
  ['node:', 'Node'],
];

/** The room of the source that a function belongs to, as the tables name it. */
export function roomOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(program)') return 'native code';
  if (functionName.startsWith('wasm-function') || url.includes('crc32c')) return 'CRC32c';
  const ours = /\/src\/(sctp\/[\w-]+|rserpool\/[\w-]+|base)\//.exec(url);
  if (ours !== null) return ours[1]!;
  return ELSEWHERE.find(([beginning]) => url.startsWith(beginning))?.[1] ?? 'rest';
}

/**
 * Microseconds by room in the last `lengthMs` in which anything was done, waiting left out: what the profiler sees as idle
 * has the system calls that receive.
 */
export function timeByRoom(profile: CpuProfile, lengthMs: number): Map<string, number> {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const samples: {
    readonly at: number;
    readonly lasted: number;
    readonly frame: CpuProfile['nodes'][number]['callFrame'];
  }[] = [];
  let at = profile.startTime;
  for (const [i, id] of profile.samples.entries()) {
    at += profile.timeDeltas[i]!;
    const frame = frames.get(id)!;
    // A sample stands for the time until the next one.
    if (frame.functionName !== IDLE) samples.push({ at, lasted: profile.timeDeltas[i + 1] ?? 0, frame });
  }
  const from = (samples.at(-1)?.at ?? 0) - 1000 * lengthMs;
  const byRoom = new Map<string, number>();
  for (const { at: when, lasted, frame } of samples) {
    if (when < from) continue;
    const room = roomOf(frame);
    byRoom.set(room, (byRoom.get(room) ?? 0) + lasted);
  }
  return byRoom;
}
