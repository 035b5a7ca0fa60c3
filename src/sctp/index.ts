/**
 * SCTP (RFC 9260) over UDP (RFC 6951). `SctpEndpoint` is the way in; docs/sctp-api.md shows how everything is used.
 */

// The protocol without sockets, for simulations and other drivers.
export type { IpAddress } from '../base/address.ts';
export { ConfigError } from '../base/config.ts';
export type { Entropy, Instant } from '../base/contract.ts';
// For programs: endpoints, associations, messages.
export { SctpAssociation } from './api/association.ts';
export type {
  PathChange,
  SctpAssociationEvents,
  SendFailure,
  ShuttingDown,
  StreamReset,
} from './api/association-events.ts';
export type { SctpAssociationStats } from './api/association-stats.ts';
export { type ConnectCallOptions, connect } from './api/connect.ts';
export { createServer, type ServerOptions } from './api/create-server.ts';
export {
  type BindOptions,
  type CloseOptions,
  type ConnectOptions,
  type ConnectTarget,
  type FirstMessage,
  SctpEndpoint,
} from './api/endpoint.ts';
export type { Listener, ListenOptions } from './api/listener.ts';
export type { NextMessage, SctpMessage, SendOptions } from './api/message.ts';
export type { AddStreamsOptions, ResetStreamsOptions } from './api/reconfigurations.ts';
export { SctpStream, type StreamOptions } from './api/stream.ts';
export type { WaitOptions } from './api/waiters.ts';
export type { AssociationConfig, EndpointConfig, LiveConfig } from './core/config.ts';
export { endpointConfig } from './core/config.ts';
export type {
  AbandonedCount,
  AbandonedMessages,
  AbandonmentPolicy,
  AssociateRequest,
  AssociationCounters,
  AssociationEvent,
  AssociationId,
  AssociationStatus,
  CloseReason,
  EndpointCounters,
  EndpointOptions,
  EndpointOutput,
  IcmpMessage,
  Mac,
  PathSettings,
  PathStatus,
  ReconfigurationId,
  ReconfigurationOutcome,
  SctpAddress,
  SctpCore,
  SendRequest,
  StreamReconfiguration,
  StreamSelection,
} from './core/contract.ts';
export { Endpoint } from './core/endpoint.ts';
export { SctpError, type SctpErrorCode } from './core/errors.ts';
export type { Extensions } from './core/extensions.ts';
export type { AssociationState } from './core/states.ts';
export type { MessagePart } from './rx/received-message.ts';
export { NewestSession } from './tls/newest-session.ts';
// TLS over SCTP.
export {
  SecureAssociation,
  type SecureAssociationEvents,
  type SecureAssociationOptions,
  type SecureClientOptions,
  type SecurePair,
  type SecureServerOptions,
  type TlsSessions,
} from './tls/secure-association.ts';
export { TlsAcceptor } from './tls/tls-acceptor.ts';
export { type TlsConnectOptions, tlsConnect } from './tls/tls-connect.ts';
// Packets as values, as text and in capture files.
export { type CapturedDatagram, readCapture } from './trace/pcap-reader.ts';
export { type PcapngPacket, pcapngHeader, pcapngPacket } from './trace/pcapng.ts';
export type { SchedulerName } from './tx/scheduling.ts';
// The world below: UDP sockets, clock and randomness, the real ones or simulated ones.
export type { Acceleration, AccelerationStatus } from './udp/acceleration.ts';
export {
  type CaptureEntry,
  type CaptureHook,
  type EncapsulationCounters,
  SCTP_TUNNELING_PORT,
  UdpEncapsulation,
  type UdpEncapsulationOptions,
} from './udp/encapsulation.ts';
export { hmacSha256 } from './udp/hmac.ts';
export { WANTED_RECEIVE_BUFFER_BYTES } from './udp/node-socket.ts';
export { nodeSubstrate } from './udp/node-substrate.ts';
export type { DatagramSocket, NetworkInterface, SocketError, SocketOptions, Substrate } from './udp/substrate.ts';
export type { ErrorCause } from './wire/cause.ts';
export { CHECKSUM_ENGINE, verifyChecksum } from './wire/crc32c.ts';
export { type DecodedPacket, decodePacket } from './wire/packet.ts';
export type { Parameter } from './wire/parameter.ts';
export { describeCause, describeChunk, describePacket } from './wire/text.ts';
export type { Chunk } from './wire/types.ts';
