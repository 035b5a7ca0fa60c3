import { canonicalIp, type IpAddress, isUnicast } from '../../base/address.ts';
import { completeConfig } from '../../base/config.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import { DeadlineHeap } from '../../base/deadline-heap.ts';
import { Deque } from '../../base/deque.ts';
import { WireError } from '../../base/errors.ts';
import { tsn } from '../../base/serial.ts';
import { ChunkCursor } from '../wire/chunk-cursor.ts';
import { CHUNK_TYPE } from '../wire/chunk-type.ts';
import { verifyChecksum } from '../wire/crc32c.ts';
import { COMMON_HEADER_BYTES, encodePacket, readCommonHeader } from '../wire/packet.ts';
import type { Chunk, CommonHeader, InitChunk } from '../wire/types.ts';
import { handleAbort, handleAssociationTimeout, handlePacket, nextDeadline, settle } from './association.ts';
import { associationStatus } from './association-status.ts';
import { AssociationTable } from './association-table.ts';
import { abortAssociation } from './closing.ts';
import {
  acknowledgeCookie,
  addPeerPaths,
  handleUnexpectedCookieEcho,
  handleUnexpectedInit,
  type Origin,
  stalenessUs,
} from './collision.ts';
import { type AssociationConfig, associationSettings, type EndpointConfig } from './config.ts';
import type {
  AssociateRequest,
  AssociationEvent,
  AssociationId,
  AssociationStatus,
  EndpointCounters,
  EndpointOptions,
  EndpointOutput,
  SctpCore,
  SendRequest,
} from './contract.ts';
import { CookieJar, type StateCookie } from './cookie.ts';
import { handleConsumed } from './data-in.ts';
import { SctpError } from './errors.ts';
import { buildInitAck, establish, newTag, startAssociation } from './handshake.ts';
import { sendHeartbeat } from './heartbeat.ts';
import { readInitParameters, refusalOf } from './init-parameters.ts';
import { answerOutOfTheBlue } from './out-of-the-blue.ts';
import { RateLimit } from './rate-limit.ts';
import { handleShutdownComplete, requestShutdown } from './shutdown.ts';
import { type EndpointServices, Tcb } from './tcb.ts';

/** A packet with its header and where it came from. */
interface Arrival {
  readonly header: CommonHeader;
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

/** An SCTP endpoint without I/O: finds out whose a packet is and lets the association's procedures work. RFC 9260. */
export class Endpoint implements SctpCore, EndpointServices {
  readonly sctpPort: number;
  readonly addresses: readonly IpAddress[];
  readonly config: EndpointConfig;
  readonly entropy: Entropy;
  readonly cookies: CookieJar;
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
  readonly #associations = new AssociationTable();
  readonly #deadlines = new DeadlineHeap<Tcb>();
  readonly #outputs = new Deque<EndpointOutput>(64);
  /** Associations that may have something to send, because of calls. */
  #dirty: Tcb[] = [];
  readonly #statelessReplies: RateLimit;
  #nextId: AssociationId = 1;
  /** The last instant that was told: output made outside of an input belongs to it. */
  #now: Instant;

  constructor(options: EndpointOptions, now: Instant) {
    this.sctpPort = options.sctpPort;
    this.addresses = [...options.addresses];
    this.config = options.config;
    this.entropy = options.entropy;
    this.listening = options.listening;
    this.cookies = new CookieJar(options.mac, options.entropy, options.config.cookieKeyLifeMs, now);
    this.#statelessReplies = new RateLimit(options.config.maxStatelessRepliesPerSecond, now);
    this.#now = now;
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
      if (header.sourcePort === 0 || header.destinationPort === 0 || !isUnicast(from)) return;
      this.#route({ header, bytes, origin: { address: from, udpPort, localAddress: local } });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.counters.malformed++;
    }
  }

  handleMessageTooLong(to: IpAddress, now: Instant): void {
    this.#now = now;
    for (const tcb of this.#associations) {
      if (tcb.paths.find(to)?.shrinkMtu() === true) this.#touch(tcb);
    }
  }

