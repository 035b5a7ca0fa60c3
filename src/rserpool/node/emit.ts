import type { EventEmitter } from 'node:events';

/**
 * Emits to every listener. An exception of one reaches the process (`uncaughtException`) and neither the others nor the
 * protocol below.
 */
export function emitSafely(emitter: EventEmitter, name: string, ...args: unknown[]): void {
  for (const listener of emitter.rawListeners(name)) {
    try {
      Reflect.apply(listener, emitter, args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
