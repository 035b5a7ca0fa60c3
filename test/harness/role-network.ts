import type { IpAddress } from '../../src/base/address.ts';
import type { ChannelId, FirstMessage, Role, TransportTarget } from '../../src/rserpool/role.ts';
import { Partition } from './links/partition.ts';
import type { SeededRandom } from './random.ts';
import { type ChannelEnd, RoleChannel } from './role-channel.ts';
import { RoleHost, type RoleHostOptions } from './role-host.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface RoleNetworkOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** One way, ms; default 1. */
  readonly delayMs?: number;
  /** How long it takes until a dead or cut off peer is noticed (`channel-down`, failed), ms; default 5000. */
  readonly detectionMs?: number;
  /** How long something sent stays unacknowledged until the sender is told so (`channel-suspect`), ms; default 250. */
  readonly suspectMs?: number;
  /** How long a peer that does not answer is probed (`probe-result`), ms; default 400. */
  readonly probeMs?: number;
  /** How long a channel is tried to open to somebody who does not answer, ms; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Probability that an announcement does not reach one listener; default 0. */
  readonly announcementLoss?: number;
  /** Makes attempts to connect fail for this reason. */
  readonly refuse?: (from: RoleHost, target: TransportTarget) => string | undefined;
}

/** A message as an observer sees it on arrival. */
export interface RoleMessage {
  readonly from: RoleHost;
  readonly to: RoleHost;
  readonly ppid: number;
  readonly streamId: number;
  readonly bytes: Uint8Array;
}

/** How long an unanswered attempt to connect waits before it tries again. */
const CONNECT_RETRY_MS = 1000;

/**
 * An ideal reliable message transport for RSerPool roles on virtual time, without SCTP: for scenarios with hundreds of
 * registrars, elements and users. Hosts can be killed, restarted, moved and cut off.
 */
export class RoleNetwork {
  readonly clock: VirtualClock;
  readonly delayMs: number;
  readonly detectionMs: number;
  readonly suspectMs: number;
  readonly probeMs: number;
  /** Cuts hold messages back; a channel that stays cut for `detectionMs` fails on both sides. */
  readonly partition = new Partition(() => {
    for (const channel of [...this.channels]) channel.reconsiderWay();
  });
  readonly channels = new Set<RoleChannel>();
  readonly #options: RoleNetworkOptions;
  readonly #random: SeededRandom;
  readonly #hosts: RoleHost[] = [];
  readonly #observers: ((message: RoleMessage) => void)[] = [];

  constructor(options: RoleNetworkOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.delayMs = options.delayMs ?? 1;
    this.detectionMs = options.detectionMs ?? 5000;
    this.suspectMs = options.suspectMs ?? 250;
    this.probeMs = options.probeMs ?? 400;
    this.#random = options.random.fork('role network');
  }

