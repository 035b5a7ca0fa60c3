import { throwLater } from './throw-later.ts';

/** What is needed of an `EventEmitter`. */
interface Emitter {
  listenerCount(name: string): number;
  emit(name: string, ...args: readonly unknown[]): boolean;
  rawListeners(name: string): readonly unknown[];
}

/**
 * Emits to every listener. An exception of one reaches the process (`uncaughtException`) and neither the others nor the
 * protocol below.
 */
export function emitSafely(emitter: Emitter, name: string, ...args: readonly unknown[]): void {
  const listeners = emitter.listenerCount(name);
  if (listeners === 0) return;
  if (listeners === 1) {
    try {
      emitter.emit(name, ...args);
    } catch (error) {
      throwLater(error);
    }
    return;
  }
  for (const listener of emitter.rawListeners(name)) {
    try {
      Reflect.apply(listener as (...args: readonly unknown[]) => unknown, emitter, args);
    } catch (error) {
      throwLater(error);
    }
  }
}
