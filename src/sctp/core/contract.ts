import type { IpAddress } from '../../base/address.ts';
import type { Entropy, Instant, SansIo } from '../../base/contract.ts';
import type { PathCounters } from '../path/path.ts';
import type { PmtuState } from '../path/pmtu-search.ts';
import type { MessagePart } from '../rx/received-message.ts';
import type { AbandonedMessages } from '../tx/abandoned-messages.ts';
import type { AbandonmentPolicy } from '../tx/abandonment.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { AssociationConfig, EndpointConfig, LiveConfig } from './config.ts';
import type { Extensions } from './extensions.ts';
import type { AssociationState } from './states.ts';

export type { AbandonedCount, AbandonedMessages } from '../tx/abandoned-messages.ts';
export type { AbandonmentPolicy } from '../tx/abandonment.ts';

/** Number of an association within its endpoint; never used twice. */
export type AssociationId = number;

/** Keyed hash for State Cookies: HMAC-SHA-256 in production. */
export type Mac = (key: Uint8Array, data: Uint8Array) => Uint8Array;

/** What an endpoint needs to come into being. */
export interface EndpointOptions {
  /** SCTP port, 1 to 65535. */
  readonly sctpPort: number;
  /** The local addresses, first one preferred. What stands here is what peers are told, and nothing else. */
  readonly addresses: readonly IpAddress[];
  /** UDP port that packets leave from, if it is known: ICMP messages about packets from another one are not ours. */
  readonly udpPort?: number | undefined;
  readonly config: EndpointConfig;
  readonly entropy: Entropy;
  readonly mac: Mac;
  /** What the system does with long packets; without it no larger path MTU than `pathMtuBytes` is looked for. */
  readonly links?: Links | undefined;
  /** Whether peers may set up associations; can be changed later. */
  readonly listening: boolean;
}

/** What is known of how packets leave this host: it decides whether a probe of the path MTU proves anything. */
export interface Links {
  /**
   * The longest IP packet to that address that the system sends whole and that nobody on the way may cut up (DF);
   * `undefined` if that cannot be told. RFC 8899 §3 (2), (5).
   */
  mtuBytes(to: IpAddress): number | undefined;
  /** How many IP fragments this host has made so far, for anybody. */
  fragmentsMade(): number;
}

/** An ICMP (RFC 792) or ICMPv6 (RFC 4443) message. */
export interface IcmpMessage {
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU, bytes, of Packet Too Big and of Fragmentation Needed (RFC 1191 §4); 0 if it is not told. */
  readonly mtuBytes?: number | undefined;
  /** The packet that it is about, from its IP header on, as far as it is quoted. */
  readonly quoted: Uint8Array;
}

/** Active open: RFC 9260 §11.1.2 ASSOCIATE. */
export interface AssociateRequest {
  /** Addresses of one peer, canonical text, first one tried first. */
  readonly addresses: readonly IpAddress[];
  readonly sctpPort: number;
  /** UDP encapsulation port of all these addresses, until a verified packet tells otherwise. RFC 6951 §5.1. */
  readonly udpPort: number;
  /** Overrides of the endpoint's association defaults. */
  readonly config?: Partial<AssociationConfig> | undefined;
  /** In place of the setting of that name. */
  readonly dataWithCookieEcho?: boolean | undefined;
}

/** SEND: RFC 9260 §11.1.5. */
export interface SendRequest {
  /** Taken over, not copied, by `Endpoint.send`: the caller must not change the bytes until the message is acknowledged. */
  readonly data: Uint8Array;
  readonly streamId: number;
  readonly ppid: number;
  readonly unordered: boolean;
  /**
   * Give up if transmission did not begin within so many milliseconds (RFC 9260 §11.1.5). With partial reliability: give
   * up after so many milliseconds, unless it is on its way or acknowledged (RFC 3758 §4.1).
   */
  readonly lifetimeMs?: number | undefined;
  /** With partial reliability: give up instead of sending any part of it more often again. RFC 7496 §3.1. */
  readonly maxRetransmissions?: number | undefined;
  /**
   * Give up when the send buffer has no room for a message of a higher priority, or for one without: 0 is the highest.
   * RFC 7496 §3.2. At most one of `lifetimeMs`, `maxRetransmissions` and `priority`.
   */
  readonly priority?: number | undefined;
  /** Set the I bit on the last fragment. */
  readonly sackImmediately?: boolean | undefined;
  /** Send to this address rather than to the primary path, as long as it works. */
  readonly destination?: IpAddress | undefined;
  /** Handed back in `send-failed`. */
  readonly context?: unknown;
}

/** Streams of one direction: some of them, or all. */
export type { StreamSelection };

