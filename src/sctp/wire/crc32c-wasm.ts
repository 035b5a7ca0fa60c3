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

/** Bytes that each step takes, and tables for them: "slicing by 16". */
const SLICES = 16;
const TABLE_BYTES = 256 * 4;
const INPUT_AT = SLICES * TABLE_BYTES;
/** No UDP datagram is longer. */
const INPUT_BYTES = 0x1_0000;
const PAGE_BYTES = 0x1_0000;
/** The polynomial of RFC 9260 App. A with its bits reversed, as its bytes come. */
const POLYNOMIAL = 0x82f6_3b78;

/** `undefined` where WebAssembly is missing or forbidden. */
export function createWasmCrc32c(): WasmCrc32c | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    const { memory, crc32c } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports;
    writeTables(new Uint32Array(memory.buffer, 0, INPUT_AT / 4));
    const input = new Uint8Array(memory.buffer, INPUT_AT, INPUT_BYTES);
    return { input, compute: (length) => crc32c(INPUT_AT, length) };
  } catch {
    // The runtime refuses to compile anything.
    return undefined;
  }
}

/** Table `k` has, for each byte, its share in the CRC if `k` more bytes follow it in the same step. */
function writeTables(tables: Uint32Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * POLYNOMIAL);
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!;
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
  }
}

// --- The module: one function over one memory. WebAssembly Core Specification 1.0, §5 -------------------------------

type Code = readonly number[];

const I32 = 0x7f;
const [AT, LENGTH, CRC, WORD] = [0, 1, 2, 3];

function moduleBytes(): Uint8Array {
  const memoryPages = Math.ceil((INPUT_AT + INPUT_BYTES) / PAGE_BYTES);
  const body = [...vector([[...leb(2), I32]]), ...functionBody(), END];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    // Types: (i32, i32) → i32. Functions: one of that type.
    ...section(1, vector([[0x60, ...vector([[I32], [I32]]), ...vector([[I32]])]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0x00, ...leb(memoryPages)]])),
    ...section(
      7,
      vector([
        [...name('memory'), 0x02, 0],
        [...name('crc32c'), 0x00, 0],
      ]),
    ),
    ...section(10, vector([[...leb(body.length), ...body]])),
  ]);
}

/** `crc32c(at, length)`: steps of 16 bytes, then the bytes that are left. */
function functionBody(): Code {
  return [
    ...set(CRC, constant(-1)),
    ...whileTrue(
      [...get(LENGTH), ...constant(SLICES), I32_GE_U],
      [
        ...set(CRC, stepOf16()),
        ...set(AT, [...get(AT), ...constant(SLICES), I32_ADD]),
        ...set(LENGTH, [...get(LENGTH), ...constant(SLICES), I32_SUB]),
      ],
    ),
    ...whileTrue(get(LENGTH), [
      ...set(CRC, [
        ...lookUp(0, [...get(CRC), ...get(AT), ...load(I32_LOAD8_U, 0), I32_XOR], 0),
        ...[...get(CRC), ...constant(8), I32_SHR_U, I32_XOR],
      ]),
      ...set(AT, [...get(AT), ...constant(1), I32_ADD]),
      ...set(LENGTH, [...get(LENGTH), ...constant(1), I32_SUB]),
    ]),
    ...[...get(CRC), ...constant(-1), I32_XOR],
  ];
}

/**
 * The CRC behind the next 16 bytes: each byte of the four words has a table of its own. The first word comes last: it
 * alone has to wait for the CRC before, and the processor goes on with the others meanwhile.
 */
function stepOf16(): Code {
  const code: number[] = [];
  for (const word of [1, 2, 3, 0]) {
    const bytes = [...get(AT), ...load(I32_LOAD, 4 * word)];
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
  return [...value, ...shifted, ...constant(0xff << 2), I32_AND, ...load(I32_LOAD, table * TABLE_BYTES)];
}

const END = 0x0b;
const I32_LOAD = 0x28;
const I32_LOAD8_U = 0x2d;
const I32_GE_U = 0x4f;
const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I32_AND = 0x71;
const I32_XOR = 0x73;
const I32_SHL = 0x74;
const I32_SHR_U = 0x76;

function get(local: number): Code {
  return [0x20, local];
}

function set(local: number, value: Code): Code {
  return [...value, 0x21, local];
}

function constant(value: number): Code {
  return [0x41, ...signedLeb(value)];
}

/** Byte alignment: the bytes of a packet stand anywhere. */
function load(operation: number, offset: number): Code {
  return [operation, 0, ...leb(offset)];
}

/** `block loop (br_if 1 unless condition) body (br 0) end end` */
function whileTrue(condition: Code, body: Code): Code {
  return [0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1, ...body, 0x0c, 0, END, END];
}

function section(id: number, content: Code): Code {
  return [id, ...leb(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...leb(items.length), ...items.flat()];
}

function name(text: string): Code {
  return vector([...text].map((letter) => [letter.charCodeAt(0)]));
}

function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
