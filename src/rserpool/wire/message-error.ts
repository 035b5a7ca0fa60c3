import { WireError, type WireErrorReason } from '../../base/errors.ts';
import type { PoolHandle } from './pool-handle.ts';

/** What had been read of a message before it was refused. */
export interface MessageContext {
  /** Message Type; its meaning depends on the protocol. */
  readonly messageType?: number | undefined;
  /** Sending Server's ID of an ENRP message. */
  readonly senderId?: number | undefined;
  readonly poolHandle?: PoolHandle | undefined;
  /** Of the PE Identifier parameter or of the Pool Element that was refused. */
  readonly peIdentifier?: number | undefined;
}

/** The error causes that a codec can give for what it refuses: some of those in `cause.ts`. */
export type RefusalCause =
  | { readonly kind: 'unspecified' }
  | { readonly kind: 'unrecognized-parameter'; readonly parameter: Uint8Array }
  | { readonly kind: 'invalid-values'; readonly parameter: Uint8Array };

/** A message that was refused as a whole: why, what to tell its sender, and what is known about it. */
export class MessageError extends WireError {
  /** Causes for an ASAP_ERROR, ENRP_ERROR or a response's Operation Error. None: discard silently. RFC 5354 §3, §4. */
  readonly causes: readonly RefusalCause[];
  readonly context: MessageContext;

  constructor(
    reason: WireErrorReason,
    offset: number,
    detail: string,
    causes: readonly RefusalCause[] = [],
    context: MessageContext = {},
  ) {
    super(reason, offset, detail);
    this.name = 'MessageError';
    this.causes = causes;
    this.context = context;
  }
}