/** What a peer can be asked for about streams. RFC 6525. */
export type StreamReconfiguration =
  /** Streams begin with SSN 0 again: ours (`outgoing`), and the peer's (`incoming`). At least one of the two. */
  | {
      readonly kind: 'reset-streams';
      readonly outgoing?: StreamSelection | undefined;
      readonly incoming?: StreamSelection | undefined;
    }
  /** All TSNs and SSNs of both sides begin anew. At most once in 30 s. */
  | { readonly kind: 'reset-association' }
  /** So many more streams, behind those that there are. At least one. */
  | {
      readonly kind: 'add-streams';
      readonly outgoing?: number | undefined;
      readonly incoming?: number | undefined;
    };

/** Number of a call of `reconfigureStreams` within its association; a restart of the peer begins anew. */
export type ReconfigurationId = number;

/** What became of such a call. RFC 6525 §4.4, table 3. */
export type ReconfigurationOutcome =
  | 'performed'
  /** The peer does not want it. */
  | 'denied'
  /** The peer is at something else that this would disturb. */
  | 'in-progress'
  /** The peer found an error in it. */
  | 'failed';

/** How an association ended. */
export interface CloseReason {
  readonly kind: /** Graceful, asked for by us. */
    | 'shutdown'
    /** Graceful, asked for by the peer. */
    | 'peer-shutdown'
    /** We aborted it because the application wanted it. */
    | 'aborted'
    /** We aborted it because the peer broke a rule. */
    | 'protocol-violation'
    /** The peer aborted it. */
    | 'peer-aborted'
    /** Set-up: nobody answered. */
    | 'unreachable'
    /** Set-up: the INIT ACK showed that there is an association with this peer already. */
    | 'duplicate'
    /** Established, then no answer any more. */
    | 'lost';
  /** For people: one sentence. */
  readonly text: string;
  /** Causes of the ABORT, if there was one. */
  readonly causes: readonly ErrorCause[];
}

/** What happens to an association, in order. RFC 9260 §11.2. */
export type AssociationEvent =
  /** COMMUNICATION UP. The first event of every association that comes up, whoever began. */
  | {
      readonly kind: 'up';
      readonly initiator: 'local' | 'remote';
      readonly outboundStreams: number;
      readonly inboundStreams: number;
      readonly extensions: Extensions;
    }
  /** DATA ARRIVE: a whole message, or a part of one (see `partial`). Its bytes count against the receive window until `consumed` is called for it. */
  | {
      readonly kind: 'message';
      readonly data: Uint8Array;
      readonly streamId: number;
      /** Stream Sequence Number, or the low 16 bits of the MID. Means nothing in unordered DATA. */
      readonly ssn: number;
      readonly ppid: number;
      readonly unordered: boolean;
      /** Only with `partialDeliveryBytes` above 0: what part of a message this is; `undefined` if it is whole. */
      readonly partial?: MessagePart | undefined;
      /** Address of the peer that it came from; of several packets, the last one's. */
      readonly source: IpAddress;
      /** Bytes to pass to `consumed`; to be passed even if there are none. */
      readonly windowBytes: number;
    }
  /** SEND FAILURE: `request` as it was given to `send`. */
  | {
      readonly kind: 'send-failed';
      readonly request: SendRequest;
      /** Whether any part of it was transmitted: then the peer may have got it. */
      readonly partlySent: boolean;
      readonly reason: AbandonmentPolicy | 'closed' | 'restart';
    }
  /** The send buffer fell to half of its limit after `send` had reached the limit. */
  | { readonly kind: 'drain' }
  /** Everything given to `send` is acknowledged. */
  | { readonly kind: 'dry' }
  /** NETWORK STATUS CHANGE. */
  | {
      readonly kind: 'path-changed';
      readonly address: IpAddress;
      readonly change: 'confirmed' | 'active' | 'inactive' | 'udp-port' | 'pmtu';
    }
  /**
   * Nothing at all came from the peer for so long since DATA went to it. A doubt, told once and no more until the peer is
   * heard again; only with `unansweredAfterMs` above 0.
   */
  | { readonly kind: 'unanswered'; readonly forMs: number }
  /** Outcome of `probe`: whether anything came from the peer. */
  | { readonly kind: 'probed'; readonly alive: boolean }
  /** COMMUNICATION ERROR: an ERROR chunk came. */
  | { readonly kind: 'peer-error'; readonly causes: readonly ErrorCause[] }
  /** RESTART: the peer lost its state and set the association up again. */
  | { readonly kind: 'restart' }
  /** Streams have begun with SSN 0 again. RFC 6525 §6.1.1. */
  | { readonly kind: 'stream-reset'; readonly direction: 'incoming' | 'outgoing'; readonly streams: StreamSelection }
  /** All TSNs and SSNs have begun anew. RFC 6525 §6.1.2. */
  | { readonly kind: 'association-reset'; readonly localNextTsn: number; readonly remoteNextTsn: number }
  /** There are more streams: so many in all. RFC 6525 §6.1.3. */
  | { readonly kind: 'streams-added'; readonly outboundStreams: number; readonly inboundStreams: number }
  /** The peer has answered a call of `reconfigureStreams`. */
  | {
      readonly kind: 'reconfiguration-done';
      readonly call: ReconfigurationId;
      readonly outcome: ReconfigurationOutcome;
    }
  /** The peer asked for a graceful end; no messages will come but those that wait for a stream reset, and none can be sent. */
  | {
      readonly kind: 'shutting-down';
      /** Messages of the peer so far. */
      readonly messagesReceived: number;
      /** Payload bytes that the peer has not acknowledged yet. */
      readonly bufferedBytes: number;
    }
  /** COMMUNICATION LOST or SHUTDOWN COMPLETE: the last event. The id is invalid from now on. */
  | {
      readonly kind: 'closed';
      readonly reason: CloseReason;
      /** How it stood at the end: state CLOSED, last TSNs sent and acknowledged, paths, counters. */
      readonly final: AssociationStatus;
    };