  /** Whose packet is it? RFC 9260 §8.4, §8.5. Nothing has changed so far, and nothing does before this is known. */
  #route(arrival: Arrival): void {
    const { header, bytes } = arrival;
    const cursor = new ChunkCursor(bytes, COMMON_HEADER_BYTES);
    if (!cursor.next()) {
      this.counters.malformed++;
      return;
    }
    if (header.destinationPort !== this.sctpPort) {
      this.#handleOutOfTheBlue(arrival, cursor);
      return;
    }
    if (header.verificationTag === 0) {
      this.#handleTagless(arrival, cursor);
      return;
    }
    const tcb = this.#associations.byTag(header.verificationTag);
    if (tcb !== undefined && this.#belongs(tcb, arrival, cursor)) {
      this.#handleAssociationPacket(tcb, arrival, cursor);
      return;
    }
    if (this.#handleReflectedTag(arrival, cursor)) return;
    if (cursor.type === CHUNK_TYPE.cookieEcho) {
      this.#handleCookieEchoPacket(arrival, cursor);
      return;
    }
    const peer = this.#findByPeer(arrival);
    // §8.5.1 E: a peer that is still shutting down the association before this one is answered as out of the blue.
    const latecomer = cursor.type === CHUNK_TYPE.shutdownAck && peer?.setUp !== undefined;
    if (peer !== undefined && !latecomer) {
      // §8.5: a wrong tag is silence.
      this.counters.wrongTag++;
      return;
    }
    this.#handleOutOfTheBlue(arrival, cursor);
  }

