import CRC32C from 'crc-32/crc32c.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWasmCrc32c, foldingCrc32c, slicingCrc32c } from '../../../src/sctp/wire/crc32c-wasm.ts';
import { SeededRandom } from '../../harness/random.ts';

const major = Number(process.versions.node.split('.')[0]);

afterEach(() => vi.unstubAllGlobals());

describe('CRC32c in WebAssembly', () => {
  it.each([
    ['slicing', slicingCrc32c],
    ['folding', foldingCrc32c],
    ['what the runtime can do best', createWasmCrc32c],
  ])('is that of crc-32, for every length and for the longest datagram: %s', (name, create) => {
    const wasm = create();
    if (wasm === undefined) {
      expect([name, major < 22]).toEqual(['folding', true]);
      return;
    }
    const random = new SeededRandom(1);
    const lengths = [...Array.from({ length: 700 }, (_, i) => i), 1452, 9000, 32_768, 65_507, 65_536];
    for (const length of lengths) {
      const bytes = random.bytes(length);
      wasm.input.set(bytes);
      expect([length, wasm.compute(length)]).toEqual([length, CRC32C.buf(bytes)]);
    }
  });

  it('is left out where there is no WebAssembly, and where it may not compile', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(createWasmCrc32c()).toBeUndefined();
    const Module = class {
      constructor() {
        throw new Error('Wasm code generation disallowed by embedder');
      }
    };
    vi.stubGlobal('WebAssembly', { Module });
    expect(createWasmCrc32c()).toBeUndefined();
  });
});
