/**
 * What a target is given: steps in their order. The first byte of each says what is done, the others with what; a target
 * whose input is one text or file has one step, all of which is the text.
 */
export type FuzzInput = readonly Uint8Array[];

/** Something that enemies can reach, with what must hold whatever they send. */
export interface FuzzTarget {
  /** As `--target` takes it. */
  readonly name: string;
  /** What is fuzzed, for people. */
  readonly about: string;
  /** What the bytes of a step are: how they are changed. */
  readonly shape: 'tlv' | 'text' | 'bytes';
  /** Longest input, in steps. */
  readonly maxSteps: number;
  /** Time that an input may take, ms, besides 2 ms for each step. Default 50. */
  readonly limitMs?: number;
  /** Its turns are so many times as long as those of others. Default 1. */
  readonly weight?: number;
  /** Bytes that mean something to it: put into inputs as they are. */
  readonly words?: readonly Uint8Array[];
  /** Inputs that mean something, made by our own encoders. */
  seeds(): FuzzInput[];
  /** Runs one input in a world of its own. @throws (rejects) whatever is wrong: then this is a finding */
  run(input: FuzzInput): void | Promise<void>;
}

/** @throws Error with this text unless it is true */
export function must(isTrue: boolean, text: () => string): void {
  if (!isTrue) throw new Error(text());
}

/** A step of these bytes. */
export function step(what: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([what, ...parts.flatMap((part) => [...part])]);
}
