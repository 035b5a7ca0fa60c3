import type { Entropy } from '../../base/contract.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import { drawBelow } from './draw.ts';
import { RANKINGS } from './rankings.ts';
import { WEIGHTINGS } from './weightings.ts';

/** What a pool user knows when it needs an element of a pool. */
export interface UserChoice<Element extends { readonly policy: PolicyParameter }> {
  /** The pool's policy as the handle resolution told it; `undefined` means round robin (RFC 5352 §2.2.6). */
  readonly policy: PolicyParameter | undefined;
  /** The elements in the order of the handle resolution. */
  readonly elements: readonly Element[];
  /** Index of the one that was picked last from this resolution; `undefined` while it is fresh. */
  readonly last: number | undefined;
  /** Whether an element can be picked: those that failed cannot. */
  readonly isUsable?: (element: Element, index: number) => boolean;
  /**
   * With Weighted Random and its kin, draw from a cached resolution by the elements' own weights. RFC 5356
   * §4.4.3 says plain random, and then the weights make no difference if the registrar answers with the whole pool.
   */
  readonly honourWeights?: boolean;
}

/**
 * The pool user's half of a policy: which element of a resolution to use. RFC 5356 §4.1.3 to §5.4.3.
 *
 * Round robin policies go on behind the last one, sorted policies take the first, random ones take the first of a fresh
 * resolution, which the registrar has drawn, and draw again from a cached one.
 *
 * @returns the index of the element, or `undefined` if none is usable
 */
export function pickForUser<Element extends { readonly policy: PolicyParameter }>(
  choice: UserChoice<Element>,
  entropy: Entropy,
): number | undefined {
  const { policy, last } = choice;
  const kind = policy?.kind ?? 'round-robin';
  if (RANKINGS[kind] !== undefined) return firstUsable(choice, 0);
  if (kind === 'random' || WEIGHTINGS[kind] !== undefined) {
    return last === undefined ? firstUsable(choice, 0) : drawUsable(choice, entropy);
  }
  return firstUsable(choice, last === undefined ? 0 : last + 1);
}

/** The first usable element from `start` on, around the list. */
function firstUsable<Element extends { readonly policy: PolicyParameter }>(
  { elements, isUsable }: UserChoice<Element>,
  start: number,
): number | undefined {
  for (let i = 0; i < elements.length; i++) {
    const index = (start + i) % elements.length;
    if (isUsable === undefined || isUsable(elements[index]!, index)) return index;
  }
  return undefined;
}

function drawUsable<Element extends { readonly policy: PolicyParameter }>(
  { elements, isUsable, honourWeights = false }: UserChoice<Element>,
  entropy: Entropy,
): number | undefined {
  const usable: number[] = [];
  for (const [index, element] of elements.entries()) {
    if (isUsable === undefined || isUsable(element, index)) usable.push(index);
  }
  if (usable.length === 0) return undefined;
  const weights = usable.map((index) => (honourWeights ? weightOf(elements[index]!.policy) : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return usable[drawBelow(entropy, usable.length)];
  let point = drawBelow(entropy, total);
  for (const [i, weight] of weights.entries()) {
    if (point < weight) return usable[i];
    point -= weight;
  }
  return undefined;
}

/** What the registrar of the element would draw by, as far as the element's own values tell. */
function weightOf(policy: PolicyParameter): number {
  return WEIGHTINGS[policy.kind]?.weightOf(policy) ?? 1;
}
