import {
  type CaptureHook,
  type EndpointConfig,
  nodeSubstrate,
  SctpEndpoint,
  type Substrate,
} from '../../sctp/index.ts';

/** What registrar, pool element and pool user can say about the sockets below them. */
export interface EndpointOptions {
  /** Local addresses, first one preferred: what peers are told, and nothing else. `['127.0.0.1']` unless given. */
  readonly addresses?: readonly string[] | undefined;
  /** UDP encapsulation port (RFC 6951); 9899 if it is free, else any, unless given. */
  readonly udpPort?: number | undefined;
  /** SCTP protocol parameters. */
  readonly sctp?: Partial<EndpointConfig> | undefined;
  /** Sockets, clock and randomness; those of Node unless given. */
  readonly substrate?: Substrate | undefined;
  /** Called for every datagram. */
  readonly capture?: CaptureHook | undefined;
}

/** Opens an SCTP endpoint with these options. @throws (rejects) SctpError, ConfigError */
export function bindEndpoint(options: EndpointOptions, sctpPort: number | undefined): Promise<SctpEndpoint> {
  return SctpEndpoint.bind({
    sctpPort,
    addresses: options.addresses ?? ['127.0.0.1'],
    udpPort: options.udpPort,
    config: options.sctp,
    substrate: options.substrate,
    capture: options.capture,
  });
}

export function substrateOf(options: EndpointOptions): Substrate {
  return options.substrate ?? nodeSubstrate;
}
