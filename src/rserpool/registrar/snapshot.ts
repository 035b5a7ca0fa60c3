import type { Instant } from '../../base/contract.ts';
import type { PeerState } from '../enrp/peer-state.ts';
import type { TransportTarget } from '../role.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

/** State of a registrar at one moment, for people, dashboards and tests. Plain data, nothing of it is live. */
export interface RegistrarSnapshot {
  readonly registrarId: number;
  readonly state: 'starting' | 'serving';
  readonly pools: readonly PoolSnapshot[];
  readonly peers: readonly PeerSnapshot[];
  readonly counters: RegistrarCounters;
  /** PE checksum of the elements that this registrar owns. RFC 5353 §3.6.2. */
  readonly checksum: number;
  readonly channels: number;
  readonly watchedElements: number;
  /** Downloads of the handlespace that peers are making. */
  readonly tableSessions: number;
}

/** What a registrar has, in numbers. */
export interface RegistrarCensus {
  readonly pools: number;
  readonly elements: number;
  /** Those whose home it is. */
  readonly ownElements: number;
  /** Identifiers of the peers that it is connected with. */
  readonly peers: readonly number[];
}

export interface PoolSnapshot {
  readonly poolHandle: PoolHandle;
  /** The overall policy; only its type counts. */
  readonly policy: PolicyParameter;
  readonly elements: readonly ElementSnapshot[];
}

export interface ElementSnapshot extends PoolElementParameter {
  /** Its home is this registrar. */
  readonly owned: boolean;
  /** It fits to its pool; otherwise it is kept but not handed out. */
  readonly consistent: boolean;
  /** ENDPOINT_UNREACHABLE reports since its last registration. */
  readonly badReports: number;
  readonly updatedAt: Instant;
  readonly expiresAt: Instant | undefined;
}

export interface PeerSnapshot {
  readonly registrarId: number;
  readonly transport: TransportTarget | undefined;
  readonly state: PeerState['kind'];
  /** Whether there is a channel to it. */
  readonly connected: boolean;
  readonly lastHeardAt: Instant;
  readonly lastPresenceAt: Instant | undefined;
  /** How many elements it owns, as far as we know, and their checksum. */
  readonly elements: number;
  readonly checksum: number;
}

/** What a registrar has done since it started, by kind of event. */
export interface RegistrarCounters {
  readonly registrations: number;
  readonly reregistrations: number;
  readonly rejectedRegistrations: number;
  readonly deregistrations: number;
  readonly expirations: number;
  readonly lostElements: number;
  readonly resolutions: number;
  readonly reports: number;
  readonly takeovers: number;
  readonly auditMismatches: number;
  readonly warnings: number;
  /** Messages of ASAP and ENRP that could not be read. */
  readonly badMessages: number;
  /** What somebody wanted that it may not. */
  readonly deniedRequests: number;
  /** TLS that did not come about. */
  readonly refusedHandshakes: number;
  /** Of all these, those that no event told of: what is told once, or too often. */
  readonly untoldComplaints: number;
}
