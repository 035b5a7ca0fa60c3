import type { PeerIdentity } from '../access/identity.ts';
import type { BadMessage } from '../asap/control.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { FailedDestination, Sender } from './destination.ts';
import type { ConduitEnd } from './sending.ts';

/** Number of a session; never used twice by one role. */
export type UserSessionId = number;

/** One element as a session sees it: a PE handle of RFC 5352 §1.1. */
export interface SessionElement {
  readonly peIdentifier: number;
  readonly target: TransportTarget;
  /**
   * Who it has proven to be, once it is connected; undefined without TLS. The elements of a pool are different peers: trust
   * in one of them is none in the next one (RFC 5355 §2.9).
   */
  readonly peer?: PeerIdentity | undefined;
}

/** Why a resolution failed. */
export type ResolutionFailure =
  /** The registrar answered that there is no such pool. */
  | 'unknown-pool'
  /** The registrar refuses for security: it is secured and this user is not, or no rule lets it. RFC 5354 §3.12.10. */
  | 'denied'
  /** The registrar answered with another error. */
  | 'refused'
  /** The registrar is one of rsplib, which a handle of more than 32 bytes would end: it was not asked. */
  | 'handle-too-long'
  /** A registrar is there, but did not answer. */
  | 'no-answer'
  /** There was no registrar to ask. */
  | 'no-registrar';

/** Why a session has no element and waits until it looks again. */
export type WaitReason =
  | ResolutionFailure
  /** All elements of the pool were tried. */
  | 'no-element-reachable'
  /** No element of the pool has a transport that can be used here. */
  | 'no-usable-transport';

/** What a pool user tells its program, in the order in which it happens. */
export type UserEvent =
  /** There is a home registrar, or none any more (then one is looked for). */
  | {
      readonly kind: 'home-changed';
      readonly home: TransportTarget | undefined;
      /** Who the new one has proven to be; undefined without TLS. */
      readonly peer?: PeerIdentity | undefined;
      /** For people: why. */
      readonly reason: string;
    }
  /** The elements of a pool are known, or changed: TRANSLATION of RFC 5352 §6.9.1. */
  | {
      readonly kind: 'resolved';
      readonly poolHandle: PoolHandle;
      /** Only its type counts. */
      readonly policy: PolicyParameter;
      /** In the order in which they should be used. */
      readonly elements: readonly PoolElementParameter[];
      /** `update`: the registrar told a change by itself. */
      readonly source: 'registrar' | 'fresh-cache' | 'stale-cache' | 'update';
    }
  | {
      readonly kind: 'resolution-failed';
      readonly poolHandle: PoolHandle;
      readonly failure: ResolutionFailure;
      /** For people. */
      readonly reason: string;
      readonly causes: readonly ErrorCause[];
    }
  /** The first element is connected. Nothing of the program's has gone there yet. */
  | { readonly kind: 'session-up'; readonly session: UserSessionId; readonly element: SessionElement }
  /** The element is gone, and another one is looked for. */
  | {
      readonly kind: 'session-interrupted';
      readonly session: UserSessionId;
      readonly element: SessionElement;
      readonly reason: string;
    }
  /**
   * The session goes on with another element, or with the same one anew. Nothing of the program's has gone there yet: a
   * listener that does not trust `to.peer` calls `forceFailover`, or closes the session.
   */
  | {
      readonly kind: 'failover';
      readonly session: UserSessionId;
      readonly from: SessionElement;
      readonly to: SessionElement;
      /** Whether the latest cookie was handed on: if not, the new element knows nothing of the session. */
      readonly cookie: boolean;
      /** Since the session was interrupted. */
      readonly afterMs: number;
    }
  /** No element at the moment; the next look is in `retryInMs`. */
  | {
      readonly kind: 'session-waiting';
      readonly session: UserSessionId;
      readonly reason: WaitReason;
      readonly retryInMs: number;
    }
  /** The last event of a session. */
  | {
      readonly kind: 'session-closed';
      readonly session: UserSessionId;
      readonly reason: string;
      readonly failed: boolean;
    }
  /** DATA.RECEIVED: RFC 5352 §6.6. `bytes` belongs to the program. */
  | {
      readonly kind: 'data';
      readonly session: UserSessionId;
      readonly peIdentifier: number;
      readonly ppid: number;
      readonly streamId: number;
      readonly bytes: Uint8Array;
    }
  /** The element gave a new cookie; it is kept until the next one. */
  | { readonly kind: 'cookie'; readonly session: UserSessionId; readonly bytes: number }
  /** The element told which elements to turn to when it fails. */
  | {
      readonly kind: 'business-card';
      readonly session: UserSessionId;
      readonly poolHandle: PoolHandle;
      readonly elements: readonly PoolElementParameter[];
    }
  /** ERROR.REPORT (RFC 5352 §6.7): data that was not delivered for certain, and will not be sent again. */
  | {
      readonly kind: 'send-failed';
      readonly session: UserSessionId;
      readonly ppid: number;
      readonly bytes: Uint8Array;
    }
  /**
   * Every copy of a message without a session was handed to a transport, or given up; `to` is empty if all were. Failures
   * that come later are told by `error-report`. RFC 5352 §6.5.1: these PE handles can be used for what follows.
   */
  | { readonly kind: 'sent'; readonly send: number; readonly to: readonly ConduitEnd[] }
  /**
   * ERROR.REPORT (RFC 5352 §6.7): a message without a session that was not delivered for certain, and will not be sent
   * again. The whole message is in it.
   */
  | {
      readonly kind: 'error-report';
      readonly send: number;
      /** The element, the pool if none was chosen, or the transport address. */
      readonly destination: FailedDestination;
      readonly ppid: number;
      readonly bytes: Uint8Array;
      /** Why no element was found, if that was it. */
      readonly failure: WaitReason | undefined;
      /** For people. */
      readonly reason: string;
    }
  /** DATA.RECEIVED (RFC 5352 §6.6) from somebody who was sent to without a session. `bytes` belongs to the program. */
  | {
      readonly kind: 'data-received';
      readonly from: Sender;
      readonly ppid: number;
      readonly streamId: number;
      readonly bytes: Uint8Array;
    }
  | BadMessage
  /** An ASAP_ERROR came. */
  | { readonly kind: 'peer-error'; readonly channel: ChannelId; readonly reason: string };
