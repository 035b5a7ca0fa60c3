import type { Instant } from '../../base/contract.ts';

/** How a registrar sees a peer. RFC 5353 §3.4.3 and §3.5. */
export type PeerState =
  /** Heard not long ago, or at least not missed yet. */
  | { readonly kind: 'active' }
  /** Silent for MAX-TIME-LAST-HEARD; asked for a PRESENCE, which is due at `deadlineAt`. */
  | {
      readonly kind: 'probing';
      readonly deadlineAt: Instant;
      /** Its transport has answered a probe since. */
      readonly reachable?: boolean | undefined;
      /** Requests before this one that were not answered although its transport works. */
      readonly missed?: number | undefined;
      /** A registrar that says it has taken the peer over: it gets the elements if the peer is dead indeed. */
      readonly heirId?: number | undefined;
    }
  /** Dead, and we want to take it over: waiting for the other peers' acknowledgements. */
  | {
      readonly kind: 'arbitrating';
      readonly attempt: number;
      readonly acknowledgedBy: Set<number>;
      readonly deadlineAt: Instant;
      /** INIT_TAKEOVER was repeated to those that did not acknowledge. */
      readonly repeated: boolean;
      /** Acknowledgements were waited for long enough: the takeover is carried out without the missing ones. */
      readonly forced: boolean;
    }
  /** Dead; our arbitration begins at `resumeAt`, or failed so many times and is repeated then. */
  | { readonly kind: 'pausing'; readonly attempt: number; readonly resumeAt: Instant }
  /** "Not active": another registrar is taking it over, so it is not watched until `guardAt`. */
  | { readonly kind: 'not-active'; readonly claimedBy: number; readonly guardAt: Instant };

export type PeerEvent =
  /** Any message of the peer came. */
  | 'heard'
  /** Nothing came for MAX-TIME-LAST-HEARD, or another registrar lives at its address. */
  | 'silent'
  /** No PRESENCE within MAX-TIME-NO-RESPONSE, or none could be sent. */
  | 'unresponsive'
  /** We acknowledged another registrar's INIT_TAKEOVER for it. */
  | 'claimed'
  /** Acknowledgements are missing after the INIT_TAKEOVER was repeated. */
  | 'incomplete'
  | 'pause-over'
  /** Nobody finished the takeover that we acknowledged. */
  | 'guard-over';

/** All transitions; what is not in the table leaves the state as it is. A takeover removes the peer altogether. */
export const PEER_TRANSITIONS: Readonly<
  Record<PeerState['kind'], Readonly<Partial<Record<PeerEvent, PeerState['kind']>>>>
> = {
  active: { silent: 'probing', claimed: 'not-active' },
  probing: { heard: 'active', unresponsive: 'pausing', claimed: 'not-active' },
  arbitrating: { heard: 'active', claimed: 'not-active', incomplete: 'pausing' },
  pausing: { heard: 'active', claimed: 'not-active', 'pause-over': 'arbitrating' },
  'not-active': { heard: 'active', claimed: 'not-active', 'guard-over': 'active' },
};

/** Whether we have told others that we want to take the peer over. */
export function isClaimed(state: PeerState): boolean {
  return state.kind === 'arbitrating' || (state.kind === 'pausing' && state.attempt > 0);
}

/** When the state is over, whatever happens; an active peer is active as long as it is heard. */
export function endOf(state: PeerState): Instant | undefined {
  switch (state.kind) {
    case 'active':
      return undefined;
    case 'pausing':
      return state.resumeAt;
    case 'not-active':
      return state.guardAt;
    default:
      return state.deadlineAt;
  }
}
