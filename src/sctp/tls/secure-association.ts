import { EventEmitter } from 'node:events';
import type tls from 'node:tls';
import { emitSafely } from '../../base/emit-safely.ts';
import { GRACEFUL_CLOSE_MS, type SctpAssociation } from '../api/association.ts';
import type { SctpMessage } from '../api/message.ts';
import { Waiters, type WaitOptions } from '../api/waiters.ts';
import { SctpError } from '../core/errors.ts';
import { clientRandom } from './client-random.ts';
import { RecordStream } from './record-stream.ts';
import type { TlsAcceptor } from './tls-acceptor.ts';
import { tlsConnect } from './tls-connect.ts';

/** Sessions that later handshakes resume, of one client with one server. RFC 3436 §5. */
export interface TlsSessions {
  /** The newest one, which is used once. */
  take(): Buffer | undefined;
  put(session: Buffer): void;
}

export interface SecureAssociationOptions {
  /**
   * Which pairs of streams carry TLS. `all`: nothing else is spoken, and the association is aborted if something else
   * comes. A list: the others are used through the association. RFC 3436 §6.
   */
  readonly pairs?: 'all' | readonly number[] | undefined;
  /** Payload Protocol Identifier of a pair's messages: that of the protocol within. Default 0. */
  readonly ppid?: ((pair: number) => number) | undefined;
  /** A handshake that takes longer is given up, ms. Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Handshakes that a peer may have under way at a time; with one more the association is aborted. Default 8. */
  readonly maxHandshakes?: number | undefined;
}

export interface SecureClientOptions extends SecureAssociationOptions {
  /** As for `tls.connect`; without a key shared before, it says who the server has to be: `servername`, or a check of its own. */
  readonly tls: Omit<tls.ConnectionOptions, 'socket' | 'host' | 'port' | 'path' | 'session'>;
  /** Without it every handshake is a full one. */
  readonly sessions?: TlsSessions | undefined;
  /**
   * Does the server's side where the peer begins as well: both have set the association up at the same time (RFC 9260
   * §5.2). Then the side with the greater random value in its ClientHello goes on as client. Without it this side does,
   * and the peer should know that.
   */
  readonly acceptor?: Pick<TlsAcceptor, 'accept'> | undefined;
}

export interface SecureServerOptions extends SecureAssociationOptions {
  /** Does the server's side of the handshakes. */
  readonly acceptor: Pick<TlsAcceptor, 'accept'>;
}

/** A TLS connection on a pair of streams. */
export interface SecurePair {
  /** Stream identifier, in both directions. */
  readonly id: number;
  readonly socket: tls.TLSSocket;
  /** Records, and so messages, that SCTP was given on it: which of them did not arrive, `send-failed` of the association tells. */
  readonly recordsSent: number;
}

/** Events of a {@link SecureAssociation}. */
export interface SecureAssociationEvents {
  /** A handshake is complete. */
  readonly pair: [pair: SecurePair];
  /** A handshake has failed; the pair is closed. */
  readonly refused: [id: number, error: Error];
}

/** What a pair runs on now: another one from the moment at which the peer turns out to be the client. */
interface Way {
  readonly id: number;
  transport: RecordStream;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HANDSHAKES = 8;

/**
 * TLS over SCTP (RFC 3436): a TLS connection on each bidirectional pair of streams, that is on streams of the same number
 * in both directions. Handshakes are independent of each other, and begin when a pair is opened.
 *
 * Each connection is one of Node's (`tls.TLSSocket`). It ends by close_notify: a pair or an association that ends without
 * it gives `ERR_SCTP_CLOSED`, as data may be missing. Nothing is ever unordered or given up, and while a pair has TLS
 * nothing else is sent on it.
 */
export class SecureAssociation extends EventEmitter<SecureAssociationEvents> {
  readonly association: SctpAssociation;
  readonly #options: SecureAssociationOptions;
  /** As client; undefined if the peer is that. */
  #calling: SecureClientOptions | undefined;
  readonly #acceptor: Pick<TlsAcceptor, 'accept'> | undefined;
  /** Those with a handshake under way too. */
  readonly #pairs = new Map<number, Promise<tls.TLSSocket>>();
  readonly #opened = new Map<number, SecurePair>();
  /** Who waits for a pair that the peer has to open. */
  readonly #waiting = new Map<number, Waiters<undefined, tls.TLSSocket>>();

