import type { PayloadChunk } from '../types.ts';

/** Flags that DATA and I-DATA have in common; the upper four bits are reserved. RFC 9260 §3.3.1, RFC 8260 §2.1. */
export const ENDING = 0x01;
export const BEGINNING = 0x02;
export const UNORDERED = 0x04;
export const IMMEDIATE = 0x08;

export function payloadFlags(chunk: PayloadChunk): number {
  return (
    (chunk.ending ? ENDING : 0) |
    (chunk.beginning ? BEGINNING : 0) |
    (chunk.unordered ? UNORDERED : 0) |
    (chunk.immediate ? IMMEDIATE : 0)
  );
}
