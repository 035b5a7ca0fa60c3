import {
  advance,
  type Code,
  call,
  constant,
  get,
  I8X16_RELAXED_SWIZZLE,
  I8X16_SHR_U,
  I32,
  I32_GE_U,
  I32_XOR,
  ifElse,
  memory,
  set,
  V128,
  V128_AND,
  V128_LOAD,
  V128_STORE,
  V128_XOR,
  vectorConstant,
  type WasmFunction,
  whileTrue,
} from './wasm-code.ts';

/*
 * Folding: a block of 128 bytes is replaced by a change to the block behind it that leaves the CRC as it is, until one
 * block is left. A block is 32 states of four bytes, 32 bytes apart from each other (with 16 bytes not every state could be
 * reached), and eight vectors: the even ones have the first, second, third and fourth bytes of 16 states, the odd ones those
 * of the others. What a state becomes is linear in its bits, and the same for all 32, so it is looked up for each half of
 * each byte: 16 entries fit a vector, and one instruction looks 16 of them up.
 */

const BLOCK_BYTES = 128;
const VECTOR_BYTES = 16;
const VECTORS = BLOCK_BYTES / VECTOR_BYTES;
const STATE_BYTES = 4;
const STRIDE_BYTES = BLOCK_BYTES / STATE_BYTES;
/** A table for each half of each byte and each byte that it changes. */
const TABLES = STATE_BYTES * 2 * STATE_BYTES;
/** Shorter ones are left to slicing: folding ends with a block for it. */
const SHORTEST_BYTES = 3 * BLOCK_BYTES;

/** Bytes of the tables and of the last block, both at the same place, the tables first. */
export const FOLDING_TABLE_BYTES = TABLES * VECTOR_BYTES;
export const FOLDING_BYTES = FOLDING_TABLE_BYTES + BLOCK_BYTES;

/** @param byteTable the CRC's table for single bytes */
export function foldingTables(byteTable: Uint32Array): Uint8Array {
  const changes = stateChanges(byteTable);
  const tables = new Uint8Array(FOLDING_TABLE_BYTES);
  for (let from = 0; from < STATE_BYTES; from++) {
    for (const half of [0, 1]) {
      for (let to = 0; to < STATE_BYTES; to++) {
        for (let value = 0; value < 16; value++) {
          let change = 0;
          for (let bit = 0; bit < 4; bit++) if ((value >> bit) & 1) change ^= changes[8 * from + 4 * half + bit]!;
          tables[tableAt(from, half, to) + value] = change >>> (8 * to);
        }
      }
    }
  }
  return tables;
}

/** For each bit of a state: the state, one block behind, that has the same share in the CRC. */
function stateChanges(byteTable: Uint32Array): number[] {
  const share = (bit: number, blocksBehind: number): number => {
    const bytes = new Uint8Array(BLOCK_BYTES * (1 + blocksBehind));
    bytes[STRIDE_BYTES * (bit >> 3)] = 1 << (bit & 7);
    return bytes.reduce((crc, byte) => (crc >>> 8) ^ byteTable[(crc ^ byte) & 0xff]!, 0);
  };
  // Every share of 32 bits is that of one state: by its highest bit, a share and the bits of its state (Gauss).
  const known = new Map<number, { readonly share: number; readonly bits: number }>();
  const solve = (wanted: number, bits: number): { share: number; bits: number } => {
    let left = { share: wanted, bits };
    for (let step = known.get(Math.clz32(left.share)); step !== undefined; step = known.get(Math.clz32(left.share))) {
      left = { share: left.share ^ step.share, bits: left.bits ^ step.bits };
    }
    return left;
  };
  for (let bit = 0; bit < 32; bit++) {
    const rest = solve(share(bit, 0), 1 << bit);
    known.set(Math.clz32(rest.share), rest);
  }
  return Array.from({ length: 32 }, (_, bit) => solve(share(bit, 1), 0).bits);
}

function tableAt(from: number, half: number, to: number): number {
  return ((from * 2 + half) * STATE_BYTES + to) * VECTOR_BYTES;
}

