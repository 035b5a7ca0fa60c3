import type { SecureAssociation, SecurePair } from '../../sctp/index.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { type ChannelId, type FirstMessage, PPID, type RoleInput } from '../role.ts';
import type { DataFrame } from '../security/data-frames.ts';
import { tlsError } from '../security/tls-error.ts';
import { AssociationWatch, localOf, remoteOf, roundTripMsOf } from './association-watch.ts';
import type { DriverChannel, SendOutput } from './driver-channel.ts';
import { SecuredPair } from './secured-pair.ts';

/** Bytes that may wait for a peer that does not read before it is given up. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const DOES_NOT_READ = 'the peer does not read what it is sent';

export interface SecuredChannelParts {
  readonly id: ChannelId;
  /** Pair 0 is open. */
  readonly association: SecureAssociation;
  readonly peer: PeerIdentity;
  /** What is spoken on pair 0: ASAP or ENRP. */
  readonly controlPpid: number;
  /** Sent before anything else. */
  readonly first?: readonly FirstMessage[] | undefined;
  readonly tell: (input: RoleInput) => void;
  /** Called when no more inputs will follow. */
  readonly gone: () => void;
}

/**
 * An association with TLS as a role's channel (RFC 3436): control on pair 0, each stream of the application on a pair of
 * its own, stream 0 on pair 1 and so on. Who is not the client of TLS cannot begin a handshake: what it sends on a
 * stream without a pair goes by the first one that has one, in the order of the stream.
 */
export class SecuredChannel implements DriverChannel {
  readonly #parts: SecuredChannelParts;
  readonly #watch: AssociationWatch;
  readonly #pairs = new Map<number, SecuredPair>();
  /** By stream of the application: the pair that it goes by. */
  readonly #ways = new Map<number, number>();
  /** What waits for the handshake of its pair, or of any. */
  readonly #waiting: SendOutput[] = [];
  #waitingBytes = 0;
  #ending = false;
  #paused = false;
  #failure: string | undefined;
  /** Pairs that the peer has not ended. */
  #openPairs = 0;

  constructor(parts: SecuredChannelParts) {
    this.#parts = parts;
    this.#watch = new AssociationWatch(parts.id, parts.association.association, parts.tell);
  }

  get id(): ChannelId {
    return this.#parts.id;
  }

