/**
 * Reliable Server Pooling (RFC 5351 to 5356). `Registrar`, `PoolElement` and `PoolUser` are the way in;
 * docs/rserpool-api.md shows how everything is used.
 */

export { ConfigError } from '../base/config.ts';
export { type AccessRule, AccessRules } from './access/access-rules.ts';
export { identityText, isSameIdentity, type KnownIdentity, namesOf, type PeerIdentity } from './access/identity.ts';
export type { ElementConfig } from './element/config.ts';
export type { ElementEvent, ElementSessionId } from './element/events.ts';
export type { RegistrationUpdate } from './element/profile.ts';
export { RSerPoolError, type RSerPoolErrorCode } from './errors.ts';
export type { TrustEvents, Untrusted } from './node/connector.ts';
export type { ElementSession } from './node/element-session.ts';
export type { EndpointOptions } from './node/endpoint-options.ts';
export type { PoolName } from './node/handle.ts';
export type { LookupConfig } from './node/lookup-config.ts';
export type { SessionMessage } from './node/message-queue.ts';
export type { MulticastOptions } from './node/multicast-options.ts';
export { type NameAnswer, type NameResolver, nodeResolver, type ServiceRecord } from './node/name-resolver.ts';
export { formatTarget, isNamed, type Place, parsePlace } from './node/place.ts';
export { type JoinOptions, PoolElement, type SessionHandler } from './node/pool-element.ts';
export type { MessageDestination, MessageSendOptions, PoolMessage } from './node/pool-messages.ts';
export { type ConnectToPoolOptions, PoolUser, type PoolUserOptions } from './node/pool-user.ts';
export { Registrar } from './node/registrar.ts';
export type { DiscoveryOptions, LookupEvents } from './node/registrar-discovery.ts';
export type { AsapOptions, EnrpOptions, RegistrarStartOptions } from './node/registrar-options.ts';
export type {
  Called,
  CertificateOptions,
  CommonSecurityOptions,
  ElementSecurityOptions,
  PskOptions,
  RegistrarSecurityOptions,
  UserSecurityOptions,
} from './node/security-options.ts';
export type { SessionSendOptions } from './node/send-options.ts';
export { SignedCookies } from './node/signed-cookies.ts';
export {
  StatusCollector,
  type StatusCollectorEvents,
  type StatusCollectorOptions,
} from './node/status-collector.ts';
export { StatusReporter, type StatusReporterOptions, type StatusSource } from './node/status-reporter.ts';
export { resolveTarget } from './node/target.ts';
export type { TcpConfig } from './node/tcp-config.ts';
export type { TcpEnd, TcpHandlers, TcpListener, TcpListenOptions, TcpNetwork, TcpSocket } from './node/tcp-network.ts';
export type { UserSession, UserSessionEvents } from './node/user-session.ts';
export type { UserTransport } from './node/user-transport.ts';
export { PROFILES, type Profile } from './profile.ts';
export type { RegistrarConfig } from './registrar/config.ts';
export type { ElementLoss, RegistrarEvent } from './registrar/events.ts';
export type { ElementSnapshot, PeerSnapshot, PoolSnapshot, RegistrarSnapshot } from './registrar/snapshot.ts';
export { ASAP_PORT, ASAP_TLS_PORT, ENRP_PORT, ENRP_TLS_PORT, PPID, type TransportTarget } from './role.ts';
export { MAX_PSK_BYTES, MIN_PSK_BYTES, type PskKeys, readPskKeys } from './security/psk-keys.ts';
export { TLS_PROFILES, type TlsProfile } from './security/tls-profile.ts';
export { type ComponentKind, componentId, componentOf, describeComponent } from './status/component.ts';
export type { ComponentStatus } from './status/component-status.ts';
export type { Component } from './status/components.ts';
export {
  type ComponentReport,
  CSP_PORT,
  decodeReport,
  encodeReport,
  type ReportedAssociation,
} from './status/report.ts';
export type { UserConfig } from './user/config.ts';
export { DELIVERY_FLAGS, type DeliveryOptions, deliveryOptions } from './user/delivery-options.ts';
export type { PoolElementHandle, Sender } from './user/destination.ts';
export type { ResolutionFailure, SessionElement, UserEvent, WaitReason } from './user/events.ts';
export type { SessionOptions } from './user/session-options.ts';
export { decodeAsap } from './wire/asap-codec.ts';
export type { Dialect } from './wire/dialect.ts';
export type { PoolElementParameter } from './wire/element.ts';
export { decodeEnrp } from './wire/enrp-codec.ts';
export { explainAsap, explainEnrp } from './wire/explain.ts';
export { POLICY_FIELDS, type PolicyField, type PolicyParameter } from './wire/policy.ts';
export { MAX_POOL_HANDLE_BYTES, PoolHandle, poolHandle } from './wire/pool-handle.ts';
export { describeAsap, describeElement, describeEnrp, describePolicy, describeTransport } from './wire/text.ts';
export type { TransportParameter } from './wire/transport.ts';
