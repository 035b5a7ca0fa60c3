import type { Instant } from '../../base/contract.ts';
import { tsnLte } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import type { ReceivedMessage } from '../rx/received-message.ts';
import { chunkSize } from '../wire/chunk.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import {
  type AddStreamsRequest,
  type IncomingSsnResetRequest,
  isReconfigurationRequest,
  mayStandTogether,
  type OutgoingSsnResetRequest,
  RECONFIGURATION_RESULT,
  type ReconfigurationParameter,
  type ReconfigurationRequest,
  type ReconfigurationResponse,
} from '../wire/reconfig-parameter.ts';
import { isWithin, type StreamSelection } from '../wire/stream-selection.ts';
import type { ReconfigChunk } from '../wire/types.ts';
import { type NextTsns, nothingOnTheWay, resetAssociation } from './association-reset.ts';
import { protocolViolation } from './closing.ts';
import { deliverMessage } from './delivery.ts';
import { holdStreams, reconfigurationOf, releaseHold } from './reconfiguration.ts';
import {
  acknowledgeRequest,
  emitStreams,
  enqueueReconfiguration,
  handleReconfigurationResponse,
  isReady,
  sendRequest,
  streamsToBe,
  tellOutcome,
} from './reconfiguration-requests.ts';
import { numberAfter, replaceResponse } from './reconfiguration-state.ts';
import { queueReply } from './replies.ts';
import type { Inbound, Tcb } from './tcb.ts';

const RESULT = RECONFIGURATION_RESULT;

/** RE-CONFIG: RFC 6525 §5.2.1. */
export function handleReconfig(tcb: Tcb, { parameters }: ReconfigChunk, path: Path, now: Instant): void {
  if (!tcb.extensions.streamReconfiguration || !takesReconfig(tcb)) return;
  if (!mayStandTogether(parameters)) {
    // §3.1.
    const kinds = parameters.slice(0, 3).map(({ kind }) => kind);
    const information = new TextEncoder().encode(`RE-CONFIG with ${kinds.join(' and ')}`);
    queueReply(tcb, path, { kind: 'error', causes: [{ kind: 'protocol-violation', information }] });
    return;
  }
  for (const parameter of parameters) {
    if (parameter.kind === 're-configuration-response') handleReconfigurationResponse(tcb, parameter, now);
  }
  const requests = parameters.filter(isReconfigurationRequest);
  if (requests.length > 0 && takesReconfig(tcb)) handleRequests(tcb, tcb.inbound!, requests, path, now);
}

function takesReconfig({ state }: Tcb): boolean {
  return (
    state === 'ESTABLISHED' ||
    state === 'SHUTDOWN-PENDING' ||
    state === 'SHUTDOWN-SENT' ||
    state === 'SHUTDOWN-RECEIVED'
  );
}

/** The requests of one chunk: all their answers go back in one chunk. */
function handleRequests(
  tcb: Tcb,
  inbound: Inbound,
  requests: readonly ReconfigurationRequest[],
  path: Path,
  now: Instant,
): void {
  const reconfiguration = reconfigurationOf(tcb);
  // §5.2.1: with a SACK, so that losses that hold a reset up are mended.
  inbound.ack.demand();
  const firstNumber = requests[0]!.requestNumber;
  const { lastAnswer } = reconfiguration;
  if (lastAnswer?.firstNumber === firstNumber) {
    queueReply(tcb, path, { kind: 're-config', parameters: lastAnswer.parameters });
    return;
  }
  const inOrder = requests.every(
    ({ requestNumber }, i) => requestNumber === numberAfter(reconfiguration.expectedNumber, i),
  );
  if (!inOrder) {
    const parameters = requests.map(({ requestNumber }) => response(requestNumber, RESULT.badSequenceNumber));
    queueReply(tcb, path, { kind: 're-config', parameters });
    return;
  }
  reconfiguration.expectedNumber = numberAfter(firstNumber, requests.length);
  const answer = { firstNumber, parameters: [] as readonly ReconfigurationParameter[] };
  reconfiguration.lastAnswer = answer;
  const busy = reconfiguration.deferred !== undefined;
  const responses = requests.map((request) => handleRequest(tcb, inbound, request, busy));
  if (!takesReconfig(tcb)) return;
  answer.parameters = responses;
  const wanted = reconfiguration.waiting[0];
  const others = responses.filter(({ responseNumber }) => responseNumber !== wanted?.answers);
  // §5.2.3 F1: a request of our own that is the answer takes the place of the response, if it can go at once.
  if (wanted !== undefined && others.length < responses.length && isReady(tcb, wanted)) {
    sendRequest(tcb, wanted, others, path, now);
  } else queueReply(tcb, path, { kind: 're-config', parameters: responses });
}

