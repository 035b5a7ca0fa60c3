import { type ConfigOf, completeConfig } from '../../base/config.ts';

/** Limits of ASAP over TCP. RFC 5352 §2.1 has none: over SCTP they are those of its windows and heartbeats. */
export const tcpSettings = {
  /** Connections that a registrar holds at the same time; further ones are closed at once. */
  maxConnections: { default: 1024, min: 1, max: 65_535 },
  /** The same from one address. */
  maxConnectionsPerAddress: { default: 128, min: 1, max: 65_535 },
  /** A connection on which no message came for so long is closed by the registrar, ms. 0: never. */
  idleTimeoutMs: { default: 600_000, min: 0, max: 86_400_000, integer: false },
  /** How long a message may take from its first byte to its last one, and the peer to read what it is sent, ms. */
  progressTimeoutMs: { default: 10_000, min: 1, max: 3_600_000, integer: false },
  /** Longest message that is taken, bytes. RFC 5354 §4 allows 65,535. */
  maxMessageBytes: { default: 65_535, min: 64, max: 65_535 },
  /** Bytes that may wait for a peer that does not read, before the connection is given up. */
  maxWaitingBytes: { default: 1 << 20, min: 65_536, max: 1 << 30 },
} as const;

export type TcpConfig = ConfigOf<typeof tcpSettings>;

/** @throws ConfigError */
export function tcpConfig(partial: Partial<TcpConfig> = {}): TcpConfig {
  return completeConfig(tcpSettings, partial);
}
