import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/** RFC 9260 §6.3.2: T3-rtx of a path runs if and only if DATA is outstanding on it. */
export function checkT3Timer(tcb: Tcb): void {
  for (const path of tcb.paths.all) {
    const running = path.timers.isRunning('t3-rtx');
    if (running === path.flightBytes > 0) continue;
    throw new Error(
      `T3-rtx of ${path.address} ${running ? 'runs' : 'is stopped'} with ${path.flightBytes} bytes in flight`,
    );
  }
}
