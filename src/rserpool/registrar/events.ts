import type { IpAddress } from '../../base/address.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

/** Which element of which pool. */
interface ElementName {
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
}

/** Why an element was removed although it did not ask for it. */
export type ElementLoss =
  /** A keep-alive was not acknowledged in time. */
  | 'keep-alive-timeout'
  /** The element could not be reached: no channel to it, or the keep-alive could not be sent. */
  | 'unreachable'
  /** More than MAX-BAD-PE-REPORT reports. */
  | 'bad-reports'
  /** A peer announced the removal. */
  | 'peer-update'
  /** A peer's table does not have it any more. */
  | 'resynchronization'
  /** Nobody refreshed an element of another registrar for twice its life. */
  | 'orphaned';

/** What a registrar tells its program, in the order in which it happens. */
export type RegistrarEvent =
  /** It looks for a mentor; also again with a new identifier after a collision. RFC 5353 §3.2. */
  | { readonly kind: 'starting'; readonly registrarId: number }
  /** Start-up is complete: registrations and resolutions are answered from now on. */
  | { readonly kind: 'serving'; readonly registrarId: number; readonly mentorId: number | undefined }
  | ({
      readonly kind: 'registered';
      /** It was there before: a re-registration. */
      readonly renewed: boolean;
      readonly channel: ChannelId;
    } & ElementName)
  /** Told once for each channel; all are counted. */
  | ({
      readonly kind: 'registration-rejected';
      readonly causes: readonly ErrorCause[];
      readonly channel: ChannelId;
    } & ElementName)
  | ({ readonly kind: 'deregistered' } & ElementName)
  /** Likewise. */
  | ({ readonly kind: 'deregistration-rejected'; readonly channel: ChannelId } & ElementName)
  /** The registration life ran out. */
  | ({ readonly kind: 'expired' } & ElementName)
  | ({ readonly kind: 'element-lost'; readonly reason: ElementLoss; readonly homeRegistrarId: number } & ElementName)
  /** A peer told of an element that was not known. */
  | ({ readonly kind: 'element-learnt'; readonly homeRegistrarId: number } & ElementName)
  /** The element has another home registrar now. */
  | ({ readonly kind: 'element-moved'; readonly from: number; readonly to: number } & ElementName)
  /** A pool user reported the element. RFC 5352 §3.5. */
  | ({ readonly kind: 'element-reported'; readonly reports: number } & ElementName)
  | {
      readonly kind: 'resolved';
      readonly poolHandle: PoolHandle;
      /** Elements in the answer; 0 for an unknown pool. */
      readonly elements: number;
      readonly channel: ChannelId;
    }
  /** Somebody wanted what it may not: told once for each channel and kind of message; all are counted. */
  | {
      readonly kind: 'access-denied';
      /** Who it is, as far as that is proven: `psk:NAME`, names of a certificate, `anonymous` or `plain`. */
      readonly who: string;
      /** The message that was not acted upon. */
      readonly what: string;
      readonly why: string;
      readonly channel: ChannelId;
    }
  /** TLS with somebody who came, or who was called and whose identity is suspect, did not come about: told once a minute for each address; all are counted. */
  | { readonly kind: 'handshake-refused'; readonly address: IpAddress; readonly why: string }
  /** A peer turned out to be an rsplib registrar: it is spoken to accordingly from now on. */
  | { readonly kind: 'rsplib-peer'; readonly registrarId: number }
  | { readonly kind: 'peer-up'; readonly registrarId: number; readonly transport: TransportTarget | undefined }
  /** Silent for MAX-TIME-LAST-HEARD: it was asked for a sign of life. */
  | { readonly kind: 'peer-suspected'; readonly registrarId: number }
  | { readonly kind: 'peer-down'; readonly registrarId: number; readonly reason: 'dead' | 'taken-over' }
  | { readonly kind: 'takeover-started'; readonly targetId: number; readonly attempt: number }
  | {
      readonly kind: 'takeover-aborted';
      readonly targetId: number;
      readonly reason: 'target-alive' | 'lost-arbitration' | 'no-acknowledgement' | 'taken-over-by-other';
    }
  /** By this registrar or by another one. */
  | {
      readonly kind: 'takeover-completed';
      readonly targetId: number;
      readonly winnerId: number;
      /** How many elements changed their home here. */
      readonly elements: number;
    }
  | {
      readonly kind: 'audit-mismatch';
      readonly registrarId: number;
      /** The checksum of our copy. */
      readonly expected: number;
      /** The checksum in the peer's PRESENCE. */
      readonly received: number;
    }
  | {
      readonly kind: 'resynchronized';
      readonly registrarId: number;
      readonly learnt: number;
      readonly removed: number;
    }
  | {
      readonly kind: 'warning';
      readonly code:
        | 'bad-message'
        | 'wrong-receiver'
        | 'identifier-collision'
        | 'identifier-changed'
        | 'identifier-conflict'
        | 'foreign-update'
        | 'declared-dead'
        | 'inconsistent-pool'
        | 'mentor-failed'
        | 'takeover-forced'
        | 'error-received'
        | 'limit-reached'
        | 'insecure'
        | 'configuration';
      /** For people: one sentence. */
      readonly text: string;
      readonly registrarId?: number | undefined;
      readonly channel?: ChannelId | undefined;
    };
