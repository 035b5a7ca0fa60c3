import type { Instant } from '../../base/contract.ts';
import { requestShutdown } from './shutdown.ts';
import type { Tcb } from './tcb.ts';

/** Ends associations that carry no user messages for `autocloseMs`, in either direction. RFC 6458 §8.1.8. */
export function startAutoclose(tcb: Tcb, now: Instant): void {
  const { autocloseMs } = tcb.config;
  if (autocloseMs > 0) tcb.timers.set('autoclose', now + autocloseMs);
  else tcb.timers.stop('autoclose');
}

/** The timer fired: user messages since it was set only move it on. */
export function autocloseDue(tcb: Tcb, now: Instant): void {
  if (tcb.state !== 'ESTABLISHED') return;
  const dueAt = (tcb.lastUserDataAt ?? -Infinity) + tcb.config.autocloseMs;
  if (dueAt > now) tcb.timers.set('autoclose', dueAt);
  else requestShutdown(tcb, now);
}
