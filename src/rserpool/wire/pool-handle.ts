declare const poolHandleKeyBrand: unique symbol;

/** A pool handle as the key of a `Map`: equal handles have equal keys, different ones have different keys. */
export type PoolHandleKey = string & { readonly [poolHandleKeyBrand]: true };

/** The longest handle that fits into a parameter. RFC 5354 §3.9. */
export const MAX_POOL_HANDLE_BYTES = 65_531;

/**
 * The name of a pool: 1 to 65531 bytes of any value, compared byte by byte. RFC 5354 §3.9.
 * Handles are made by {@link poolHandle}; compare their keys.
 */
export class PoolHandle {
  readonly bytes: Uint8Array;
  /** One character a byte (Latin-1). */
  readonly key: PoolHandleKey;

  /** Owns `bytes` from now on. @param key the same bytes as text, for who has it already */
  constructor(bytes: Uint8Array, key = latin1(bytes)) {
    this.bytes = bytes;
    this.key = key as PoolHandleKey;
  }

  /** UTF-8 text where the bytes are printable UTF-8, else `0x` and hexadecimal digits. */
  toString(): string {
    const text = new TextDecoder().decode(this.bytes);
    // Control characters and broken UTF-8 must not reach a terminal.
    if (!/[\p{C}\u2028\u2029\ufffd]/u.test(text)) return text;
    return `0x${Array.from(this.bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }
}

function latin1(bytes: Uint8Array): string {
  if (bytes.length <= PIECE_BYTES) return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) text += latin1(bytes.subarray(at, at + PIECE_BYTES));
  return text;
}

/** Most names are short and plain: their bytes are their characters, and a `TextEncoder` takes ten times as long. */
function asciiBytes(name: string): Uint8Array | undefined {
  const { length } = name;
  if (length < 1 || length > PIECE_BYTES) return undefined;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const code = name.charCodeAt(i);
    if (code > LAST_ASCII) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

const LAST_ASCII = 0x7f;

/** Far fewer than the arguments that a call can have. */
const PIECE_BYTES = 1024;

/**
 * Makes a pool handle of text (as UTF-8, without a terminator) or of bytes, which are copied.
 *
 * @throws RangeError if it would be empty or longer than {@link MAX_POOL_HANDLE_BYTES}
 */
export function poolHandle(name: string | Uint8Array): PoolHandle {
  const ascii = typeof name === 'string' ? asciiBytes(name) : undefined;
  if (ascii !== undefined) return new PoolHandle(ascii, name as string);
  const bytes = typeof name === 'string' ? new TextEncoder().encode(name) : name.slice();
  if (bytes.length < 1 || bytes.length > MAX_POOL_HANDLE_BYTES) {
    throw new RangeError(`a pool handle has 1 to ${MAX_POOL_HANDLE_BYTES} bytes, not ${bytes.length}`);
  }
  return new PoolHandle(bytes);
}
