import type { IpAddress } from '../../base/address.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import type { HeapNode } from '../../base/indexed-heap.ts';
import { type Tsn, tsnAdd } from '../../base/serial.ts';
import { Timers } from '../../base/timers.ts';
import { Path } from '../path/path.ts';
import { PathSet } from '../path/path-set.ts';
import { AckPolicy } from '../rx/ack-policy.ts';
import { DeferringReassembler } from '../rx/deferring-reassembler.ts';
import { ReceiveWindow } from '../rx/receive-window.ts';
import { TsnTracker } from '../rx/tsn-tracker.ts';
import { AbandonedMessageCounter } from '../tx/abandoned-messages.ts';
import type { HeldMessages } from '../tx/held-messages.ts';
import { Outstanding } from '../tx/outstanding.ts';
import { RepeatedChunks } from '../tx/repeated-chunks.ts';
import { Scheduling } from '../tx/scheduling.ts';
import { SendQueue } from '../tx/send-queue.ts';
import type { Chunk, CommonHeader } from '../wire/types.ts';
import type { AssociationConfig, EndpointConfig } from './config.ts';
import type { AssociationCounters, AssociationEvent, AssociationId, Links, SendRequest } from './contract.ts';
import type { CookieJar } from './cookie.ts';
import { type Extensions, NO_EXTENSIONS } from './extensions.ts';
import type { Reconfiguration } from './reconfiguration-state.ts';
import { chooseLocalAddress } from './source-address.ts';
import type { AssociationState } from './states.ts';

/** What an association's procedures get from their endpoint. */
export interface EndpointServices {
  readonly sctpPort: number;
  readonly addresses: readonly IpAddress[];
  readonly config: EndpointConfig;
  readonly entropy: Entropy;
  readonly cookies: CookieJar;
  readonly links: Links | undefined;
  /** A random tag that is not 0 and that no association of this endpoint has. RFC 9260 §5.3.1. */
  newTag(): number;
  /** Puts a packet into the output. */
  transmit(from: IpAddress, to: IpAddress, udpPort: number, header: CommonHeader, chunks: readonly Chunk[]): void;
  event(association: AssociationId, event: AssociationEvent): void;
  /** Tags, addresses or UDP ports of the association changed: it has to be found under the new ones. */
  reindex(tcb: Tcb): void;
  /** Another association, up or nearly so, whose peer is known to have that address. RFC 9260 §1.3. */
  twinOf(tcb: Tcb, address: IpAddress, udpPort: number): Tcb | undefined;
  /** The association has ended. */
  release(tcb: Tcb): void;
}

export type AssociationTimer =
  | 't1-init'
  | 't1-cookie'
  | 't2-shutdown'
  | 't5-shutdown-guard'
  /** When to probe a closed window. RFC 9260 §6.1 A. */
  | 'zero-window'
  /** When the lifetime of a queued message ends. RFC 9260 §11.1.5. */
  | 'lifetime'
  /** When an association without user messages is closed. RFC 6458 §8.1.8. */
  | 'autoclose'
  /** The Re-configuration Timer. RFC 6525 §5.1.1. */
  | 'reconfiguration'
  /** When to doubt a peer that has not answered DATA. */
  | 'unanswered'
  /** When to send the next HEARTBEAT of a probe of the peer, or to end it. */
  | 'probe';

const ASSOCIATION_TIMERS: readonly AssociationTimer[] = [
  't1-init',
  't1-cookie',
  't2-shutdown',
  't5-shutdown-guard',
  'zero-window',
  'lifetime',
  'autoclose',
  'reconfiguration',
  'unanswered',
  'probe',
];

/** Receiving side; exists once the peer's Initial TSN is known. */
export interface Inbound {
  streams: number;
  tracker: TsnTracker;
  reassembly: DeferringReassembler;
  readonly window: ReceiveWindow;
  readonly ack: AckPolicy;
  /** Where the last DATA came from: SACKs go there (RFC 9260 §6.4). */
  lastDataPath: Path;
}

