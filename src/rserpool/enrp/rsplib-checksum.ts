import { PeChecksum, wordSum } from '../handlespace/checksum.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import { isForRsplib } from '../wire/rsplib-limits.ts';

/**
 * The checksum of what we own as rsplib's registrars can know it: elements that they cannot read are not told to them,
 * and with the checksum of all they would ask for our table again and again.
 */
export class RsplibChecksum {
  readonly #own: { readonly id: number };
  readonly #store: ElementStore;
  /** What was computed last, and of which state of the handlespace. */
  #known = { revision: -1, whole: -1, value: 0xffff };

  constructor(own: { readonly id: number }, store: ElementStore) {
    this.#own = own;
    this.#store = store;
  }

  get value(): number {
    const { revision } = this.#store.handlespace;
    const whole = this.#store.checksumOf(this.#own.id);
    if (this.#known.revision !== revision || this.#known.whole !== whole) {
      this.#known = { revision, whole, value: this.#compute() };
    }
    return this.#known.value;
  }

  #compute(): number {
    const checksum = new PeChecksum();
    const cursor = this.#store.cursor(true);
    for (let element = cursor.peek(); element !== undefined; element = cursor.peek()) {
      cursor.advance();
      const { poolHandle, parameter } = element;
      if (isForRsplib(poolHandle, parameter)) checksum.add(wordSum(poolHandle.bytes), parameter.identifier);
    }
    return checksum.value;
  }
}
