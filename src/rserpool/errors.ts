import { CodedError } from '../base/errors.ts';

/** Why a call on a registrar, a pool element or a pool user was refused. Codes are stable. */
export type RSerPoolErrorCode =
  /** An argument out of its range, or arguments that contradict each other. */
  | 'ERR_RSERPOOL_BAD_ARGUMENT'
  /** Neither registrars nor announcements to find some: nothing could ever be reached (RFC 5352 §3.6). */
  | 'ERR_RSERPOOL_NO_REGISTRARS'
  /** No session of this number, or it has ended. */
  | 'ERR_RSERPOOL_NO_SESSION'
  /** No such registration of this element. */
  | 'ERR_RSERPOOL_NOT_REGISTERED'
  /** The transport carries data only: no cookies and no business cards (RFC 5352 §3.8). */
  | 'ERR_RSERPOOL_NO_CONTROL_CHANNEL'
  /** A queue is full: wait until the session is up, or close it. */
  | 'ERR_RSERPOOL_QUEUE_FULL'
  /** A named limit of the configuration is reached. */
  | 'ERR_RSERPOOL_LIMIT'
  /** The registrar knows no such pool. */
  | 'ERR_RSERPOOL_UNKNOWN_POOL'
  /** No registrar answers. */
  | 'ERR_RSERPOOL_NO_REGISTRAR'
  /** The pool exists, but none of its elements can be reached. */
  | 'ERR_RSERPOOL_NO_ELEMENT'
  /** A host name or service is not known to the DNS, or the DNS does not answer. */
  | 'ERR_RSERPOOL_LOOKUP'
  /** A TCP port cannot be bound. */
  | 'ERR_RSERPOOL_PORT_TAKEN'
  /** The registrar refused the registration, or for security the resolution; the message has its reason. */
  | 'ERR_RSERPOOL_REJECTED'
  /** Who was called did not prove who it is, or is not accepted. */
  | 'ERR_RSERPOOL_UNTRUSTED'
  /** The registrar, element, user or session is closed, or was while something waited for it. */
  | 'ERR_RSERPOOL_CLOSED';

/** Misuse of the RSerPool API, or a failure that a caller waits for. */
export class RSerPoolError extends CodedError<RSerPoolErrorCode> {
  constructor(
    code: RSerPoolErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(code, message, details, cause);
    this.name = 'RSerPoolError';
  }
}
