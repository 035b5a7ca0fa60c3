import type { Instant } from '../../base/contract.ts';
import { tsnAdd } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import {
  RECONFIGURATION_RESULT,
  type ReconfigurationParameter,
  type ReconfigurationRequest,
  type ReconfigurationResponse,
} from '../wire/reconfig-parameter.ts';
import {
  associationResetIsLater,
  beginAnew,
  endAssociationReset,
  nothingOnTheWay,
  prepareAssociationReset,
} from './association-reset.ts';
import type { ReconfigurationId, ReconfigurationOutcome, StreamReconfiguration } from './contract.ts';
import { pathAnswered, pathFailedToAnswer } from './failover.ts';
import { holdStreams, reconfigurationOf, releaseHold } from './reconfiguration.ts';
import {
  numberAfter,
  type Reconfiguration,
  type ReconfigurationInFlight,
  replaceResponse,
  type WantedReconfiguration,
} from './reconfiguration-state.ts';
import type { Tcb } from './tcb.ts';

/** A call of the application, checked. Its outcome comes as an event. RFC 6525 §5.1. */
export function requestReconfiguration(tcb: Tcb, wanted: StreamReconfiguration): ReconfigurationId {
  const call = reconfigurationOf(tcb).nextCall++;
  enqueueReconfiguration(tcb, wanted, { call, answers: undefined });
  return call;
}

/** Something to ask the peer for as soon as its turn has come. */
export function enqueueReconfiguration(
  tcb: Tcb,
  wanted: StreamReconfiguration,
  origin: Pick<WantedReconfiguration, 'call' | 'answers'>,
): WantedReconfiguration {
  const streams = wanted.kind === 'reset-association' ? 'all' : wanted.kind === 'reset-streams' && wanted.outgoing;
  const hold = streams ? holdStreams(tcb, streams) : undefined;
  const waiting = { wanted, hold, ...origin };
  reconfigurationOf(tcb).waiting.push(waiting);
  return waiting;
}

/**
 * Sends the next request if nothing is in flight and its time has come. RFC 6525 §5.1.1.
 *
 * @returns whether it did
 */
export function advanceReconfiguration(tcb: Tcb, now: Instant): boolean {
  const next = tcb.reconfiguration?.waiting[0];
  if (next === undefined || !isReady(tcb, next)) return false;
  sendRequest(tcb, next, [], tcb.paths.forNewData(), now);
  return true;
}

/** Whether what waits first can be sent: nothing else is in flight, and all that was sent before has its TSN. */
export function isReady(tcb: Tcb, { wanted, hold }: WantedReconfiguration): boolean {
  const { inFlight, deferred } = reconfigurationOf(tcb);
  if (inFlight !== undefined || !mayRequest(tcb)) return false;
  switch (wanted.kind) {
    case 'reset-streams':
      return hold === undefined || !tcb.outbound.queue.holdsMessageOf(hold.isOfReset);
    case 'reset-association':
      // §5.1.4 C2.
      return deferred === undefined && nothingOnTheWay(tcb);
    case 'add-streams':
      return true;
  }
}

/** Requests end with the data: not once SHUTDOWN or SHUTDOWN ACK has been sent. */
function mayRequest(tcb: Tcb): boolean {
  return tcb.state === 'ESTABLISHED' || tcb.state === 'SHUTDOWN-PENDING' || tcb.state === 'SHUTDOWN-RECEIVED';
}

/**
 * Sends what waits first.
 *
 * @param beside answers that share the chunk
 */
export function sendRequest(
  tcb: Tcb,
  wanted: WantedReconfiguration,
  beside: readonly ReconfigurationParameter[],
  path: Path,
  now: Instant,
): void {
  const reconfiguration = reconfigurationOf(tcb);
  reconfiguration.waiting.shift();
  const requests = requestsFor(tcb, reconfiguration, wanted);
  const inFlight: ReconfigurationInFlight = {
    ...wanted,
    requests,
    beside,
    unanswered: new Set(requests.map(({ requestNumber }) => requestNumber)),
    path,
    inProgress: false,
    highestAtCopies: [undefined, undefined],
    outcome: 'performed',
  };
  reconfiguration.inFlight = inFlight;
  if (wanted.wanted.kind === 'reset-association') {
    reconfiguration.associationResetAt = now;
    prepareAssociationReset(tcb);
  }
  // If the peer repeats what this answers, this is repeated.
  if (wanted.answers !== undefined) replaceResponse(reconfiguration, wanted.answers, requests);
  transmitRequest(tcb, inFlight, now);
}

