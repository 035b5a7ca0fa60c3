/** Socket options of level IPPROTO_SCTP as the kernel takes them: number and value. linux/sctp.h, little-endian. */
export interface KernelOption {
  readonly number: number;
  readonly value: Uint8Array;
}

const SOCKADDR_STORAGE_BYTES = 128;
const SCTP_STREAM_SCHEDULER = 123;

/** SCTP_RTOINFO, of all associations to come. */
export function rtoOption({ initialMs, minMs, maxMs }: Record<'initialMs' | 'minMs' | 'maxMs', number>): KernelOption {
  const value = new DataView(new ArrayBuffer(16));
  value.setUint32(4, initialMs, true);
  value.setUint32(8, maxMs, true);
  value.setUint32(12, minMs, true);
  return option(0, value);
}

/** SCTP_INITMSG: streams, INITs sent at most and the longest time between two. */
export function initOption(streams: number, maxAttempts: number, maxRtoMs: number): KernelOption {
  const value = new DataView(new ArrayBuffer(8));
  for (const [i, each] of [streams, streams, maxAttempts, maxRtoMs].entries()) value.setUint16(2 * i, each, true);
  return option(2, value);
}

/** SCTP_PEER_ADDR_PARAMS, of all paths to come: HB.interval and Path.Max.Retrans. */
export function pathOption(heartbeatIntervalMs: number, pathMaxRetrans: number): KernelOption {
  const after = 4 + SOCKADDR_STORAGE_BYTES;
  const value = new DataView(new ArrayBuffer(after + 24));
  value.setUint32(after, heartbeatIntervalMs, true);
  value.setUint16(after + 4, pathMaxRetrans, true);
  const heartbeatsEnabled = 1;
  value.setUint32(after + 14, heartbeatsEnabled, true);
  return option(9, value);
}

/** I-DATA for associations to come (SCTP_FRAGMENT_INTERLEAVE, SCTP_INTERLEAVING_SUPPORTED), streams sent in turns. */
export function interleavingOptions(): readonly KernelOption[] {
  const on = new DataView(new ArrayBuffer(4));
  on.setUint32(0, 1, true);
  const roundRobin = 2;
  return [option(18, on), associationValue(125, 1), associationValue(SCTP_STREAM_SCHEDULER, roundRobin)];
}

/** SCTP_ENABLE_STREAM_RESET: the peer may reset streams, the association, and add streams. */
export function allowResetsOption(): KernelOption {
  const [streams, association, additions] = [1, 2, 4] as const;
  return associationValue(118, streams | association | additions);
}

/** SCTP_RESET_STREAMS: streams that the kernel receives on (incoming) or sends on (outgoing); none: all. */
export function resetStreamsOption(direction: 'incoming' | 'outgoing', streams: readonly number[]): KernelOption {
  const value = new DataView(new ArrayBuffer(8 + 2 * streams.length));
  value.setUint16(4, direction === 'incoming' ? 1 : 2, true);
  value.setUint16(6, streams.length, true);
  for (const [i, stream] of streams.entries()) value.setUint16(8 + 2 * i, stream, true);
  return option(119, value);
}

/** SCTP_RESET_ASSOC. */
export function resetAssociationOption(): KernelOption {
  return option(120, new DataView(new ArrayBuffer(4)));
}

/** SCTP_ADD_STREAMS: so many more for the kernel to receive on and to send on. */
export function addStreamsOption(incoming: number, outgoing: number): KernelOption {
  const value = new DataView(new ArrayBuffer(8));
  value.setUint16(4, incoming, true);
  value.setUint16(6, outgoing, true);
  return option(121, value);
}

/** struct sctp_assoc_value, of all associations to come. */
function associationValue(number: number, setting: number): KernelOption {
  const value = new DataView(new ArrayBuffer(8));
  value.setUint32(4, setting, true);
  return option(number, value);
}

function option(number: number, value: DataView): KernelOption {
  return { number, value: new Uint8Array(value.buffer) };
}
