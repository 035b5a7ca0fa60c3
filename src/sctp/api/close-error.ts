import type { CloseReason } from '../core/contract.ts';
import { SctpError, type SctpErrorCode } from '../core/errors.ts';

const CODES: Readonly<Record<CloseReason['kind'], SctpErrorCode>> = {
  shutdown: 'ERR_SCTP_CLOSED',
  'peer-shutdown': 'ERR_SCTP_CLOSED',
  aborted: 'ERR_SCTP_ABORTED',
  'protocol-violation': 'ERR_SCTP_ABORTED',
  'peer-aborted': 'ERR_SCTP_ABORTED_BY_PEER',
  unreachable: 'ERR_SCTP_UNREACHABLE',
  duplicate: 'ERR_SCTP_DUPLICATE',
  lost: 'ERR_SCTP_LOST',
};

/** What a wait ends with that the association did not outlive. `details` has the kind, the causes and the peer. */
export function closeError(reason: CloseReason, peer: object): SctpError {
  return new SctpError(CODES[reason.kind], reason.text, { kind: reason.kind, causes: reason.causes, ...peer });
}

/** Whether all data arrived: both sides agreed on the end. */
export function isGraceful(reason: CloseReason): boolean {
  return reason.kind === 'shutdown' || reason.kind === 'peer-shutdown';
}