/** §5.1.2 A2–A4, §5.1.3 B1–B2, §5.1.4 C1, §5.1.5, §5.1.6. */
function requestsFor(
  tcb: Tcb,
  reconfiguration: Reconfiguration,
  { wanted, answers }: WantedReconfiguration,
): ReconfigurationRequest[] {
  const requests: ReconfigurationRequest[] = [];
  const nextNumber = (): number => {
    const number = reconfiguration.nextNumber;
    reconfiguration.nextNumber = numberAfter(number, 1);
    return number;
  };
  switch (wanted.kind) {
    case 'reset-streams':
      if (wanted.outgoing !== undefined) {
        requests.push({
          kind: 'outgoing-ssn-reset-request',
          requestNumber: nextNumber(),
          responseNumber: answers ?? numberAfter(reconfiguration.expectedNumber, -1),
          lastAssignedTsn: tsnAdd(tcb.outbound.outstanding.nextTsn, -1),
          streams: wanted.outgoing,
        });
      }
      if (wanted.incoming !== undefined) {
        requests.push({ kind: 'incoming-ssn-reset-request', requestNumber: nextNumber(), streams: wanted.incoming });
      }
      break;
    case 'reset-association':
      requests.push({ kind: 'ssn-tsn-reset-request', requestNumber: nextNumber() });
      break;
    case 'add-streams':
      for (const [kind, newStreams] of [
        ['add-outgoing-streams-request', wanted.outgoing ?? 0],
        ['add-incoming-streams-request', wanted.incoming ?? 0],
      ] as const) {
        if (newStreams > 0) requests.push({ kind, requestNumber: nextNumber(), newStreams });
      }
      break;
  }
  return requests;
}

function transmitRequest(tcb: Tcb, inFlight: ReconfigurationInFlight, now: Instant): void {
  const { path, beside, requests } = inFlight;
  tcb.queueControl(path, { kind: 're-config', parameters: [...beside, ...requests] });
  inFlight.highestAtCopies = [inFlight.highestAtCopies[1], tcb.inbound?.tracker.highestTsn];
  tcb.timers.set('reconfiguration', now + path.rto.rtoMs);
}

/** The Re-configuration Timer expired. RFC 6525 §5.1.1, §5.2.7 H2. */
export function reconfigurationTimedOut(tcb: Tcb, now: Instant): void {
  const inFlight = tcb.reconfiguration?.inFlight;
  if (inFlight === undefined || !mayRequest(tcb)) return;
  inFlight.path.rto.backOff();
  if (!inFlight.inProgress) pathFailedToAnswer(tcb, inFlight.path, 'data or shutdown', true);
  if (!mayRequest(tcb)) return;
  inFlight.inProgress = false;
  inFlight.path = tcb.paths.forRetransmission(inFlight.path);
  transmitRequest(tcb, inFlight, now);
}

/** Re-configuration Response: RFC 6525 §5.2.7. */
export function handleReconfigurationResponse(tcb: Tcb, response: ReconfigurationResponse, now: Instant): void {
  const inFlight = tcb.reconfiguration?.inFlight;
  // H1: an answer to nothing.
  if (inFlight === undefined || !inFlight.unanswered.has(response.responseNumber)) return;
  pathAnswered(tcb, inFlight.path, now);
  if (response.result === RECONFIGURATION_RESULT.inProgress) {
    inFlight.inProgress = true;
    // What had come before an earlier copy of the request was sent before any reset, even if this answer is a late one.
    // It has to go up: if it fills the buffer, the peer can never finish what it is at.
    if (inFlight.wanted.kind === 'reset-association') associationResetIsLater(tcb, inFlight.highestAtCopies[0]);
    tcb.timers.set('reconfiguration', now + inFlight.path.rto.rtoMs);
    return;
  }
  const request = inFlight.requests.find(({ requestNumber }) => requestNumber === response.responseNumber)!;
  const outcome = outcomeOf(response.result);
  if (outcome !== 'performed' && inFlight.outcome === 'performed') inFlight.outcome = outcome;
  finishRequest(tcb, inFlight, request, response, outcome === 'performed');
  acknowledgeRequest(tcb, inFlight, request);
}

