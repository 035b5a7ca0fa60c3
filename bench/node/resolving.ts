import type { Settings } from './settings.ts';

/** How a side resolves pool handles. */
export interface Resolving {
  /**
   * Resolves when users can come.
   *
   * @param answered called for every answer
   * @param ended called when the client has called {@link end}
   */
  serve(settings: Settings, answered: () => void, ended: () => void): Promise<void>;
  /** A user. What it resolves to asks for one of the pools; it may ask for each of them at the same time, not twice. */
  open(settings: Settings): Promise<(pool: number) => Promise<void>>;
  /** No more requests will come. */
  end(): Promise<void>;
}
