/** Lets the current turn of the event loop end, and returns the exceptions that nobody caught meanwhile. */
export async function collectUncaught(during: () => unknown = () => {}): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const take = (error: unknown): void => void uncaught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', take);
  try {
    await during();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('uncaughtException', take);
    for (const other of others) process.on('uncaughtException', other);
  }
  return uncaught;
}
