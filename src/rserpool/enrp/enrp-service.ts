import { unreachable } from '../../base/assert.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import { earlier } from '../../base/timers.ts';
import type { Channel, Channels } from '../registrar/channels.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { Distances } from '../registrar/distances.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import { sameEndpoint } from '../registrar/endpoint-match.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import { randomRegistrarId } from '../registrar/random.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { MessageError } from '../wire/message-error.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { Acquaintances } from './acquaintances.ts';
import { Audit } from './audit.ts';
import { Dialer } from './dialer.ts';
import { Enforcement } from './enforcement.ts';
import { Membership } from './membership.ts';
import { Mentor, type StartupAction } from './mentor.ts';
import { PeerChannels } from './peer-channels.ts';
import { PeerDialects } from './peer-dialects.ts';
import { type Peer, Peers, transportOf } from './peers.ts';
import { PresenceMulticast } from './presence-multicast.ts';
import { RsplibChecksum } from './rsplib-checksum.ts';
import { type OwnIdentity, Speaker } from './speaker.ts';
import { Strays } from './strays.ts';
import { Supervision } from './supervision.ts';
import { TableSessions } from './table-sessions.ts';
import { Takeover } from './takeover.ts';
import { Updates } from './updates.ts';

/** New identifiers that are drawn at start-up because the one before was taken. */
const MAX_COLLISIONS = 3;

type KnownMessage = Exclude<EnrpMessage, { readonly kind: 'unknown' }>;

/** What the ENRP side of a registrar is made of. */
export interface EnrpParts {
  readonly config: RegistrarConfig;
  readonly entropy: Entropy;
  readonly own: OwnIdentity;
  readonly channels: Channels;
  readonly outbox: RegistrarOutbox;
  readonly store: ElementStore;
  readonly distances: Distances;
  /** Configured peers; our own endpoint among them is left out. */
  readonly peers: readonly TransportTarget[];
}

/** ENRP: what registrars say to each other. Finds out who speaks, then hands the message to its procedure. RFC 5353 §3. */
export class EnrpService {
  readonly #parts: EnrpParts;
  readonly peers: Peers;
  readonly #speaker: Speaker;
  readonly #dialer: Dialer;
  readonly #peerChannels: PeerChannels;
  readonly #membership: Membership;
  readonly #mentor: Mentor;
  readonly #acquaintances: Acquaintances;
  readonly #supervision: Supervision;
  readonly #takeover: Takeover;
  readonly #enforcement: Enforcement;
  readonly #strays: Strays;
  readonly #tables: TableSessions;
  readonly #audit: Audit;
  readonly #updates: Updates;
  #collisions = 0;
  readonly #dialects: PeerDialects;
  readonly #presenceMulticast: PresenceMulticast;

