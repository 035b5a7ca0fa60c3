import type { BulkPath } from './bulk-model.ts';

/**
 * What a sender that halves its window at each loss and adds a packet each round trip reaches, packets a second:
 * M. Mathis and others, The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm, 1997. It knows no time-outs.
 */
export function mathis({ roundTripMs, lossRate }: BulkPath): number {
  return (1000 / roundTripMs) * Math.sqrt(3 / (2 * lossRate));
}

/**
 * The same with time-outs, packets a second: J. Padhye and others, Modeling TCP Throughput, 1998, equation 30, with a
 * window that grows by a packet each round trip (b = 1).
 */
export function pftk({ roundTripMs, lossRate: p }: BulkPath, rtoMs: number): number {
  const backOff = Math.min(1, 3 * Math.sqrt((3 * p) / 8)) * p * (1 + 32 * p * p);
  return 1000 / (roundTripMs * Math.sqrt((2 * p) / 3) + rtoMs * backOff);
}
