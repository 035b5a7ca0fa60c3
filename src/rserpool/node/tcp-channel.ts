import type { Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import type { Substrate } from '../../sctp/index.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { type ChannelId, PPID, type RoleInput, type TransportTarget } from '../role.ts';
import { MessageStream } from '../wire/message-stream.ts';
import type { DriverChannel, SendOutput } from './driver-channel.ts';
import type { TcpConfig } from './tcp-config.ts';
import type { TcpEnd, TcpSocket } from './tcp-network.ts';

export interface TcpChannelParts {
  readonly id: ChannelId;
  readonly initiator: 'local' | 'remote';
  readonly socket: TcpSocket;
  /** Who the peer has proven to be, if the connection is secured. */
  readonly peer?: PeerIdentity | undefined;
  readonly substrate: Substrate;
  readonly config: TcpConfig;
  readonly tell: (input: RoleInput) => void;
  /** Called when no more inputs will follow. */
  readonly gone: () => void;
}

/** A TCP connection as a role's channel. It carries ASAP only: there are neither streams nor PPIDs. RFC 5352 §2.1. */
export class TcpChannel implements DriverChannel {
  readonly #parts: TcpChannelParts;
  readonly #stream: MessageStream;
  #isOpen = true;
  #paused = false;
  /** Why it was closed from here. */
  #end: { readonly reason: string; readonly failed: boolean } | undefined;
  #closeBy: Instant | undefined;
  #lastMessageAt: Instant;
  /** Since when a message is incomplete. */
  #pendingSince: Instant | undefined;
  /** Since when the peer does not take all that it is sent. */
  #waitingSince: Instant | undefined;
  #timer: { readonly at: Instant; readonly cancel: () => void } | undefined;

  constructor(parts: TcpChannelParts) {
    this.#parts = parts;
    this.#stream = new MessageStream(parts.config.maxMessageBytes);
    this.#lastMessageAt = parts.substrate.now();
  }

  get id(): ChannelId {
    return this.#parts.id;
  }

  open(): void {
    const { id, initiator, socket, peer, tell } = this.#parts;
    socket.start({
      onData: (bytes) => this.#onData(bytes),
      onDrain: () => this.#onDrain(),
      onClose: (failure) => this.#onClose(failure),
    });
    this.#watch();
    tell({
      kind: 'channel-up',
      channel: id,
      initiator,
      remote: targetOf(socket.remote),
      local: targetOf(socket.local),
      peer,
    });
  }

  send({ bytes }: SendOutput): void {
    const { socket, config, substrate } = this.#parts;
    if (this.#end !== undefined) return;
    socket.write(bytes);
    if (socket.waitingBytes === 0) return;
    if (socket.waitingBytes > config.maxWaitingBytes) {
      this.#fail('the peer does not read what it is sent');
      return;
    }
    // Who does not read is not read either: no answers pile up.
    this.#waitingSince ??= substrate.now();
    socket.pause();
    this.#watch();
  }

  /** TCP cannot be probed: nothing speaks against the peer. */
  probe(): void {
    queueMicrotask(() => {
      if (this.#isOpen) this.#parts.tell({ kind: 'probe-result', channel: this.id, alive: true });
    });
  }

  writable(): Promise<void> {
    return Promise.resolve();
  }

  pause(): void {
    this.#paused = true;
    this.#parts.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    queueMicrotask(() => {
      if (this.#isOpen && !this.#paused) this.#takeMessages();
    });
    if (this.#waitingSince === undefined) this.#parts.socket.resume();
  }

  close(how: 'shutdown' | 'abort', reason: string): void {
    const { socket, config, substrate } = this.#parts;
    if (!this.#isOpen) return;
    if (how === 'abort') {
      this.#end ??= { reason, failed: false };
      socket.destroy();
      return;
    }
    if (this.#end !== undefined) return;
    this.#end = { reason, failed: false };
    this.#closeBy = substrate.now() + config.progressTimeoutMs;
    // What is under way from the peer has to be read, or its end would not be noticed.
    socket.resume();
    socket.end();
    this.#watch();
  }

  abandon(): void {
    this.#parts.socket.destroy();
  }

  #onData(bytes: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.#stream.add(bytes);
    this.#takeMessages();
  }

  #takeMessages(): void {
    const { id, substrate, tell } = this.#parts;
    try {
      // The role may have had enough of it in between.
      while (!this.#paused) {
        const message = this.#stream.take();
        if (message === undefined) break;
        this.#lastMessageAt = substrate.now();
        this.#pendingSince = undefined;
        tell({ kind: 'message', channel: id, ppid: PPID.asap, streamId: 0, bytes: message });
        // The role may have closed the channel because of it.
        if (this.#end !== undefined) return;
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(`no message can begin here: ${error.message}`);
      return;
    }
    if (this.#stream.pendingBytes > 0 && !this.#paused) this.#pendingSince ??= substrate.now();
    this.#watch();
  }

  #onDrain(): void {
    this.#waitingSince = undefined;
    if (!this.#paused) this.#parts.socket.resume();
  }

  #onClose(failure: string | undefined): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#timer?.cancel();
    const isCut = this.#end === undefined && !this.#paused && this.#stream.pendingBytes > 0;
    const cut = isCut ? 'closed within a message' : undefined;
    const why = failure ?? cut;
    const { reason, failed } = this.#end ?? { reason: why ?? 'closed by the peer', failed: why !== undefined };
    this.#parts.gone();
    this.#parts.tell({ kind: 'channel-down', channel: this.id, reason, failed });
  }

  #fail(reason: string): void {
    this.#end ??= { reason, failed: true };
    this.#parts.socket.destroy();
  }

  /** What ends the connection next, if nothing happens until then. */
  #nextEnd(): { readonly at: Instant; readonly reason: string } | undefined {
    const { initiator, config } = this.#parts;
    const { progressTimeoutMs, idleTimeoutMs } = config;
    if (this.#closeBy !== undefined) return { at: this.#closeBy, reason: 'the peer does not close' };
    const ends: { readonly at: Instant; readonly reason: string }[] = [];
    if (this.#pendingSince !== undefined) {
      ends.push({ at: this.#pendingSince + progressTimeoutMs, reason: 'a message does not come to its end' });
    }
    if (this.#waitingSince !== undefined) {
      ends.push({ at: this.#waitingSince + progressTimeoutMs, reason: 'the peer does not read what it is sent' });
    }
    // Who opened the connection knows how long it is needed.
    if (initiator === 'remote' && idleTimeoutMs > 0) {
      ends.push({ at: this.#lastMessageAt + idleTimeoutMs, reason: 'nothing was asked for a long time' });
    }
    return ends.reduce<(typeof ends)[number] | undefined>(
      (a, b) => (a === undefined || b.at < a.at ? b : a),
      undefined,
    );
  }

  /** One timer: it is moved when it would be late, and looks again when it was early. */
  #watch(): void {
    const next = this.#isOpen ? this.#nextEnd() : undefined;
    if (next === undefined || (this.#timer !== undefined && this.#timer.at <= next.at)) return;
    this.#timer?.cancel();
    const cancel = this.#parts.substrate.setTimer(next.at, () => this.#onTimer());
    this.#timer = { at: next.at, cancel };
  }

  #onTimer(): void {
    this.#timer = undefined;
    const next = this.#nextEnd();
    if (next !== undefined && next.at <= this.#parts.substrate.now()) this.#fail(next.reason);
    else this.#watch();
  }
}

function targetOf({ address, port }: TcpEnd): TransportTarget {
  return { protocol: 'tcp', addresses: [address], port };
}