/** H3–H6: what the answer to one request brings about. */
function finishRequest(
  tcb: Tcb,
  { hold }: ReconfigurationInFlight,
  request: ReconfigurationRequest,
  { nextTsns }: ReconfigurationResponse,
  performed: boolean,
): void {
  const { outbound } = tcb;
  switch (request.kind) {
    case 'outgoing-ssn-reset-request':
      if (performed) {
        outbound.queue.resetStreams(request.streams);
        tcb.emit({ kind: 'stream-reset', direction: 'outgoing', streams: request.streams });
      }
      releaseHold(tcb, hold);
      return;
    case 'ssn-tsn-reset-request':
      if (performed) beginAnew(tcb, nextTsns);
      else endAssociationReset(tcb);
      releaseHold(tcb, hold);
      return;
    case 'add-outgoing-streams-request':
      if (!performed) return;
      outbound.streams += request.newStreams;
      emitStreams(tcb);
      return;
    case 'incoming-ssn-reset-request':
    case 'add-incoming-streams-request':
      // What was asked for is the peer's to begin.
      if (performed) invite(tcb, request);
      return;
  }
}

function invite(tcb: Tcb, request: ReconfigurationRequest): void {
  const { invited } = reconfigurationOf(tcb);
  invited.push(request);
  if (invited.length > MAX_INVITED) invited.shift();
}

/** A peer that says "performed" and does nothing does not fill the memory. */
const MAX_INVITED = 8;

/** One request is answered; with the last one the timer stops, and whoever asked is told. RFC 6525 §5.2.2 E1, §5.2.7 H1. */
export function acknowledgeRequest(
  tcb: Tcb,
  inFlight: ReconfigurationInFlight,
  { requestNumber }: ReconfigurationRequest,
): void {
  inFlight.unanswered.delete(requestNumber);
  if (inFlight.unanswered.size > 0 || tcb.reconfiguration === undefined) return;
  tcb.timers.stop('reconfiguration');
  tcb.reconfiguration.inFlight = undefined;
  // A deferred reset that it has asked for is still to come: then it is told afterwards.
  if (tcb.reconfiguration.deferred?.completes !== inFlight) tellOutcome(tcb, inFlight);
}

export function tellOutcome(tcb: Tcb, { call, outcome }: ReconfigurationInFlight): void {
  if (call !== undefined) tcb.emit({ kind: 'reconfiguration-done', call, outcome });
}

/** Outgoing streams if the peer grants all that was asked for. */
export function streamsToBe(tcb: Tcb): number {
  const { inFlight, waiting } = reconfigurationOf(tcb);
  return [...waiting, ...(inFlight === undefined ? [] : [inFlight])].reduce(
    (streams, { wanted }) => streams + (wanted.kind === 'add-streams' ? (wanted.outgoing ?? 0) : 0),
    tcb.outbound.streams,
  );
}

export function emitStreams(tcb: Tcb): void {
  const inboundStreams = tcb.inbound?.streams ?? 0;
  tcb.emit({ kind: 'streams-added', outboundStreams: tcb.outbound.streams, inboundStreams });
}

/** RFC 6525 §4.4, table 3. */
function outcomeOf(result: number): ReconfigurationOutcome {
  switch (result) {
    case RECONFIGURATION_RESULT.nothingToDo:
    case RECONFIGURATION_RESULT.performed:
      return 'performed';
    case RECONFIGURATION_RESULT.denied:
      return 'denied';
    case RECONFIGURATION_RESULT.alreadyInProgress:
      return 'in-progress';
    default:
      return 'failed';
  }
}
