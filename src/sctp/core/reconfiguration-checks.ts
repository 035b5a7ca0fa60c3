import type { Instant } from '../../base/contract.ts';
import { chunkSize } from '../wire/chunk.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import { overlaps, type StreamSelection } from '../wire/stream-selection.ts';
import type { StreamReconfiguration } from './contract.ts';
import { SctpError } from './errors.ts';
import { reconfigurationOf } from './reconfiguration.ts';
import { streamsToBe } from './reconfiguration-requests.ts';
import type { WantedReconfiguration } from './reconfiguration-state.ts';
import type { Tcb } from './tcb.ts';

/** Calls that wait or are in flight at once; more are refused. */
export const MAX_WANTED_RECONFIGURATIONS = 32;
/** Maximum Segment Lifetime: at most one SSN/TSN reset in so many ms. RFC 6525 §5.1.4. */
const ASSOCIATION_RESET_INTERVAL_MS = 30_000;
const MAX_STREAMS = 65_535;

/**
 * What the peer is to be asked for, each stream named once.
 *
 * @throws SctpError if it cannot be asked for, or not now
 */
export function checkReconfiguration(tcb: Tcb, wanted: StreamReconfiguration, now: Instant): StreamReconfiguration {
  if (tcb.state !== 'ESTABLISHED') {
    throw new SctpError('ERR_SCTP_NOT_OPEN', `no stream reconfiguration in ${tcb.state}`, { state: tcb.state });
  }
  if (!tcb.extensions.streamReconfiguration) {
    // RFC 6525 §5.1.1.
    const side = tcb.config.streamReconfiguration ? 'the peer does not support it' : 'streamReconfiguration is off';
    throw new SctpError('ERR_SCTP_RECONFIG_UNSUPPORTED', `no stream reconfiguration: ${side}`);
  }
  const { waiting, inFlight } = reconfigurationOf(tcb);
  const others = inFlight === undefined ? waiting : [...waiting, inFlight];
  if (others.length >= MAX_WANTED_RECONFIGURATIONS) {
    throw inProgress(`${others.length} requests wait for the peer`);
  }
  switch (wanted.kind) {
    case 'reset-streams':
      return checkStreamReset(tcb, wanted, others);
    case 'reset-association':
      checkAssociationReset(tcb, others, now);
      return wanted;
    case 'add-streams':
      checkAddition(tcb, wanted.outgoing ?? 0, wanted.incoming ?? 0);
      return wanted;
  }
}

type StreamReset = Extract<StreamReconfiguration, { kind: 'reset-streams' }>;

function checkStreamReset(tcb: Tcb, wanted: StreamReset, others: readonly WantedReconfiguration[]): StreamReset {
  const outgoing = checkStreams('outgoing', wanted.outgoing, tcb.outbound.streams);
  const incoming = checkStreams('incoming', wanted.incoming, tcb.inbound?.streams ?? 0);
  if (outgoing === undefined && incoming === undefined) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', 'a reset needs outgoing or incoming streams');
  }
  const reset: StreamReset = { kind: 'reset-streams', outgoing, incoming };
  checkSize(tcb, reset);
  for (const direction of ['outgoing', 'incoming'] as const) {
    const streams = reset[direction];
    if (streams === undefined) continue;
    for (const { wanted: other, call } of others) {
      if (call === undefined || other.kind !== 'reset-streams') continue;
      if (overlaps(streams, other[direction] ?? [])) throw inProgress(`these ${direction} streams are being reset`);
    }
  }
  return reset;
}

function checkStreams(
  direction: string,
  streams: StreamSelection | undefined,
  count: number,
): StreamSelection | undefined {
  if (streams === undefined || streams === 'all') return streams;
  if (!Array.isArray(streams) || streams.length === 0) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${direction} takes 'all' or a list of streams with one at least`);
  }
  for (const streamId of streams) {
    if (Number.isInteger(streamId) && streamId >= 0 && streamId < count) continue;
    const text = `${direction} stream ${streamId} does not exist: this association has 0 to ${count - 1}`;
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', text, { streamId, count });
  }
  return [...new Set(streams)];
}

/** A RE-CONFIG chunk is not fragmented. */
function checkSize(tcb: Tcb, { outgoing, incoming }: StreamReset): void {
  const length = (streams: StreamSelection | undefined): number =>
    streams === undefined || streams === 'all' ? 0 : streams.length;
  const bytes =
    COMMON_HEADER_BYTES +
    (outgoing === undefined ? 0 : OUTGOING_REQUEST_BYTES + 2 * length(outgoing) + 2) +
    (incoming === undefined ? 0 : INCOMING_REQUEST_BYTES + 2 * length(incoming) + 2) +
    chunkSize({ kind: 're-config', parameters: [] });
  const room = Math.min(...tcb.paths.all.map(({ pmtuBytes }) => pmtuBytes));
  if (bytes <= room) return;
  const text = `${length(outgoing) + length(incoming)} streams do not fit one packet: name fewer, or 'all'`;
  throw new SctpError('ERR_SCTP_BAD_ARGUMENT', text, { bytes, room });
}

const OUTGOING_REQUEST_BYTES = 16;
const INCOMING_REQUEST_BYTES = 8;

function checkAssociationReset(tcb: Tcb, others: readonly WantedReconfiguration[], now: Instant): void {
  if (others.some(({ wanted }) => wanted.kind === 'reset-association')) {
    throw inProgress('the association is being reset');
  }
  const { associationResetAt } = reconfigurationOf(tcb);
  if (associationResetAt !== undefined && now - associationResetAt < ASSOCIATION_RESET_INTERVAL_MS) {
    throw new SctpError('ERR_SCTP_LIMIT', 'an association can be reset once in 30 s');
  }
}

function checkAddition(tcb: Tcb, outgoing: number, incoming: number): void {
  const fits = (count: number, more: number): boolean =>
    Number.isInteger(more) && more >= 0 && count + more <= MAX_STREAMS;
  if (outgoing + incoming > 0 && fits(streamsToBe(tcb), outgoing) && fits(tcb.inbound?.streams ?? 0, incoming)) return;
  throw new SctpError(
    'ERR_SCTP_BAD_ARGUMENT',
    `${outgoing} outgoing and ${incoming} incoming streams cannot be added: at least one, and ${MAX_STREAMS} in all`,
    { outgoing, incoming },
  );
}

function inProgress(text: string): SctpError {
  return new SctpError('ERR_SCTP_RECONFIG_IN_PROGRESS', text);
}