/** Sending side. */
export interface Outbound {
  streams: number;
  readonly queue: SendQueue<SendRequest>;
  /** Messages that wait for the reset of their streams, while there is one. RFC 6525 §5.1.2 A1. */
  held: HeldMessages<SendRequest> | undefined;
  outstanding: Outstanding<SendRequest, Path>;
  /** The last TSN before the latest SSN/TSN reset: SACKs up to it are late ones. */
  lastTsnBeforeReset: Tsn | undefined;
  readonly repeated: RepeatedChunks<Path>;
  /** a_rwnd of the peer's last word; what is in flight has to be taken off. */
  peerAdvertisedRwndBytes: number;
  /** a_rwnd of the peer's first word: all its buffer. */
  peerBufferBytes: number;
  /** Fast recovery lasts until this TSN is acknowledged (RFC 9260 §7.2.4). */
  fastRecoveryExit: Tsn | undefined;
  /** One packet of lost chunks goes out whatever cwnd says (RFC 9260 §7.2.4 (3)). */
  fastRetransmitPending: boolean;
  /** A chunk is in flight that the peer's window had no room for. */
  probing: boolean;
  /** The peer answered since that chunk went out. */
  answeredSinceProbe: boolean;
  /** The window is closed and a probe is due when the timer `zero-window` fires. */
  awaitingProbe: boolean;
  /** Payload accepted by `send` and not cumulatively acknowledged. */
  bufferedBytes: number;
  /** `send` had to refuse: the application waits for room. */
  drainWanted: boolean;
  /** Something was sent since everything was last acknowledged or given up. */
  dryWanted: boolean;
  /** A message had a priority: it may give way to others. */
  anyPriority: boolean;
  readonly forwardTsn: ForwardTsnState;
}

/** What the sender of FORWARD TSNs keeps. RFC 3758 §3.5. */
export interface ForwardTsnState {
  /** What happened since it was last considered: whether one is sent depends on it. */
  occasion: 'none' | 'sack' | 'abandoned' | 't3-rtx';
  /** The last one that was sent, until it is acknowledged. */
  sent: { readonly advancedPeerAckPoint: Tsn; readonly path: Path; readonly at: Instant } | undefined;
}

/** What the initiator keeps while it sets up the association. */
export interface SetUp {
  /** The paths to the addresses that our own user gave. */
  readonly given: readonly Path[];
  path: Path;
  attempts: number;
  /** Whether DATA may go in the packet of COOKIE ECHO. */
  readonly earlyData: boolean;
  /** From the INIT ACK, to be echoed unchanged. */
  cookie: Uint8Array | undefined;
  /** To be reported along with COOKIE ECHO, or after COOKIE ACK: unrecognized parameters of the INIT ACK. */
  unrecognized: readonly Uint8Array[];
  /** When INIT or COOKIE ECHO was sent last. */
  sentAt: Instant;
  staleCookies: number;
  /** To ask for in the next INIT, after a Stale Cookie error (RFC 9260 §5.2.6). */
  preservativeMs: number | undefined;
}

/** A probe of the peer: several HEARTBEATs on every path until anything at all comes back. */
export interface PeerProbe {
  /** The same in all its HEARTBEATs. */
  readonly nonce: Uint8Array;
  sent: number;
  /** Nothing came yet, and the time is not over. An answer that comes later still speaks for its path. */
  running: boolean;
}

/** A control chunk that waits for the next packet to its destination. */
export interface QueuedControl {
  readonly path: Path;
  readonly chunk: Chunk;
}

export interface TcbOptions {
  readonly id: AssociationId;
  readonly services: EndpointServices;
  readonly config: AssociationConfig;
  readonly initiator: 'local' | 'remote';
  readonly peerPort: number;
  readonly localTag: number;
  readonly peerTag: number;
  readonly localInitialTsn: Tsn;
}

const NOTHING_QUEUED: readonly QueuedControl[] = [];

/** Every receiver has room for so much. RFC 9260 §3.3.2. */
const LEAST_BUFFER_BYTES = 1500;

