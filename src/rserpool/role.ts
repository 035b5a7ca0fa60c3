import type { IpAddress } from '../base/address.ts';
import type { Instant, SansIo } from '../base/contract.ts';
import type { PeerIdentity } from './access/identity.ts';
import type { Dialect } from './wire/dialect.ts';

/**
 * What registrar, pool element and pool user have in common: they talk over channels that their driver opens, and they
 * see neither sockets nor SCTP. The same role runs on real associations, in a simulated network and under a fuzzer.
 */
export interface Role<Event> extends SansIo<RoleOutput<Event>> {
  /** Something happened on a channel, or an announcement came in. */
  handleInput(input: RoleInput, now: Instant): void;
}

/**
 * One SCTP association or one TCP connection. Roles number the channels that they open from 1 upwards in odd steps
 * ({@link ChannelIds}); drivers number the ones that peers open in even steps. A number is never used twice.
 */
export type ChannelId = number;

/** Where to find a registrar, an element, or anyone else: addresses of one host and its ports. */
export interface TransportTarget {
  readonly protocol: 'sctp' | 'tcp' | 'udp';
  /** At least one. All addresses belong to one endpoint (multihoming). */
  readonly addresses: readonly IpAddress[];
  /** SCTP, TCP or UDP port. */
  readonly port: number;
  /** UDP encapsulation port (RFC 6951) where `protocol` is SCTP; `undefined` means 9899. */
  readonly udpPort?: number | undefined;
  /** What is spoken there, if it is known; else it is found out. Means something only where a role connects to. */
  readonly dialect?: Dialect | undefined;
  /**
   * Host names that it was configured by: its certificate has to be for one of them, whatever the DNS said of them; for
   * one of the addresses unless given. RFC 5352 §9.2.
   */
  readonly names?: readonly string[] | undefined;
}

/** asap-sctp, asap-tcp, asap-udp. RFC 5352 §8.2. */
export const ASAP_PORT = 3863;
/** enrp-sctp, enrp-udp. RFC 5353 §5.3. */
export const ENRP_PORT = 9901;
/** asap-sctp-tls, asap-tcp-tls. RFC 5352 §8.2. */
export const ASAP_TLS_PORT = 3864;
/** enrp-sctp-tls. RFC 5353 §5.3. */
export const ENRP_TLS_PORT = 9902;

/** Payload Protocol Identifiers. RFC 5352 §8, RFC 5353 §5. */
export const PPID = { asap: 11, enrp: 12 } as const;

/** Where an announcement came from. */
export interface AnnouncementSource {
  readonly address: IpAddress;
  readonly udpPort: number;
}

export type RoleInput =
  /**
   * A channel can be used: one that the role asked for (`connect`), or one that a peer opened.
   * `remote` is where the peer really is, as seen from here: the UDP port is the learnt one.
   */
  | {
      readonly kind: 'channel-up';
      readonly channel: ChannelId;
      readonly initiator: 'local' | 'remote';
      readonly remote: TransportTarget;
      /** Our own side: the addresses the association is bound to, its SCTP port and UDP encapsulation port. */
      readonly local: TransportTarget;
      /** Who the peer has proven to be; undefined if the channel is not secured. RFC 5352 §9.2. */
      readonly peer?: PeerIdentity | undefined;
    }
  /** The peer's addresses or UDP port changed, or the peer restarted and lost its state. */
  | {
      readonly kind: 'channel-changed';
      readonly channel: ChannelId;
      readonly remote: TransportTarget;
      readonly restarted: boolean;
    }
  /** A whole message. `bytes` belongs to the role from now on. */
  | {
      readonly kind: 'message';
      readonly channel: ChannelId;
      readonly ppid: number;
      readonly streamId: number;
      readonly bytes: Uint8Array;
    }
  /** The channel is gone, or could not be opened. No more input for this channel follows. */
  | { readonly kind: 'channel-down'; readonly channel: ChannelId; readonly reason: string; readonly failed: boolean }
  /**
   * The peer ends the channel gracefully, and no message is on its way any more, neither here nor there: only `channel-down`
   * follows. Transports that learn of the end all at once (TCP) leave this out.
   */
  | { readonly kind: 'channel-closing'; readonly channel: ChannelId; readonly reason: string }
  /** A message could not be sent: SEND.FAILURE of RFC 5352. The bytes are those that were given to `send`. */
  | {
      readonly kind: 'send-failed';
      readonly channel: ChannelId;
      readonly ppid: number;
      readonly bytes: Uint8Array;
      /** As given to `send`, so that it can be sent again elsewhere; stream 0 and ordered unless given. */
      readonly streamId?: number | undefined;
      readonly unordered?: boolean | undefined;
      readonly context?: unknown;
    }
  /**
   * The transport doubts that the peer is there: what was sent stays unacknowledged, a path is inactive, the network said
   * "unreachable". A hint and never proof: the channel works on as far as anybody knows. Whoever depends on the peer sends
   * a `probe`. Comes once for one doubt, not once for every message.
   */
  | { readonly kind: 'channel-suspect'; readonly channel: ChannelId; readonly reason: string }
  /**
   * Answer to `probe`. Alive: the peer has answered since it was asked. Not alive: it did not answer any of several
   * requests on any path; the channel is still open, and what becomes of it is up to the role.
   */
  | { readonly kind: 'probe-result'; readonly channel: ChannelId; readonly alive: boolean }
  /** A datagram of a multicast group: ASAP_SERVER_ANNOUNCE, or with the PPID of ENRP a PRESENCE. */
  | {
      readonly kind: 'announcement';
      /** Of which group; ASAP's unless given. */
      readonly ppid?: number | undefined;
      readonly from: AnnouncementSource;
      readonly bytes: Uint8Array;
    };

