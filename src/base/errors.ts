/** Why bytes from the network were refused. Codecs throw it; one `catch` per packet or message turns it into an answer. */
export type WireErrorReason = 'truncated' | 'bad-length' | 'bad-value' | 'missing' | 'unexpected' | 'bad-checksum';

/** Hostile or broken bytes: what is wrong and at which offset of the buffer that was being read. */
export class WireError extends Error {
  readonly reason: WireErrorReason;
  /** Byte offset in the packet or message. */
  readonly offset: number;

  constructor(reason: WireErrorReason, offset: number, detail = '') {
    super(`${reason} at byte ${offset}${detail === '' ? '' : `: ${detail}`}`);
    this.name = 'WireError';
    this.reason = reason;
    this.offset = offset;
  }
}

/** Misuse by the caller, or a failure the caller waits for: a stable code, a sentence, and the facts as data. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  /** What was wrong, for programs. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CodedError';
    this.code = code;
    this.details = details;
  }
}