/** @param busy an earlier request of the peer is not finished */
function handleRequest(
  tcb: Tcb,
  inbound: Inbound,
  request: ReconfigurationRequest,
  busy: boolean,
): ReconfigurationResponse {
  // The request beside it has ended the association.
  if (!takesReconfig(tcb)) return response(request.requestNumber, RESULT.denied);
  // The peer has broken off what it had asked for before.
  if (busy) return response(request.requestNumber, RESULT.alreadyInProgress);
  switch (request.kind) {
    case 'outgoing-ssn-reset-request':
      return response(request.requestNumber, resetIncoming(tcb, inbound, request));
    case 'incoming-ssn-reset-request':
      return response(request.requestNumber, resetOutgoing(tcb, request));
    case 'ssn-tsn-reset-request':
      return resetAll(tcb, request.requestNumber);
    case 'add-outgoing-streams-request':
      return response(request.requestNumber, addIncoming(tcb, inbound, request));
    case 'add-incoming-streams-request':
      return response(request.requestNumber, addOutgoing(tcb, request));
  }
}

/** Outgoing SSN Reset Request: RFC 6525 §5.2.2. */
function resetIncoming(tcb: Tcb, inbound: Inbound, request: OutgoingSsnResetRequest): number {
  const { streams, lastAssignedTsn, requestNumber } = request;
  const reconfiguration = reconfigurationOf(tcb);
  const { inFlight } = reconfiguration;
  const asked = inFlight?.requests.find(
    (each) =>
      each.kind === 'incoming-ssn-reset-request' &&
      inFlight.unanswered.has(each.requestNumber) &&
      each.requestNumber === request.responseNumber &&
      // The number alone may only say that the peer has seen our request: its streams say that it is the answer.
      isWithin(each.streams, streams),
  );
  const invited =
    asked !== undefined ||
    isInvited(tcb, (each) => each.kind === 'incoming-ssn-reset-request' && isWithin(streams, each.streams));
  if (!invited && !tcb.config.allowStreamResets) return RESULT.denied;
  if (!existAll(streams, inbound.streams)) return RESULT.wrongSsn;
  // What arrives is kept back until the SSN/TSN reset that we asked for is answered.
  if (inFlight?.wanted.kind === 'reset-association') return RESULT.alreadyInProgress;
  const inTime = tsnLte(lastAssignedTsn, inbound.tracker.cumulativeTsn);
  if (inTime) resetNow(tcb, inbound, streams);
  else {
    // E2.
    inbound.reassembly.deferReset(streams, lastAssignedTsn);
    const reset = { streams, lastTsn: lastAssignedTsn };
    const completes = asked === undefined ? undefined : inFlight;
    reconfiguration.deferred = { number: requestNumber, reset, hold: undefined, completes };
  }
  // E1.
  if (inFlight !== undefined && asked !== undefined) acknowledgeRequest(tcb, inFlight, asked);
  return inTime ? RESULT.performed : RESULT.inProgress;
}

/** §5.2.2 E3, E4. */
function resetNow(tcb: Tcb, inbound: Inbound, streams: StreamSelection): void {
  const deliver = (message: ReceivedMessage): void => deliverMessage(tcb, inbound, message);
  inbound.reassembly.resetStreams(streams, deliver);
  tcb.emit({ kind: 'stream-reset', direction: 'incoming', streams });
  const conflict = inbound.reassembly.releaseHeldBack(inbound.tracker, deliver);
  if (conflict !== undefined) protocolViolation(tcb, `DATA behind a stream reset: ${conflict}`);
}

/** Incoming SSN Reset Request: RFC 6525 §5.2.3. */
function resetOutgoing(tcb: Tcb, { streams, requestNumber }: IncomingSsnResetRequest): number {
  const { outbound } = tcb;
  const { waiting, inFlight } = reconfigurationOf(tcb);
  if (!tcb.config.allowStreamResets || tcb.state !== 'ESTABLISHED') return RESULT.denied;
  if (!existAll(streams, outbound.streams)) return RESULT.wrongSsn;
  const covered = inFlight?.requests.some(
    (each) => each.kind === 'outgoing-ssn-reset-request' && isWithin(streams, each.streams),
  );
  if (covered || outbound.queue.isReset(streams)) return RESULT.nothingToDo;
  // One that waits is enough: a peer has one request in flight.
  if (waiting.some(({ answers }) => answers !== undefined)) return RESULT.alreadyInProgress;
  if (!fitsPacket(tcb, streams)) return RESULT.denied;
  enqueueReconfiguration(
    tcb,
    { kind: 'reset-streams', outgoing: streams },
    { call: undefined, answers: requestNumber },
  );
  // The peer may be waiting for the same of us: an acknowledgement now, or two that cross would wait for each other.
  return inFlight === undefined ? RESULT.inProgress : RESULT.performed;
}

/** Our request repeats the peer's list, and may share its chunk with a response. */
function fitsPacket(tcb: Tcb, streams: StreamSelection): boolean {
  const outgoing = { kind: 'outgoing-ssn-reset-request', requestNumber: 0, responseNumber: 0, streams } as const;
  const parameters = [response(0, 0), { ...outgoing, lastAssignedTsn: tcb.localInitialTsn }];
  return tcb.paths.all.every(
    ({ pmtuBytes }) => COMMON_HEADER_BYTES + chunkSize({ kind: 're-config', parameters }) <= pmtuBytes,
  );
}

