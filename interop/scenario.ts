/** One encounter with a real peer. It prints what it saw and throws if that is not what should be. */
export interface Scenario {
  readonly name: string;
  /** Programs that have to be there; a missing one is a failure. */
  readonly needs: readonly string[];
  run(see: (text: string) => void): Promise<void>;
}

/** Throws with what was seen unless it is so. */
export function expectThat(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
