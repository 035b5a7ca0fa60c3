import { throwLater } from './throw-later.ts';

/** What is needed of an `EventEmitter`. */
interface Emitter {
  rawListeners(name: string): readonly unknown[];
}

/**
 * Emits to every listener. An exception of one reaches the process (`uncaughtException`) and neither the others nor the
 * protocol below.
 */
export function emitSafely(emitter: Emitter, name: string, ...args: readonly unknown[]): void {
  for (const listener of emitter.rawListeners(name)) {
    try {
      Reflect.apply(listener as (...args: readonly unknown[]) => unknown, emitter, args);
    } catch (error) {
      throwLater(error);
    }
  }
}
