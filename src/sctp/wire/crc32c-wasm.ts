import { FOLDING_BYTES, folding, foldingTables } from './crc32c-folding.ts';
import { SLICING_TABLE_BYTES, slicing, slicingTables } from './crc32c-slicing.ts';
import { call, constant, get, I32_XOR, moduleBytes, type WasmFunction } from './wasm-code.ts';

/** Of the standard's global, what is needed here; some runtimes do without it. */
declare const WebAssembly:
  | {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (
        module: object,
      ) => {
        readonly exports: {
          readonly memory: { readonly buffer: ArrayBuffer };
          readonly crc32c: (at: number, length: number) => number;
        };
      };
    }
  | undefined;

/** Computes a CRC32c of bytes that were copied into its memory. */
export interface WasmCrc32c {
  /** Where the bytes go: from its beginning on. */
  readonly input: Uint8Array;
  /** The CRC32c of the first `length` bytes of the input, as a signed number. */
  compute(length: number): number;
}

/** Memory: the tables of both ways, then the input. */
const FOLDING_AT = SLICING_TABLE_BYTES;
const INPUT_AT = FOLDING_AT + FOLDING_BYTES;
/** No UDP datagram is longer. */
const INPUT_BYTES = 0x1_0000;
const PAGE_BYTES = 0x1_0000;

/** Index of the function in the modules. */
const SLICING = 0;

/** `crc32c(at, length)` without vectors. */
const slicingOnly: WasmFunction = {
  parameters: 2,
  locals: [],
  body: [...constant(-1), ...get(0), ...get(1), ...call(SLICING), ...constant(-1), I32_XOR],
};

/** The best that the runtime can do; `undefined` if it has no WebAssembly, or forbids it. */
export function createWasmCrc32c(): WasmCrc32c | undefined {
  return foldingCrc32c() ?? slicingCrc32c();
}

/** With relaxed vectors: Node 22 and later. */
export function foldingCrc32c(): WasmCrc32c | undefined {
  return instantiate(folding(FOLDING_AT, SLICING));
}

/** Without vectors. */
export function slicingCrc32c(): WasmCrc32c | undefined {
  return instantiate(slicingOnly);
}

/** `undefined` where WebAssembly is missing, forbidden, or without the instructions. */
function instantiate(crc32c: WasmFunction): WasmCrc32c | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    const pages = Math.ceil((INPUT_AT + INPUT_BYTES) / PAGE_BYTES);
    const module = new WebAssembly.Module(moduleBytes(pages, [slicing, crc32c], 'crc32c'));
    const { exports } = new WebAssembly.Instance(module);
    const tables = slicingTables();
    new Uint32Array(exports.memory.buffer).set(tables);
    new Uint8Array(exports.memory.buffer, FOLDING_AT).set(foldingTables(tables));
    const input = new Uint8Array(exports.memory.buffer, INPUT_AT, INPUT_BYTES);
    return { input, compute: (length) => exports.crc32c(INPUT_AT, length) };
  } catch {
    return undefined;
  }
}