  private constructor(
    association: SctpAssociation,
    options: SecureAssociationOptions,
    calling: SecureClientOptions | undefined,
    acceptor: Pick<TlsAcceptor, 'accept'> | undefined,
  ) {
    super();
    this.association = association;
    this.#options = options;
    this.#calling = calling;
    this.#acceptor = acceptor;
    void association.closed.then(({ text }) => this.#closed(text));
    const { pairs = 'all' } = options;
    if (pairs === 'all') association.on('message', (message) => this.#unexpected(message));
    else if (calling === undefined) for (const id of pairs) this.#begin(id);
  }

  /**
   * Our side begins the handshakes.
   *
   * @throws SctpError `ERR_SCTP_BAD_ARGUMENT` if nothing says who the server has to be
   */
  static client(association: SctpAssociation, options: SecureClientOptions): SecureAssociation {
    const { servername, checkServerIdentity, pskCallback, rejectUnauthorized } = options.tls;
    const isChecked = servername !== undefined || checkServerIdentity !== undefined || pskCallback !== undefined;
    if (!isChecked && rejectUnauthorized !== false) {
      const text = 'who is the server? Give a servername, checkServerIdentity or pskCallback';
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', text);
    }
    return new SecureAssociation(association, options, options, options.acceptor);
  }

  /** The peer begins the handshakes. */
  static server(association: SctpAssociation, options: SecureServerOptions): SecureAssociation {
    return new SecureAssociation(association, options, undefined, options.acceptor);
  }

  /** Whether this side begins the handshakes. If the peer began as well, that is known when a pair is open. */
  get isClient(): boolean {
    return this.#calling !== undefined;
  }

  /** Pairs that there are: 0 to `pairs` - 1. Streams beyond have one direction, and carry no TLS. RFC 3436 §3.1, §7. */
  get pairs(): number {
    return Math.min(this.association.outboundStreams, this.association.inboundStreams);
  }

  /** The pairs whose handshake is complete. */
  get opened(): readonly SecurePair[] {
    return [...this.#opened.values()];
  }

  /**
   * The TLS connection of a pair, when its handshake is complete: ours, or as server the one that the client begins.
   *
   * @throws (rejects) SctpError `ERR_SCTP_BAD_ARGUMENT` if there is no such pair, or it has no TLS, `ERR_SCTP_NOT_OPEN`,
   *   `ERR_SCTP_CLOSED` if the association ends before; the failure of the handshake; the signal's reason, which ends the wait only
   */
  async open(id: number, { signal }: WaitOptions = {}): Promise<tls.TLSSocket> {
    signal?.throwIfAborted();
    this.#assertPair(id);
    const pair = this.#pairs.get(id) ?? (this.isClient ? this.#begin(id) : undefined);
    if (pair === undefined) return this.#waitersOf(id).wait(undefined, signal);
    return signal === undefined ? pair : unlessAborted(pair, signal);
  }

  /**
   * close_notify on all pairs, then the end of the association; by an abort if the peer does not do its part within 5 s.
   * Handshakes under way are given up. Never rejects.
   */
  async close(): Promise<void> {
    const { association } = this;
    const late = (): void => association.abort('the peer did not answer close_notify in time');
    const cancel = association.after(GRACEFUL_CLOSE_MS, late);
    await Promise.race([association.closed, Promise.all(this.opened.map(({ socket }) => ended(socket)))]);
    cancel();
    await association[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(id: number, first: readonly Uint8Array[] = []): Promise<tls.TLSSocket> {
    const { ppid, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS } = this.#options;
    const stream = this.association.stream(id, { ppid: ppid?.(id), exclusive: true });
    const way: Way = { id, transport: new RecordStream(stream, first) };
    this.#watch(way);
    const cancel = this.association.after(handshakeTimeoutMs, () => {
      const text = `no TLS within ${handshakeTimeoutMs} ms`;
      way.transport.destroy(new SctpError('ERR_SCTP_UNREACHABLE', text, { stream: id }));
    });
    const handshake = this.isClient ? this.#call(way) : this.#acceptor!.accept(way.transport);
    const pair = handshake.finally(cancel);
    this.#pairs.set(id, pair);
    pair.then(
      (socket) => this.#open(way, socket),
      (error: Error) => this.#refused(way, error),
    );
    return pair;
  }

  #watch(way: Way): void {
    const { id, transport } = way;
    // Whoever reads and writes the connection learns of it there.
    transport.on('error', () => undefined);
    transport.once('close', () => {
      // Both sides have ended it, or it has failed: it may begin anew.
      if (way.transport === transport) this.#pairs.delete(id);
    });
  }

  /** A handshake as client. If the peer has begun one as well, one of both goes on as server. */
  #call(way: Way): Promise<tls.TLSSocket> {
    const { transport } = way;
    const calling = this.#calling!;
    const acceptor = this.#acceptor;
    if (acceptor === undefined) return begun(transport, calling);
    return new Promise((resolve, reject) => {
      transport.lookAtFirst((bytes) => {
        const [ours, theirs] = [transport.firstSent && clientRandom(transport.firstSent), clientRandom(bytes)];
        if (theirs === undefined) return false;
        // The peer sees both values, too, and drops ours.
        if (ours !== undefined && Buffer.compare(ours, theirs) > 0) return true;
        this.#calling = undefined;
        way.transport = transport.handOver([bytes]);
        this.#watch(way);
        resolve(acceptor.accept(way.transport));
        return true;
      });
      begun(transport, calling).then(resolve, reject);
    });
  }

  #open({ id, transport }: Way, socket: tls.TLSSocket): void {
    const pair: SecurePair = {
      id,
      socket,
      get recordsSent() {
        return transport.recordsSent;
      },
    };
    this.#opened.set(id, pair);
    socket.once('close', () => this.#opened.delete(id));
    this.#waiting.get(id)?.resolveAll(socket);
    this.#waiting.delete(id);
    emitSafely(this, 'pair', pair);
  }

  #refused({ id, transport }: Way, error: Error): void {
    transport.destroy();
    this.#waiting.get(id)?.rejectAll(error);
    this.#waiting.delete(id);
    emitSafely(this, 'refused', id, error);
  }

  /** Who waits for a pair waits no longer. */
  #closed(text: string): void {
    const error = new SctpError('ERR_SCTP_CLOSED', text);
    for (const waiters of this.#waiting.values()) waiters.rejectAll(error);
    this.#waiting.clear();
  }

  /** A message on a stream that has no TLS yet: a handshake begins, or something else is spoken. */
  #unexpected({ stream, data }: SctpMessage): void {
    const { maxHandshakes = MAX_HANDSHAKES } = this.#options;
    // It was faster than we are, and is the client.
    const isFirst = this.#pairs.size === 0 && this.#acceptor !== undefined && clientRandom(data) !== undefined;
    if (isFirst) this.#calling = undefined;
    if (this.isClient || stream >= this.pairs || this.#pairs.has(stream)) {
      this.association.abort('only TLS is spoken here');
    } else if (this.#pairs.size - this.#opened.size >= maxHandshakes) {
      this.association.abort('too many handshakes at a time');
    } else void this.#begin(stream, [data]);
  }

  #waitersOf(id: number): Waiters<undefined, tls.TLSSocket> {
    const waiters = this.#waiting.get(id) ?? new Waiters();
    this.#waiting.set(id, waiters);
    return waiters;
  }

  #assertPair(id: number): void {
    const { pairs = 'all' } = this.#options;
    const hasTls = pairs === 'all' || pairs.includes(id);
    if (Number.isInteger(id) && id >= 0 && id < this.pairs && hasTls) return;
    const text = `no TLS on stream ${id}: there are ${this.pairs} pairs${pairs === 'all' ? '' : `, with TLS: ${pairs.join(', ')}`}`;
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', text, { stream: id, pairs: this.pairs });
  }
}

/** A handshake as client. */
function begun(transport: RecordStream, { tls: options, sessions }: SecureClientOptions): Promise<tls.TLSSocket> {
  const session = sessions?.take();
  return tlsConnect(transport, { ...options, ...(session && { session }) }, (each) => sessions?.put(each));
}

/** Sends close_notify, and waits for the peer's. */
function ended(socket: tls.TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.on('error', () => undefined);
    socket.end();
    // What still comes is not wanted, but it is before the peer's close_notify.
    socket.resume();
  });
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
