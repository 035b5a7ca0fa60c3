import { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import { EndpointPair } from '../endpoint-pair.ts';
import { delay } from '../links/delay.ts';
import { loss } from '../links/loss.ts';
import type { BulkPath, BulkResult } from './bulk-model.ts';

/** Payload of one message: with it a packet fills a path MTU of 1500 bytes, over IPv4 and UDP. */
export const MESSAGE_BYTES = 1500 - 20 - 8 - 12 - 16;
/** The clock is looked at so often; it bounds the steps between two looks. */
const SLICE_MS = 60_000;

export interface BulkTransferOptions extends BulkPath {
  readonly durationMs: number;
  readonly seed: number;
}

export interface BulkTransferResult extends BulkResult {
  /** How often the sender took the path for one of another MTU. */
  readonly pmtuChanges: number;
}

/** Two endpoints with their default configuration, one of which always has more to send: one message to a packet. */
export function bulkTransfer({ roundTripMs, lossRate, durationMs, seed }: BulkTransferOptions): BulkTransferResult {
  let delivered = 0;
  let lastDeliveryAt = 0;
  let longestGapMs = 0;
  let pmtuChanges = 0;
  const pair = new EndpointPair((core, now) => new Endpoint(core, now), {
    seed,
    link: [delay(roundTripMs / 2), loss(lossRate)],
    a: {
      record: false,
      onEvent(event) {
        if (event.kind === 'drain') fill();
        else if (event.kind === 'path-changed' && event.change === 'pmtu') pmtuChanges++;
      },
    },
    b: {
      record: false,
      onEvent({ kind }) {
        if (kind !== 'message') return;
        delivered++;
        longestGapMs = Math.max(longestGapMs, pair.clock.now() - lastDeliveryAt);
        lastDeliveryAt = pair.clock.now();
      },
    },
  });
  const data = new Uint8Array(MESSAGE_BYTES);
  const id = pair.a.associate(pair.b);
  const fill = (): void => {
    while (pair.a.send(id, data)) {}
  };
  fill();
  for (let left = durationMs; left > 0; left -= SLICE_MS) pair.clock.runFor(Math.min(SLICE_MS, left));
  const [tcb] = (pair.a.core as Endpoint).associations;
  if (tcb === undefined) throw new Error(`the association ended: ${JSON.stringify(pair.a.eventsOf('closed'))}`);
  const { dataChunksSent, retransmissions, t3Expirations } = tcb.counters;
  longestGapMs = Math.max(longestGapMs, pair.clock.now() - lastDeliveryAt);
  return {
    delivered,
    sent: dataChunksSent,
    retransmissions,
    fastRecoveries: tcb.counters.fastRetransmissions,
    timeouts: t3Expirations,
    longestGapMs,
    pmtuChanges,
  };
}
