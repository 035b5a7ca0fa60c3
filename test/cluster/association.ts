import type { Instant } from '../../src/base/contract.ts';
import type { ChannelId, FirstMessage, RoleInput, TransportTarget } from '../../src/rserpool/role.ts';
import type { ClusterHost } from './host.ts';
import type { ClusterNetwork } from './network.ts';
import { GRACEFUL_CLOSE_MS } from './sctp-times.ts';

/** After this time without an acknowledgement the role hears that the channel is suspect. */
const SUSPECT_MS = 250;
/** Between two questions of a probe, and from the last one to its end. */
const PROBE_INTERVAL_MS = 50;

/** A message of a role, as `send` gave it. */
export interface Message {
  readonly kind: 'message';
  readonly ppid: number;
  readonly streamId: number;
  readonly unordered: boolean;
  readonly bytes: Uint8Array;
}

type Content = Message | { readonly kind: 'shutdown' | 'shutdown-complete' | 'abort'; readonly reason: string };

interface Item {
  readonly content: Content;
  /** Order in which one side has sent. */
  readonly number: number;
}

/** Messages that did not get through: T3-rtx runs. */
interface Stall {
  readonly items: Item[];
  attempt: number;
}

/** One side of an association: a channel of one role. */
export class Side {
  readonly host: ClusterHost;
  /** Which life of the host it belongs to: after a restart the host knows nothing of it. */
  readonly life: number;
  readonly id: ChannelId;
  readonly initiator: 'local' | 'remote';
  readonly local: TransportTarget;
  readonly remote: TransportTarget;
  state: 'connecting' | 'up' | 'closing' | 'down' = 'connecting';
  sent = 0;
  /** When the latest message of this side arrives: the next one is not faster. */
  arrivesAt: Instant = 0;
  stall: Stall | undefined;
  /** HEARTBEATs are looked at, for the peer may be gone. */
  watched = false;
  association: Association | undefined;
  /** The probe that is under way. */
  probe: object | undefined;

  constructor(
    host: ClusterHost,
    id: ChannelId,
    initiator: 'local' | 'remote',
    local: TransportTarget,
    remote: TransportTarget,
  ) {
    this.host = host;
    this.life = host.life;
    this.id = id;
    this.initiator = initiator;
    this.local = local;
    this.remote = remote;
  }

  /** Its host knows of it. */
  get exists(): boolean {
    return this.host.isAlive && this.host.life === this.life && this.state !== 'down';
  }
}

/**
 * An association between two ports, as roles see it: ordered and reliable as long as it lives. What is lost, or cannot
 * be delivered for a while, arrives later, with everything behind it; what never arrives ends the association.
 */
export class Association {
  readonly key: string;
  readonly #network: ClusterNetwork;
  #sides: readonly [Side, Side];
  /** Grows with a restart of one side: what was under way before does not count. */
  #epoch = 0;

  constructor(network: ClusterNetwork, key: string, a: Side, b: Side) {
    this.#network = network;
    this.key = key;
    this.#sides = [a, b];
    a.association = this;
    b.association = this;
  }

  get sides(): readonly [Side, Side] {
    return this.#sides;
  }

  peerOf(side: Side): Side {
    return this.#sides[0] === side ? this.#sides[1] : this.#sides[0];
  }

  sideOf(host: ClusterHost): Side {
    return this.#sides[0].host === host ? this.#sides[0] : this.#sides[1];
  }

  /** The handshake is over on this side. */
  up(side: Side): void {
    if (!side.exists || side.state !== 'connecting') return;
    side.state = 'up';
    const { id: channel, initiator, remote, local } = side;
    side.host.deliver({ kind: 'channel-up', channel, initiator, remote, local });
  }

  /** What came with COOKIE ECHO. */
  greet(side: Side, first: readonly FirstMessage[]): void {
    for (const message of first) this.#deliver(side, { kind: 'message', streamId: 0, unordered: false, ...message });
  }

