import { toHex } from '../base/bytes.ts';
import { PoolHandle } from '../rserpool/index.ts';

/** One line of JSON; bytes as hexadecimal text, pool handles as people read them. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof PoolHandle) return each.toString();
    if (each instanceof Uint8Array) return toHex(each);
    return each;
  });
}
