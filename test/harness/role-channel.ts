import { Deque } from '../../src/base/deque.ts';
import type { ChannelId, FirstMessage, TransportTarget } from '../../src/rserpool/role.ts';
import type { RoleHost } from './role-host.ts';
import type { RoleNetwork } from './role-network.ts';

interface Message {
  readonly kind: 'message';
  readonly ppid: number;
  readonly streamId: number;
  readonly unordered: boolean;
  readonly bytes: Uint8Array;
  readonly context?: unknown;
}

/** What goes one way through a channel, in order. */
type Item =
  | Message
  /** The sender wants a graceful end and sends nothing more. */
  | { readonly kind: 'shutdown'; readonly reason: string }
  /** Answer to `shutdown`: nothing more will come. */
  | { readonly kind: 'shutdown-complete'; readonly reason: string };

/** One side of a channel. */
export interface ChannelEnd {
  readonly host: RoleHost;
  /** Which life of the host the channel belongs to: a restarted host knows nothing of it. */
  readonly life: number;
  readonly id: ChannelId;
  readonly initiator: 'local' | 'remote';
  local: TransportTarget;
  remote: TransportTarget;
}

interface Side extends ChannelEnd {
  state: 'waiting' | 'up' | 'closing' | 'down';
  /** Sent while the way was cut. */
  readonly held: Deque<Item>;
  /** Arrived nowhere, because the peer was dead. */
  readonly undelivered: Item[];
  /** Its role was told that something stays unacknowledged. */
  suspected: boolean;
  /** The probe under way; an answer to an earlier one does not count. */
  probe: object | undefined;
}

/** A reliable, ordered channel between two roles, as SCTP would give, but ideal: no packet, no loss, only time. */
export class RoleChannel {
  readonly #network: RoleNetwork;
  readonly #sides: readonly [Side, Side];
  #isCut = false;
  /** Counts how often the way was cut, so that an old detection does not hit a healed channel. */
  #cuts = 0;

  constructor(network: RoleNetwork, initiator: ChannelEnd, responder: ChannelEnd) {
    this.#network = network;
    this.#sides = [newSide(initiator), newSide(responder)];
    network.channels.add(this);
  }

  get ends(): readonly [ChannelEnd, ChannelEnd] {
    return this.#sides;
  }

  /** The responder learns of the channel now, with the first messages; the initiator when the answer is back. */
  open(first: readonly FirstMessage[]): void {
    const [initiator, responder] = this.#sides;
    // Scheduled first, so that it comes before whatever the responder sends at once.
    this.#later(() => this.#up(initiator));
    this.#up(responder);
    for (const message of first) {
      this.#arrive(initiator, responder, { kind: 'message', streamId: 0, unordered: false, ...message });
    }
  }

  send(from: ChannelEnd, message: Omit<Message, 'kind'>): void {
    const side = this.#sideOf(from);
    const { ppid, streamId, unordered, bytes, context } = message;
    if (side.state === 'up') this.#transmit(side, { kind: 'message', ppid, streamId, unordered, bytes, context });
    // The role was told what failed, and will be told that the channel is down.
    else if (side.state !== 'down') side.host.misuse(`send on channel ${side.id} in state ${side.state}`);
  }

  /** Graceful: what was sent before still arrives, on both sides. A channel that is not up yet is aborted. */
  shutdown(from: ChannelEnd, reason: string): void {
    const side = this.#sideOf(from);
    if (side.state === 'waiting') this.abort(from, reason);
    if (side.state !== 'up') return;
    side.state = 'closing';
    this.#transmit(side, { kind: 'shutdown', reason });
  }

