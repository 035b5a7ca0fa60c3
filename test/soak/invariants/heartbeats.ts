import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/** RFC 9260 §8.3, §5.4: while an association is up each path is probed; nothing is once it shuts down. */
export function checkHeartbeats(tcb: Tcb): void {
  const { state } = tcb;
  if (state === 'COOKIE-WAIT' || state === 'COOKIE-ECHOED') return;
  const over = state === 'SHUTDOWN-SENT' || state === 'SHUTDOWN-ACK-SENT';
  for (const path of tcb.paths.all) {
    const probed = path.timers.isRunning('heartbeat') || path.timers.isRunning('heartbeat-timeout');
    if (over && probed) throw new Error(`heartbeats to ${path.address} in ${state}`);
    if (!over && !probed && (path.heartbeats || !path.confirmed)) {
      throw new Error(`no heartbeats to ${path.address} (${path.state}) in ${state}`);
    }
  }
}
