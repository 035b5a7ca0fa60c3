import {
  advance,
  type Code,
  constant,
  get,
  I32,
  I32_AND,
  I32_GE_U,
  I32_LOAD,
  I32_LOAD8_U,
  I32_SHL,
  I32_SHR_U,
  I32_XOR,
  memory,
  set,
  type WasmFunction,
  whileTrue,
} from './wasm-code.ts';

/** Bytes that each step takes, and tables for them: "slicing by 16". */
const SLICES = 16;
const TABLE_BYTES = 256 * 4;

/** The polynomial of RFC 9260 App. A with its bits reversed, as its bytes come. */
const POLYNOMIAL = 0x82f6_3b78;

/** Bytes of the tables, which stand at address 0. */
export const SLICING_TABLE_BYTES = SLICES * TABLE_BYTES;

/** Table `k` has, for each byte, its share in the CRC if `k` more bytes follow it in the same step. */
export function slicingTables(): Uint32Array {
  const tables = new Uint32Array(SLICING_TABLE_BYTES / 4);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * POLYNOMIAL);
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!;
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}

const [CRC, AT, LENGTH, WORD] = [0, 1, 2, 3];

/** `slicing(crc, at, length)`: the CRC register behind these bytes, in steps of 16, then one by one. */
export const slicing: WasmFunction = {
  parameters: 3,
  locals: [[1, I32]],
  body: [
    ...whileTrue(
      [...get(LENGTH), ...constant(SLICES), I32_GE_U],
      [...set(CRC, stepOf16()), ...advance(AT, SLICES), ...advance(LENGTH, -SLICES)],
    ),
    ...whileTrue(get(LENGTH), [
      ...set(CRC, [
        ...lookUp(0, [...get(CRC), ...get(AT), ...memory(I32_LOAD8_U, 0), I32_XOR], 0),
        ...[...get(CRC), ...constant(8), I32_SHR_U, I32_XOR],
      ]),
      ...advance(AT, 1),
      ...advance(LENGTH, -1),
    ]),
    ...get(CRC),
  ],
};

/**
 * The CRC behind the next 16 bytes: each byte of the four words has a table of its own. The first word comes last: it
 * alone has to wait for the CRC before, and the processor goes on with the others meanwhile.
 */
function stepOf16(): Code {
  const code: number[] = [];
  for (const word of [1, 2, 3, 0]) {
    const bytes = [...get(AT), ...memory(I32_LOAD, 4 * word)];
    code.push(...set(WORD, word === 0 ? [...bytes, ...get(CRC), I32_XOR] : bytes));
    for (let byte = 0; byte < 4; byte++) {
      code.push(...lookUp(SLICES - 1 - (4 * word + byte), get(WORD), 8 * byte));
      if (byte > 0) code.push(I32_XOR);
    }
    if (word !== 1) code.push(I32_XOR);
  }
  return code;
}

/** Entry of a table for the byte of a value that begins at bit `shift`. */
function lookUp(table: number, value: Code, shift: number): Code {
  // The byte times four: entries have four bytes.
  const shifted = shift === 0 ? [...constant(2), I32_SHL] : [...constant(shift - 2), I32_SHR_U];
  return [...value, ...shifted, ...constant(0xff << 2), I32_AND, ...memory(I32_LOAD, table * TABLE_BYTES)];
}
