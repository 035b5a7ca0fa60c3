import type { RegistrarConfig } from '../registrar/config.ts';
import type { TransportTarget } from '../role.ts';
import type { EndpointOptions } from './endpoint-options.ts';
import type { MulticastOptions } from './multicast-options.ts';
import type { RegistrarSecurityOptions } from './security-options.ts';
import type { TcpConfig } from './tcp-config.ts';

export interface AsapOptions {
  /** The same as `addresses` beside it. */
  readonly addresses?: readonly string[] | undefined;
  /** 3863 unless given. */
  readonly sctpPort?: number | undefined;
  /**
   * TCP port for users (RFC 5352 §2.1), on the same addresses; false: none. Unless given it is the SCTP port's number if
   * that is free, else any.
   */
  readonly tcp?: number | false | undefined;
  /** Limits of TCP connections. */
  readonly tcpLimits?: Partial<TcpConfig> | undefined;
}

export interface EnrpOptions {
  /** 9901 unless given. */
  readonly sctpPort?: number | undefined;
  /**
   * Whether it sends PRESENCE by multicast and listens for that of others, and where; no unless given. Then registrars
   * find each other without `peers`. RFC 5351 §3.1.
   */
  readonly announce?: boolean | MulticastOptions | undefined;
}

export interface RegistrarStartOptions extends EndpointOptions {
  /** Where elements and users come. */
  readonly asap?: AsapOptions | undefined;
  /** Where other registrars come. */
  readonly enrp?: EnrpOptions | undefined;
  /** Other registrars of the scope with their ENRP ports: `HOST:SCTPPORT;udp=PORT`, or `DOMAIN;srv`. */
  readonly peers?: readonly (string | TransportTarget)[] | undefined;
  /** TLS, and who may do what; without it everybody may do everything. RFC 5355. */
  readonly security?: RegistrarSecurityOptions | undefined;
  /** Identifier, 1 to 2^32 - 1; random unless given. */
  readonly registrarId?: number | undefined;
  /** Timers and limits, over those of the profile. */
  readonly config?: Partial<RegistrarConfig> | undefined;
  /** Whether it announces itself to elements and users by multicast, and where. RFC 5352 §3.6. */
  readonly announce?: boolean | MulticastOptions | undefined;
}
