import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/** What is in flight: the paths' counts and the association's are the same. RFC 9260 §6.2.1, §7.2. */
export function checkFlight(tcb: Tcb): void {
  const { outstanding } = tcb.outbound;
  let flightBytes = 0;
  for (const path of tcb.paths.all) {
    flightBytes += path.flightBytes;
    if (path.flightBytes < 0 || path.flightBytes > 0 !== (path.earliestTsn !== undefined)) {
      throw new Error(`${path.flightBytes} bytes in flight to ${path.address}, earliest TSN ${path.earliestTsn}`);
    }
  }
  if (flightBytes !== outstanding.flightBytes) {
    throw new Error(`${flightBytes} bytes in flight on the paths, ${outstanding.flightBytes} in all`);
  }
  if (outstanding.lostCount < 0) throw new Error(`${outstanding.lostCount} chunks are lost`);
}

/** The same, counted anew chunk by chunk: too slow to do after every packet. */
export function recountFlight(tcb: Tcb): void {
  const { outstanding, queue, held, bufferedBytes } = tcb.outbound;
  // What waits for a reset of its stream is in the send buffer as well.
  if (held?.isEmpty === false) return;
  let flightBytes = 0;
  let dataBytes = 0;
  let unacknowledgedBytes = queue.queuedBytes;
  let lost = 0;
  for (const chunk of outstanding) {
    if (chunk.status !== 'abandoned') unacknowledgedBytes += chunk.userData.length;
    if (chunk.status === 'lost') lost++;
    if (chunk.status !== 'in-flight') continue;
    flightBytes += chunk.sizeBytes;
    dataBytes += chunk.userData.length;
  }
  const counted = [flightBytes, dataBytes, lost, unacknowledgedBytes].join();
  const kept = [outstanding.flightBytes, outstanding.flightDataBytes, outstanding.lostCount, bufferedBytes].join();
  if (counted !== kept) throw new Error(`in flight, payload, lost, buffered: ${counted} counted anew, ${kept} kept`);
}
