import { RSerPoolError } from '../errors.ts';
import type { DataMessage } from '../outbox.ts';
import { PPID } from '../role.ts';
import { encodeAsap } from '../wire/asap-codec.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

/** How a session behaves. */
export interface SessionOptions {
  /**
   * When to turn to another element. `always`: whenever the element is gone, also if it closed gracefully, as one does
   * that leaves its pool. `on-failure`: only if it failed; a graceful end is the session's. `never`:
   * ASAP_SEND_NO_FAILOVER of RFC 5352 §6.5.5. `always` unless given.
   */
  readonly failover?: 'always' | 'on-failure' | 'never' | undefined;
  /**
   * Whether data that the transport gives back undelivered goes to the next element, before everything that was queued
   * (ASAP_SEND_FAILOVER, RFC 5352 §6.5.5). The former element may have acted on it nevertheless, so this is for
   * requests that may be carried out twice. Otherwise `send-failed` reports it. False unless given.
   */
  readonly resend?: boolean | undefined;
  /** Talk to this element of the pool only: a PE handle (RFC 5352 §6.5.3). */
  readonly peIdentifier?: number | undefined;
  /** Close the session when it has had no element for so long, ms; unless given it waits for ever. */
  readonly giveUpAfterMs?: number | undefined;
  /**
   * The user is an element as well: what its business card says, so that the other side can fail over to another
   * element of the user's pool (RFC 5352 §3.9).
   */
  readonly businessCard?: { readonly poolHandle: PoolHandle; readonly elements: readonly PoolElementParameter[] };
}

/**
 * A handle that fits into a parameter may still be too long for the messages that carry it.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
 */
export function checkHandle(poolHandle: PoolHandle): void {
  encodable(() => encodeAsap({ kind: 'endpoint-unreachable', poolHandle, peIdentifier: 1 }));
}

/** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function checkMessage({ ppid, bytes }: DataMessage): void {
  if (ppid === PPID.asap) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'PPID 11 is reserved for ASAP (RFC 5352 §5)');
  }
  if (bytes.length === 0) throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'SCTP has no empty messages');
}

/** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function checkSessionOptions({ giveUpAfterMs, businessCard }: SessionOptions): void {
  if (giveUpAfterMs !== undefined && !(giveUpAfterMs >= 0)) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'giveUpAfterMs is a number of milliseconds', {
      giveUpAfterMs,
    });
  }
  if (businessCard !== undefined) encodable(() => encodeAsap({ kind: 'business-card', ...businessCard }));
}

function encodable(encode: () => Uint8Array): void {
  try {
    encode();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', error.message, {}, error);
  }
}
