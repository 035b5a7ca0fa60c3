import type { Arena } from './arena.ts';

/** What became of an attack. */
export interface Outcome {
  readonly succeeded: boolean;
  /** What the attacker saw of it, in a few words. */
  readonly saw: string;
}

/** A threat of RFC 5355 §2 as a program. */
export interface Attack {
  /** Section of RFC 5355. */
  readonly threat: string;
  /** What the attacker does, and what for. */
  readonly what: string;
  /** Who succeeds against which configuration; an attack that SCTP or a limit stops fails against both. */
  readonly succeedsAgainst: { readonly plain: boolean; readonly secured: false };
  run(arena: Arena): Promise<Outcome>;
}

/** What was seen, each thing once. */
export function list(...sights: readonly string[]): string {
  return [...new Set(sights)].join('; ');
}
