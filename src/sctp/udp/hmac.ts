import { createHmac } from 'node:crypto';

/** HMAC-SHA-256, the keyed hash of State Cookies. RFC 9260 §5.1.3. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest();
}
