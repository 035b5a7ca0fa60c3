import { PPID } from '../../src/rserpool/role.ts';
import { ASAP_MESSAGE_TYPE } from '../../src/rserpool/wire/asap.ts';
import { ENRP_MESSAGE_TYPE } from '../../src/rserpool/wire/enrp.ts';

const DATA = 0;
const ENRP_FROM = 32;
/** How many kinds of messages are told apart. */
export const MESSAGE_KINDS = 64;

/** A number for the kind of a message, by its PPID and type. */
export function kindOf(ppid: number, bytes: Uint8Array): number {
  if (ppid === PPID.asap) return bytes[0]! & 31;
  return ppid === PPID.enrp ? ENRP_FROM + (bytes[0]! & 31) : DATA;
}

const NAMES = new Map<number, string>([
  [DATA, 'data'],
  ...Object.entries(ASAP_MESSAGE_TYPE).map(([name, type]) => [type, `ASAP ${name}`] as const),
  ...Object.entries(ENRP_MESSAGE_TYPE).map(([name, type]) => [ENRP_FROM + type, `ENRP ${name}`] as const),
]);

export function nameOfKind(kind: number): string {
  return NAMES.get(kind) ?? `type ${kind}`;
}
