import type { PeerIdentity } from '../access/identity.ts';
import type { BadMessage } from '../asap/control.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { BusinessCard } from '../wire/asap.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

/** Number of a session: that of its channel. Never used twice. */
export type ElementSessionId = ChannelId;

interface RegistrationName {
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
}

/** What a pool element tells its program, in the order in which it happens. */
export type ElementEvent =
  /** There is a home registrar, or none any more (then one is looked for). */
  | {
      readonly kind: 'home-changed';
      readonly home: TransportTarget | undefined;
      /** Who the new one has proven to be; undefined without TLS. */
      readonly peer?: PeerIdentity | undefined;
      /** For people: why. */
      readonly reason: string;
    }
  | ({
      readonly kind: 'registered';
      /** It was registered before. */
      readonly renewed: boolean;
      /** Warnings of the registrar in words: it may have changed values (RFC 5352 §2.2.3). */
      readonly warning: string | undefined;
    } & RegistrationName)
  /**
   * The registrar refuses. Nothing is tried again until the cause is corrected (RFC 5352 §3.1): call `update` if the
   * element was a member before, else `register`.
   */
  | ({
      readonly kind: 'registration-rejected';
      /** For people: the causes in words. */
      readonly reason: string;
      readonly causes: readonly ErrorCause[];
    } & RegistrationName)
  /** MAX-REG-ATTEMPT exceeded, or the transport cannot be registered: given up. Call `register` to try again. */
  | ({ readonly kind: 'registration-failed'; readonly reason: string } & RegistrationName)
  /** The registrar let the registration expire; a new one is under way. RFC 5352 §3.2. */
  | ({ readonly kind: 'registration-expired' } & RegistrationName)
  /** Left the pool. `confirmed` is false if no registrar answered: the registration life will end it. */
  | ({ readonly kind: 'deregistered'; readonly confirmed: boolean } & RegistrationName)
  /** The registrar keeps the element in the pool. */
  | ({
      readonly kind: 'deregistration-rejected';
      readonly reason: string;
      readonly causes: readonly ErrorCause[];
    } & RegistrationName)
  /** After `drain`: the last session has ended. */
  | { readonly kind: 'drained' }
  /** A user has connected. */
  | {
      readonly kind: 'session-opened';
      readonly session: ElementSessionId;
      readonly remote: TransportTarget;
      /** Who it has proven to be; undefined without TLS. */
      readonly peer?: PeerIdentity | undefined;
    }
  /** DATA.RECEIVED: RFC 5352 §6.6. `bytes` belongs to the program. */
  | {
      readonly kind: 'data';
      readonly session: ElementSessionId;
      readonly ppid: number;
      readonly streamId: number;
      readonly bytes: Uint8Array;
    }
  /**
   * The user brings the latest cookie that another element gave it: the state of a session to go on with. Whoever wants
   * to trust it signs its cookies and verifies them here (RFC 5352 §3.8).
   */
  | { readonly kind: 'cookie-echo'; readonly session: ElementSessionId; readonly cookie: Uint8Array }
  /** The user is an element itself and says which elements to turn to when it fails. */
  | { readonly kind: 'business-card'; readonly session: ElementSessionId; readonly card: BusinessCard }
  /** Data that did not reach the user for certain. */
  | {
      readonly kind: 'send-failed';
      readonly session: ElementSessionId;
      readonly ppid: number;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'session-closed';
      readonly session: ElementSessionId;
      readonly reason: string;
      /** False if it was closed gracefully, or turned out to be no session. */
      readonly failed: boolean;
    }
  | BadMessage
  /** An ASAP_ERROR came. */
  | { readonly kind: 'peer-error'; readonly channel: ChannelId; readonly reason: string }
  /** Somebody was sent away: who came without TLS to a secured element, or commanded it without being a registrar. */
  | {
      readonly kind: 'access-denied';
      /** Who it is, as far as that is proven: `psk:NAME`, names of a certificate, `anonymous` or `plain`. */
      readonly who: string;
      /** What it wanted. */
      readonly what: 'channel' | 'endpoint-keep-alive';
      readonly why: string;
      readonly channel: ChannelId;
    }
  /** A channel that somebody opened was closed, for `maxIncomingChannels` are there. */
  | { readonly kind: 'limit-reached'; readonly limit: 'maxIncomingChannels' };
