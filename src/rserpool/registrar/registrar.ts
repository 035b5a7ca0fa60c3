import type { IpAddress } from '../../base/address.ts';
import { unreachable } from '../../base/assert.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import { Dialects } from '../dialects.ts';
import { EnrpService } from '../enrp/enrp-service.ts';
import type { OwnIdentity } from '../enrp/speaker.ts';
import type { Profile } from '../profile.ts';
import { type ChannelId, PPID, type Role, type RoleInput, type RoleOutput, type TransportTarget } from '../role.ts';
import { ASAP_MESSAGE_TYPE } from '../wire/asap.ts';
import { Announcer } from './announcer.ts';
import { AsapService } from './asap-service.ts';
import { type Channel, Channels } from './channels.ts';
import { type RegistrarConfig, registrarConfig } from './config.ts';
import { Distances } from './distances.ts';
import { ElementMonitor } from './element-monitor.ts';
import { ElementStore, type StoreChange } from './element-store.ts';
import type { RegistrarEvent } from './events.ts';
import { denied, Gatekeeper, type RegistrarSecurity } from './gatekeeper.ts';
import { Holdings } from './holdings.ts';
import { RegistrarOutbox } from './outbox.ts';
import { randomRegistrarId } from './random.ts';
import type { RegistrarCensus, RegistrarSnapshot } from './snapshot.ts';
import { Stall } from './stall.ts';

/** What a registrar needs to come into being. */
export interface RegistrarOptions {
  readonly entropy: Entropy;
  /** Where this registrar takes ENRP messages; peers are told so. Addresses that they can reach, never wildcards. */
  readonly enrp: TransportTarget;
  /** Where it takes ASAP messages, for announcements: at most one SCTP and any number of TCP endpoints. */
  readonly asap?: readonly TransportTarget[] | undefined;
  /** ENRP endpoints of other registrars. None means that this one is alone until somebody calls. RFC 5353 §3.2.2.1. */
  readonly peers?: readonly TransportTarget[] | undefined;
  /** Which times it goes by; `default` unless given. */
  readonly profile?: Profile | undefined;
  /** Overrides of the profile. */
  readonly config?: Partial<RegistrarConfig> | undefined;
  /** Smoothed round trip of a channel in ms, if it was measured: for policies with a delay penalty. */
  readonly roundTripMs?: ((channel: ChannelId) => number | undefined) | undefined;
  /** Who may do what; unless given, everybody may do everything. RFC 5355. */
  readonly security?: RegistrarSecurity | undefined;
  /** Its identifier, 1 to 2^32 - 1; random unless given. It must never be used twice in a scope. RFC 5353 §3.2.1. */
  readonly registrarId?: number | undefined;
}

/**
 * A registrar (ENRP server): keeps the handlespace, answers pool elements and users by ASAP (RFC 5352) and keeps in step
 * with the other registrars by ENRP (RFC 5353). Sees channels and time only; see {@link Role} for how to drive it.
 */
export class RegistrarRole implements Role<RegistrarEvent> {
  readonly #config: RegistrarConfig;
  readonly #own: OwnIdentity;
  readonly #outbox: RegistrarOutbox;
  readonly #channels: Channels;
  readonly #store: ElementStore;
  readonly #monitor: ElementMonitor;
  readonly #enrp: EnrpService;
  readonly #asap: AsapService;
  readonly #announcer: Announcer;
  readonly #gatekeeper: Gatekeeper;
  readonly #holdings: Holdings;
  readonly #stall = new Stall();
  #wasServing = false;