/** One side of an association. */
export interface SctpAddress {
  /** Of a peer: the primary address first. */
  readonly addresses: readonly IpAddress[];
  readonly sctpPort: number;
  /** UDP encapsulation port; of a peer, that of the primary address. */
  readonly udpPort: number;
}

/** What can be set for one of the peer's addresses. RFC 9260 §11.1.9, §11.1.12. */
export interface PathSettings {
  /** Whether the path is probed when it is idle. */
  readonly heartbeats?: boolean | undefined;
  /** Path.Max.Retrans of this path, 0 to 1000, in place of the association's. */
  readonly pathMaxRetrans?: number | undefined;
}

/** What an endpoint wants its driver to do. */
export type EndpointOutput =
  | {
      readonly kind: 'packet';
      /** Send from the socket bound to this local address. */
      readonly from: IpAddress;
      readonly to: IpAddress;
      readonly udpPort: number;
      /** A whole SCTP packet, checksum included. Belongs to the driver. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'event'; readonly association: AssociationId; readonly event: AssociationEvent };

/** State of one path, for people and tests. RFC 9260 §11.1.8. */
export interface PathStatus {
  readonly address: IpAddress;
  readonly udpPort: number;
  readonly primary: boolean;
  readonly state: 'unconfirmed' | 'active' | 'inactive';
  readonly srttMs: number | undefined;
  readonly rtoMs: number;
  readonly cwndBytes: number;
  readonly ssthreshBytes: number;
  readonly flightBytes: number;
  /** The longest SCTP packet that is sent there. */
  readonly pmtuBytes: number;
  /** What is being done to find a better one. RFC 8899 §5.2. */
  readonly pmtuState: PmtuState;
  readonly errorCount: number;
  readonly counters: Readonly<PathCounters>;
}

/** STATUS of RFC 9260 §11.1.8, and counters. */
export interface AssociationStatus {
  readonly id: AssociationId;
  readonly state: AssociationState;
  readonly localPort: number;
  readonly peerPort: number;
  readonly outboundStreams: number;
  readonly inboundStreams: number;
  /** What both sides support; nothing before the peer has told. */
  readonly extensions: Extensions;
  /** The peer's Adaptation Layer Indication, if it sent one. RFC 5061 §4.2.6. */
  readonly peerAdaptation: number | undefined;
  readonly peerRwndBytes: number;
  readonly localRwndBytes: number;
  /** TSN of the last chunk sent; one less than the Initial TSN if there was none. */
  readonly lastSentTsn: number;
  /** The peer's Cumulative TSN Ack. */
  readonly lastAckedTsn: number;
  /** Bytes accepted by `send` and not yet acknowledged. */
  readonly bufferedBytes: number;
  /** DATA chunks sent and not cumulatively acknowledged. */
  readonly unackedChunks: number;
  /** Bytes received that cannot be delivered yet: fragments, and messages that wait for earlier ones. */
  readonly heldBytes: number;
  /** Longest message that goes into one DATA chunk. */
  readonly fragmentationPointBytes: number;
  /** What keeps queued data from being sent, if there is any. */
  readonly waitingFor:
    | 'nothing'
    | 'handshake'
    | 'peer-window'
    | 'congestion-window'
    | 'path'
    | 'burst-limit'
    | 'stream-reset';
  readonly paths: readonly PathStatus[];
  readonly counters: AssociationCounters;
  /** Messages that were given up: RFC 7496 §4.4, and for each stream that has any, §4.3. */
  readonly abandonedMessages: AbandonedMessages;
  readonly abandonedMessagesByStream: ReadonlyMap<number, AbandonedMessages>;
}

export interface AssociationCounters {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly dataChunksSent: number;
  readonly dataChunksReceived: number;
  readonly retransmissions: number;
  readonly fastRetransmissions: number;
  readonly t3Expirations: number;
  readonly duplicateTsnsReceived: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
}

/** Counters of an endpoint: what came in and belonged to nobody, or was refused. */
export interface EndpointCounters {
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly checksumErrors: number;
  readonly malformed: number;
  readonly outOfTheBlue: number;
  readonly wrongTag: number;
  readonly cookiesRefused: number;
  readonly initsAnswered: number;
}

/**
 * The SCTP endpoint as its driver and its API see it. Calls throw {@link SctpError} for misuse and never because of
 * anything a peer sent.
 */
export interface SctpCore extends SansIo<EndpointOutput> {
  /**
   * Of the output what is there already: events, and packets that nothing can be added to. What answers an event goes with
   * the acknowledgement of what has led to it if the call comes before `pollOutput`, which makes the packets.
   */
  pollDone(): EndpointOutput | undefined;
  readonly sctpPort: number;
  readonly addresses: readonly IpAddress[];
  readonly counters: EndpointCounters;
  listening: boolean;

  /**
   * A UDP datagram came in on the socket of `local`. `bytes` may be reused afterwards if it is less than half of its
   * buffer; else it is given away, and messages may be views of it.
   */
  handleDatagram(local: IpAddress, from: IpAddress, udpPort: number, bytes: Uint8Array, now: Instant): void;
  /**
   * An ICMP or ICMPv6 message came in, from a raw socket for example: RFC 9260 §10. Nothing happens unless it quotes a
   * packet of ours, verification tag included. Associations do without these messages as well.
   */
  handleIcmp(message: IcmpMessage, now: Instant): void;
  /** The system refused to send this SCTP packet because of its size (EMSGSIZE). */
  handleMessageTooLong(to: IpAddress, packet: Uint8Array, now: Instant): void;

  associate(request: AssociateRequest, now: Instant): AssociationId;
  /** Accepts the message unless the send buffer is at its limit; false then, and a `drain` event will come. */
  send(association: AssociationId, request: SendRequest, now: Instant): boolean;
  /** The application has taken a message: its `windowBytes` are free again. */
  consumed(association: AssociationId, windowBytes: number, now: Instant): void;
  /**
   * Asks the peer to reset or to add streams; its answer comes as `reconfiguration-done`, unless the association ends or
   * the peer restarts before. RFC 6525.
   */
  reconfigureStreams(association: AssociationId, wanted: StreamReconfiguration, now: Instant): ReconfigurationId;
  shutdown(association: AssociationId, now: Instant): void;
  abort(association: AssociationId, reason: string, now: Instant): void;
  setPrimary(association: AssociationId, address: IpAddress): void;
  requestHeartbeat(association: AssociationId, address: IpAddress, now: Instant): void;
  /**
   * Asks for a sign of life on all paths; `probed` tells the outcome, unless the association ends before. A call while a
   * probe is under way joins it.
   */
  probe(association: AssociationId, now: Instant): void;
  /** Priority of an outgoing stream, 0 (the highest) to 65535, for the scheduler `priority`; default 256. RFC 8260 §3.4. */
  setStreamPriority(association: AssociationId, streamId: number, priority: number): void;
  /** Share of an outgoing stream, 1 to 65535, for the scheduler `weighted-fair`; default 256. RFC 8260 §3.6. */
  setStreamWeight(association: AssociationId, streamId: number, weight: number): void;
  /** SET PROTOCOL PARAMETERS. @throws ConfigError for what cannot be changed any more, or a value out of range */
  configure(association: AssociationId, settings: Partial<LiveConfig>, now: Instant): void;
  /** CHANGE HEARTBEAT and SET FAILURE THRESHOLD for one of the peer's addresses. */
  configurePath(association: AssociationId, address: IpAddress, settings: PathSettings, now: Instant): void;
  /** Where the peer is now; `undefined` once the association is closed. */
  peer(association: AssociationId): SctpAddress | undefined;
  /** `undefined` once the association is closed. */
  status(association: AssociationId): AssociationStatus | undefined;
  /** Aborts every association. */
  close(reason: string, now: Instant): void;
}