  /** One host has begun anew; the other side keeps its channel. RFC 9260 §5.2.4 A. */
  restart(renewed: Side): void {
    const other = this.sideOf(this.#sides[0].host === renewed.host ? this.#sides[1].host : this.#sides[0].host);
    const lost = other.stall;
    this.#epoch++;
    for (const side of this.#sides) side.association = undefined;
    this.#sides = [renewed, other];
    for (const side of this.#sides) side.association = this;
    other.stall = undefined;
    this.#reportUnsent(other, contentsOf(lost));
    const { id: channel, remote } = other;
    if (other.exists) other.host.deliver({ kind: 'channel-changed', channel, remote, restarted: true });
  }

  send(side: Side, content: Message): void {
    if (side.state === 'up') this.#transmit(side, content);
    else if (side.state === 'connecting') side.host.misuse('a message on a channel that is not up yet');
    else this.#network.clock.after(0, () => this.#reportUnsent(side, [content]));
  }

  /** Gracefully: what was sent before still arrives. */
  shutdown(side: Side, reason: string): void {
    if (side.state === 'connecting') this.abort(side, reason);
    if (side.state !== 'up') return;
    side.state = 'closing';
    this.#transmit(side, { kind: 'shutdown', reason });
    this.#network.clock.after(GRACEFUL_CLOSE_MS, () => {
      if (side.exists) this.abort(side, reason);
    });
  }

  abort(side: Side, reason: string): void {
    if (!side.exists) return;
    this.tellOnce(side, 'abort', reason);
    this.#forget(side);
    const { host, life, id: channel } = side;
    this.#network.clock.after(0, () => {
      if (host.life !== life || !host.isAlive) return;
      host.channels.delete(channel);
      host.deliver({ kind: 'channel-down', channel, reason, failed: true });
    });
  }

  /** Asks the peer for a sign of life, several times if need be. */
  probe(side: Side): void {
    if (side.state !== 'up' || side.probe !== undefined) return;
    const probe = {};
    side.probe = probe;
    const { clock } = this.#network;
    const { probes } = side.host;
    for (let i = 0; i < probes; i++) clock.after(i * PROBE_INTERVAL_MS, () => this.#ask(side, probe));
    clock.after(probes * PROBE_INTERVAL_MS, () => this.#probeResult(side, probe, false));
  }

  #ask(side: Side, probe: object): void {
    const { clock } = this.#network;
    const { host } = this.peerOf(side);
    if (side.probe !== probe || !side.exists || !this.#network.gets(side.host, host)) return;
    const roundTripMs = this.#network.delayMs(side.host, host) + this.#network.delayMs(host, side.host);
    clock.after(roundTripMs, () => {
      if (!side.exists || !this.#network.gets(host, side.host)) return;
      if (this.peerOf(side).exists) this.#probeResult(side, probe, true);
      else this.down(side, 'peer has lost its state', true);
    });
  }

  #probeResult(side: Side, probe: object, alive: boolean): void {
    if (side.probe !== probe || !side.exists) return;
    side.probe = undefined;
    side.host.deliver({ kind: 'probe-result', channel: side.id, alive });
  }

  /** A packet that is not sent again: whether or not it arrives, this side forgets the association. */
  tellOnce(side: Side, kind: 'abort' | 'shutdown', reason: string): void {
    const peer = this.peerOf(side);
    const text = kind === 'abort' ? `aborted by peer: ${reason}` : `closed by peer: ${reason}`;
    this.#network.clock.at(this.#arrivalOf(side), () => {
      if (this.#network.gets(side.host, peer.host)) this.down(peer, text, kind === 'abort');
      else this.watch(peer);
    });
  }

  /** The association is over for this side. */
  down(side: Side, reason: string, failed: boolean): void {
    if (side.state === 'down') return;
    const existed = side.exists;
    const { stall } = side;
    this.#forget(side);
    if (!existed) return;
    if (failed) this.#reportUnsent(side, contentsOf(stall));
    side.host.channels.delete(side.id);
    side.host.deliver({ kind: 'channel-down', channel: side.id, reason, failed });
  }

  /** The peer may be gone, or cut off: an idle side finds out by HEARTBEATs. RFC 9260 §8.3. */
  watch(side: Side): void {
    if (side.watched || !side.exists) return;
    side.watched = true;
    this.#heartbeat(side, 0);
  }

  #forget(side: Side): void {
    side.state = 'down';
    side.stall = undefined;
    const peer = this.peerOf(side);
    if (peer.exists) this.watch(peer);
    else this.#network.forget(this);
  }

  #heartbeat(side: Side, errors: number): void {
    const { clock, times, random } = this.#network;
    // The next regular HEARTBEAT is due at any time from now on.
    const factor = errors === 0 ? random.float() : 1;
    clock.after(factor * times.heartbeatPauseMs(errors, random.float()), () => {
      if (!side.exists) return;
      const peer = this.peerOf(side);
      if (!this.#network.isReachable(side.host, peer.host)) {
        if (errors >= times.maxHeartbeatErrors) this.down(side, 'peer does not answer', true);
        else this.#heartbeat(side, errors + 1);
        return;
      }
      side.watched = false;
      if (!peer.exists) this.down(side, 'peer has lost its state', true);
    });
  }

  #transmit(side: Side, content: Content): void {
    const item = { content, number: side.sent++ };
    if (side.stall !== undefined) side.stall.items.push(item);
    else if (this.#network.loses(side.host, this.peerOf(side).host)) this.#stall(side, item);
    else this.#launch(side, item);
  }

  #launch(side: Side, item: Item): void {
    const epoch = this.#epoch;
    this.#network.clock.at(this.#arrivalOf(side), () => {
      if (this.#epoch === epoch) this.#arrive(side, item);
    });
  }

  #arrivalOf(side: Side): Instant {
    const { clock } = this.#network;
    const at = clock.now() + this.#network.delayMs(side.host, this.peerOf(side).host);
    side.arrivesAt = Math.max(side.arrivesAt, at);
    return side.arrivesAt;
  }

  #arrive(side: Side, item: Item): void {
    const peer = this.peerOf(side);
    if (!this.#network.isReachable(side.host, peer.host)) {
      this.#stall(side, item);
      return;
    }
    if (!peer.exists) {
      // Out of the blue: answered with an ABORT (RFC 9260 §8.4).
      this.#network.clock.after(this.#network.delayMs(peer.host, side.host), () =>
        this.down(side, 'peer has lost its state', true),
      );
      return;
    }
    const first = side.stall?.items[0];
    if (first !== undefined && first.number < item.number) this.#stall(side, item);
    else this.#deliver(peer, item.content);
  }

  #deliver(peer: Side, content: Content): void {
    switch (content.kind) {
      case 'message':
        this.#network.noteArrival(content);
        peer.host.deliver({
          kind: 'message',
          channel: peer.id,
          ppid: content.ppid,
          streamId: content.streamId,
          bytes: content.bytes,
        });
        return;
      case 'shutdown':
        // Behind everything that this side has sent so far.
        this.#transmit(peer, { kind: 'shutdown-complete', reason: content.reason });
        this.down(peer, `closed by peer: ${content.reason}`, false);
        return;
      default:
        this.down(peer, content.reason, false);
        return;
    }
  }

  /** Not delivered: once more after the next RTO, together with all that comes behind. RFC 9260 §6.3.3. */
  #stall(side: Side, item: Item): void {
    if (side.stall !== undefined) {
      const { items } = side.stall;
      let place = items.length;
      while (place > 0 && items[place - 1]!.number > item.number) place--;
      items.splice(place, 0, item);
      return;
    }
    const stall: Stall = { items: [item], attempt: 1 };
    side.stall = stall;
    this.#retransmitLater(side, stall);
    this.#network.clock.after(SUSPECT_MS, () => {
      if (side.stall !== stall || side.state !== 'up' || !side.exists) return;
      side.host.deliver({ kind: 'channel-suspect', channel: side.id, reason: 'data stays unacknowledged' });
    });
  }

  #retransmitLater(side: Side, stall: Stall): void {
    const { clock, times } = this.#network;
    clock.after(times.retransmissionPauseMs(stall.attempt)!, () => {
      if (side.stall !== stall) return;
      const peer = this.peerOf(side);
      if (this.#network.gets(side.host, peer.host)) {
        side.stall = undefined;
        for (const item of stall.items) this.#launch(side, item);
        return;
      }
      stall.attempt++;
      if (times.retransmissionPauseMs(stall.attempt) === undefined) this.down(side, 'peer does not answer', true);
      else this.#retransmitLater(side, stall);
    });
  }

  #reportUnsent({ host, life, id: channel }: Side, contents: readonly Content[]): void {
    for (const content of contents) {
      if (host.life !== life || !host.channels.has(channel)) return;
      if (content.kind !== 'message') continue;
      const { ppid, streamId, unordered, bytes } = content;
      const input: RoleInput = { kind: 'send-failed', channel, ppid, bytes, streamId, unordered };
      host.deliver(input);
    }
  }
}

function contentsOf(stall: Stall | undefined): readonly Content[] {
  return stall?.items.map(({ content }) => content) ?? [];
}
