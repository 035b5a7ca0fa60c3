import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/**
 * RFC 9260 §6.3.2: T3-rtx of a path runs if and only if DATA is outstanding on it. RFC 3758 §3.5 C5: or, on any path, if
 * a FORWARD TSN is not acknowledged.
 */
export function checkT3Timer(tcb: Tcb): void {
  const forwarding = tcb.outbound.forwardTsn.sent !== undefined;
  if (forwarding && !tcb.paths.all.some(({ timers }) => timers.isRunning('t3-rtx'))) {
    throw new Error('no T3-rtx guards the FORWARD TSN');
  }
  for (const path of tcb.paths.all) {
    const running = path.timers.isRunning('t3-rtx');
    if (running === path.flightBytes > 0 || (running && forwarding)) continue;
    throw new Error(
      `T3-rtx of ${path.address} ${running ? 'runs' : 'is stopped'} with ${path.flightBytes} bytes in flight`,
    );
  }
}
