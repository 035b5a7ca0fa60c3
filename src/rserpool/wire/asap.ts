import type { ErrorCause } from './cause.ts';
import type { PoolElementParameter } from './element.ts';
import type { UnknownMessage } from './message-frame.ts';
import type { PolicyParameter } from './policy.ts';
import type { PoolHandle } from './pool-handle.ts';
import type { SctpTransport, TcpTransport } from './transport.ts';

/** The messages of ASAP. RFC 5352 §2.2. Byte fields of decoded messages are copies. */
export type AsapMessage = (
  | Registration
  | Deregistration
  | RegistrationResponse
  | DeregistrationResponse
  | HandleResolution
  | HandleResolutionResponse
  | EndpointKeepAlive
  | EndpointKeepAliveAck
  | EndpointUnreachable
  | ServerAnnounce
  | Cookie
  | CookieEcho
  | BusinessCard
  | AsapError
  | UnknownMessage
) & {
  /**
   * On receipt: unknown parameters (whole TLVs without padding) that were skipped but are to be reported, each in an
   * `unrecognized-parameter` cause (RFC 5354 §3). Absent if there are none. Ignored on sending.
   */
  readonly unrecognized?: readonly Uint8Array[];
};

/** ASAP_REGISTRATION: an element enters a pool, or renews its stay. RFC 5352 §2.2.1. */
export interface Registration {
  readonly kind: 'registration';
  readonly poolHandle: PoolHandle;
  readonly element: PoolElementParameter;
}

/** ASAP_DEREGISTRATION: an element leaves. RFC 5352 §2.2.2. */
export interface Deregistration {
  readonly kind: 'deregistration';
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
}

/** ASAP_REGISTRATION_RESPONSE. RFC 5352 §2.2.3. */
export interface RegistrationResponse {
  readonly kind: 'registration-response';
  /** R flag. If it is false, causes are only warnings. */
  readonly rejected: boolean;
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
  /** Of the Operation Error; none means that there is no such parameter. */
  readonly causes: readonly ErrorCause[];
}

/** ASAP_DEREGISTRATION_RESPONSE; a cause means failure. RFC 5352 §2.2.4. */
export interface DeregistrationResponse {
  readonly kind: 'deregistration-response';
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
  readonly causes: readonly ErrorCause[];
}

/** ASAP_HANDLE_RESOLUTION: who is in this pool? RFC 5352 §2.2.5. */
export interface HandleResolution {
  readonly kind: 'handle-resolution';
  /** S flag: send updates as well. */
  readonly subscribe: boolean;
  readonly poolHandle: PoolHandle;
  /** How many elements are wanted at most, in a private parameter (0x803f) that others skip. */
  readonly itemCount?: number | undefined;
  /**
   * Our private parameter (0x8f09) is there: the sender is this implementation, not rsplib, which asks for a number of
   * elements in the same way.
   */
  readonly isOurs?: boolean | undefined;
}

/** ASAP_HANDLE_RESOLUTION_RESPONSE; a cause means that it is negative. RFC 5352 §2.2.6. */
export interface HandleResolutionResponse {
  readonly kind: 'handle-resolution-response';
  /** A flag: updates will follow. */
  readonly acceptedSubscription: boolean;
  readonly poolHandle: PoolHandle;
  /** The pool's overall policy, of which only the type counts. Absent means round robin. */
  readonly policy?: PolicyParameter | undefined;
  /** In the order in which they should be used. */
  readonly elements: readonly PoolElementParameter[];
  readonly causes: readonly ErrorCause[];
}

/** ASAP_ENDPOINT_KEEP_ALIVE: is this element alive? RFC 5352 §2.2.7. */
export interface EndpointKeepAlive {
  readonly kind: 'endpoint-keep-alive';
  /** H flag: the sender wants to become the element's home registrar. */
  readonly home: boolean;
  readonly registrarIdentifier: number;
  readonly poolHandle: PoolHandle;
  /** Not in the RFC, but sent by some: the one element that is meant. */
  readonly peIdentifier?: number | undefined;
}

/** ASAP_ENDPOINT_KEEP_ALIVE_ACK. RFC 5352 §2.2.8. */
export interface EndpointKeepAliveAck {
  readonly kind: 'endpoint-keep-alive-ack';
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
}

/** ASAP_ENDPOINT_UNREACHABLE: a user reports an element that does not answer. RFC 5352 §2.2.9. */
export interface EndpointUnreachable {
  readonly kind: 'endpoint-unreachable';
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
}

/** ASAP_SERVER_ANNOUNCE: a registrar offers its service. RFC 5352 §2.2.10. */
export interface ServerAnnounce {
  readonly kind: 'server-announce';
  readonly registrarIdentifier: number;
  /** Where it takes ASAP messages; none means the source of the announcement and the well-known port. */
  readonly transports: readonly (SctpTransport | TcpTransport)[];
  /** UDP encapsulation port (RFC 6951) if it is not 9899, in a private parameter (0x8f09) that others skip. */
  readonly udpPort?: number | undefined;
}

/** ASAP_COOKIE: state of a session that the user keeps for the element. RFC 5352 §2.2.11. */
export interface Cookie {
  readonly kind: 'cookie';
  readonly cookie: Uint8Array;
}

/** ASAP_COOKIE_ECHO: the latest cookie, given to the next element. RFC 5352 §2.2.12. */
export interface CookieEcho {
  readonly kind: 'cookie-echo';
  readonly cookie: Uint8Array;
}

/** ASAP_BUSINESS_CARD: which elements to turn to when the sender fails. RFC 5352 §2.2.13. */
export interface BusinessCard {
  readonly kind: 'business-card';
  readonly poolHandle: PoolHandle;
  /** Not in the RFC, but sent by some. */
  readonly policy?: PolicyParameter | undefined;
  /** In the order of preference. */
  readonly elements: readonly PoolElementParameter[];
}

/** ASAP_ERROR. RFC 5352 §2.2.14. */
export interface AsapError {
  readonly kind: 'error';
  readonly causes: readonly ErrorCause[];
}

/** Message types. RFC 5352 §2.2. */
export const ASAP_MESSAGE_TYPE = {
  registration: 0x01,
  deregistration: 0x02,
  'registration-response': 0x03,
  'deregistration-response': 0x04,
  'handle-resolution': 0x05,
  'handle-resolution-response': 0x06,
  'endpoint-keep-alive': 0x07,
  'endpoint-keep-alive-ack': 0x08,
  'endpoint-unreachable': 0x09,
  'server-announce': 0x0a,
  cookie: 0x0b,
  'cookie-echo': 0x0c,
  'business-card': 0x0d,
  error: 0x0e,
} as const;
