import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import type { Channel } from '../registrar/channels.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { Peer, Peers } from './peers.ts';
import { type EnrpParts, makeProcedures, type Procedures } from './procedures.ts';

/** ENRP: what registrars say to each other. Hands on to its procedures what the registrar hears of them. RFC 5353 §3. */
export class EnrpService {
  readonly #parts: EnrpParts;
  readonly #procedures: Procedures;

  constructor(parts: EnrpParts, now: Instant) {
    this.#parts = parts;
    this.#procedures = makeProcedures({ ...parts, peers: this.#others(parts.peers) }, now);
    parts.outbox.event({ kind: 'starting', registrarId: parts.own.id });
  }

  get serving(): boolean {
    return this.#procedures.mentor.serving;
  }

  get peers(): Peers {
    return this.#procedures.peers;
  }

  /** Downloads that peers make from us at the moment. */
  get tableSessions(): number {
    return this.#procedures.tables.size;
  }

  /** Replaces the configured peers; whoever is connected stays a peer. */
  configurePeers(peers: readonly TransportTarget[], now: Instant): void {
    this.#procedures.dialer.configure(this.#others(peers), now);
  }

  /** Tells all peers of an element that was registered, changed or removed here. RFC 5353 §3.3. */
  announceUpdate(action: 'add-pe' | 'del-pe', poolHandle: PoolHandle, element: PoolElementParameter): void {
    this.#procedures.updates.announce(action, poolHandle, element);
  }

  /** The channel is one that this side opened for ENRP. */
  owns(channel: ChannelId): boolean {
    return this.#procedures.dialer.owns(channel);
  }

  handleChannelUp(channel: Channel): void {
    const { dialer, peerChannels, speaker } = this.#procedures;
    if (!dialer.owns(channel.id)) return;
    if (sameEndpoint(channel.remote, this.#parts.own.transport)) {
      peerChannels.close(channel, 'abort', 'this registrar called itself');
      return;
    }
    // Who is there is not known yet: no receiver. The reply tells.
    speaker.reply(channel.id, 0, speaker.presence(true));
  }

  /** A channel is gone; `channel` is `undefined` if it could not be opened in the first place. */
  handleChannelDown(id: ChannelId, channel: Channel | undefined, now: Instant): void {
    const { dialer, enforcement, losses } = this.#procedures;
    const target = dialer.targetOf(id);
    dialer.handleChannelDown(id, channel?.peerId !== undefined, now);
    if (channel !== undefined) losses.handleChannelLost(channel, now);
    else if (target !== undefined) losses.handleUnreachable(target, now);
    enforcement.carryOut(now);
  }

  /** The peer lost its state: what was agreed on this channel does not count any more. */
  handleChannelRestarted(channel: Channel, now: Instant): void {
    const { enforcement, losses, speaker } = this.#procedures;
    losses.handleChannelLost(channel, now);
    channel.peerId = undefined;
    speaker.reply(channel.id, 0, speaker.presence(true));
    enforcement.carryOut(now);
  }

  /** A message was not delivered. */
  handleSendFailed(channel: Channel | undefined, now: Instant): void {
    this.#procedures.losses.handleNoAnswer(this.peers.get(channel?.peerId), now);
    this.#procedures.enforcement.carryOut(now);
  }

  /** The transport doubts that the peer is there: reason enough to ask it (RFC 5353 §3.4.3). */
  handleSuspect(id: ChannelId, now: Instant): void {
    const peer = this.#peerOn(id);
    if (peer !== undefined) this.#procedures.supervision.suspect(peer, now);
  }

  /** The peer answers to nothing on any path: as good as a PRESENCE that could not be delivered. */
  handleSilence(id: ChannelId, now: Instant): void {
    this.#procedures.losses.handleNoAnswer(this.#peerOn(id), now);
    this.#procedures.enforcement.carryOut(now);
  }

  /** The peer's transport answers, whatever becomes of its messages. */
  handleAlive(id: ChannelId): void {
    const peer = this.#peerOn(id);
    if (peer !== undefined) this.#procedures.supervision.handleAlive(peer);
  }

  handleMessage(channel: Channel, bytes: Uint8Array, now: Instant): void {
    this.#procedures.reception.handleMessage(channel, bytes, now);
    this.#procedures.enforcement.carryOut(now);
  }

  /** A PRESENCE that came by multicast, or whatever was sent to that group. */
  handleMulticast(bytes: Uint8Array, now: Instant): void {
    this.#procedures.presenceMulticast.handleDatagram(bytes, now);
  }

  handleTimeout(now: Instant): void {
    const next = this.nextTimeoutAt();
    if (next === undefined || next > now) return;
    const procedures = this.#procedures;
    for (const action of procedures.mentor.handleTimeout(now)) procedures.startup.act(action);
    procedures.supervision.handleTimeout(now);
    for (let peer = this.peers.takeDue(now); peer !== undefined; peer = this.peers.takeDue(now)) {
      this.#handleTimeLimit(peer, now);
    }
    if (this.serving) for (const home of procedures.strays.handleTimeout(now)) this.#suspectStray(home, now);
    procedures.audit.handleTimeout(now);
    procedures.tables.handleTimeout(now);
    procedures.enforcement.carryOut(now);
    procedures.presenceMulticast.handleTimeout(this.serving, now);
    // Last: those who fell silent, or were found on the way, are called at once.
    procedures.dialer.handleTimeout(now, (target) => procedures.membership.isReached(target));
  }

  nextTimeoutAt(): Instant | undefined {
    const procedures = this.#procedures;
    let next = earlier(procedures.dialer.nextTimeoutAt(), procedures.mentor.nextTimeoutAt());
    next = earlier(next, procedures.presenceMulticast.nextTimeoutAt());
    next = earlier(next, procedures.supervision.nextTimeoutAt());
    next = earlier(next, procedures.peers.nextDueAt());
    if (this.serving) next = earlier(next, procedures.strays.nextTimeoutAt());
    next = earlier(next, procedures.audit.nextTimeoutAt());
    return earlier(next, procedures.tables.nextTimeoutAt());
  }

  /** A peer is silent for too long, or what was waited for did not happen. */
  #handleTimeLimit(peer: Peer, now: Instant): void {
    const { losses, supervision, takeover } = this.#procedures;
    if (peer.state.kind === 'active') supervision.suspect(peer, now);
    else if (peer.state.kind === 'probing') {
      if (!supervision.asksAgain(peer, now)) losses.bury(peer, now);
    } else takeover.handleTimeLimit(peer, now);
  }

  /** Where other registrars are, according to the configuration. */
  #others(peers: readonly TransportTarget[]): readonly TransportTarget[] {
    return peers.filter((target) => !sameEndpoint(target, this.#parts.own.transport));
  }

  /** The peer that is spoken to on this channel. */
  #peerOn(id: ChannelId): Peer | undefined {
    const peer = this.peers.get(this.#parts.channels.get(id)?.peerId);
    return peer?.channel === id ? peer : undefined;
  }

  /** From here on it is a peer like any other: if it does not speak up, one of us takes its elements over. §3.5. */
  #suspectStray(home: number, now: Instant): void {
    const peer = this.peers.add(home, now);
    if (peer !== undefined) this.#procedures.supervision.suspect(peer, now);
  }
}