  abort(from: ChannelEnd, reason: string): void {
    const side = this.#sideOf(from);
    const peer = this.#peerOf(side);
    if (side.state === 'down') return;
    side.state = 'closing';
    if (!this.#isCut) this.#later(() => this.#down(peer, `aborted by peer: ${reason}`, true));
    else this.#network.clock.after(this.#network.detectionMs, () => this.#down(peer, 'peer does not answer', true));
    this.#network.clock.after(0, () => this.#down(side, reason, false));
  }

  /** Asks the peer for a sign of life: it answers, or it has lost its state, or it does not answer in time. */
  probe(from: ChannelEnd): void {
    const side = this.#sideOf(from);
    if (side.state === 'down') return;
    if (side.state !== 'up') {
      side.host.misuse(`probe on channel ${side.id} in state ${side.state}`);
      return;
    }
    if (side.probe !== undefined) return;
    const probe = {};
    side.probe = probe;
    this.#network.clock.after(this.#network.probeMs, () => this.#probed(side, probe, false));
    this.#later(() => {
      const peer = this.#peerOf(side);
      if (this.#isCut || !peer.host.isAlive) return;
      this.#later(() => {
        if (isAlive(peer) && peer.state !== 'down') this.#probed(side, probe, true);
        else this.#down(side, 'peer has lost its state', true);
      });
    });
  }

  /** A host died: its peer finds out after the detection time. */
  hostDied(): void {
    this.#network.clock.after(this.#network.detectionMs, () => this.#failWhereAlive('peer does not answer'));
  }

  /** The partition changed. */
  reconsiderWay(): void {
    const [a, b] = this.#sides;
    const isCut = !this.#network.isReachable(a.host, a.local.addresses, b.host, b.local.addresses);
    if (isCut === this.#isCut) return;
    this.#isCut = isCut;
    if (isCut) {
      const cut = ++this.#cuts;
      this.#network.clock.after(this.#network.detectionMs, () => {
        if (this.#isCut && this.#cuts === cut) this.#failWhereAlive('peer does not answer');
      });
      return;
    }
    for (const side of this.#sides) {
      side.suspected = false;
      for (let item = side.held.shift(); item !== undefined; item = side.held.shift()) this.#launch(side, item);
    }
  }

  /** One end has moved (addresses, UDP port) or its association was restarted: tell the other one. */
  changed(end: ChannelEnd, restarted: boolean): void {
    const peer = this.#peerOf(this.#sideOf(end));
    peer.remote = end.local;
    this.#later(() => {
      if (peer.state !== 'up' || !isAlive(peer)) return;
      peer.host.deliver({ kind: 'channel-changed', channel: peer.id, remote: end.local, restarted });
    });
  }

  #up(side: Side): void {
    if (!isAlive(side) || side.state !== 'waiting') return;
    side.state = 'up';
    const { id: channel, initiator, remote, local } = side;
    side.host.deliver({ kind: 'channel-up', channel, initiator, remote, local });
  }

  #transmit(from: Side, item: Item): void {
    if (!this.#isCut) {
      this.#launch(from, item);
      return;
    }
    from.held.push(item);
    this.#suspectLater(from);
  }

  /** What was sent will not be acknowledged: the sender's transport notices, once. */
  #suspectLater(side: Side): void {
    this.#network.clock.after(this.#network.suspectMs, () => {
      const lost = side.held.length > 0 || side.undelivered.length > 0;
      if (!lost || side.suspected || side.state !== 'up' || !isAlive(side)) return;
      side.suspected = true;
      side.host.deliver({ kind: 'channel-suspect', channel: side.id, reason: 'data stays unacknowledged' });
    });
  }

  #probed(side: Side, probe: object, alive: boolean): void {
    if (side.probe !== probe || side.state === 'down' || !isAlive(side)) return;
    side.probe = undefined;
    side.host.deliver({ kind: 'probe-result', channel: side.id, alive });
  }

  #launch(from: Side, item: Item): void {
    this.#later(() => this.#arrive(from, this.#peerOf(from), item));
  }

  #arrive(from: Side, to: Side, item: Item): void {
    if (!isAlive(to)) {
      from.undelivered.push(item);
      this.#suspectLater(from);
      // A host that lives again answers what it knows nothing of with an ABORT (RFC 9260 §8.4).
      if (to.host.isAlive) this.#later(() => this.#down(from, 'peer has lost its state', true));
      return;
    }
    if (to.state === 'down') return;
    if (item.kind === 'message') {
      const { ppid, streamId, bytes } = item;
      this.#network.observe({ from: from.host, to: to.host, ppid, streamId, bytes });
      to.host.deliver({ kind: 'message', channel: to.id, ppid, streamId, bytes: bytes.slice() });
    } else if (item.kind === 'shutdown') {
      // Goes behind everything that this side has sent so far.
      this.#transmit(to, { kind: 'shutdown-complete', reason: item.reason });
      this.#down(to, `closed by peer: ${item.reason}`, false);
    } else this.#down(to, item.reason, false);
  }

  #failWhereAlive(reason: string): void {
    for (const side of this.#sides) this.#down(side, reason, true);
  }

  #down(side: Side, reason: string, failed: boolean): void {
    if (side.state === 'down') return;
    side.state = 'down';
    if (this.#sides.every((each) => each.state === 'down' || !isAlive(each))) this.#network.channels.delete(this);
    if (!isAlive(side)) return;
    for (const item of [...side.undelivered, ...side.held]) {
      if (item.kind !== 'message') continue;
      side.host.deliver({ ...item, kind: 'send-failed', channel: side.id });
    }
    side.host.forget(side.id);
    side.host.deliver({ kind: 'channel-down', channel: side.id, reason, failed });
  }

  /** After the network's delay; the clock keeps the order of what was sent one after the other. */
  #later(run: () => void): void {
    this.#network.clock.after(this.#network.delayMs, run);
  }

  #sideOf(end: ChannelEnd): Side {
    return this.#sides[0].host === end.host && this.#sides[0].id === end.id ? this.#sides[0] : this.#sides[1];
  }

  #peerOf(side: Side): Side {
    return side === this.#sides[0] ? this.#sides[1] : this.#sides[0];
  }
}

function newSide(end: ChannelEnd): Side {
  return { ...end, state: 'waiting', held: new Deque<Item>(), undelivered: [], suspected: false, probe: undefined };
}

function isAlive(side: Side): boolean {
  return side.host.isAlive && side.host.life === side.life;
}
