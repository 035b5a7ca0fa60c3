import type { PolicyParameter } from './policy.ts';
import type { SctpTransport, TransportParameter } from './transport.ts';

/** Pool Element parameter: one member of a pool. RFC 5354 §3.10. */
export interface PoolElementParameter {
  /** PE Identifier, 32 bits. */
  readonly identifier: number;
  /** Home ENRP Server Identifier; 0 while there is none. */
  readonly homeRegistrarIdentifier: number;
  /** Registration Life as it stands on the wire: signed seconds, -1 never expires. Other dialects use other units. */
  readonly registrationLifeS: number;
  readonly userTransport: TransportParameter;
  readonly policy: PolicyParameter;
  /** Where the element takes ASAP messages. Absent in what elements and users see, present between registrars. */
  readonly asapTransport?: SctpTransport | undefined;
  /**
   * UDP encapsulation ports (RFC 6951) where they are not 9899, in a private parameter (0x8f09) that others skip.
   * `user` belongs to `userTransport`, `asap` to `asapTransport`.
   */
  readonly udpPorts?: { readonly user?: number | undefined; readonly asap?: number | undefined } | undefined;
}
