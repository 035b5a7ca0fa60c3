import type { SctpTransport } from './transport.ts';

/** Server Information parameter: a registrar and where it takes ENRP messages. RFC 5354 §3.11. */
export interface RegistrarInformation {
  /** Server Identifier, 32 bits. */
  readonly identifier: number;
  readonly transport: SctpTransport;
  /** UDP encapsulation port (RFC 6951) if it is not 9899, in a private parameter (0x8f09) that others skip. */
  readonly udpPort?: number | undefined;
}
