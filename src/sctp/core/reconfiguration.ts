import { HeldMessages, type Hold } from '../tx/held-messages.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { SendRequest } from './contract.ts';
import type { Reconfiguration } from './reconfiguration-state.ts';
import type { Tcb } from './tcb.ts';

/** Made when it is first asked for. */
export function reconfigurationOf(tcb: Tcb): Reconfiguration {
  tcb.reconfiguration ??= {
    // §4.1: both sides count from their Initial TSNs.
    nextNumber: tcb.localInitialTsn,
    nextCall: 1,
    waiting: [],
    inFlight: undefined,
    expectedNumber: tcb.peerInitialTsn ?? 0,
    lastAnswer: undefined,
    deferred: undefined,
    invited: [],
    associationResetAt: undefined,
  };
  return tcb.reconfiguration;
}

/** From now on messages of these streams wait. RFC 6525 §5.1.2 A1, §5.1.4 C2. */
export function holdStreams(tcb: Tcb, streams: StreamSelection): Hold<SendRequest> {
  tcb.outbound.held ??= new HeldMessages();
  return tcb.outbound.held.hold(streams);
}

/** What waited for the end of a reset goes on. RFC 6525 §5.2.7 H4. */
export function releaseHold(tcb: Tcb, hold: Hold<SendRequest> | undefined): void {
  const { outbound } = tcb;
  if (hold === undefined || outbound.held === undefined) return;
  for (const { request, at } of outbound.held.release(hold)) outbound.queue.push(request, at);
  if (!outbound.held.isHolding) outbound.held = undefined;
}