/** Transmission Control Block: everything that is known of one association. RFC 9260 §14.2. */
export class Tcb implements HeapNode {
  readonly id: AssociationId;
  readonly services: EndpointServices;
  config: AssociationConfig;
  readonly initiator: 'local' | 'remote';
  readonly peerPort: number;
  state: AssociationState = 'CLOSED';
  localTag: number;
  /** 0 while unknown. */
  peerTag: number;
  /** Given to cookies of unexpected INITs, so that a restart can be told from a stranger (RFC 9260 §5.2.2). */
  localTieTag = 0;
  peerTieTag = 0;
  localInitialTsn: Tsn;
  peerInitialTsn: Tsn | undefined;
  /** What both sides support; nothing until the peer has told. */
  extensions: Extensions = NO_EXTENSIONS;
  /** Adaptation Layer Indication of the peer, if it sent one. RFC 5061 §4.2.6. */
  peerAdaptation: number | undefined;
  paths = new PathSet();
  readonly timers = new Timers<AssociationTimer>(ASSOCIATION_TIMERS);
  /** When the first DATA went out that nothing came after; only with `unansweredAfterMs`. */
  unansweredSince: Instant | undefined;
  /** The latest probe of the peer. */
  probe: PeerProbe | undefined;
  /** So much DATA was under way at once that larger packets are worth looking for. */
  fillsPackets = false;
  /** When DATA was sent or received last. */
  lastUserDataAt: Instant | undefined;
  readonly scheduling: Scheduling;
  inbound: Inbound | undefined;
  outbound: Outbound;
  setUp: SetUp | undefined;
  /** Once anybody has asked for a reset or for more streams. RFC 6525. */
  reconfiguration: Reconfiguration | undefined;
  /** Retransmissions in a row without an answer, all paths together (RFC 9260 §8.1). */
  errorCount = 0;
  /** The peer asked for the shutdown. */
  shutdownByPeer = false;
  /** Where SHUTDOWN or SHUTDOWN ACK was sent last. */
  shutdownPath: Path | undefined;
  /** Before this, no further unconfirmed address is probed (RFC 9260 §5.4). */
  nextVerificationAt: Instant | undefined;
  control: readonly QueuedControl[] = NOTHING_QUEUED;
  /** Bytes of replies to the packet at hand: they have to fit one packet (RFC 9260 §12.4). */
  replyBytes = 0;
  readonly counters: { -readonly [Name in keyof AssociationCounters]: AssociationCounters[Name] } = {
    packetsSent: 0,
    packetsReceived: 0,
    dataChunksSent: 0,
    dataChunksReceived: 0,
    retransmissions: 0,
    fastRetransmissions: 0,
    t3Expirations: 0,
    duplicateTsnsReceived: 0,
    messagesSent: 0,
    messagesReceived: 0,
  };
  /** Messages that were given up. */
  readonly abandoned = new AbandonedMessageCounter();
  /** For the endpoint: there may be something to send. */
  dirty = false;
  /** For the endpoint: when this association wants to be looked at next, as a node of its heap of deadlines. */
  rank: Instant = 0;
  readonly order: number;
  index = -1;

  constructor(options: TcbOptions) {
    this.id = options.id;
    this.order = options.id;
    this.services = options.services;
    this.config = options.config;
    this.initiator = options.initiator;
    this.peerPort = options.peerPort;
    this.localTag = options.localTag;
    this.peerTag = options.peerTag;
    this.localInitialTsn = options.localInitialTsn;
    this.scheduling = new Scheduling(options.config.scheduler);
    this.outbound = this.#newOutbound();
  }

  /** The peer's parameters are known: from its INIT, INIT ACK or cookie. */
  openTransfer(
    peerInitialTsn: Tsn,
    peerRwndBytes: number,
    outboundStreams: number,
    inboundStreams: number,
    extensions: Extensions,
  ): void {
    this.peerInitialTsn = peerInitialTsn;
    this.extensions = extensions;
    this.outbound.streams = outboundStreams;
    this.outbound.queue.setInterleaving(extensions.interleaving);
    this.outbound.peerAdvertisedRwndBytes = peerRwndBytes;
    this.outbound.peerBufferBytes = peerRwndBytes;
    // Half of the buffer is left for what comes between.
    this.inbound = {
      streams: inboundStreams,
      tracker: new TsnTracker(peerInitialTsn),
      reassembly: this.#newReassembly(),
      window: new ReceiveWindow(this.config.receiveBufferBytes, this.paths.amdcsBytes),
      ack: new AckPolicy(this.config),
      lastDataPath: this.paths.primary,
    };
  }

  /** The peer's TSNs and SSNs begin anew here. RFC 6525 §5.2.4, §5.2.7 H5. */
  beginReceiving(initialTsn: Tsn): void {
    if (this.inbound === undefined) return;
    this.inbound.tracker = new TsnTracker(initialTsn);
    this.inbound.reassembly = this.#newReassembly();
  }

  /** The peer restarted: TSNs, SSNs and everything learnt of it begin anew (RFC 9260 §5.2.4 A). */
  resetTransfer(localInitialTsn: Tsn): void {
    this.localInitialTsn = localInitialTsn;
    this.outbound = this.#newOutbound();
    this.inbound = undefined;
    this.reconfiguration = undefined;
    this.unansweredSince = undefined;
  }

