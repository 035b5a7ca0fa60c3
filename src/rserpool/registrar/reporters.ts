import type { StoredElement } from './element-store.ts';

/**
 * Who has reported an element since it has registered: each counts once, so that nobody puts a living one out of its pool
 * alone (RFC 5355 §2.13). Who has died is found by the keep-alive that follows any report.
 */
export class Reporters {
  readonly #byElement = new WeakMap<StoredElement, Set<string>>();

  /** Whether this one has not reported it before. @param holder as in `Channel.holder` */
  add(element: StoredElement, holder: string): boolean {
    let reporters = this.#byElement.get(element);
    if (reporters === undefined || element.badReports === 0) {
      reporters = new Set();
      this.#byElement.set(element, reporters);
    }
    if (reporters.has(holder)) return false;
    reporters.add(holder);
    return true;
  }
}