// Parameters, then locals: the block at hand, the next one, halves of bytes of even and odd vectors, and a table.
const [AT, LENGTH, CRC, BLOCK] = [0, 1, 2, 3];
const NEXT = BLOCK + VECTORS;
const [HALF_OF_EVEN, HALF_OF_ODD, TABLE] = [NEXT + VECTORS, NEXT + VECTORS + 1, NEXT + VECTORS + 2];

/**
 * `crc32c(at, length)` by folding, as far as it goes.
 *
 * @param tablesAt where the tables are, and behind them the place for the last block
 * @param slicing index of the function of that name
 */
export function folding(tablesAt: number, slicing: number): WasmFunction {
  const lastBlockAt = tablesAt + FOLDING_TABLE_BYTES;
  const store = (vector: number): Code => [
    ...constant(lastBlockAt),
    ...get(BLOCK + vector),
    ...memory(V128_STORE, vector * VECTOR_BYTES),
  ];
  const toNextBlock = [...advance(AT, BLOCK_BYTES), ...advance(LENGTH, -BLOCK_BYTES)];
  return {
    parameters: 2,
    locals: [
      [1, I32],
      [2 * VECTORS + 3, V128],
    ],
    body: [
      ...ifElse(
        [...get(LENGTH), ...constant(SHORTEST_BYTES), I32_GE_U],
        [
          ...eachVector((vector) => load(BLOCK, vector)),
          // All ones in the register are the same as the first four bytes inverted.
          ...set(BLOCK, [
            ...get(BLOCK),
            ...vectorConstant([255, 255, 255, 255, ...new Array<number>(12).fill(0)]),
            ...V128_XOR,
          ]),
          ...toNextBlock,
          ...whileTrue([...get(LENGTH), ...constant(BLOCK_BYTES), I32_GE_U], [...fold(tablesAt), ...toNextBlock]),
          ...eachVector(store),
          ...set(CRC, [...constant(0), ...constant(lastBlockAt), ...constant(BLOCK_BYTES), ...call(slicing)]),
        ],
        set(CRC, constant(-1)),
      ),
      ...[...get(CRC), ...get(AT), ...get(LENGTH), ...call(slicing), ...constant(-1), I32_XOR],
    ],
  };
}

/** The next block with the change that stands for the one at hand. */
function fold(tablesAt: number): Code {
  const code: number[] = [...eachVector((vector) => load(NEXT, vector))];
  for (let from = 0; from < STATE_BYTES; from++) {
    for (const half of [0, 1]) {
      code.push(...set(HALF_OF_EVEN, halfOf(BLOCK + 2 * from, half)));
      code.push(...set(HALF_OF_ODD, halfOf(BLOCK + 2 * from + 1, half)));
      for (let to = 0; to < STATE_BYTES; to++) {
        code.push(...set(TABLE, [...constant(tablesAt), ...memory(V128_LOAD, tableAt(from, half, to))]));
        code.push(...change(NEXT + 2 * to, HALF_OF_EVEN), ...change(NEXT + 2 * to + 1, HALF_OF_ODD));
      }
    }
  }
  return [...code, ...eachVector((vector) => set(BLOCK + vector, get(NEXT + vector)))];
}

function change(vector: number, half: number): Code {
  return set(vector, [...get(vector), ...get(TABLE), ...get(half), ...I8X16_RELAXED_SWIZZLE, ...V128_XOR]);
}

/** The lower or the upper four bits of each byte. */
function halfOf(vector: number, half: number): Code {
  if (half === 1) return [...get(vector), ...constant(4), ...I8X16_SHR_U];
  return [...get(vector), ...vectorConstant(new Array<number>(VECTOR_BYTES).fill(0x0f)), ...V128_AND];
}

function load(block: number, vector: number): Code {
  return set(block + vector, [...get(AT), ...memory(V128_LOAD, vector * VECTOR_BYTES)]);
}

function eachVector(code: (vector: number) => Code): Code {
  return Array.from({ length: VECTORS }, (_, vector) => code(vector)).flat();
}
