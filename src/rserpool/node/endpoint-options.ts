import {
  type Acceleration,
  type CaptureHook,
  type EndpointConfig,
  nodeSubstrate,
  SctpEndpoint,
  type Substrate,
} from '../../sctp/index.ts';
import type { Profile } from '../profile.ts';
import type { LookupConfig } from './lookup-config.ts';
import type { NameResolver } from './name-resolver.ts';
import { nodeTcp } from './node-tcp.ts';
import { sctpConfigOf } from './sctp-profiles.ts';
import type { TcpNetwork } from './tcp-network.ts';

/** What registrar, pool element and pool user can say about the sockets below them. */
export interface EndpointOptions {
  /** Local addresses, first one preferred: what peers are told, and nothing else. `['127.0.0.1']` unless given. */
  readonly addresses?: readonly string[] | undefined;
  /** UDP encapsulation port (RFC 6951); 9899 if it is free, else any, unless given. */
  readonly udpPort?: number | undefined;
  /** Which times role and SCTP go by: short ones, those of the RFCs, or rsplib's. `default` unless given. */
  readonly profile?: Profile | undefined;
  /** SCTP protocol parameters, over those of the profile. */
  readonly sctp?: Partial<EndpointConfig> | undefined;
  /** Sockets, clock and randomness; those of Node unless given. */
  readonly substrate?: Substrate | undefined;
  /** TCP, for registrars that users reach by it; that of Node unless given, none if only `substrate` is given. */
  readonly tcpNetwork?: TcpNetwork | undefined;
  /** How names are looked up; as this host does unless given. */
  readonly resolver?: NameResolver | undefined;
  /** When names are looked up again. */
  readonly lookup?: Partial<LookupConfig> | undefined;
  /** Called for every datagram. */
  readonly capture?: CaptureHook | undefined;
  /** Whether the system cuts and joins packets where it can (Linux); `auto` unless given. */
  readonly acceleration?: Acceleration | undefined;
}

/** Opens an SCTP endpoint with these options. @throws (rejects) SctpError, ConfigError */
export function bindEndpoint(
  options: EndpointOptions,
  sctpPort: number | undefined,
  role: 'registrar' | 'element' | 'user',
): Promise<SctpEndpoint> {
  return SctpEndpoint.bind({
    sctpPort,
    addresses: localAddressesOf(options),
    udpPort: options.udpPort,
    config: sctpConfigOf(options, role),
    substrate: options.substrate,
    capture: options.capture,
    acceleration: options.acceleration,
  });
}

/** The addresses that {@link bindEndpoint} uses. */
export function localAddressesOf({ addresses }: EndpointOptions): readonly string[] {
  return addresses ?? ['127.0.0.1'];
}

export function substrateOf(options: EndpointOptions): Substrate {
  return options.substrate ?? nodeSubstrate;
}

/** TCP of the world that the substrate belongs to, if there is any. */
export function tcpNetworkOf({ tcpNetwork, substrate }: EndpointOptions): TcpNetwork | undefined {
  return tcpNetwork ?? (substrate === undefined ? nodeTcp : undefined);
}