  constructor(parts: EnrpParts, now: Instant) {
    const { config, entropy, own, channels, outbox, store, distances } = parts;
    this.#parts = parts;
    this.peers = new Peers(config.maxPeers);
    const rsplibChecksum = new RsplibChecksum(own, store);
    const checksums = { all: () => store.checksumOf(own.id), forRsplib: () => rsplibChecksum.value };
    this.#speaker = new Speaker(own, this.peers, channels, outbox, checksums);
    this.#dialer = new Dialer(config, entropy, outbox);
    this.#peerChannels = new PeerChannels(config, own, channels, outbox);
    this.#membership = new Membership(own, this.peers, channels, this.#peerChannels, this.#dialer, outbox);
    const others = parts.peers.filter((target) => !sameEndpoint(target, own.transport));
    for (const target of others) this.#dialer.add(target, true, now);
    const hasPeers = others.length > 0 || config.enrpAnnounce;
    this.#mentor = new Mentor(config, entropy, this.peers, this.#speaker, hasPeers, now);
    this.#acquaintances = new Acquaintances(this.#speaker);
    this.#supervision = new Supervision(config, this.peers, this.#speaker, this.#dialer, outbox, now);
    this.#takeover = new Takeover(config, entropy, own, this.peers, this.#speaker, outbox);
    this.#enforcement = new Enforcement({
      own,
      peers: this.peers,
      channels,
      speaker: this.#speaker,
      supervision: this.#supervision,
      takeover: this.#takeover,
      store,
      outbox,
      remove: (peer, reason, now) => this.#remove(peer, reason, now),
    });
    this.#strays = new Strays(config, own, store, this.peers, now);
    this.#tables = new TableSessions(config, store);
    this.#audit = new Audit(config, channels, store, distances, this.#speaker, outbox);
    this.#updates = new Updates(this.peers, this.#speaker, store, distances, outbox);
    this.#dialects = new PeerDialects(outbox, this.#speaker, checksums.all);
    this.#presenceMulticast = new PresenceMulticast(
      {
        config,
        own,
        speaker: this.#speaker,
        dialer: this.#dialer,
        peers: this.peers,
        outbox,
        dialects: this.#dialects,
      },
      now,
    );
    outbox.event({ kind: 'starting', registrarId: own.id });
  }

  get serving(): boolean {
    return this.#mentor.serving;
  }

  /** Replaces the configured peers; whoever is connected stays a peer. */
  configurePeers(peers: readonly TransportTarget[], now: Instant): void {
    const others = peers.filter((target) => !sameEndpoint(target, this.#parts.own.transport));
    this.#dialer.configure(others, now);
  }

  /** A PRESENCE that came by multicast, or whatever was sent to that group. */
  handleMulticast(bytes: Uint8Array, now: Instant): void {
    this.#presenceMulticast.handleDatagram(bytes, now);
  }

  /** Downloads that peers make from us at the moment. */
  get tableSessions(): number {
    return this.#tables.size;
  }

  /** Tells all peers of an element that was registered, changed or removed here. RFC 5353 §3.3. */
  announceUpdate(action: 'add-pe' | 'del-pe', poolHandle: PoolHandle, element: PoolElementParameter): void {
    this.#updates.announce(action, poolHandle, element);
  }

  /** The channel is one that this side opened for ENRP. */
  owns(channel: ChannelId): boolean {
    return this.#dialer.owns(channel);
  }

  handleChannelUp(channel: Channel): void {
    if (!this.#dialer.owns(channel.id)) return;
    if (sameEndpoint(channel.remote, this.#parts.own.transport)) {
      this.#peerChannels.close(channel, 'abort', 'this registrar called itself');
      return;
    }
    // Who is there is not known yet: no receiver. The reply tells.
    this.#speaker.reply(channel.id, 0, this.#speaker.presence(true));
  }

  /** A channel is gone; `channel` is `undefined` if it could not be opened in the first place. */
  handleChannelDown(id: ChannelId, channel: Channel | undefined, now: Instant): void {
    const target = this.#dialer.targetOf(id);
    this.#dialer.handleChannelDown(id, channel?.peerId !== undefined, now);
    if (channel !== undefined) this.#handleLoss(channel, now);
    else if (target !== undefined) this.#handleUnreachable(target, now);
    this.#enforcement.carryOut(now);
  }

  /** The peer lost its state: what was agreed on this channel does not count any more. */
  handleChannelRestarted(channel: Channel, now: Instant): void {
    this.#handleLoss(channel, now);
    channel.peerId = undefined;
    this.#speaker.reply(channel.id, 0, this.#speaker.presence(true));
    this.#enforcement.carryOut(now);
  }

  /** A message was not delivered: for a peer that is asked for a sign of life this is as good as no answer. §3.4.3. */
  handleSendFailed(channel: Channel | undefined, now: Instant): void {
    const peer = this.peers.get(channel?.peerId);
    if (peer?.state.kind === 'probing') this.#bury(peer, now);
    this.#enforcement.carryOut(now);
  }

  /** The transport doubts that the peer is there: reason enough to ask it (RFC 5353 §3.4.3). */
  handleSuspect(id: ChannelId, now: Instant): void {
    const peer = this.#peerOn(id);
    if (peer !== undefined) this.#supervision.suspect(peer, now);
  }

  /** The peer answers to nothing on any path: as good as a PRESENCE that could not be delivered. */
  handleSilence(id: ChannelId, now: Instant): void {
    const peer = this.#peerOn(id);
    if (peer?.state.kind === 'probing') this.#bury(peer, now);
    this.#enforcement.carryOut(now);
  }

  handleMessage(channel: Channel, bytes: Uint8Array, now: Instant): void {
    let message: EnrpMessage;
    try {
      message = this.#parts.outbox.dialects.readEnrp(channel.id, bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(channel, error);
      return;
    }
    if (message.kind === 'unknown') {
      // RFC 5354 §4: only types whose two high bits are 01 are reported.
      if (message.report)
        this.#error(channel, channel.peerId, [{ kind: 'unrecognized-message', message: message.whole }]);
      return;
    }
    const sender = this.#membership.identify(channel, message.senderId, message.receiverId, now);
    if (sender.kind === 'collision') this.#handleCollision(now);
    if (sender.kind !== 'peer') return;
    this.#takeover.handleHeard(sender.peer);
    this.#dialects.handleMessage(sender.peer, channel);
    if (sender.isNew) this.#welcome(sender.peer, channel, now);
    if (!sender.isForUs) return;
    if (message.unrecognized !== undefined && message.kind !== 'error') {
      const causes = message.unrecognized.map((parameter) => ({ kind: 'unrecognized-parameter', parameter }) as const);
      this.#error(channel, message.senderId, causes);
    }
    this.#dispatch(sender.peer, sender.isNew, channel, message, now);
    this.#enforcement.carryOut(now);
  }

  handleTimeout(now: Instant): void {
    for (const action of this.#mentor.handleTimeout(now)) this.#act(action);
    // First: a target whose takeover came to nothing is watched again from this moment on.
    this.#takeover.handleTimeout(now);
    for (const peer of this.#supervision.handleTimeout(now)) this.#bury(peer, now);
    if (this.serving) for (const home of this.#strays.handleTimeout(now)) this.#suspectStray(home, now);
    this.#audit.handleTimeout(now);
    this.#tables.handleTimeout(now);
    this.#enforcement.carryOut(now);
    this.#presenceMulticast.handleTimeout(this.serving, now);
    // Last: those who fell silent, or were found on the way, are called at once.
    this.#dialer.handleTimeout(now, (target) => this.#membership.isReached(target));
  }

  nextTimeoutAt(): Instant | undefined {
    let next = earlier(this.#dialer.nextTimeoutAt(), this.#mentor.nextTimeoutAt());
    next = earlier(next, this.#presenceMulticast.nextTimeoutAt());
    next = earlier(next, this.#supervision.nextTimeoutAt());
    next = earlier(next, this.#takeover.nextTimeoutAt());
    if (this.serving) next = earlier(next, this.#strays.nextTimeoutAt());
    next = earlier(next, this.#audit.nextTimeoutAt());
    return earlier(next, this.#tables.nextTimeoutAt());
  }

  #welcome(peer: Peer, channel: Channel, now: Instant): void {
    this.#locate(peer, peer.transport ?? channel.remote, now);
    // §3.4.1: whoever was not known is asked for its Server Information.
    this.#speaker.reply(channel.id, peer.id, this.#speaker.presence(true));
    this.#parts.outbox.event({ kind: 'peer-up', registrarId: peer.id, transport: peer.transport });
    this.#takeover.handleNewPeer(peer);
    if (!this.#mentor.serving) this.#mentor.offer(peer, now);
  }

  #locate(peer: Peer, transport: TransportTarget, now: Instant): void {
    // Who was there before is probably gone, and need not be waited for.
    for (const other of this.#membership.locate(peer, transport, now)) this.#supervision.suspect(other, now);
  }

  #dispatch(peer: Peer, isNew: boolean, channel: Channel, message: KnownMessage, now: Instant): void {
    switch (message.kind) {
      case 'presence':
        peer.lastPresenceAt = now;
        if (message.information?.identifier === peer.id) {
          this.#locate(peer, transportOf(message.information, channel.remote), now);
        }
        // A new peer has just got one.
        if (message.replyRequired && !isNew) this.#speaker.reply(channel.id, peer.id, this.#speaker.presence(false));
        if (!this.serving) return;
        if (message.checksum !== undefined) this.#audit.handleChecksum(peer, message.checksum, now);
        this.#acquaintances.meet(peer);
        return;
      case 'list-request':
        this.#speaker.reply(channel.id, peer.id, {
          kind: 'list-response',
          rejected: !this.serving,
          registrars: this.serving ? this.#membership.list() : [],
        });
        return;
      case 'list-response': {
        const { wanted, action } = this.#mentor.handleList(peer, message, now);
        if (wanted || this.#acquaintances.handleList(peer, message))
          for (const information of message.registrars) this.#membership.learn(information, now);
        this.#act(action);
        return;
      }
      case 'handle-table-request':
        if (message.ownChildrenOnly && this.serving) {
          this.#dialects.handleAudit(peer, channel, !this.#tables.isContinued(channel.id, true));
        }
        this.#speaker.reply(
          channel.id,
          peer.id,
          this.#tables.answer(channel.id, message.ownChildrenOnly, this.serving, now),
        );
        return;
      case 'handle-table-response': {
        if (!this.#mentor.isMentor(peer.id)) {
          this.#audit.handleTable(peer, message, now);
          this.#enforcement.infer(peer, now);
          return;
        }
        const { pools, action } = this.#mentor.handleTable(peer, message, now);
        this.#updates.download(peer, pools, now);
        this.#act(action);
        return;
      }
      case 'handle-update':
        this.#updates.handle(peer, message, channel.id, !this.serving, now);
        this.#enforcement.infer(peer, now);
        return;
      case 'init-takeover':
        this.#takeover.handleInit(peer, message.targetId, now);
        return;
      case 'init-takeover-ack':
        this.#takeover.handleAck(peer, message.targetId);
        return;
      case 'takeover-server':
        this.#enforcement.handleTakeoverServer(peer, message.targetId, now);
        return;
      case 'error':
        // Never answered: two registrars would go on for ever.
        this.#warn(channel, 'error-received', `a registrar reported ${causesText(message.causes)}`, peer.id);
        return;
      default:
        unreachable(message);
    }
  }

  #handleLoss(channel: Channel, now: Instant): void {
    this.#tables.handleChannelDown(channel.id);
    const peer = this.peers.get(channel.peerId);
    if (peer === undefined) return;
    this.#peerChannels.release(peer, channel.id);
    if (peer.channel !== undefined) return;
    this.#acquaintances.forget(peer.id);
    this.#act(this.#mentor.handleUnreachable(peer.id, now));
    if (peer.transport !== undefined) this.#dialer.retry(peer.transport, now);
    // The loss of an association is not yet the peer's death, but reason enough to ask (§3.4.3).
    this.#supervision.suspect(peer, now);
  }

  /** The peer that is spoken to on this channel. */
  #peerOn(id: ChannelId): Peer | undefined {
    const peer = this.peers.get(this.#parts.channels.get(id)?.peerId);
    return peer?.channel === id ? peer : undefined;
  }

  /** A peer is dead. Before we serve there is nothing that we could take over. */
  #bury(peer: Peer, now: Instant): void {
    if (this.#enforcement.settle(peer, now)) return;
    if (this.serving) this.#takeover.handleDeath(peer, now);
    else this.#remove(peer, 'dead', now);
  }

  /** From here on it is a peer like any other: if it does not speak up, one of us takes its elements over. §3.5. */
  #suspectStray(home: number, now: Instant): void {
    const peer = this.peers.add(home, now);
    if (peer !== undefined) this.#supervision.suspect(peer, now);
  }

  #remove(peer: Peer, reason: 'dead' | 'taken-over', now: Instant): void {
    this.#audit.forget(peer.id);
    this.#acquaintances.forget(peer.id);
    this.#membership.remove(peer, reason, now);
    for (const target of this.#takeover.handleGone(peer.id)) this.#supervision.suspect(target, now);
  }

  /** No channel could be opened: for a peer that is being asked for a sign of life this is a failed send (§3.4.3). */
  #handleUnreachable(target: TransportTarget, now: Instant): void {
    for (const peer of [...this.peers.values()]) {
      if (peer.channel !== undefined || peer.transport === undefined || !sameEndpoint(peer.transport, target)) continue;
      // Others told of it, and nobody is there: nothing that would have to be taken over.
      if (!peer.heard) this.#membership.dismiss(peer, now);
      else if (peer.state.kind === 'probing') this.#bury(peer, now);
    }
  }

  #act(action: StartupAction): void {
    const { outbox, own } = this.#parts;
    switch (action.kind) {
      case 'none':
        return;
      case 'serve':
        this.#updates.endDownload();
        outbox.event({ kind: 'serving', registrarId: own.id, mentorId: action.mentorId });
        this.#speaker.announce(this.#speaker.presence(false));
        if (action.mentorId !== undefined) this.#acquaintances.noteMentor(action.mentorId);
        for (const peer of this.peers.values()) if (peer.heard) this.#acquaintances.meet(peer);
        return;
      case 'mentor-failed':
        outbox.event({
          kind: 'warning',
          code: 'mentor-failed',
          registrarId: action.mentorId,
          text: `the mentor is ${action.why === 'rejected' ? 'not ready' : action.why}`,
        });
        return;
      default:
        unreachable(action);
    }
  }

  /** RFC 5353 §3.2.1 sees no harm in it, but nobody would hear the other one: unless we are known already we draw anew. */
  #handleCollision(now: Instant): void {
    // Nobody draws the same one again and again by chance: whoever does wants to keep us from serving.
    if (this.serving || this.#collisions >= MAX_COLLISIONS) return;
    this.#collisions++;
    const { own, entropy, outbox } = this.#parts;
    own.id = randomRegistrarId(entropy);
    this.#membership.clear();
    this.#mentor.restart(now);
    outbox.event({ kind: 'starting', registrarId: own.id });
  }

  #refuse(channel: Channel, error: WireError): void {
    this.#warn(channel, 'bad-message', `an ENRP message was dropped: ${error.message}`, channel.peerId);
    if (!(error instanceof MessageError) || error.causes.length === 0) return;
    this.#error(channel, error.context.senderId ?? channel.peerId, error.causes);
  }

  #error(channel: Channel, receiverId: number | undefined, causes: readonly ErrorCause[]): void {
    this.#speaker.reply(channel.id, receiverId ?? 0, { kind: 'error', causes });
  }

  #warn(channel: Channel, code: 'bad-message' | 'error-received', text: string, registrarId?: number): void {
    this.#parts.outbox.event({ kind: 'warning', code, text, registrarId, channel: channel.id });
  }
}

function causesText(causes: readonly ErrorCause[]): string {
  return causes.map((cause) => cause.kind).join(', ') || 'an error without a cause';
}