/** Goes with the set-up of a channel, ordered and on stream 0. */
export interface FirstMessage {
  readonly ppid: number;
  readonly bytes: Uint8Array;
}

/** A channel can be used. */
export type ChannelUp = Extract<RoleInput, { readonly kind: 'channel-up' }>;

export type RoleOutput<Event> =
  /** Open a channel under this number. Answered by `channel-up` or `channel-down`. */
  | {
      readonly kind: 'connect';
      readonly channel: ChannelId;
      readonly target: TransportTarget;
      /** What will be spoken, for drivers that have one local endpoint a protocol: a registrar's ASAP and ENRP ports. */
      readonly ppid?: number | undefined;
      /**
       * Sent first, as early as SCTP allows: in the packet of COOKIE ECHO (RFC 9260 §5.1). The peer may get them twice, so
       * they are such that it does not matter. Without an association they are dropped.
       */
      readonly first?: readonly FirstMessage[] | undefined;
      /** Who has to be there, as `identityText` has it: the owner of an element that a secured registrar calls. */
      readonly owner?: string | undefined;
    }
  | {
      readonly kind: 'send';
      readonly channel: ChannelId;
      readonly ppid: number;
      readonly streamId: number;
      /** Data of the application may be unordered; control never is. */
      readonly unordered: boolean;
      readonly bytes: Uint8Array;
      /** The role's own; comes back in `send-failed`. */
      readonly context?: unknown;
    }
  /** Close gracefully (`shutdown`) or at once (`abort`). Answered by `channel-down`. */
  | { readonly kind: 'close'; readonly channel: ChannelId; readonly how: 'shutdown' | 'abort'; readonly reason: string }
  /**
   * Find out at once whether the peer of an open channel is there. Answered by one `probe-result`, unless `channel-down`
   * comes first; a request while another is under way joins it. A transport that cannot probe (TCP) answers "alive":
   * nothing speaks against it, and the role's own times decide.
   */
  | { readonly kind: 'probe'; readonly channel: ChannelId }
  /**
   * The peer asks for more than its share: nothing more is read from the channel before `until`, so that the peer has to
   * wait as soon as its window is full. What was read already may still come. Drivers without windows need not do it.
   */
  | { readonly kind: 'hold'; readonly channel: ChannelId; readonly until: Instant }
  /** Send to the multicast groups of ASAP or, with the PPID of ENRP, of the registrars, on every interface. */
  | { readonly kind: 'announce'; readonly ppid?: number | undefined; readonly bytes: Uint8Array }
  /** For the program that uses the role. */
  | { readonly kind: 'event'; readonly event: Event };

/** Hands out the odd channel numbers of a role. */
export class ChannelIds {
  #next = 1;

  take(): ChannelId {
    const id = this.#next;
    this.#next += 2;
    return id;
  }
}
