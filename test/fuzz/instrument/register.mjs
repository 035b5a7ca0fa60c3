// `node --import` of this file runs TypeScript, with a counter at each branch of what is fuzzed: see hooks.mjs.
import { register } from 'node:module';

// How often each branch was taken, modulo 256, and how many there are; `coverage.ts` reads it.
globalThis.branchHits = new Uint8Array(1 << 16);
globalThis.branchCount = 0;
register('./hooks.mjs', import.meta.url);
