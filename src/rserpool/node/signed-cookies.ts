import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of a signature: HMAC-SHA-256. */
const SIGNATURE_BYTES = 32;

/**
 * Cookies that users can neither make up nor change: all elements of a pool have the key, one signs and the next one
 * verifies. RFC 5352 §3.8. They are not encrypted, and an old one stays valid: put in what tells it apart.
 */
export class SignedCookies {
  readonly #key: Uint8Array;

  /** @param key secret of the pool, 32 random bytes or more */
  constructor(key: Uint8Array) {
    this.#key = key.slice();
  }

  /** The state with its signature: what `session.setCookie` takes. */
  sign(state: Uint8Array | string): Uint8Array {
    const bytes = typeof state === 'string' ? new TextEncoder().encode(state) : state;
    const cookie = new Uint8Array(SIGNATURE_BYTES + bytes.length);
    cookie.set(this.#signature(bytes));
    cookie.set(bytes, SIGNATURE_BYTES);
    return cookie;
  }

  /** The state of a cookie that was signed with this key; `undefined` of anything else, and of no cookie. */
  verify(cookie: Uint8Array | undefined): Uint8Array | undefined {
    if (cookie === undefined || cookie.length < SIGNATURE_BYTES) return undefined;
    const state = cookie.slice(SIGNATURE_BYTES);
    return timingSafeEqual(this.#signature(state), cookie.subarray(0, SIGNATURE_BYTES)) ? state : undefined;
  }

  #signature(state: Uint8Array): Uint8Array {
    return createHmac('sha256', this.#key).update(state).digest();
  }
}
