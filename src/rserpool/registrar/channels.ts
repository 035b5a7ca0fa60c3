import type { Instant } from '../../base/contract.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import { Tally } from '../../base/tally.ts';
import { identityText, type PeerIdentity } from '../access/identity.ts';
import { DEFAULT_UDP_PORT } from '../endpoint-match.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { RegistrarConfig } from './config.ts';
import { RequestLimits } from './request-limits.ts';

/** An open channel, whoever opened it and whatever is spoken on it. */
export interface Channel {
  readonly id: ChannelId;
  readonly initiator: 'local' | 'remote';
  remote: TransportTarget;
  readonly local: TransportTarget;
  readonly upAt: Instant;
  /** Who it is, if the channel is secured. */
  readonly peer: PeerIdentity | undefined;
  /** Who speaks ENRP on it, once a message told. It never changes (RFC 5353 §3.2.1). */
  peerId: number | undefined;
  /** Whom its limits are shared with: all of the same identity, or of the same address where there is no TLS. */
  readonly holder: string;
  /** Brakes ENDPOINT_UNREACHABLE. RFC 5352 §9.1 T8. */
  readonly reports: RateLimit;
  /** Brakes what is costly. */
  readonly requests: RequestLimits;
  /** Being closed, by us or by the peer: nothing more is sent on it. What the peer sent before it knew is still read … */
  closing: boolean;
  /** … unless it was aborted. */
  aborted: boolean;
}

/** The channels that are up. */
export class Channels {
  readonly #config: RegistrarConfig;
  readonly #byId = new Map<ChannelId, Channel>();
  /** By every address of the other end. */
  readonly #byRemote = new Map<string, Channel>();
  readonly #countByHolder = new Tally<string>();

  constructor(config: RegistrarConfig) {
    this.#config = config;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: ChannelId | undefined): Channel | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The channel if messages can be sent on it. */
  usable(id: ChannelId | undefined): Channel | undefined {
    const channel = this.get(id);
    return channel === undefined || channel.closing ? undefined : channel;
  }

  /** A channel to this endpoint, if there is one, also if it is being closed. */
  to(target: TransportTarget): Channel | undefined {
    for (const key of keysOf(target)) {
      const channel = this.#byRemote.get(key);
      if (channel !== undefined) return channel;
    }
    return undefined;
  }

  /** Takes a channel in, or returns `undefined` because there are too many, of all or of that one. */
  add(
    id: ChannelId,
    initiator: 'local' | 'remote',
    remote: TransportTarget,
    local: TransportTarget,
    peer: PeerIdentity | undefined,
    now: Instant,
  ): Channel | undefined {
    const { maxChannels, maxChannelsPerPeer } = this.#config;
    const holder = peer === undefined || peer.kind === 'anonymous' ? remote.addresses[0]! : identityText(peer);
    const others = this.#countByHolder.of(holder);
    // Whom we call ourselves is called once, and for a reason: strangers must not keep us from elements and peers.
    const isFull = this.#byId.size >= maxChannels || others >= maxChannelsPerPeer;
    if (isFull && initiator === 'remote') return undefined;
    this.#countByHolder.add(holder);
    const reports = new RateLimit(this.#config.reportsPerSecond, Math.max(1, Math.ceil(this.#config.reportsPerSecond)));
    const channel: Channel = {
      id,
      initiator,
      remote,
      local,
      upAt: now,
      peer,
      peerId: undefined,
      holder,
      reports,
      requests: new RequestLimits(this.#config),
      closing: false,
      aborted: false,
    };
    this.#byId.set(id, channel);
    for (const key of keysOf(remote)) this.#byRemote.set(key, channel);
    return channel;
  }

  /** The other end is to be found elsewhere now. */
  move(channel: Channel, remote: TransportTarget): void {
    this.#forgetRemote(channel);
    channel.remote = remote;
    for (const key of keysOf(remote)) this.#byRemote.set(key, channel);
  }

  /** The peer ends the channel in good order: it takes no more messages, and whoever needs the peer waits until it is down. */
  handleClosing(id: ChannelId): void {
    const channel = this.#byId.get(id);
    if (channel !== undefined) channel.closing = true;
  }

  remove(id: ChannelId): Channel | undefined {
    const channel = this.#byId.get(id);
    this.#byId.delete(id);
    if (channel !== undefined) {
      this.#forgetRemote(channel);
      this.#countByHolder.remove(channel.holder);
    }
    return channel;
  }

  values(): IterableIterator<Channel> {
    return this.#byId.values();
  }

  #forgetRemote(channel: Channel): void {
    for (const key of keysOf(channel.remote)) {
      if (this.#byRemote.get(key) === channel) this.#byRemote.delete(key);
    }
  }
}

function keysOf({ protocol, addresses, port, udpPort = DEFAULT_UDP_PORT }: TransportTarget): string[] {
  return addresses.map((address) => `${protocol} ${address} ${port} ${udpPort}`);
}
