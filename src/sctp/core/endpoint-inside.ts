import type { SharedRateLimit } from '../../base/shared-rate-limit.ts';
import type { AssociationTable } from './association-table.ts';
import type { AssociationId, EndpointCounters } from './contract.ts';
import type { EndpointServices, Tcb } from './tcb.ts';

/** What routing and passive set-up see of their endpoint: more than an association's procedures need. */
export interface EndpointInside extends EndpointServices {
  /** UDP port that packets leave from, if it is known. */
  readonly udpPort: number | undefined;
  readonly associations: AssociationTable;
  readonly counters: { -readonly [Name in keyof EndpointCounters]: EndpointCounters[Name] };
  readonly listening: boolean;
  /** Bounds what is answered without an association. RFC 9260 §8.4, §12.2.4.1. */
  readonly statelessReplies: SharedRateLimit;
  /** Whether the cookie with this tag of ours is used up. */
  isSpent(tag: number): boolean;
  nextAssociationId(): AssociationId;
  /** Something changed: the association is settled before the next packet that comes for it, and before output is made. */
  touch(tcb: Tcb): void;
  /** An input to the association is over: sends what it may send now. */
  settle(tcb: Tcb): void;
}
