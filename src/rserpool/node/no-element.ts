import { RSerPoolError, type RSerPoolErrorCode } from '../errors.ts';
import type { WaitReason } from '../user/events.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

const CODES: Readonly<Record<WaitReason, RSerPoolErrorCode>> = {
  'unknown-pool': 'ERR_RSERPOOL_UNKNOWN_POOL',
  denied: 'ERR_RSERPOOL_REJECTED',
  refused: 'ERR_RSERPOOL_NO_ELEMENT',
  'handle-too-long': 'ERR_RSERPOOL_BAD_ARGUMENT',
  'no-answer': 'ERR_RSERPOOL_NO_REGISTRAR',
  'no-registrar': 'ERR_RSERPOOL_NO_REGISTRAR',
  'no-element-reachable': 'ERR_RSERPOOL_NO_ELEMENT',
  'no-usable-transport': 'ERR_RSERPOOL_NO_ELEMENT',
};

const TEXTS: Readonly<Record<WaitReason, string>> = {
  'unknown-pool': 'the registrar knows no such pool: is an element registered under this name?',
  denied: 'the registrar refuses for security: it wants TLS, or a user that its access rules let resolve this pool',
  refused: 'the registrar named no element',
  'handle-too-long': 'the registrar is one of rsplib, which takes handles of at most 32 bytes',
  'no-answer': 'the registrar does not answer',
  'no-registrar': 'no registrar can be reached: check their addresses, SCTP and UDP ports',
  'no-element-reachable': 'none of its elements can be reached',
  'no-usable-transport':
    'sessions run over SCTP, and none of its elements is reached by that; resolve() tells how they are',
};

/** Why there is no element of a pool, for a caller that waits for one. */
export function noElement(handle: PoolHandle, reason: WaitReason): RSerPoolError {
  return new RSerPoolError(CODES[reason], `pool ${handle}: ${TEXTS[reason]}`, { pool: handle.toString(), reason });
}