  /** @throws ConfigError for a setting that does not exist or a value it does not take */
  constructor(options: RegistrarOptions, now: Instant) {
    const { entropy, enrp, asap = [], peers = [] } = options;
    const config = registrarConfig(options.config, options.profile);
    const outbox = new RegistrarOutbox(new Dialects(config.dialect), config);
    this.#outbox = outbox;
    this.#config = config;
    const own = { id: options.registrarId ?? randomRegistrarId(entropy), transport: enrp };
    const channels = new Channels(config);
    const changed = (change: StoreChange, at: Instant): void => this.#handleChange(change, at);
    const store = new ElementStore(config, own, outbox, changed, options.security !== undefined);
    const distances = new Distances(options.roundTripMs ?? (() => undefined));
    const monitor = new ElementMonitor(config, entropy, own, channels, outbox);
    const gatekeeper = new Gatekeeper(options.security);
    this.#gatekeeper = gatekeeper;
    this.#holdings = new Holdings(config.maxElementsPerOwner);
    this.#own = own;
    this.#channels = channels;
    this.#store = store;
    this.#monitor = monitor;
    this.#enrp = new EnrpService({ config, entropy, own, channels, outbox, store, distances, peers }, now);
    this.#asap = new AsapService({
      config,
      entropy,
      own,
      channels,
      outbox,
      store,
      distances,
      monitor,
      gatekeeper,
      holdings: this.#holdings,
      isRsplib: (registrarId) => this.#enrp.peers.get(registrarId)?.dialect === 'rsplib',
      announceUpdate: (action, poolHandle, element) => this.#enrp.announceUpdate(action, poolHandle, element),
    });
    this.#announcer = new Announcer(config, own, asap, outbox);
    this.#checkTimes();
  }

  /** The identifier in use; it can change while the state is `starting`. */
  get registrarId(): number {
    return this.#own.id;
  }

  get state(): 'starting' | 'serving' {
    return this.#enrp.serving ? 'serving' : 'starting';
  }

  get config(): RegistrarConfig {
    return this.#config;
  }

  /** Other rules for a registrar that is secured, from the next message on. What is registered stays. */
  setSecurity(security: RegistrarSecurity): void {
    this.#gatekeeper.setSecurity(security);
  }

  /** A handshake with somebody who wanted a channel, or was wanted, did not come about. */
  noteRefusedHandshake(address: IpAddress, why: string, now: Instant): void {
    this.#outbox.now = now;
    this.#outbox.event({ kind: 'handshake-refused', address, why });
  }

  /** Replaces the configured peers, where names have other addresses now. Whoever is connected stays a peer. */
  configurePeers(peers: readonly TransportTarget[], now: Instant): void {
    this.#enrp.configurePeers(peers, now);
  }

  handleInput(input: RoleInput, now: Instant): void {
    this.#outbox.now = now;
    switch (input.kind) {
      case 'channel-up':
        this.#handleChannelUp(input, now);
        break;
      case 'channel-changed':
        this.#handleChannelChanged(input.channel, input.remote, input.restarted, now);
        break;
      case 'channel-down':
        this.#handleChannelDown(input.channel, now);
        break;
      case 'message':
        this.#handleMessage(input.channel, input.ppid, input.bytes, now);
        break;
      case 'send-failed':
        this.#handleSendFailed(input.channel, input.ppid, input.bytes, now);
        break;
      case 'announcement':
        if (input.ppid === PPID.enrp) this.#enrp.handleMulticast(input.bytes, now);
        else this.#announcer.handleAnnouncement(input.bytes, now);
        break;
      case 'channel-suspect':
        this.#monitor.handleSuspect(input.channel);
        this.#enrp.handleSuspect(input.channel, now);
        break;
      case 'probe-result':
        if (input.alive) this.#enrp.handleAlive(input.channel);
        else {
          this.#monitor.handleSilence(input.channel);
          this.#enrp.handleSilence(input.channel, now);
        }
        break;
      case 'channel-closing':
        this.#channels.handleClosing(input.channel);
        break;
      default:
        unreachable(input);
    }
    this.#settle(now);
  }

  handleTimeout(now: Instant): void {
    this.#outbox.now = now;
    if (!this.#stall.holdsBack(now)) {
      this.#enrp.handleTimeout(now);
      this.#monitor.handleTimeout(now);
      this.#asap.handleTimeout(now);
      this.#announcer.handleTimeout(now);
    }
    this.#settle(now);
  }

  pollOutput(): RoleOutput<RegistrarEvent> | undefined {
    return this.#outbox.poll();
  }

  nextTimeoutAt(): Instant | undefined {
    let next = earlier(this.#enrp.nextTimeoutAt(), this.#monitor.nextTimeoutAt());
    next = earlier(next, this.#asap.nextTimeoutAt());
    return this.#stall.postpone(earlier(next, this.#announcer.nextTimeoutAt()));
  }

  /** How much there is: costs the same however many elements there are, unlike `snapshot`. */
  census(): RegistrarCensus {
    const { handlespace } = this.#store;
    return {
      pools: handlespace.poolCount,
      elements: handlespace.elementCount,
      ownElements: handlespace.countOf(this.#own.id),
      peers: Array.from(this.#enrp.peers.values())
        .filter((peer) => this.#channels.usable(peer.channel) !== undefined)
        .map((peer) => peer.id),
    };
  }

  /** Everything there is to see, as plain data. */
  snapshot(): RegistrarSnapshot {
    const { handlespace } = this.#store;
    const own = this.#own.id;
    return {
      registrarId: own,
      state: this.state,
      checksum: handlespace.checksumOf(own),
      pools: Array.from(handlespace.pools(), (pool) => ({
        poolHandle: pool.handle,
        policy: pool.policy,
        elements: Array.from(pool.elements(), (element) => ({
          ...element.parameter,
          owned: element.homeRegistrarIdentifier === own,
          consistent: element.isConsistent,
          badReports: element.badReports,
          updatedAt: element.updatedAt,
          expiresAt: element.expiresAt,
        })),
      })),
      peers: Array.from(this.#enrp.peers.values(), (peer) => ({
        registrarId: peer.id,
        transport: peer.transport,
        state: peer.state.kind,
        connected: this.#channels.usable(peer.channel) !== undefined,
        lastHeardAt: peer.lastHeardAt,
        lastPresenceAt: peer.lastPresenceAt,
        elements: handlespace.countOf(peer.id),
        checksum: handlespace.checksumOf(peer.id),
      })),
      counters: this.#outbox.counters.snapshot(),
      channels: this.#channels.size,
      watchedElements: this.#monitor.size,
      tableSessions: this.#enrp.tableSessions,
    };
  }

  #handleChannelUp(input: RoleInput & { readonly kind: 'channel-up' }, now: Instant): void {
    const { channel: id, initiator, remote, local, peer } = input;
    const channel = this.#channels.add(id, initiator, remote, local, peer, now);
    if (channel === undefined) {
      this.#outbox.close(id, 'abort', 'too many channels');
      this.#outbox.event({ kind: 'warning', code: 'limit-reached', text: 'too many channels', channel: id });
      return;
    }
    if (this.#monitor.owns(id)) this.#monitor.handleChannelUp(id);
    else if (this.#enrp.owns(id)) this.#enrp.handleChannelUp(channel);
    else if (initiator === 'local') {
      // What it was opened for is over by now.
      channel.closing = true;
      this.#outbox.close(id, 'shutdown', 'not needed any more');
    }
  }

  #handleChannelChanged(id: ChannelId, remote: TransportTarget, restarted: boolean, now: Instant): void {
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    this.#channels.move(channel, remote);
    // A peer that lost its state has lost what it asked for too: RFC 5353 §3.2.1, it has a new identifier.
    if (restarted) {
      this.#asap.handleChannelDown(channel);
      this.#monitor.handleRestart(id, now);
      this.#enrp.handleChannelRestarted(channel, now);
    }
  }

  #handleChannelDown(id: ChannelId, now: Instant): void {
    const channel = this.#channels.remove(id);
    this.#outbox.forget(id);
    if (channel !== undefined) this.#asap.handleChannelDown(channel);
    this.#monitor.handleChannelDown(id, channel !== undefined, now);
    this.#enrp.handleChannelDown(id, channel, now);
  }

  #handleMessage(id: ChannelId, ppid: number, bytes: Uint8Array, now: Instant): void {
    const channel = this.#channels.get(id);
    if (channel === undefined || channel.aborted) return;
    // A surplus channel of a peer is read to its end: an update may be on the way.
    if (ppid === PPID.enrp) this.#handleEnrp(channel, bytes, now);
    else if (ppid === PPID.asap && !channel.closing) {
      if (this.#enrp.serving) this.#asap.handleMessage(channel, bytes, now);
      else if (channel.peerId === undefined) {
        // RFC 5353 §3.2.3: no service before the download is complete. Elements and users find another registrar.
        channel.closing = true;
        channel.aborted = true;
        this.#outbox.close(id, 'abort', 'this registrar does not serve yet');
      }
    }
  }

  #handleEnrp(channel: Channel, bytes: Uint8Array, now: Instant): void {
    const why = this.#gatekeeper.refusesPeer(channel);
    if (why === undefined) {
      this.#enrp.handleMessage(channel, bytes, now);
      return;
    }
    // RFC 5353 §6.3. An answer by ENRP would make us a peer of whoever asks.
    this.#outbox.event(denied(channel, 'ENRP', why));
    channel.closing = true;
    channel.aborted = true;
    this.#outbox.close(channel.id, 'abort', why);
  }

  #handleSendFailed(id: ChannelId, ppid: number, bytes: Uint8Array, now: Instant): void {
    if (ppid === PPID.asap && bytes[0] === ASAP_MESSAGE_TYPE['endpoint-keep-alive']) this.#monitor.handleSendFailed(id);
    else if (ppid === PPID.enrp) this.#enrp.handleSendFailed(this.#channels.get(id), now);
  }

  /** The handlespace changed, whoever caused it. */
  #handleChange(change: StoreChange, now: Instant): void {
    const { element } = change;
    switch (change.kind) {
      case 'registered':
        this.#monitor.handleRegistered(element, change.channel, now);
        this.#holdings.note(element, this.#channels.get(change.channel)!.holder);
        break;
      case 'learnt':
        break;
      case 'moved':
        if (change.to === this.#own.id) this.#monitor.adopt(element, now);
        else {
          // A late update may claim what came back to us. Whoever took us over tells the elements itself.
          if (change.from === this.#own.id && !change.takenOver) this.#asap.tellOut(element);
          this.#monitor.forget(element);
          this.#holdings.forget(element);
        }
        break;
      case 'disputed':
        if (change.claimed) this.#monitor.adopt(element, now, change.channel);
        // As often as the element may be asked, so that a peer cannot make us tell all peers without end.
        else if (!this.#monitor.probe(element, now)) return;
        this.#enrp.announceUpdate('add-pe', element.poolHandle, element.parameter);
        return;
      case 'removed':
        this.#monitor.forget(element);
        this.#holdings.forget(element);
        break;
      default:
        unreachable(change);
    }
    this.#asap.noteChange(element.poolHandle);
  }

  /** RFC 5353 §4.2: one lost heartbeat must not make a peer suspicious. Peers are taken to have the same cycle as we. */
  #checkTimes(): void {
    const { maxTimeLastHeardMs, peerHeartbeatCycleMs } = this.#config;
    if (maxTimeLastHeardMs > 2 * peerHeartbeatCycleMs) return;
    const text = 'maxTimeLastHeardMs should be more than twice the peerHeartbeatCycleMs of the peers (RFC 5353 §4.2)';
    this.#outbox.event({ kind: 'warning', code: 'configuration', text });
  }

  /** What follows from an input, once all of it is done. */
  #settle(now: Instant): void {
    for (let lost = this.#monitor.takeLost(); lost !== undefined; lost = this.#monitor.takeLost()) {
      this.#asap.removeLost(lost.element, lost.reason, now);
    }
    this.#asap.flush(now);
    if (!this.#wasServing && this.#enrp.serving) {
      this.#wasServing = true;
      this.#announcer.start(now);
    }
    this.#stall.promise(this.nextTimeoutAt(), now);
  }
}
