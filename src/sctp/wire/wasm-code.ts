/** Pieces of a WebAssembly module. WebAssembly Core Specification 1.0, §5; vectors: 2.0, relaxed ones: 3.0. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const V128 = 0x7b;

export const END = 0x0b;
export const ELSE = 0x05;
export const I32_LOAD = [0x28];
export const I32_LOAD8_U = [0x2d];
export const I32_GE_U = 0x4f;
export const I32_ADD = 0x6a;
export const I32_SUB = 0x6b;
export const I32_AND = 0x71;
export const I32_XOR = 0x73;
export const I32_SHL = 0x74;
export const I32_SHR_U = 0x76;
export const V128_LOAD = [0xfd, 0x00];
export const V128_STORE = [0xfd, 0x0b];
export const V128_AND = [0xfd, 0x4e];
export const V128_XOR = [0xfd, 0x51];
export const I8X16_SHR_U = [0xfd, 0x6d];
/** For indices below 16 it is the same on every processor. */
export const I8X16_RELAXED_SWIZZLE = [0xfd, 0x80, 0x02];

/** A function for {@link moduleBytes}: its parameters and what it returns are i32. */
export interface WasmFunction {
  readonly parameters: number;
  /** How many locals of which type, one after the other behind the parameters. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly body: Code;
}

/** A module with one memory. Exports: `memory`, and the last function by its name. */
export function moduleBytes(memoryPages: number, functions: readonly WasmFunction[], exported: string): Uint8Array {
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map(([count, type]) => [...leb(count), type])), ...body, END];
    return [...leb(code.length), ...code];
  });
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    // A type for each function.
    ...section(
      1,
      vector(
        functions.map(({ parameters }) => [0x60, ...vector(new Array(parameters).fill([I32])), ...vector([[I32]])]),
      ),
    ),
    ...section(3, vector(functions.map((_, i) => leb(i)))),
    ...section(5, vector([[0x00, ...leb(memoryPages)]])),
    ...section(
      7,
      vector([
        [...name('memory'), 0x02, 0],
        [...name(exported), 0x00, ...leb(functions.length - 1)],
      ]),
    ),
    ...section(10, vector(bodies)),
  ]);
}

export function get(local: number): Code {
  return [0x20, ...leb(local)];
}

export function set(local: number, value: Code): Code {
  return [...value, 0x21, ...leb(local)];
}

/** `local += step` for an i32; `step` may be negative. */
export function advance(local: number, step: number): Code {
  return set(local, [...get(local), ...constant(step), I32_ADD]);
}

export function constant(value: number): Code {
  return [0x41, ...signedLeb(value)];
}

/** A vector whose bytes these are. */
export function vectorConstant(bytes: readonly number[]): Code {
  return [0xfd, 0x0c, ...bytes];
}

/** To be put behind the address, and for stores the value. Byte alignment: the bytes of a packet stand anywhere. */
export function memory(operation: Code, offset: number): Code {
  return [...operation, 0, ...leb(offset)];
}

export function call(index: number): Code {
  return [0x10, ...leb(index)];
}

/** `block loop (br_if 1 unless condition) body (br 0) end end` */
export function whileTrue(condition: Code, body: Code): Code {
  return [0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1, ...body, 0x0c, 0, END, END];
}

export function ifElse(condition: Code, yes: Code, no: Code): Code {
  return [...condition, 0x04, 0x40, ...yes, ELSE, ...no, END];
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
