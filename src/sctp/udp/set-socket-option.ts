import { getSystemErrorName } from 'node:util';

/**
 * setsockopt(2) with an integer as the value.
 *
 * @returns `undefined` if the system took it, else why not: the name of an error such as `ENOPROTOOPT`
 */
export type SetSocketOption = (fd: number, level: number, option: number, value: number) => string | undefined;

/** A function that cannot be had here. */
export interface Unavailable {
  /** For people. */
  readonly reason: string;
}

let loading: Promise<SetSocketOption | Unavailable> | undefined;

/**
 * setsockopt(2), which Node does not offer: through the optional package koffi, else through `node:ffi` where the runtime
 * has it. Loaded at the first call, as it takes some 10 ms. Never rejects.
 */
export function loadSetSocketOption(): Promise<SetSocketOption | Unavailable> {
  loading ??= load();
  return loading;
}

async function load(): Promise<SetSocketOption | Unavailable> {
  const reasons: string[] = [];
  for (const attempt of [throughKoffi, throughNode]) {
    try {
      const setSocketOption = await attempt();
      // Whatever goes wrong with such a call, it has to go wrong here.
      if (setSocketOption(-1, 0, 0, 0) !== undefined) return setSocketOption;
      reasons.push('setsockopt cannot be called');
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  return { reason: reasons.join('; ') };
}

async function throughKoffi(): Promise<SetSocketOption> {
  const { default: koffi } = await import('koffi');
  const setsockopt = koffi.load(null).func('int setsockopt(int, int, int, const int *, uint32_t)');
  const value = new Int32Array(1);
  return (fd, level, option, wanted) => {
    value[0] = wanted;
    if (setsockopt(fd, level, option, value, value.byteLength) === 0) return undefined;
    return getSystemErrorName(-koffi.errno());
  };
}

/** What is used here of the experimental module `node:ffi`, Node 26. */
interface NodeFfi {
  dlopen(
    path: null,
    definitions: { setsockopt: { arguments: readonly string[]; return: string } },
  ): { functions: { setsockopt(fd: number, level: number, option: number, value: bigint, bytes: number): number } };
  getRawPointer(source: Int32Array): bigint;
}

async function throughNode(): Promise<SetSocketOption> {
  const ffi = process.getBuiltinModule?.('node:ffi') as NodeFfi | undefined;
  if (ffi === undefined) throw new Error(`Node ${process.versions.node} has no node:ffi`);
  const { setsockopt } = ffi.dlopen(null, {
    setsockopt: { arguments: ['int32', 'int32', 'int32', 'pointer', 'uint32'], return: 'int32' },
  }).functions;
  const value = new Int32Array(1);
  const pointer = ffi.getRawPointer(value);
  return (fd, level, option, wanted) => {
    value[0] = wanted;
    return setsockopt(fd, level, option, pointer, value.byteLength) === 0 ? undefined : 'refused';
  };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code === 'ERR_MODULE_NOT_FOUND') return 'the optional package koffi is not installed';
  return `${String(message)}`.split('\n')[0]!;
}
