import { Tally } from '../../base/tally.ts';
import type { StoredElement } from './element-store.ts';

/** Who has registered how many elements here, so that nobody takes all the room. RFC 5355 §2.2. */
export class Holdings {
  readonly #max: number;
  readonly #holders = new Map<StoredElement, string>();
  readonly #counts = new Tally<string>();

  /** @param max elements of one holder */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether a holder may register one more; an element that it holds already is none. */
  hasRoom(element: StoredElement | undefined, holder: string): boolean {
    const isHeld = element !== undefined && this.#holders.get(element) === holder;
    return isHeld || this.#counts.of(holder) < this.#max;
  }

  /** The element was registered, perhaps again, perhaps by somebody else than before. */
  note(element: StoredElement, holder: string): void {
    this.forget(element);
    this.#holders.set(element, holder);
    this.#counts.add(holder);
  }

  /** It is gone, or belongs to another registrar. */
  forget(element: StoredElement): void {
    const holder = this.#holders.get(element);
    if (holder === undefined) return;
    this.#holders.delete(element);
    this.#counts.remove(holder);
  }
}
