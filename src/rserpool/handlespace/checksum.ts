/**
 * The PE checksum: the Internet checksum (RFC 1071) over pool handle and PE identifier of a set of elements, kept while
 * elements come and go. RFC 5353 §3.6.2.
 *
 * It keeps the plain sum of all 16-bit words and folds it on reading: that loses no carry, and nothing is left over when
 * everything was taken out again. The sum is exact up to 2^53, far more than a handlespace can hold.
 */
export class PeChecksum {
  #sum = 0;

  /** Adds an element; `handleSum` is the {@link wordSum} of its pool's handle. */
  add(handleSum: number, identifier: number): void {
    this.#sum += handleSum + identifierSum(identifier);
  }

  /** Takes an element out that was added. */
  remove(handleSum: number, identifier: number): void {
    this.#sum -= handleSum + identifierSum(identifier);
  }

  /** The 16 bits that go on the wire: 0xffff without elements. */
  get value(): number {
    // Adding with end-around carry is arithmetic modulo 2^16 - 1, in which only the sum of nothing is 0 and not 0xffff.
    const folded = this.#sum === 0 ? 0 : ((this.#sum - 1) % 0xffff) + 1;
    return ~folded & 0xffff;
  }
}

/** Sum of the 16-bit big-endian words of `bytes`, as if zeros followed up to the next 32-bit boundary. */
export function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += (i & 1) === 0 ? bytes[i]! << 8 : bytes[i]!;
  return sum;
}

function identifierSum(identifier: number): number {
  return (identifier >>> 16) + (identifier & 0xffff);
}
