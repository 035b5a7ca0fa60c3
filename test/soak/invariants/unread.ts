import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/** The receive window counts exactly what the application has not taken. RFC 9260 §6.2. */
export function checkUnread({ inbound }: Tcb, unreadBytes: number): void {
  if (inbound === undefined || inbound.window.deliveredBytes === unreadBytes) return;
  throw new Error(`the application holds ${unreadBytes} bytes, the window counts ${inbound.window.deliveredBytes}`);
}