  /** The tag is ours; the ports have to be, and the source one of the peer's, except for a first answer. */
  #belongs(tcb: Tcb, { header, origin }: Arrival, cursor: ChunkCursor): boolean {
    if (header.sourcePort !== tcb.peerPort) return false;
    if (tcb.paths.find(origin.address) !== undefined) return true;
    return tcb.state === 'COOKIE-WAIT' && cursor.type === CHUNK_TYPE.initAck;
  }

  #handleAssociationPacket(tcb: Tcb, { bytes, origin }: Arrival, cursor: ChunkCursor): void {
    const path = tcb.paths.find(origin.address);
    if (path !== undefined && path.udpPort !== origin.udpPort) {
      // RFC 6951 §5.4: learnt for this address only, and only here, behind checksum and tag.
      path.udpPort = origin.udpPort;
      this.reindex(tcb);
      tcb.emit({ kind: 'path-changed', address: path.address, change: 'udp-port' });
    }
    const alone = isAlone(cursor, bytes);
    if ((cursor.type === CHUNK_TYPE.initAck || cursor.type === CHUNK_TYPE.shutdownComplete) && !alone) return;
    const cookieEcho = (cookie: Uint8Array): boolean => this.#handleCookieEcho(cookie, tcb, origin);
    const outcome = handlePacket(tcb, cursor, path, origin, cookieEcho, this.#now);
    if (outcome === 'malformed') this.counters.malformed++;
    this.#settle(tcb);
  }

  /** ABORT and SHUTDOWN COMPLETE may carry the peer's tag, reflected (§8.5.1 B, C). */
  #handleReflectedTag(arrival: Arrival, cursor: ChunkCursor): boolean {
    if (cursor.type !== CHUNK_TYPE.abort && cursor.type !== CHUNK_TYPE.shutdownComplete) return false;
    const tcb = this.#findByPeer(arrival);
    if (tcb === undefined) return false;
    const chunk = cursor.decode();
    const tagIsRight = tcb.peerTag !== 0 && arrival.header.verificationTag === tcb.peerTag;
    if (!tagIsRight) {
      this.counters.wrongTag++;
      return true;
    }
    if (chunk.kind === 'abort' && chunk.tagReflected) handleAbort(tcb, chunk);
    else if (chunk.kind === 'shutdown-complete' && chunk.tagReflected && isAlone(cursor, arrival.bytes))
      handleShutdownComplete(tcb);
    return true;
  }

  // --- Set-up from outside ----------------------------------------------------------------------------------------

  /** A packet with tag 0 is an INIT and nothing else (§8.5.1 A). */
  #handleTagless(arrival: Arrival, cursor: ChunkCursor): void {
    if (cursor.type !== CHUNK_TYPE.init || !isAlone(cursor, arrival.bytes)) return;
    const init = cursor.decode();
    if (init.kind === 'init') this.#handleInit(init, arrival);
  }

  #handleInit(init: InitChunk, arrival: Arrival): void {
    const { origin, header } = arrival;
    // §3.3.2: an Initiate Tag of 0 gets no answer.
    if (init.initiateTag === 0 || !this.#statelessReplies.allow(this.#now)) return;
    const { hostName } = readInitParameters(init, origin.address, this.config.maxPeerAddresses);
    const refusal = refusalOf(init, hostName);
    if (refusal !== undefined) {
      this.#answerInit(init, arrival, { kind: 'abort', tagReflected: false, causes: [refusal] });
      return;
    }
    const tcb = this.#findByPeer(arrival);
    if (tcb !== undefined) {
      if (this.config.newUdpPortPolicy === 'abort' && tcb.paths.find(origin.address)?.udpPort !== origin.udpPort) {
        this.#answerInit(init, arrival, { kind: 'abort', tagReflected: false, causes: [newPortCause(tcb, origin)] });
        return;
      }
      tcb.replyBytes = 0;
      handleUnexpectedInit(tcb, init, origin, this.#now);
      this.#settle(tcb);
      return;
    }
    if (!this.listening) {
      // §8.4 (3)
      this.#answerInit(init, arrival, { kind: 'abort', tagReflected: false, causes: [] });
      return;
    }
    const ack = buildInitAck(
      this,
      init,
      { local: this.sctpPort, peer: header.sourcePort },
      origin.address,
      { localTag: this.#newTag(), localInitialTsn: this.entropy.u32(), localTieTag: 0, peerTieTag: 0 },
      this.#now,
    );
    this.counters.initsAnswered++;
    this.#answerInit(init, arrival, ack);
  }

  #answerInit(init: InitChunk, { header, origin }: Arrival, chunk: Chunk): void {
    this.transmit(
      origin.localAddress,
      origin.address,
      origin.udpPort,
      { sourcePort: header.destinationPort, destinationPort: header.sourcePort, verificationTag: init.initiateTag },
      [chunk],
    );
  }

  /** COOKIE ECHO as the first chunk, with a tag that no association has: a new one, or a restart. */
  #handleCookieEchoPacket(arrival: Arrival, cursor: ChunkCursor): void {
    const { origin, header } = arrival;
    const chunk = cursor.decode();
    if (chunk.kind !== 'cookie-echo') return;
    const verdict = this.cookies.open(chunk.cookie, this.#now);
    if (verdict.kind === 'refused' || !cookieFits(verdict.cookie, arrival)) {
      this.counters.cookiesRefused++;
      return;
    }
    const { cookie, overdueMs } = verdict;
    const existing = this.#findByPeer(arrival);
    if (existing !== undefined) {
      existing.replyBytes = 0;
      const accepted = handleUnexpectedCookieEcho(existing, cookie, overdueMs, origin, this.#now);
      if (accepted && cursor.next()) this.#handleAssociationPacket(existing, arrival, cursor);
      else this.#settle(existing);
      return;
    }
    if (overdueMs > 0) {
      // §5.1.5 (4)
      this.#statelessReply(arrival, cookie.peerTag, {
        kind: 'error',
        causes: [{ kind: 'stale-cookie', stalenessUs: stalenessUs(overdueMs) }],
      });
      return;
    }
    if (!this.listening || this.#associations.size >= this.config.maxAssociations) {
      this.#statelessReply(arrival, cookie.peerTag, {
        kind: 'abort',
        tagReflected: false,
        causes: [{ kind: 'out-of-resource' }],
      });
      return;
    }
    const tcb = this.#createFromCookie(cookie, header.sourcePort, origin);
    if (cursor.next()) this.#handleAssociationPacket(tcb, arrival, cursor);
    else this.#settle(tcb);
  }

  /** COOKIE ECHO with the tag of an association: most often its COOKIE ACK was lost. */
  #handleCookieEcho(bytes: Uint8Array, tcb: Tcb, origin: Origin): boolean {
    const verdict = this.cookies.open(bytes, this.#now);
    if (
      verdict.kind === 'refused' ||
      verdict.cookie.localTag !== tcb.localTag ||
      verdict.cookie.peerPort !== tcb.peerPort
    ) {
      this.counters.cookiesRefused++;
      return false;
    }
    return handleUnexpectedCookieEcho(tcb, verdict.cookie, verdict.overdueMs, origin, this.#now);
  }

  /** §5.1.5 (5), (6): the cookie has become an association. */
  #createFromCookie(cookie: StateCookie, peerPort: number, origin: Origin): Tcb {
    const tcb = new Tcb({
      id: this.#nextId++,
      services: this,
      config: this.config,
      initiator: 'remote',
      peerPort,
      localTag: cookie.localTag,
      peerTag: cookie.peerTag,
      localInitialTsn: cookie.localInitialTsn,
    });
    addPeerPaths(tcb, cookie, origin);
    tcb.openTransfer(cookie.peerInitialTsn, cookie.peerRwndBytes, cookie.outboundStreams, cookie.inboundStreams);
    this.#associations.file(tcb);
    establish(tcb, this.#now);
    acknowledgeCookie(tcb, origin, this.#now);
    return tcb;
  }

  #handleOutOfTheBlue(arrival: Arrival, cursor: ChunkCursor): void {
    this.counters.outOfTheBlue++;
    if (cursor.type === CHUNK_TYPE.init && arrival.header.verificationTag === 0 && isAlone(cursor, arrival.bytes)) {
      // An INIT to a port where nobody is: §8.4 (3), tag = Initiate Tag, T = 0.
      const init = cursor.decode();
      if (init.kind === 'init' && init.initiateTag !== 0 && this.#statelessReplies.allow(this.#now)) {
        this.#answerInit(init, arrival, { kind: 'abort', tagReflected: false, causes: [] });
      }
      return;
    }
    const answer = answerOutOfTheBlue(arrival.bytes);
    if (answer.kind === 'reply') this.#statelessReply(arrival, arrival.header.verificationTag, answer.chunk);
  }

  #statelessReply({ header, origin }: Arrival, verificationTag: number, chunk: Chunk): void {
    if (!this.#statelessReplies.allow(this.#now)) return;
    this.transmit(
      origin.localAddress,
      origin.address,
      origin.udpPort,
      { sourcePort: header.destinationPort, destinationPort: header.sourcePort, verificationTag },
      [chunk],
    );
  }

  #findByPeer({ header, origin }: Arrival): Tcb | undefined {
    const exact = this.#associations.byPeer(origin.address, header.sourcePort, origin.udpPort);
    if (exact !== undefined || this.config.newUdpPortPolicy === 'separate') return exact;
    for (const tcb of this.#associations.byHost(origin.address, header.sourcePort)) return tcb;
    return undefined;
  }

  // --- Calls ------------------------------------------------------------------------------------------------------

  associate(request: AssociateRequest, now: Instant): AssociationId {
    this.#now = now;
    const addresses = [...new Set(request.addresses.map(canonicalPeerAddress))];
    if (addresses.length === 0) throw new SctpError('ERR_SCTP_BAD_ADDRESS', 'no address to connect to was given');
    checkPort('sctpPort', request.sctpPort);
    checkPort('udpPort', request.udpPort);
    if (this.#associations.size >= this.config.maxAssociations) {
      throw new SctpError(
        'ERR_SCTP_LIMIT',
        `this endpoint holds ${this.config.maxAssociations} associations, its maxAssociations`,
      );
    }
    for (const address of addresses) {
      if (this.#associations.byPeer(address, request.sctpPort, request.udpPort) !== undefined) {
        // §1.3: never two associations between the same endpoints.
        throw new SctpError(
          'ERR_SCTP_BAD_ARGUMENT',
          `there is an association with ${address}, SCTP port ${request.sctpPort}, already`,
          {
            address,
            sctpPort: request.sctpPort,
          },
        );
      }
    }
    const tcb = new Tcb({
      id: this.#nextId++,
      services: this,
      config: this.#associationConfig(request.config),
      initiator: 'local',
      peerPort: request.sctpPort,
      localTag: this.#newTag(),
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
    this.#associations.file(tcb);
    startAssociation(tcb, now);
    this.#touch(tcb);
    return tcb.id;
  }

  send(association: AssociationId, request: SendRequest, now: Instant): boolean {
    this.#now = now;
    const tcb = this.#open(association);
    const { outbound, config } = tcb;
    if (tcb.state !== 'ESTABLISHED' && tcb.state !== 'COOKIE-WAIT' && tcb.state !== 'COOKIE-ECHOED') {
      throw new SctpError('ERR_SCTP_NOT_OPEN', `cannot send: the association is shutting down (${tcb.state})`, {
        state: tcb.state,
      });
    }
    const { data, streamId, ppid } = request;
    if (data.length === 0)
      throw new SctpError('ERR_SCTP_EMPTY_MESSAGE', 'SCTP has no empty messages: send at least one byte');
    if (data.length > config.maxMessageBytes) {
      throw new SctpError(
        'ERR_SCTP_MESSAGE_TOO_LARGE',
        `the message has ${data.length} bytes, maxMessageBytes is ${config.maxMessageBytes}`,
        { bytes: data.length, maxMessageBytes: config.maxMessageBytes },
      );
    }
    if (!Number.isInteger(streamId) || streamId < 0 || streamId >= outbound.streams) {
      throw new SctpError(
        'ERR_SCTP_BAD_ARGUMENT',
        `stream ${streamId} does not exist: this association has 0 to ${outbound.streams - 1}`,
        {
          streamId,
          outboundStreams: outbound.streams,
        },
      );
    }
    if (!Number.isInteger(ppid) || ppid < 0 || ppid > 0xffff_ffff) {
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `ppid ${ppid} is not a whole number from 0 to 4294967295`, { ppid });
    }
    if (outbound.bufferedBytes >= config.sendBufferBytes) {
      outbound.drainWanted = true;
      return false;
    }
    outbound.bufferedBytes += data.length;
    outbound.queue.push(request, now);
    this.#touch(tcb);
    return true;
  }

  consumed(association: AssociationId, windowBytes: number, now: Instant): void {
    this.#now = now;
    const tcb = this.#associations.get(association);
    if (tcb === undefined) return;
    handleConsumed(tcb, windowBytes);
    if (tcb.inbound?.ack.due === true) this.#touch(tcb);
  }

  shutdown(association: AssociationId, now: Instant): void {
    this.#now = now;
    const tcb = this.#associations.get(association);
    if (tcb === undefined) return;
    requestShutdown(tcb, now);
    this.#touch(tcb);
  }

  abort(association: AssociationId, reason: string, now: Instant): void {
    this.#now = now;
    const tcb = this.#associations.get(association);
    if (tcb === undefined) return;
    const bytes = new TextEncoder().encode(reason).subarray(0, MAX_ABORT_REASON_BYTES);
    abortAssociation(tcb, 'aborted', `aborted by this side${reason === '' ? '' : `: ${reason}`}`, [
      { kind: 'user-initiated-abort', reason: bytes },
    ]);
  }

  setPrimary(association: AssociationId, address: IpAddress): void {
    const tcb = this.#open(association);
    const path = this.#pathOf(tcb, address);
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
    sendHeartbeat(tcb, this.#pathOf(tcb, address), now);
    this.#touch(tcb);
  }

  status(association: AssociationId): AssociationStatus | undefined {
    const tcb = this.#associations.get(association);
    return tcb === undefined ? undefined : associationStatus(tcb);
  }

  close(reason: string, now: Instant): void {
    for (const tcb of [...this.#associations]) this.abort(tcb.id, reason, now);
    this.listening = false;
  }

  // --- Time and output --------------------------------------------------------------------------------------------

  handleTimeout(now: Instant): void {
    this.#now = now;
    for (let tcb = this.#deadlines.takeDue(now); tcb !== undefined; tcb = this.#deadlines.takeDue(now)) {
      handleAssociationTimeout(tcb, now);
      // Through the dirty list: what is due again at once waits for the next turn instead of spinning here.
      this.#touch(tcb);
    }
  }

  pollOutput(): EndpointOutput | undefined {
    if (this.#outputs.length === 0 && this.#dirty.length > 0) this.#settleDirty();
    return this.#outputs.shift();
  }

  nextTimeoutAt(): Instant | undefined {
    if (this.#dirty.length > 0) this.#settleDirty();
    return this.#deadlines.next();
  }

  // --- Services for the procedures --------------------------------------------------------------------------------

  transmit(from: IpAddress, to: IpAddress, udpPort: number, header: CommonHeader, chunks: readonly Chunk[]): void {
    this.counters.packetsSent++;
    this.#outputs.push({ kind: 'packet', from, to, udpPort, bytes: encodePacket(header, chunks) });
  }

  event(association: AssociationId, event: AssociationEvent): void {
    this.#outputs.push({ kind: 'event', association, event });
  }

  reindex(tcb: Tcb): void {
    this.#associations.file(tcb);
  }

  release(tcb: Tcb): void {
    this.#associations.remove(tcb);
    this.#deadlines.update(tcb, undefined);
  }

  #touch(tcb: Tcb): void {
    if (tcb.dirty) return;
    tcb.dirty = true;
    this.#dirty.push(tcb);
  }

  #settleDirty(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const tcb of dirty) this.#settle(tcb);
  }

  #settle(tcb: Tcb): void {
    tcb.dirty = false;
    if (tcb.state === 'CLOSED') return;
    settle(tcb, this.#now);
    this.#deadlines.update(tcb, nextDeadline(tcb));
  }

  #newTag(): number {
    return newTag(() => {
      const tag = this.entropy.u32();
      return this.#associations.byTag(tag) === undefined ? tag : 0;
    });
  }

  #open(association: AssociationId): Tcb {
    const tcb = this.#associations.get(association);
    if (tcb === undefined) throw new SctpError('ERR_SCTP_CLOSED', 'the association is closed', { association });
    return tcb;
  }

  #pathOf(tcb: Tcb, address: IpAddress): NonNullable<ReturnType<Tcb['paths']['find']>> {
    const path = tcb.paths.find(canonicalIp(address) ?? address);
    if (path === undefined) {
      const known = tcb.paths.all.map((each) => each.address);
      throw new SctpError('ERR_SCTP_BAD_ADDRESS', `${address} is none of the peer's addresses: ${known.join(', ')}`, {
        address,
        known,
      });
    }
    return path;
  }

  #associationConfig(overrides: Partial<AssociationConfig> | undefined): AssociationConfig {
    if (overrides === undefined) return this.config;
    const own = Object.fromEntries(
      Object.keys(associationSettings).map((name) => [name, this.config[name as keyof AssociationConfig]]),
    );
    return completeConfig(associationSettings, { ...own, ...overrides });
  }
}

