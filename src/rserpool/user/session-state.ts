import type { Instant } from '../../base/contract.ts';
import type { ChannelId } from '../role.ts';
import type { Candidate } from './candidates.ts';
import type { SessionElement } from './events.ts';

/** Where a session stands. */
export type SessionState =
  /** A registrar was asked for the pool. */
  | { readonly kind: 'resolving' }
  | {
      readonly kind: 'connecting';
      readonly channel: ChannelId;
      readonly element: Candidate;
      readonly timeoutAt: Instant;
    }
  | {
      readonly kind: 'up';
      readonly channel: ChannelId;
      readonly element: Candidate;
      readonly since: Instant;
      /** It gave no sign of life: its channel is being closed, and nothing is sent there any more. */
      readonly silent?: boolean;
    }
  /** An element is known, and will be tried after a pause. */
  | { readonly kind: 'pausing'; readonly until: Instant }
  /** No element at the moment. */
  | { readonly kind: 'waiting'; readonly retryAt: Instant }
  | { readonly kind: 'closing'; readonly channel: ChannelId; readonly element: Candidate }
  | { readonly kind: 'ended' };

/** An element that is gone and not yet replaced. */
export interface Interruption {
  readonly from: SessionElement;
  readonly at: Instant;
}
