import { RSerPoolError } from '../errors.ts';

/** The keys that a registrar shares with others, by the identity that each shows. */
export interface PskKeys {
  /** The key of an identity, if it is known at this moment. */
  find(identity: string): Uint8Array | undefined;
}

/** The shortest key: 128 bits. RFC 9257 §4 wants that much entropy. */
export const MIN_PSK_BYTES = 16;
/** RFC 4279 §5.3 wants 64 to be supported; OpenSSL takes 512. */
export const MAX_PSK_BYTES = 512;
/** RFC 4279 §5.3. */
const MAX_IDENTITY_BYTES = 128;

/**
 * Reads a file of keys: a line for each, `IDENTITY:KEY` with the key in hexadecimal digits, as `psktool` writes them.
 * Empty lines and those that begin with `#` do not count.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, which names the line, never the key
 */
export function readPskKeys(text: string): ReadonlyMap<string, Uint8Array> {
  const keys = new Map<string, Uint8Array>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf(':');
    const identity = line.slice(0, Math.max(at, 0));
    const hex = line.slice(at + 1).trim();
    const problem = problemOf(identity, hex, keys);
    if (problem !== undefined) {
      const where = `line ${index + 1}`;
      throw new RSerPoolError(
        'ERR_RSERPOOL_BAD_ARGUMENT',
        `${where}: ${problem}; expected IDENTITY:KEY, the key as ${2 * MIN_PSK_BYTES} or more hexadecimal digits`,
        { line: index + 1 },
      );
    }
    keys.set(identity, Buffer.from(hex, 'hex'));
  }
  return keys;
}

function problemOf(identity: string, hex: string, keys: ReadonlyMap<string, unknown>): string | undefined {
  if (identity === '') return 'no identity';
  // Zeros end a text within TLS libraries: what is shown and what is compared would differ.
  if (/[\p{C}]/u.test(identity)) return 'the identity has characters that cannot be printed';
  if (Buffer.byteLength(identity) > MAX_IDENTITY_BYTES)
    return `the identity is longer than ${MAX_IDENTITY_BYTES} bytes`;
  if (keys.has(identity)) return `${JSON.stringify(identity)} stands there twice`;
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return 'the key is not in hexadecimal digits';
  const bytes = hex.length / 2;
  if (bytes < MIN_PSK_BYTES || bytes > MAX_PSK_BYTES)
    return `the key has ${bytes} bytes, not ${MIN_PSK_BYTES} to ${MAX_PSK_BYTES}`;
  return undefined;
}