  get roundTripMs(): number | undefined {
    return roundTripMsOf(this.#parts.association.association);
  }

  open(): void {
    const { id, association: secured, peer, first = [], tell } = this.#parts;
    const { association } = secured;
    // Keys are lost with the state of the peer: it has to begin anew.
    association.on('restart', () => this.#fail('the peer has restarted'));
    association.on('send-failed', ({ stream }) => this.#pairs.get(stream)?.recordLost());
    this.#watch.begin(() => this.#ending);
    void this.#waitForEnd();
    const [initiator, remote, local] = [association.initiator, remoteOf(association), localOf(association)];
    for (const pair of secured.opened) this.#add(pair);
    for (const { ppid, bytes } of first) {
      this.#transmit(0, { kind: 'send', channel: id, ppid, streamId: 0, unordered: false, bytes });
    }
    tell({ kind: 'channel-up', channel: id, initiator, remote, local, peer });
    secured.on('pair', (pair) => this.#add(pair));
    secured.on('refused', (_id, error) => this.#fail(tlsError(error).message));
  }

  send(message: SendOutput): void {
    if (this.#ending) this.#giveBack([message]);
    else if (message.ppid === PPID.asap || message.ppid === PPID.enrp) this.#transmit(0, message);
    else {
      const way = this.#wayOf(message.streamId);
      if (way !== undefined && this.#waiting.length === 0) this.#transmit(way, message);
      else this.#keep(message);
    }
  }

  async writable(): Promise<void> {
    await Promise.all(Array.from(this.#pairs.values(), (pair) => pair.writable()));
  }

  pause(): void {
    if (this.#ending) return;
    this.#paused = true;
    for (const pair of this.#pairs.values()) pair.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const pair of this.#pairs.values()) pair.resume();
  }

  probe(): void {
    this.#watch.probe(() => this.#ending);
  }

  close(how: 'shutdown' | 'abort', reason: string): void {
    this.#end();
    if (how === 'abort') this.#parts.association.association.abort(reason);
    else void this.#parts.association.close();
  }

  abandon(): void {
    this.resume();
  }

  #add(pair: SecurePair): void {
    const { id, controlPpid, tell } = this.#parts;
    if (this.#ending) return;
    this.#openPairs++;
    const secured = new SecuredPair(pair, controlPpid, {
      onMessage: (message) => this.#receive(pair.id, message),
      onEnd: () => {
        // close_notify on all of them: nothing more will come.
        if (--this.#openPairs > 0 || this.#ending) return;
        tell({ kind: 'channel-closing', channel: id, reason: 'the peer closed the association' });
      },
      onFailure: (reason) => this.#fail(reason),
    });
    if (this.#paused) secured.pause();
    this.#pairs.set(pair.id, secured);
    this.#sendWaiting();
  }

  #receive(pairId: number, { ppid, streamId, bytes }: DataFrame): void {
    // Control is on pair 0 and nowhere else: who sends it with data may be another one (RFC 5352 §5).
    if (pairId > 0 && (ppid === PPID.asap || ppid === PPID.enrp)) this.#fail('control among data');
    else this.#parts.tell({ kind: 'message', channel: this.id, ppid, streamId, bytes });
  }

  /** The pair that a stream of the application goes by, if there is one now. */
  #wayOf(streamId: number): number | undefined {
    const known = this.#ways.get(streamId);
    if (known !== undefined) return this.#pairs.has(known) ? known : undefined;
    const { association } = this.#parts;
    const own = Math.min(streamId + 1, association.pairs - 1);
    const way = association.isClient || this.#pairs.has(own) ? own : [...this.#pairs.keys()].find((id) => id > 0);
    if (way === undefined) return undefined;
    this.#ways.set(streamId, way);
    if (this.#pairs.has(way)) return way;
    // Its failure is told by `refused`.
    void association.open(way).catch(() => undefined);
    return undefined;
  }

  #transmit(pairId: number, message: SendOutput): void {
    const pair = this.#pairs.get(pairId)!;
    pair.send(message, this.#parts.association.association.bufferedAmount);
    if (pair.waitingBytes > MAX_WAITING_BYTES) this.#fail(DOES_NOT_READ);
  }

  #keep(message: SendOutput): void {
    this.#waiting.push(message);
    this.#waitingBytes += message.bytes.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#fail(DOES_NOT_READ);
  }

  /** In order: a stream whose pair is not there yet holds up those behind it, for the time of a handshake. */
  #sendWaiting(): void {
    for (let message = this.#waiting[0]; message !== undefined; message = this.#waiting[0]) {
      const way = this.#wayOf(message.streamId);
      if (way === undefined) return;
      this.#waiting.shift();
      this.#waitingBytes -= message.bytes.length;
      this.#transmit(way, message);
    }
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#parts.association.association.abort(reason);
  }

  #end(): void {
    this.#ending = true;
    this.resume();
  }

  #giveBack(messages: readonly SendOutput[]): void {
    for (const { ppid, streamId, unordered, bytes, context } of messages) {
      this.#parts.tell({ kind: 'send-failed', channel: this.id, ppid, bytes, streamId, unordered, context });
    }
  }

  /** The channel is down when the association has ended and everything is read. */
  async #waitForEnd(): Promise<void> {
    const { association, gone, tell } = this.#parts;
    const { kind, text } = await association.association.closed;
    this.#end();
    // What TLS has decrypted is told in the turn that follows.
    await new Promise((resolve) => setImmediate(resolve));
    gone();
    for (const pair of this.#pairs.values()) this.#giveBack(pair.takeUndelivered());
    this.#giveBack(this.#waiting.splice(0));
    const failed = this.#failure !== undefined || (kind !== 'shutdown' && kind !== 'peer-shutdown');
    tell({ kind: 'channel-down', channel: this.id, reason: this.#failure ?? text, failed });
  }
}