/** A reason fits a packet on any path. */
const MAX_ABORT_REASON_BYTES = 400;
/** "Restart of an Association with New Encapsulation Port": proposed for RFC 6951, not assigned. */
const CAUSE_NEW_ENCAPSULATION_PORT = 14;

function isAlone(cursor: ChunkCursor, packet: Uint8Array): boolean {
  return cursor.offset === COMMON_HEADER_BYTES && cursor.offset + ((cursor.length + 3) & ~3) >= packet.length;
}

/** §5.1.5 (3): ports and tag of the cookie are those of the packet, and its source one of the peer's addresses. */
function cookieFits(cookie: StateCookie, { header, origin }: Arrival): boolean {
  return (
    cookie.localPort === header.destinationPort &&
    cookie.peerPort === header.sourcePort &&
    cookie.localTag === header.verificationTag &&
    cookie.peerAddresses.includes(origin.address)
  );
}

function newPortCause(tcb: Tcb, origin: Origin): { kind: 'unknown'; code: number; information: Uint8Array } {
  const current = tcb.paths.find(origin.address)?.udpPort ?? 0;
  const information = new Uint8Array([current >> 8, current & 0xff, origin.udpPort >> 8, origin.udpPort & 0xff]);
  return { kind: 'unknown', code: CAUSE_NEW_ENCAPSULATION_PORT, information };
}

function canonicalPeerAddress(text: string): IpAddress {
  const address = canonicalIp(text);
  if (address === undefined || !isUnicast(address)) {
    throw new SctpError(
      'ERR_SCTP_BAD_ADDRESS',
      `${JSON.stringify(text)} is not a unicast IP address (host names are not resolved here)`,
      {
        address: text,
      },
    );
  }
  return address;
}

function checkPort(name: string, port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `${name} is ${port}, but takes a whole number from 1 to 65535`, {
      [name]: port,
    });
  }
}
