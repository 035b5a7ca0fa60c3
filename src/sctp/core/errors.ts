import { CodedError } from '../../base/errors.ts';

/** Why a call on an endpoint or association was refused, or why a wait for it ended. Codes are stable. */
export type SctpErrorCode =
  /** The UDP port, or the SCTP port in this process, is taken. */
  | 'ERR_SCTP_PORT_TAKEN'
  /** A text that is no IP address, an address that is not of this host, or one that cannot be a peer's. */
  | 'ERR_SCTP_BAD_ADDRESS'
  /** An argument out of its range: stream, PPID, lifetime, port. */
  | 'ERR_SCTP_BAD_ARGUMENT'
  /** The message is longer than `maxMessageBytes`. */
  | 'ERR_SCTP_MESSAGE_TOO_LARGE'
  /** SCTP has no empty messages (RFC 9260 §6.2). */
  | 'ERR_SCTP_EMPTY_MESSAGE'
  /** The association is not open for this: not yet up, shutting down, or closed. */
  | 'ERR_SCTP_NOT_OPEN'
  /** The association was closed gracefully while something waited on it. */
  | 'ERR_SCTP_CLOSED'
  /** The peer sent ABORT. */
  | 'ERR_SCTP_ABORTED_BY_PEER'
  /** We sent ABORT: the application asked for it, or the peer broke a rule. */
  | 'ERR_SCTP_ABORTED'
  /** There is an association with this peer already: two endpoints never have more than one (RFC 9260 §1.3). */
  | 'ERR_SCTP_DUPLICATE'
  /** Nobody answered INIT or COOKIE ECHO within Max.Init.Retransmits. */
  | 'ERR_SCTP_UNREACHABLE'
  /** The peer stopped answering: Association.Max.Retrans was exceeded. */
  | 'ERR_SCTP_LOST'
  /** This side or the peer does not support stream reconfiguration (RFC 6525). */
  | 'ERR_SCTP_RECONFIG_UNSUPPORTED'
  /** The peer does not want its streams, or ours, to be changed. */
  | 'ERR_SCTP_RECONFIG_DENIED'
  /** The same streams are being reset already, or one of the sides is at something that this would disturb. */
  | 'ERR_SCTP_RECONFIG_IN_PROGRESS'
  /** The peer refused it as an error, or restarted meanwhile. */
  | 'ERR_SCTP_RECONFIG_FAILED'
  /** A named limit of this endpoint was reached. */
  | 'ERR_SCTP_LIMIT';

/** Misuse of the SCTP API, or an SCTP failure that a caller waits for. */
export class SctpError extends CodedError<SctpErrorCode> {
  constructor(code: SctpErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(code, message, details, cause);
    this.name = 'SctpError';
  }
}
