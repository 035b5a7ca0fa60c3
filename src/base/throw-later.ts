/**
 * Hands an exception of somebody else's code to the process (`uncaughtException`), after the caller has finished what
 * it was doing: an application's handler that throws must not stop the protocol in the middle of a packet.
 */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
