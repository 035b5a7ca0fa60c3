import type { ElementSession } from '../../rserpool/index.ts';
import type { Service } from '../../rserpool/services/index.ts';

/** What an element has to know of a session to go on with it: all of it is in the cookie. */
export interface CounterState {
  /** Requests counted so far. */
  readonly count: number;
  /** Number of the latest request. A request with this number or a smaller one is a repetition. */
  readonly lastSeq: number;
}

export interface CounterReply {
  readonly seq: number;
  readonly count: number;
  /** PE identifier of who answers. */
  readonly element: number;
}

const FIRST: CounterState = { count: 0, lastSeq: 0 };

/** The service of the demo. */
export function counterService(): Service {
  return { pool: 'CounterPool', serve: (session, { peIdentifier }) => serveCounter(session, peIdentifier) };
}

/**
 * Counts requests: `{"seq": 1}` gives `{"seq": 1, "count": 1, "element": …}`. A repeated request is not counted again,
 * so that a user may repeat what was not answered. A text that is no such request counts as the next one.
 */
export async function serveCounter(session: ElementSession, peIdentifier: number): Promise<void> {
  let state: CounterState | undefined;
  for await (const { data } of session) {
    // The cookie of the element before is there as soon as the first message is (RFC 5352 §3.8).
    state ??= decodeState(session.cookie) ?? FIRST;
    const seq = requestedSeq(data) ?? state.lastSeq + 1;
    if (seq > state.lastSeq) state = { count: state.count + 1, lastSeq: seq };
    // The cookie first and on the same stream: whoever has the answer has the state behind it.
    await session.setCookie(JSON.stringify(state));
    const reply: CounterReply = { seq, count: state.count, element: peIdentifier };
    await session.send(JSON.stringify(reply));
  }
}

/** The state in a cookie; `undefined` if there is none, or it is not one of ours. */
export function decodeState(cookie: Uint8Array | undefined): CounterState | undefined {
  if (cookie === undefined) return undefined;
  const value = parse(cookie) as Partial<CounterState> | undefined;
  const { count, lastSeq } = value ?? {};
  return isCount(count) && isCount(lastSeq) ? { count, lastSeq } : undefined;
}

function requestedSeq(data: Uint8Array): number | undefined {
  const seq = (parse(data) as { readonly seq?: unknown } | undefined)?.seq;
  return isCount(seq) && seq > 0 ? seq : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) ?? undefined;
  } catch {
    return undefined;
  }
}
