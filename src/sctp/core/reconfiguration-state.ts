import type { Instant } from '../../base/contract.ts';
import type { Tsn } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import type { Hold } from '../tx/held-messages.ts';
import type { ReconfigurationParameter, ReconfigurationRequest } from '../wire/reconfig-parameter.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { ReconfigurationId, ReconfigurationOutcome, SendRequest, StreamReconfiguration } from './contract.ts';

/** Something that the peer is asked for, or is to be. */
export interface WantedReconfiguration {
  readonly wanted: StreamReconfiguration;
  /** The call that wants it; `undefined` if the peer does. */
  readonly call: ReconfigurationId | undefined;
  /** The peer's request that our request is the answer to. RFC 6525 §5.1.2 A4. */
  readonly answers: number | undefined;
  /** What is sent meanwhile on the streams concerned waits. */
  readonly hold: Hold<SendRequest> | undefined;
}

/** The one chunk with requests that is not wholly answered. RFC 6525 §5.1.1. */
export interface ReconfigurationInFlight extends WantedReconfiguration {
  readonly requests: readonly ReconfigurationRequest[];
  /** Answers that share the chunk. */
  beside: readonly ReconfigurationParameter[];
  readonly unanswered: Set<number>;
  /** Where it was sent last. */
  path: Path;
  /** The peer said "In progress" since it was sent last: its silence is no error. RFC 6525 §5.2.7 H2. */
  inProgress: boolean;
  /** The highest TSN that had arrived when the last copy but one, and the last one, were sent. */
  highestAtCopies: readonly [Tsn | undefined, Tsn | undefined];
  outcome: ReconfigurationOutcome;
}

/** A request of the peer that waits for DATA to arrive, or to be acknowledged. */
export interface DeferredReconfiguration {
  readonly number: number;
  /** Streams of the peer that are reset once all up to `lastTsn` is here; `undefined` for SSN/TSN resets. */
  readonly reset: { readonly streams: StreamSelection; readonly lastTsn: Tsn } | undefined;
  readonly hold: Hold<SendRequest> | undefined;
  /** Our own request that is done with it. */
  readonly completes: ReconfigurationInFlight | undefined;
}

/** What was said to the last chunk of the peer that had requests, to be said again. RFC 6525 §5.2.1. */
export interface ReconfigurationAnswer {
  readonly firstNumber: number;
  parameters: readonly ReconfigurationParameter[];
}

/** Stream reconfiguration of one association; made when somebody first asks for it. RFC 6525 §5. */
export interface Reconfiguration {
  nextNumber: number;
  nextCall: ReconfigurationId;
  /** To be sent one after the other. */
  readonly waiting: WantedReconfiguration[];
  inFlight: ReconfigurationInFlight | undefined;
  /** Number of the peer's next request. */
  expectedNumber: number;
  lastAnswer: ReconfigurationAnswer | undefined;
  deferred: DeferredReconfiguration | undefined;
  /** What the peer has agreed to begin at our request, and has not begun: it needs no permission for that. */
  readonly invited: ReconfigurationRequest[];
  /** When an SSN/TSN reset was asked for last. */
  associationResetAt: Instant | undefined;
}

/** The request number so many behind. */
export function numberAfter(number: number, distance: number): number {
  return (number + distance) >>> 0;
}

/** What was said to one request of the peer becomes something else, should it be said again. */
export function replaceResponse(
  { lastAnswer, inFlight }: Reconfiguration,
  number: number,
  instead: readonly ReconfigurationParameter[],
): void {
  const replaced = (parameters: readonly ReconfigurationParameter[]): readonly ReconfigurationParameter[] =>
    parameters.flatMap((parameter) =>
      parameter.kind === 're-configuration-response' && parameter.responseNumber === number ? instead : [parameter],
    );
  if (lastAnswer !== undefined) lastAnswer.parameters = replaced(lastAnswer.parameters);
  if (inFlight !== undefined) inFlight.beside = replaced(inFlight.beside);
}
