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

/** struct sctp_assoc_value, of all associations to come. */
function associationValue(number: number, setting: number): KernelOption {
  const value = new DataView(new ArrayBuffer(8));
  value.setUint32(4, setting, true);
  return option(number, value);
}

function option(number: number, value: DataView): KernelOption {
  return { number, value: new Uint8Array(value.buffer) };
}