/** SSN/TSN Reset Request: RFC 6525 §5.2.4. What is on the way is waited for, so that none of it is lost. */
function resetAll(tcb: Tcb, requestNumber: number): ReconfigurationResponse {
  const reconfiguration = reconfigurationOf(tcb);
  if (!tcb.config.allowAssociationResets || tcb.state !== 'ESTABLISHED') return response(requestNumber, RESULT.denied);
  // Two that cross would leave the sides with different TSNs.
  if (reconfiguration.inFlight?.wanted.kind === 'reset-association') {
    return response(requestNumber, RESULT.alreadyInProgress);
  }
  if (nothingOnTheWay(tcb)) return response(requestNumber, RESULT.performed, resetAssociation(tcb));
  const hold = holdStreams(tcb, 'all');
  reconfiguration.deferred = { number: requestNumber, reset: undefined, hold, completes: undefined };
  return response(requestNumber, RESULT.inProgress);
}

/** Add Outgoing Streams Request: RFC 6525 §5.2.5. */
function addIncoming(tcb: Tcb, inbound: Inbound, { newStreams }: AddStreamsRequest): number {
  const inFlight = tcb.reconfiguration?.inFlight;
  const asked = inFlight?.requests.find(
    (each) =>
      each.kind === 'add-incoming-streams-request' &&
      inFlight.unanswered.has(each.requestNumber) &&
      each.newStreams >= newStreams,
  );
  const { allowStreamAdditions, maxInboundStreams } = tcb.config;
  const invited =
    asked !== undefined ||
    isInvited(tcb, (each) => each.kind === 'add-incoming-streams-request' && newStreams <= each.newStreams);
  if (!invited && !allowStreamAdditions) return RESULT.denied;
  if (inbound.streams + newStreams > maxInboundStreams) return RESULT.denied;
  if (newStreams === 0) return RESULT.nothingToDo;
  inbound.streams += newStreams;
  emitStreams(tcb);
  // §5.2.6: the peer's request has no field for it, but it is the answer to ours.
  if (inFlight !== undefined && asked !== undefined) acknowledgeRequest(tcb, inFlight, asked);
  return RESULT.performed;
}

/**
 * Add Incoming Streams Request: RFC 6525 §5.2.6. Our own request is the answer, but nothing in it says so: the peer gets
 * a response as well (§5.1.7), in a chunk of its own (§3.1).
 */
function addOutgoing(tcb: Tcb, { newStreams }: AddStreamsRequest): number {
  const { waiting } = reconfigurationOf(tcb);
  const { allowStreamAdditions, maxOutboundStreams } = tcb.config;
  if (!allowStreamAdditions || tcb.state !== 'ESTABLISHED') return RESULT.denied;
  if (streamsToBe(tcb) + newStreams > maxOutboundStreams) return RESULT.denied;
  if (newStreams === 0) return RESULT.nothingToDo;
  if (waiting.some(({ call }) => call === undefined)) return RESULT.alreadyInProgress;
  enqueueReconfiguration(tcb, { kind: 'add-streams', outgoing: newStreams }, { call: undefined, answers: undefined });
  return RESULT.performed;
}

/** After each packet: a reset that waited for DATA or for acknowledgements may be due. RFC 6525 §5.2.2 E2–E5. */
export function finishDeferred(tcb: Tcb): void {
  const { reconfiguration, inbound } = tcb;
  const deferred = reconfiguration?.deferred;
  if (reconfiguration === undefined || deferred === undefined || inbound === undefined || !takesReconfig(tcb)) return;
  const { reset, number, hold, completes } = deferred;
  if (reset === undefined ? !nothingOnTheWay(tcb) : !tsnLte(reset.lastTsn, inbound.tracker.cumulativeTsn)) return;
  reconfiguration.deferred = undefined;
  const path = inbound.lastDataPath.confirmed ? inbound.lastDataPath : tcb.paths.forNewData();
  let nextTsns: NextTsns | undefined;
  if (reset === undefined) nextTsns = resetAssociation(tcb);
  else resetNow(tcb, inbound, reset.streams);
  if (!takesReconfig(tcb)) return;
  releaseHold(tcb, hold);
  if (completes !== undefined && completes.unanswered.size === 0) tellOutcome(tcb, completes);
  const done = response(number, RESULT.performed, nextTsns);
  replaceResponse(reconfiguration, number, [done]);
  queueReply(tcb, path, { kind: 're-config', parameters: [done] });
}

/** Whether we have asked the peer for this, and it has said yes before; once for each time. */
function isInvited(tcb: Tcb, matches: (request: ReconfigurationRequest) => boolean): boolean {
  const { invited } = reconfigurationOf(tcb);
  const at = invited.findIndex(matches);
  if (at >= 0) invited.splice(at, 1);
  return at >= 0;
}

function existAll(streams: StreamSelection, count: number): boolean {
  return streams === 'all' || streams.every((streamId) => streamId < count);
}

/** §5.1.7 D1–D4. */
function response(responseNumber: number, result: number, nextTsns?: NextTsns): ReconfigurationResponse {
  return { kind: 're-configuration-response', responseNumber, result, nextTsns };
}
