import { type IpAddress, isIpv6 } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import type { Tsn } from '../../base/serial.ts';
import { Timers } from '../../base/timers.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import { CongestionControl } from './congestion.ts';
import { headersBelow, type MtuSettings, pmtuLimits } from './mtu.ts';
import { PmtuSearch, type PmtuSearchSettings, type PmtuState } from './pmtu-search.ts';
import { RtoEstimator, type RtoLimits } from './rto.ts';

/** Whether a destination may carry data. RFC 9260 §5.4, §8.2. */
export type PathState = 'unconfirmed' | 'active' | 'inactive';

export type PathTimer =
  | 't3-rtx'
  | 'heartbeat'
  | 'heartbeat-timeout'
  /** PROBE_TIMER of RFC 8899 §5.1.1, or when the next probe may go. */
  | 'pmtu-probe';

const PATH_TIMERS: readonly PathTimer[] = ['t3-rtx', 'heartbeat', 'heartbeat-timeout', 'pmtu-probe'];

/** What a HEARTBEAT carries and its HEARTBEAT ACK has to bring back. */
export interface HeartbeatProbe {
  /** The value of the HEARTBEAT: its answer has the same. */
  readonly value: Uint8Array;
  readonly sentAt: Instant;
}

/** A probe of the path MTU. */
export interface PmtuProbe extends HeartbeatProbe {
  readonly bytes: number;
  /** IP fragments that this host had made before. */
  readonly fragmentsBefore: number;
}

/** What happened on a path so far. */
export interface PathCounters {
  packetsSent: number;
  /** Packets from this address with the right tag. */
  packetsReceived: number;
  /** Retransmissions included. */
  dataChunksSent: number;
  retransmissions: number;
  t3Expirations: number;
  heartbeatsSent: number;
  heartbeatsAcknowledged: number;
}

export interface PathOptions {
  readonly address: IpAddress;
  /** Local address that packets to this destination leave from. */
  readonly localAddress: IpAddress;
  readonly udpPort: number;
  readonly confirmed: boolean;
}

/** What a path needs of the configuration. */
export interface PathDefaults extends RtoLimits {
  /** MTU of the IP layer below. */
  readonly pathMtuBytes: number;
  readonly heartbeats: boolean;
}

/** RFC 9260 §7.2.1: arbitrarily high; the peer's window is not known to every caller. */
const INITIAL_SSTHRESH_BYTES = 0x7fff_ffff;

/** Halving any cwnd more often changes nothing. */
const MOST_DECAYS = 32;

/**
 * One destination address of the peer and everything that RFC 9260 keeps per destination: state, error counter, RTO,
 * congestion window, path MTU, timers, and its UDP encapsulation port (RFC 6951 §5.1).
 */
export class Path {
  readonly address: IpAddress;
  localAddress: IpAddress;
  udpPort: number;
  confirmed: boolean;
  /** Not declared unreachable: an unconfirmed path is active while it is probed. */
  active = true;
  errorCount = 0;
  /** Bytes of DATA chunks outstanding on this path. */
  flightBytes = 0;
  readonly rto: RtoEstimator;
  readonly congestion: CongestionControl;
  readonly timers = new Timers<PathTimer>(PATH_TIMERS);
  /** Lowest TSN outstanding here: acknowledging it restarts T3-rtx (RFC 9260 §6.3.2 R3). */
  earliestTsn: Tsn | undefined;
  /** The TSN whose round trip is being measured, at most one at a time (RFC 9260 §6.3.1 C4). */
  measuring: { readonly tsn: Tsn; readonly sentAt: Instant } | undefined;
  /** When DATA was sent here last, or up to when cwnd has decayed because none was (RFC 9260 §7.2.1). */
  lastDataSentAt: Instant | undefined;
  /** When something that measures the path was sent last: the path is idle for heartbeats without it (§8.3). */
  lastProbeWorthySentAt: Instant | undefined;
  probe: HeartbeatProbe | undefined;
  readonly counters: PathCounters = {
    packetsSent: 0,
    packetsReceived: 0,
    dataChunksSent: 0,
    retransmissions: 0,
    t3Expirations: 0,
    heartbeatsSent: 0,
    heartbeatsAcknowledged: 0,
  };
  heartbeats: boolean;
  /** Path.Max.Retrans of this path alone, if the application has set it (RFC 9260 §11.1.12). */
  maxRetrans: number | undefined;
  /** The probe of the path MTU that is under way. */
  pmtuProbe: PmtuProbe | undefined;
  /** Probes of the path MTU keep a round trip from each other (RFC 8899 §3). */
  pmtuProbedAt: Instant | undefined;
  #pmtuBytes: number;
  #pmtuSearch: PmtuSearch | undefined;

  constructor(options: PathOptions, defaults: PathDefaults) {
    this.address = options.address;
    this.localAddress = options.localAddress;
    this.udpPort = options.udpPort;
    this.confirmed = options.confirmed;
    this.heartbeats = defaults.heartbeats;
    this.#pmtuBytes = defaults.pathMtuBytes - headersBelow(options.address);
    this.rto = new RtoEstimator(defaults);
    this.congestion = new CongestionControl(this.pmdcsBytes, isIpv6(options.address), INITIAL_SSTHRESH_BYTES);
  }

  get state(): PathState {
    if (!this.confirmed) return 'unconfirmed';
    return this.active ? 'active' : 'inactive';
  }

  /** May carry user data. */
  get usable(): boolean {
    return this.confirmed && this.active;
  }

  /** PMTU: the longest SCTP packet, common header included. RFC 9260 §1.3, RFC 6951 §5.6. */
  get pmtuBytes(): number {
    return this.#pmtuBytes;
  }

  /** PMDCS: the longest DATA chunk, its header included. RFC 9260 §1.3. */
  get pmdcsBytes(): number {
    return (this.#pmtuBytes - COMMON_HEADER_BYTES) & ~3;
  }

  /**
   * The search for the PMTU, made when there is something to find out.
   *
   * @param linkMtuOf MTU of the link to that address, if it is known
   */
  searchPmtu(
    settings: MtuSettings & PmtuSearchSettings,
    linkMtuOf: (address: IpAddress) => number | undefined,
  ): PmtuSearch {
    this.#pmtuSearch ??= new PmtuSearch(
      pmtuLimits(settings, this.address, linkMtuOf(this.address)),
      this.#pmtuBytes,
      settings,
    );
    return this.#pmtuSearch;
  }

  /** The search for the PMTU, if there has been anything to find out. */
  get pmtuSearch(): PmtuSearch | undefined {
    return this.#pmtuSearch;
  }

  get pmtuState(): PmtuState {
    return this.#pmtuSearch?.state ?? (this.usable ? 'search-complete' : 'disabled');
  }

  /** Takes over what the search has found. Returns whether it changes anything. */
  followPmtuSearch(): boolean {
    const found = this.#pmtuSearch?.plpmtuBytes;
    if (found === undefined || found === this.#pmtuBytes) return false;
    this.#pmtuBytes = found;
    this.congestion.setPmdcs(this.pmdcsBytes);
    return true;
  }

  /** The path decays while no data is sent on it; call before sending some. */
  decayIfIdle(now: Instant): void {
    if (this.lastDataSentAt === undefined || this.flightBytes > 0) return;
    const rtos = Math.floor((now - this.lastDataSentAt) / this.rto.rtoMs);
    if (rtos <= 0) return;
    this.congestion.idle(Math.min(rtos, MOST_DECAYS));
    // What has been counted is not counted again if nothing is sent now.
    this.lastDataSentAt += rtos * this.rto.rtoMs;
  }
}
