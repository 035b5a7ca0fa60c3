import { toHex } from '../../base/bytes.ts';
import type { ErrorCause } from '../wire/cause.ts';
import { rsplibCauseText } from '../wire/rsplib-cause.ts';

/** Bytes of a cause that are shown at most. */
const SHOWN_BYTES = 32;

/** Error causes of a response in words, for people; never empty. RFC 5354 §3.12. */
export function describeCauses(causes: readonly ErrorCause[]): string {
  return causes.length === 0 ? 'no reason given' : causes.map(describeCause).join('; ');
}

function describeCause(cause: ErrorCause): string {
  switch (cause.kind) {
    case 'unspecified':
      return 'unspecified error';
    case 'unrecognized-parameter':
      return `a parameter was not recognized (${excerpt(cause.parameter)})`;
    case 'unrecognized-message':
      return `a message was not recognized (${excerpt(cause.message)})`;
    case 'invalid-values':
      return `a parameter has an invalid value (${excerpt(cause.parameter)})`;
    case 'non-unique-pe-identifier':
      return 'another element of the pool has this PE identifier';
    case 'inconsistent-pool-policy':
      return `the pool has another policy${cause.policy === undefined ? '' : `: ${cause.policy.kind}`}`;
    case 'lack-of-resources':
      return 'the registrar lacks resources';
    case 'inconsistent-transport-type':
      return `the pool has another transport${cause.transport === undefined ? '' : `: ${cause.transport.protocol}`}`;
    case 'inconsistent-data-control-configuration':
      return 'the pool has another use of its transport (data only, or data and control)';
    case 'unknown-pool-handle':
      return 'there is no such pool';
    case 'rejected-for-security':
      return 'rejected for security reasons';
    case 'unknown':
      return rsplibCauseText(cause.code) ?? `error code 0x${cause.code.toString(16)}`;
  }
}

function excerpt(bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, SHOWN_BYTES));
  return bytes.length > SHOWN_BYTES ? `${shown}…` : shown;
}
