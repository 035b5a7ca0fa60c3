import { RSerPoolError } from '../errors.ts';

/** How one message of a session is sent. */
export interface SessionSendOptions {
  /** Payload Protocol Identifier; 0 unless given, never 11, which is ASAP's (RFC 5352 §5). */
  readonly ppid?: number | undefined;
  /** SCTP stream; 0 unless given. */
  readonly stream?: number | undefined;
  /** Deliver it without regard to the order of its stream. */
  readonly unordered?: boolean | undefined;
}

/** Text as UTF-8; bytes are copied, so that the caller may reuse them. */
export function messageBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data.slice();
  throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `a message is a Uint8Array or a string, not ${typeof data}`);
}
