import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/** Whatever waits has a timer that leads on. Asked between inputs, when all that can be sent has been sent. */
export function checkLiveness(tcb: Tcb): void {
  const { state, timers } = tcb;
  const expectTimer = (name: Parameters<typeof timers.isRunning>[0]): void => {
    if (!timers.isRunning(name)) throw new Error(`${name} does not run in ${state}`);
  };
  switch (state) {
    case 'CLOSED':
      throw new Error('an association that is closed is still filed');
    case 'COOKIE-WAIT':
      expectTimer('t1-init');
      break;
    case 'COOKIE-ECHOED':
      expectTimer('t1-cookie');
      break;
    case 'SHUTDOWN-SENT':
      expectTimer('t5-shutdown-guard');
      expectTimer('t2-shutdown');
      break;
    case 'SHUTDOWN-ACK-SENT':
      expectTimer('t2-shutdown');
      break;
    default:
      checkSending(tcb);
      checkAcknowledging(tcb);
  }
}

function checkSending({ state, timers, outbound, reconfiguration }: Tcb): void {
  const { queue, held, outstanding, forwardTsn } = outbound;
  if (reconfiguration?.inFlight !== undefined && !timers.isRunning('reconfiguration')) {
    throw new Error('a reconfiguration waits for its answer, and no timer runs');
  }
  const { waiting, inFlight, deferred } = reconfiguration ?? { waiting: [], inFlight: undefined, deferred: undefined };
  if (held?.isEmpty === false && waiting.length === 0 && inFlight === undefined && deferred === undefined) {
    throw new Error('messages wait for a reset that nobody has asked for');
  }
  if (outstanding.length > 0) {
    // The lowest one is in flight, or lost and then somewhere another one is, or given up: T3-rtx runs (`t3-timer.ts`).
    if (outstanding.flightBytes === 0 && forwardTsn.sent === undefined) {
      throw new Error(`${outstanding.length} chunks wait in ${state}, none in flight`);
    }
  } else if (!queue.isEmpty) {
    if (!timers.isRunning('zero-window')) throw new Error(`messages wait in ${state}, and nothing is in flight`);
  } else if (state !== 'ESTABLISHED' && held?.isEmpty !== false)
    throw new Error(`nothing is left to send, and yet it is ${state}`);
}

function checkAcknowledging({ state, inbound }: Tcb): void {
  if (inbound === undefined) throw new Error(`no receiving side in ${state}`);
  const { ack } = inbound;
  if (ack.due) throw new Error('a SACK that is due was not sent');
  if (ack.pending && ack.deadline === undefined) throw new Error('DATA waits for a SACK, and no timer runs');
}
