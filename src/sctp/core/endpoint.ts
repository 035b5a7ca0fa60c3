import { type IpAddress, isUnicast } from '../../base/address.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import { Deque } from '../../base/deque.ts';
import { WireError } from '../../base/errors.ts';
import { IndexedHeap } from '../../base/indexed-heap.ts';
import { tsn } from '../../base/serial.ts';
import { SharedRateLimit } from '../../base/shared-rate-limit.ts';
import { verifyChecksum } from '../wire/crc32c.ts';
import { encodePacket, readCommonHeader } from '../wire/packet.ts';
import type { Chunk, CommonHeader } from '../wire/types.ts';
import { makeRoom } from './abandonment.ts';
import { handleAssociationTimeout, nextDeadline, settle } from './association.ts';
import { associationStatus } from './association-status.ts';
import { AssociationTable } from './association-table.ts';
import {
  checkAssociateRequest,
  checkMayProbe,
  checkPathSettings,
  checkPeerAddress,
  checkSendRequest,
  checkStreamValue,
} from './call-checks.ts';
import { abortAssociation } from './closing.ts';
import { type EndpointConfig, type LiveConfig, overriddenConfig } from './config.ts';
import type {
  AssociateRequest,
  AssociationEvent,
  AssociationId,
  AssociationStatus,
  EndpointCounters,
  EndpointOptions,
  EndpointOutput,
  IcmpMessage,
  Links,
  Mac,
  PathSettings,
  ReconfigurationId,
  SctpAddress,
  SctpCore,
  SendRequest,
  StreamReconfiguration,
} from './contract.ts';
import { CookieJar } from './cookie.ts';
import { handleConsumed } from './data-in.ts';
import type { EndpointInside } from './endpoint-inside.ts';
import { SctpError } from './errors.ts';
import { startAssociation } from './handshake.ts';
import { sendHeartbeat } from './heartbeat.ts';
import { handleIcmp, handleMessageTooLong } from './icmp.ts';
import { probePeer } from './liveness.ts';
import { checkReconfiguration } from './reconfiguration-checks.ts';
import { requestReconfiguration } from './reconfiguration-requests.ts';
import { reconfigure, reconfigurePath } from './reconfigure.ts';
import { routePacket } from './routing.ts';
import { isSendBufferFull } from './send-buffer.ts';
import { requestShutdown } from './shutdown.ts';
import { SpentTags } from './spent-tags.ts';
import { Tcb } from './tcb.ts';

const NONE: Tcb[] = [];
/** A reason fits a packet on any path. */
const MAX_ABORT_REASON_BYTES = 400;

/**
 * An SCTP endpoint without I/O: its calls, its time and its output. What comes in is routed in `routing.ts`; the
 * procedures of an association are where `association.ts` says. RFC 9260.
 */
export class Endpoint implements SctpCore, EndpointInside {
  readonly sctpPort: number;
  readonly addresses: readonly IpAddress[];
  readonly udpPort: number | undefined;
  readonly config: EndpointConfig;
  readonly entropy: Entropy;
  readonly links: Links | undefined;
  listening: boolean;
  readonly counters: { -readonly [Name in keyof EndpointCounters]: EndpointCounters[Name] } = {
    packetsReceived: 0,
    packetsSent: 0,
    checksumErrors: 0,
    malformed: 0,
    outOfTheBlue: 0,
    wrongTag: 0,
    cookiesRefused: 0,
    initsAnswered: 0,
  };
  readonly associations = new AssociationTable();
  readonly #mac: Mac;
  /** These three are made when somebody needs them: programs may have an endpoint for each of thousands of associations. */
  #cookies: CookieJar | undefined;
  #statelessReplies: SharedRateLimit | undefined;
  #spentTags: SpentTags | undefined;
  /** Associations that wait for something, by their deadlines. */
  readonly #deadlines = new IndexedHeap<Tcb>();
  readonly #outputs = new Deque<EndpointOutput>();
  /** The last sender that was found to be a single host: most packets come from the one that the last one came from. */
  #singleHost: IpAddress | undefined;
  /** Associations that may have something to send, because of calls, or of the last packet that came. */
  #dirty = NONE;
  #nextId: AssociationId = 1;
  /** The last instant that was told: output made outside of an input belongs to it. */
  #now: Instant;