  #newReassembly(): DeferringReassembler {
    const partBytes = Math.min(this.config.partialDeliveryBytes, this.config.receiveBufferBytes / 2);
    return new DeferringReassembler(this.extensions.interleaving, partBytes);
  }

  /** Adds a destination, unless no local address can reach it or it is known. */
  addPath(address: IpAddress, udpPort: number, confirmed: boolean, localAddress?: IpAddress): Path | undefined {
    const known = this.paths.find(address);
    if (known !== undefined) return known;
    const from = localAddress ?? chooseLocalAddress(this.services.addresses, address);
    if (from === undefined || this.paths.all.length >= this.config.maxPeerAddresses) return undefined;
    const path = new Path({ address, localAddress: from, udpPort, confirmed }, this.config);
    this.paths.add(path);
    return path;
  }

  /**
   * The peer has told its addresses, and has no others: whatever else our user gave is not its (RFC 9260 §5.1.2 A, C).
   */
  keepPeerAddresses(addresses: readonly IpAddress[]): void {
    const paths = this.paths.all.filter((path) => addresses.includes(path.address));
    for (const path of this.paths.all) if (!paths.includes(path)) this.outbound.outstanding.timeout(path);
    this.paths.replace(paths);
  }

  /** What the peer has room for. RFC 9260 §6.2.1 A–D: its last word less what is in flight. */
  get peerRwndBytes(): number {
    return Math.max(0, this.outbound.peerAdvertisedRwndBytes - this.outbound.outstanding.flightDataBytes);
  }

  /**
   * Longest piece of a message that a DATA chunk carries: to any address of the peer (RFC 9260 §6.9), by setting, and a
   * quarter of the peer's buffer: a longer one would wait until most of it is empty, and each loss would cost as much.
   */
  get fragmentationPointBytes(): number {
    const { queue, peerBufferBytes } = this.outbound;
    const byMtu = this.paths.amdcsBytes - queue.headerBytes;
    const fits = Math.min(byMtu, Math.max(LEAST_BUFFER_BYTES, peerBufferBytes / 4) & ~3);
    const { maxFragmentBytes } = this.config;
    return maxFragmentBytes === 0 ? fits : Math.min(fits, maxFragmentBytes);
  }

  get inFastRecovery(): boolean {
    return this.outbound.fastRecoveryExit !== undefined;
  }

  /** Puts a packet to `path` into the output. */
  transmit(path: Path, verificationTag: number, chunks: readonly Chunk[]): void {
    const { services, peerPort } = this;
    const header = { sourcePort: services.sctpPort, destinationPort: peerPort, verificationTag };
    services.transmit(path.localAddress, path.address, path.udpPort, header, chunks);
    this.counters.packetsSent++;
    path.counters.packetsSent++;
  }

  /** Sends a control chunk with the next packet to `path`. */
  queueControl(path: Path, chunk: Chunk): void {
    this.control = this.control.concat({ path, chunk });
  }

  /** Nothing of what is queued is sent, or all of it was. */
  forgetControl(): void {
    this.control = NOTHING_QUEUED;
  }

  emit(event: AssociationEvent): void {
    this.services.event(this.id, event);
  }

  #newOutbound(): Outbound {
    return {
      streams: this.config.outboundStreams,
      queue: new SendQueue(this.scheduling),
      held: undefined,
      outstanding: new Outstanding<SendRequest, Path>(this.localInitialTsn),
      lastTsnBeforeReset: undefined,
      repeated: new RepeatedChunks<Path>(),
      peerAdvertisedRwndBytes: 0,
      peerBufferBytes: 0,
      fastRecoveryExit: undefined,
      fastRetransmitPending: false,
      probing: false,
      answeredSinceProbe: false,
      awaitingProbe: false,
      bufferedBytes: 0,
      drainWanted: false,
      dryWanted: false,
      anyPriority: false,
      forwardTsn: { occasion: 'none', sent: undefined },
    };
  }
}

/** The TSN before the first one: what is acknowledged when nothing was received. RFC 9260 §3.3.4. */
export function cumulativeTsnAckOf(tcb: Tcb): Tsn {
  return tcb.inbound?.tracker.cumulativeTsn ?? tsnAdd(tcb.peerInitialTsn ?? (0 as Tsn), -1);
}
