import { PeChecksum } from './checksum.ts';

/** How many elements each registrar is home of, and their checksums. RFC 5353 §3.6.1. */
export class Ownership {
  readonly #homes = new Map<number, { readonly checksum: PeChecksum; count: number }>();

  /** The registrars that own at least one element. */
  get homes(): Iterable<number> {
    return this.#homes.keys();
  }

  add(home: number, handleSum: number, identifier: number): void {
    let entry = this.#homes.get(home);
    if (entry === undefined) {
      entry = { checksum: new PeChecksum(), count: 0 };
      this.#homes.set(home, entry);
    }
    entry.checksum.add(handleSum, identifier);
    entry.count++;
  }

  remove(home: number, handleSum: number, identifier: number): void {
    const entry = this.#homes.get(home)!;
    entry.checksum.remove(handleSum, identifier);
    entry.count--;
    // Peers invent home identifiers: there are never more entries than elements.
    if (entry.count === 0) this.#homes.delete(home);
  }

  checksumOf(home: number): number {
    return this.#homes.get(home)?.checksum.value ?? 0xffff;
  }

  countOf(home: number): number {
    return this.#homes.get(home)?.count ?? 0;
  }
}
