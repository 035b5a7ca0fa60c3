import type { IpAddress } from '../../base/address.ts';

/** Transport parameters of RFC 5354 §3.3 to §3.7 and §3.16: where an element or a registrar can be reached, and how. */
export type TransportParameter =
  | SctpTransport
  | TcpTransport
  | UdpTransport
  | UdpLiteTransport
  | DccpTransport
  | OpaqueTransport;

/** Which messages a transport carries: data of the application, or also ASAP's control channel. RFC 5354 §3.4. */
export type TransportUse = 'data-only' | 'data-and-control';

/** SCTP Transport. RFC 5354 §3.4. */
export interface SctpTransport {
  readonly protocol: 'sctp';
  /** SCTP port. */
  readonly port: number;
  /** Means nothing for registrars' transports; there it is `data-only`. */
  readonly use: TransportUse;
  /** One or more, IPv4 and IPv6 mixed. */
  readonly addresses: readonly IpAddress[];
}

/** TCP Transport. RFC 5354 §3.5. */
export interface TcpTransport {
  readonly protocol: 'tcp';
  readonly port: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** UDP Transport. RFC 5354 §3.6. */
export interface UdpTransport {
  readonly protocol: 'udp';
  readonly port: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** UDP-Lite Transport. RFC 5354 §3.7. */
export interface UdpLiteTransport {
  readonly protocol: 'udp-lite';
  readonly port: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** DCCP Transport. RFC 5354 §3.3. */
export interface DccpTransport {
  readonly protocol: 'dccp';
  readonly port: number;
  /** Service Code, 32 bits. */
  readonly serviceCode: number;
  /** Exactly one. */
  readonly addresses: readonly IpAddress[];
}

/** Opaque Transport: only the application knows what the bytes mean. RFC 5354 §3.16. */
export interface OpaqueTransport {
  readonly protocol: 'opaque';
  readonly bytes: Uint8Array;
}
