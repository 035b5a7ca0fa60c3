import type { Socket } from 'node:dgram';
import { loadSetSocketOption, type SetSocketOption } from './set-socket-option.ts';

/**
 * Linux cuts datagrams of one length out of one long piece (UDP_SEGMENT, 4.18), and joins such datagrams that come in one
 * after the other (UDP_GRO, 5.0): one call of the system, and one way through its network stack, for dozens of packets.
 * Both are options of a socket that Node does not offer. Everything else goes on through `node:dgram`.
 */
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const UDP_GRO = 104;

/** Whether the system cuts and joins packets. `auto`: where it can. */
export type Acceleration = 'auto' | 'off';

/** What became of it. */
export interface AccelerationStatus {
  /** Several packets may leave in one piece. */
  readonly sending: boolean;
  /** Several packets may come in one piece. */
  readonly receiving: boolean;
  /** Why it is not both, for people; `undefined` if it is. */
  readonly reason: string | undefined;
}

/** The status where there is none, and the reason. */
export function noAcceleration(reason: string): AccelerationStatus {
  return { sending: false, receiving: false, reason };
}

/** What a socket was given. */
export interface Accelerator {
  readonly status: AccelerationStatus;
  /** Sets the length into which what is sent is cut; 0: not at all. Returns why the system refused. */
  readonly setSegmentBytes: (bytes: number) => string | undefined;
}

/** Switches on what the system offers on a socket that is bound. Never rejects: what does not work is off. */
export async function accelerate(socket: Socket): Promise<Accelerator> {
  const why = reasonAgainst();
  if (why !== undefined) return without(why);
  const setSocketOption = await loadSetSocketOption();
  if (typeof setSocketOption !== 'function') return without(setSocketOption.reason);
  const fd = fileDescriptorOf(socket);
  if (fd === undefined) return without(`Node ${process.versions.node} does not show the file descriptor of a socket`);
  return switchOn(setSocketOption, fd);
}

/** Tries both options; segmentation is left at 0, which changes nothing. */
export function switchOn(setSocketOption: SetSocketOption, fd: number): Accelerator {
  const setSegmentBytes = (bytes: number): string | undefined => setSocketOption(fd, SOL_UDP, UDP_SEGMENT, bytes);
  const noSending = setSegmentBytes(0);
  const noReceiving = setSocketOption(fd, SOL_UDP, UDP_GRO, 1);
  const reasons = [
    ...(noSending === undefined ? [] : [`the system refuses UDP_SEGMENT: ${noSending}`]),
    ...(noReceiving === undefined ? [] : [`the system refuses UDP_GRO: ${noReceiving}`]),
  ];
  return {
    status: {
      sending: noSending === undefined,
      receiving: noReceiving === undefined,
      reason: reasons.length === 0 ? undefined : reasons.join('; '),
    },
    setSegmentBytes,
  };
}

function without(reason: string): Accelerator {
  return { status: noAcceleration(reason), setSegmentBytes: () => reason };
}

function reasonAgainst(): string | undefined {
  if (process.env.RSERPOOL_ACCELERATION === 'off') return 'RSERPOOL_ACCELERATION is off';
  if (process.platform !== 'linux') return `${process.platform} does not cut and join datagrams; Linux does`;
  return undefined;
}

/** Node keeps it to itself: it stands in the handle behind a symbol of that name. */
function fileDescriptorOf(socket: Socket): number | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  if (symbol === undefined) return undefined;
  const state = (socket as unknown as Record<symbol, { readonly handle?: { readonly fd?: unknown } } | undefined>)[
    symbol
  ];
  const fd = state?.handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}