  constructor(options: EndpointOptions, now: Instant) {
    this.sctpPort = options.sctpPort;
    this.addresses = options.addresses;
    this.udpPort = options.udpPort;
    this.config = options.config;
    this.entropy = options.entropy;
    this.links = options.links;
    this.listening = options.listening;
    this.#mac = options.mac;
    this.#now = now;
  }

  get cookies(): CookieJar {
    this.#cookies ??= new CookieJar(this.#mac, this.entropy, this.config.cookieKeyLifeMs);
    return this.#cookies;
  }

  get statelessReplies(): SharedRateLimit {
    const { maxStatelessRepliesPerSecond } = this.config;
    const burst = Math.max(1, maxStatelessRepliesPerSecond / 10);
    this.#statelessReplies ??= new SharedRateLimit(maxStatelessRepliesPerSecond, burst);
    return this.#statelessReplies;
  }

  // --- Input from the network -------------------------------------------------------------------------------------

  handleDatagram(local: IpAddress, from: IpAddress, udpPort: number, bytes: Uint8Array, now: Instant): void {
    this.#now = now;
    this.counters.packetsReceived++;
    try {
      const header = readCommonHeader(bytes);
      if (!verifyChecksum(bytes)) {
        this.counters.checksumErrors++;
        return;
      }
      // §3.1: port 0 is no port. §8.4 (1): nor is a multicast address a peer.
      if (header.sourcePort === 0 || header.destinationPort === 0 || !this.#isSingleHost(from)) return;
      routePacket(this, { header, bytes, origin: { address: from, udpPort, localAddress: local } }, now);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.counters.malformed++;
    }
  }

  handleIcmp(message: IcmpMessage, now: Instant): void {
    this.#now = now;
    handleIcmp(this, message, now);
  }

  handleMessageTooLong(to: IpAddress, packet: Uint8Array, now: Instant): void {
    this.#now = now;
    handleMessageTooLong(this, to, packet, now);
  }

  // --- Calls ------------------------------------------------------------------------------------------------------

  associate(request: AssociateRequest, now: Instant): AssociationId {
    this.#now = now;
    const addresses = checkAssociateRequest(request);
    const config = overriddenConfig(this.config, request.config);
    if (this.associations.size >= this.config.maxAssociations) {
      throw new SctpError(
        'ERR_SCTP_LIMIT',
        `this endpoint holds ${this.config.maxAssociations} associations, its maxAssociations`,
      );
    }
    for (const address of addresses) {
      const known = this.associations.byPeer(address, request.sctpPort, request.udpPort);
      // What a peer lists and has not been verified is not known to be its address.
      if (known?.paths.find(address)?.confirmed !== true) continue;
      // §1.3: never two associations between the same endpoints.
      throw new SctpError(
        'ERR_SCTP_DUPLICATE',
        `there is an association with ${address}, SCTP port ${request.sctpPort}, already`,
        { address, sctpPort: request.sctpPort },
      );
    }
    const tcb = new Tcb({
      id: this.nextAssociationId(),
      services: this,
      config,
      initiator: 'local',
      peerPort: request.sctpPort,
      localTag: this.newTag(),
      peerTag: 0,
      localInitialTsn: tsn(this.entropy.u32()),
    });
    // §5.4: addresses that our own user gave are confirmed.
    for (const address of addresses) tcb.addPath(address, request.udpPort, true);
    if (tcb.paths.all.length === 0) {
      throw new SctpError(
        'ERR_SCTP_BAD_ADDRESS',
        `no local address (${this.addresses.join(', ')}) is of the same family as ${addresses.join(', ')}`,
        { addresses, local: this.addresses },
      );
    }
    this.associations.file(tcb);
    startAssociation(tcb, request.dataWithCookieEcho ?? config.dataWithCookieEcho, now);
    this.touch(tcb);
    return tcb.id;
  }

  send(association: AssociationId, request: SendRequest, now: Instant): boolean {
    this.#now = now;
    const tcb = this.#open(association);
    checkSendRequest(tcb, request);
    const { outbound } = tcb;
    if (isSendBufferFull(tcb) && !makeRoom(tcb, request)) {
      outbound.drainWanted = true;
      return false;
    }
    outbound.bufferedBytes += request.data.length;
    outbound.dryWanted = true;
    outbound.anyPriority ||= request.priority !== undefined;
    if (outbound.held?.add(request, now) !== true) outbound.queue.push(request, now);
    this.touch(tcb);
    return true;
  }

  consumed(association: AssociationId, windowBytes: number, now: Instant): void {
    this.#now = now;
    const tcb = this.associations.get(association);
    if (tcb === undefined) return;
    handleConsumed(tcb, windowBytes);
    if (tcb.inbound?.ack.due === true) this.touch(tcb);
  }

  reconfigureStreams(association: AssociationId, wanted: StreamReconfiguration, now: Instant): ReconfigurationId {
    this.#now = now;
    const tcb = this.#open(association);
    const call = requestReconfiguration(tcb, checkReconfiguration(tcb, wanted, now));
    this.touch(tcb);
    return call;
  }

  shutdown(association: AssociationId, now: Instant): void {
    this.#now = now;
    const tcb = this.associations.get(association);
    if (tcb === undefined) return;
    requestShutdown(tcb, now);
    this.touch(tcb);
  }

  abort(association: AssociationId, reason: string, now: Instant): void {
    this.#now = now;
    const tcb = this.associations.get(association);
    if (tcb === undefined) return;
    const bytes = new TextEncoder().encode(reason).subarray(0, MAX_ABORT_REASON_BYTES);
    abortAssociation(tcb, 'aborted', `aborted by this side${reason === '' ? '' : `: ${reason}`}`, [
      { kind: 'user-initiated-abort', reason: bytes },
    ]);
  }

  setPrimary(association: AssociationId, address: IpAddress): void {
    const tcb = this.#open(association);
    const path = checkPeerAddress(tcb, address);
    if (!path.confirmed) {
      throw new SctpError('ERR_SCTP_BAD_ADDRESS', `${address} is not confirmed yet and cannot be the primary path`, {
        address,
      });
    }
    tcb.paths.setPrimary(path);
  }

  requestHeartbeat(association: AssociationId, address: IpAddress, now: Instant): void {
    this.#now = now;
    const tcb = this.#open(association);
    const path = checkPeerAddress(tcb, address);
    checkMayProbe(tcb);
    sendHeartbeat(tcb, path, now);
    this.touch(tcb);
  }

  probe(association: AssociationId, now: Instant): void {
    this.#now = now;
    const tcb = this.#open(association);
    checkMayProbe(tcb);
    probePeer(tcb, now);
    this.touch(tcb);
  }

  setStreamPriority(association: AssociationId, streamId: number, priority: number): void {
    const tcb = this.#open(association);
    checkStreamValue(tcb, streamId, 'priority', priority, 0);
    tcb.outbound.queue.setPriority(streamId, priority);
  }

  setStreamWeight(association: AssociationId, streamId: number, weight: number): void {
    const tcb = this.#open(association);
    checkStreamValue(tcb, streamId, 'weight', weight, 1);
    tcb.outbound.queue.setWeight(streamId, weight);
  }

  configure(association: AssociationId, settings: Partial<LiveConfig>, now: Instant): void {
    this.#now = now;
    const tcb = this.#open(association);
    reconfigure(tcb, settings, now);
    this.touch(tcb);
  }

  configurePath(association: AssociationId, address: IpAddress, settings: PathSettings, now: Instant): void {
    this.#now = now;
    const tcb = this.#open(association);
    const path = checkPeerAddress(tcb, address);
    checkPathSettings(settings);
    reconfigurePath(tcb, path, settings, now);
    this.touch(tcb);
  }

  peer(association: AssociationId): SctpAddress | undefined {
    const tcb = this.associations.get(association);
    if (tcb === undefined) return undefined;
    const { primary, all } = tcb.paths;
    const addresses = [primary.address];
    for (const path of all) if (path !== primary) addresses.push(path.address);
    return { addresses, sctpPort: tcb.peerPort, udpPort: primary.udpPort };
  }

  status(association: AssociationId): AssociationStatus | undefined {
    const tcb = this.associations.get(association);
    return tcb === undefined ? undefined : associationStatus(tcb);
  }

  close(reason: string, now: Instant): void {
    for (const tcb of [...this.associations]) this.abort(tcb.id, reason, now);
    this.listening = false;
  }

  // --- Time and output --------------------------------------------------------------------------------------------

  handleTimeout(now: Instant): void {
    this.#now = now;
    for (let tcb = this.#deadlines.first; tcb !== undefined && tcb.rank <= now; tcb = this.#deadlines.first) {
      this.#deadlines.remove(tcb);
      handleAssociationTimeout(tcb, now);
      // Through the dirty list: what is due again at once waits for the next turn instead of spinning here.
      this.touch(tcb);
    }
  }

  pollDone(): EndpointOutput | undefined {
    return this.#outputs.shift();
  }

  pollOutput(): EndpointOutput | undefined {
    if (this.#outputs.length === 0 && this.#dirty.length > 0) this.#settleDirty();
    return this.#outputs.shift();
  }

  nextTimeoutAt(): Instant | undefined {
    if (this.#dirty.length > 0) this.#settleDirty();
    return this.#deadlines.first?.rank;
  }

  // --- Services for the procedures --------------------------------------------------------------------------------

  transmit(from: IpAddress, to: IpAddress, udpPort: number, header: CommonHeader, chunks: readonly Chunk[]): void {
    this.counters.packetsSent++;
    this.#outputs.push({ kind: 'packet', from, to, udpPort, bytes: encodePacket(header, chunks) });
  }

  event(association: AssociationId, event: AssociationEvent): void {
    this.#outputs.push({ kind: 'event', association, event });
  }

  newTag(): number {
    for (;;) {
      const tag = this.entropy.u32();
      if (tag !== 0 && this.associations.byTag(tag) === undefined && !this.isSpent(tag)) return tag;
    }
  }

  isSpent(tag: number): boolean {
    return this.#spentTags?.has(tag) === true;
  }

  nextAssociationId(): AssociationId {
    return this.#nextId++;
  }

  reindex(tcb: Tcb): void {
    this.associations.file(tcb);
  }

  twinOf(tcb: Tcb, address: IpAddress, udpPort: number): Tcb | undefined {
    return this.associations.twinOf(tcb, address, udpPort);
  }

  release(tcb: Tcb): void {
    this.associations.remove(tcb);
    this.#spentTags ??= new SpentTags();
    this.#spentTags.add(tcb.localTag);
    this.#deadlines.remove(tcb);
  }

  settle(tcb: Tcb): void {
    tcb.dirty = false;
    if (tcb.state === 'CLOSED') return;
    settle(tcb, this.#now);
    const deadline = nextDeadline(tcb);
    if (deadline === undefined) this.#deadlines.remove(tcb);
    else this.#deadlines.place(tcb, deadline);
  }

  touch(tcb: Tcb): void {
    if (tcb.dirty) return;
    tcb.dirty = true;
    if (this.#dirty === NONE) this.#dirty = [tcb];
    else this.#dirty.push(tcb);
  }

  #isSingleHost(address: IpAddress): boolean {
    if (address === this.#singleHost) return true;
    if (!isUnicast(address)) return false;
    this.#singleHost = address;
    return true;
  }

  #settleDirty(): void {
    const dirty = this.#dirty;
    this.#dirty = NONE;
    for (const tcb of dirty) if (tcb.dirty) this.settle(tcb);
  }

  #open(association: AssociationId): Tcb {
    const tcb = this.associations.get(association);
    if (tcb === undefined) throw new SctpError('ERR_SCTP_CLOSED', 'the association is closed', { association });
    return tcb;
  }
}
