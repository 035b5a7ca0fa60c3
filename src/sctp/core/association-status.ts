import { tsnAdd } from '../../base/serial.ts';
import type { AssociationStatus } from './contract.ts';
import type { Tcb } from './tcb.ts';

/** STATUS: RFC 9260 §11.1.8, and why queued data waits. */
export function associationStatus(tcb: Tcb): AssociationStatus {
  const { inbound, outbound } = tcb;
  return {
    id: tcb.id,
    state: tcb.state,
    localPort: tcb.services.sctpPort,
    peerPort: tcb.peerPort,
    outboundStreams: outbound.streams,
    inboundStreams: inbound?.streams ?? 0,
    extensions: tcb.extensions,
    peerAdaptation: tcb.peerAdaptation,
    peerRwndBytes: tcb.peerRwndBytes,
    localRwndBytes: inbound?.window.currentBytes(inbound.reassembly.heldBytes, inbound.reassembly.heldChunks) ?? 0,
    lastSentTsn: tsnAdd(outbound.outstanding.nextTsn, -1),
    lastAckedTsn: outbound.outstanding.cumulativeTsnAck,
    bufferedBytes: outbound.bufferedBytes,
    unackedChunks: outbound.outstanding.length,
    heldBytes: inbound?.reassembly.heldBytes ?? 0,
    fragmentationPointBytes: tcb.fragmentationPointBytes,
    waitingFor: waitingFor(tcb),
    paths: tcb.paths.all.map((path) => ({
      address: path.address,
      udpPort: path.udpPort,
      primary: path === tcb.paths.primary,
      state: path.state,
      srttMs: path.rto.srttMs,
      rtoMs: path.rto.rtoMs,
      cwndBytes: path.congestion.cwndBytes,
      ssthreshBytes: path.congestion.ssthreshBytes,
      flightBytes: path.flightBytes,
      pmtuBytes: path.pmtuBytes,
      pmtuState: path.pmtuState,
      errorCount: path.errorCount,
      counters: { ...path.counters },
    })),
    counters: { ...tcb.counters },
    abandonedMessages: tcb.abandoned.all,
    abandonedMessagesByStream: tcb.abandoned.byStream,
  };
}

function waitingFor(tcb: Tcb): AssociationStatus['waitingFor'] {
  const { queue, held, outstanding } = tcb.outbound;
  if (queue.isEmpty && outstanding.lostCount === 0) return held?.isEmpty === false ? 'stream-reset' : 'nothing';
  if (tcb.state === 'COOKIE-WAIT' || tcb.state === 'COOKIE-ECHOED') return 'handshake';
  const path = tcb.paths.forNewData();
  if (!path.usable) return 'path';
  if (path.congestion.roomBytes(path.flightBytes, Number.MAX_SAFE_INTEGER) <= 0) return 'congestion-window';
  if (queue.nextFragmentBytes(tcb.fragmentationPointBytes) > tcb.peerRwndBytes) return 'peer-window';
  return 'burst-limit';
}