  /** Several hosts may have one address, as processes of one machine: then their ports differ. */
  add<Event, R extends Role<Event>>(name: string, role: R & Role<Event>, options: RoleHostOptions): RoleHost<Event, R> {
    if (this.#hosts.some((host) => host.name === name)) throw new RangeError(`there is a host ${name} already`);
    const host = new RoleHost<Event, R>(this, name, role, options);
    this.#hosts.push(host as unknown as RoleHost);
    return host;
  }

  /** Calls `observer` for every message on arrival. */
  tap(observer: (message: RoleMessage) => void): void {
    this.#observers.push(observer);
  }

  observe(message: RoleMessage): void {
    for (const observer of this.#observers) observer(message);
  }

  /** Whether there is a pair of addresses that reach each other both ways. */
  isReachable(a: RoleHost, aAddresses: readonly IpAddress[], b: RoleHost, bAddresses: readonly IpAddress[]): boolean {
    return aAddresses.some((aAddress) =>
      bAddresses.some((bAddress) => {
        const [endA, endB] = [
          { node: a.name, address: aAddress },
          { node: b.name, address: bAddress },
        ];
        return !this.partition.isCut(endA, endB) && !this.partition.isCut(endB, endA);
      }),
    );
  }

  connect(
    from: RoleHost,
    id: ChannelId,
    target: TransportTarget,
    ppid?: number,
    first: readonly FirstMessage[] = [],
  ): void {
    const giveUpAt = this.clock.now() + (this.#options.connectTimeoutMs ?? 10_000);
    const { life } = from;
    const attempt = (): void => {
      if (!from.isAlive || from.life !== life || !from.knows(id)) return;
      const outcome = this.#attempt(from, target);
      if (outcome instanceof RoleHost)
        this.#open(from, id, from.localTargetFor(target, ppid), outcome.target(target.port), outcome).open(first);
      else if (outcome !== 'no answer') {
        this.clock.after(this.delayMs, () => this.#connectFailed(from, life, id, outcome));
      } else if (this.clock.now() + CONNECT_RETRY_MS > giveUpAt) {
        this.clock.at(giveUpAt, () => this.#connectFailed(from, life, id, 'nobody answers'));
      } else this.clock.after(CONNECT_RETRY_MS, attempt);
    };
    this.clock.after(this.delayMs, attempt);
  }

  announce(from: RoleHost, bytes: Uint8Array): void {
    for (const host of this.#hosts) {
      if (host === from || host.options.hearsAnnouncements === false) continue;
      if (this.#random.chance(this.#options.announcementLoss ?? 0)) continue;
      const address = from.addresses.find((each) => this.isReachable(from, [each], host, host.addresses));
      if (address === undefined) continue;
      const source = { address, udpPort: from.udpPort };
      this.clock.after(this.delayMs, () => {
        host.deliver({ kind: 'announcement', from: source, bytes: bytes.slice() });
      });
    }
  }

  hostDied(host: RoleHost): void {
    for (const { channel } of this.#channelsOf(host)) channel.hostDied();
  }

  hostMoved(host: RoleHost, restarted: boolean): void {
    for (const { channel, end } of this.#channelsOf(host)) {
      const { protocol, port } = end.local;
      end.local =
        protocol === 'sctp' ? { protocol, addresses: host.addresses, port, udpPort: host.udpPort } : end.local;
      channel.changed(end, restarted);
      channel.reconsiderWay();
    }
  }

  #channelsOf(host: RoleHost): readonly { readonly channel: RoleChannel; readonly end: ChannelEnd }[] {
    return [...this.channels].flatMap((channel) =>
      channel.ends.filter((end) => end.host === host && end.life === host.life).map((end) => ({ channel, end })),
    );
  }

  /** Who takes the channel, or why nobody does. */
  #attempt(from: RoleHost, target: TransportTarget): RoleHost | string {
    const refusal = this.#options.refuse?.(from, target);
    if (refusal !== undefined) return refusal;
    let answer = 'no answer';
    for (const host of this.#hosts) {
      if (!host.isAlive || !host.addresses.some((address) => target.addresses.includes(address))) continue;
      if (target.protocol === 'sctp' && host.udpPort !== (target.udpPort ?? 9899)) continue;
      const reached = target.addresses.filter((address) => host.addresses.includes(address));
      if (!this.isReachable(from, from.addresses, host, reached)) continue;
      const { listens = [] } = host.options;
      if (listens.some(({ port, protocol = 'sctp' }) => port === target.port && protocol === target.protocol)) {
        return host;
      }
      answer = 'refused';
    }
    return answer;
  }

  #open(from: RoleHost, id: ChannelId, here: TransportTarget, there: TransportTarget, to: RoleHost): RoleChannel {
    const initiator = from.newEnd('local', here, there, id);
    const responder = to.newEnd('remote', there, here);
    const channel = new RoleChannel(this, initiator, responder);
    from.bind(initiator.id, channel);
    to.bind(responder.id, channel);
    return channel;
  }

  #connectFailed(from: RoleHost, life: number, id: ChannelId, reason: string): void {
    if (from.life !== life || !from.knows(id)) return;
    from.forget(id);
    from.deliver({ kind: 'channel-down', channel: id, reason, failed: true });
  }
}
