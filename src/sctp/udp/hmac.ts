import { hash } from 'node:crypto';

/** Block and output of SHA-256. FIPS 180-4. */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const [INNER_PAD, OUTER_PAD] = [0x36, 0x5c];

/** What a key comes to: the key and a pad, with room behind for what is hashed. RFC 2104 §2. */
interface KeyedBlocks {
  inner: Uint8Array;
  readonly outer: Uint8Array;
}

const blocksOf = new WeakMap<Uint8Array, KeyedBlocks>();

/**
 * HMAC-SHA-256, the keyed hash of State Cookies. RFC 9260 §5.1.3, RFC 2104 §2. Two hashes of Node cost a third of an
 * object of its `createHmac`, above all for the collector.
 *
 * @param key not to be changed once it was used: what it comes to is kept as long as it is
 */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  let blocks = blocksOf.get(key);
  if (blocks === undefined) {
    blocks = keyedBlocks(key);
    blocksOf.set(key, blocks);
  }
  const length = BLOCK_BYTES + data.length;
  if (blocks.inner.length < length) blocks.inner = enlarged(blocks.inner, 2 * length);
  blocks.inner.set(data, BLOCK_BYTES);
  writeBinary(sha256(blocks.inner.subarray(0, length)), blocks.outer, BLOCK_BYTES);
  const mac = new Uint8Array(HASH_BYTES);
  writeBinary(sha256(blocks.outer), mac, 0);
  return mac;
}

function keyedBlocks(key: Uint8Array): KeyedBlocks {
  const block = new Uint8Array(BLOCK_BYTES);
  if (key.length > BLOCK_BYTES) writeBinary(sha256(key), block, 0);
  else block.set(key);
  return {
    inner: block.map((byte) => byte ^ INNER_PAD),
    outer: enlarged(
      block.map((byte) => byte ^ OUTER_PAD),
      BLOCK_BYTES + HASH_BYTES,
    ),
  };
}

/** A character for each byte: Node makes such a text in a fraction of the time that a Buffer takes. */
function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'binary');
}

function writeBinary(text: string, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < HASH_BYTES; i++) bytes[at + i] = text.charCodeAt(i);
}

function enlarged(bytes: Uint8Array, length: number): Uint8Array {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}
