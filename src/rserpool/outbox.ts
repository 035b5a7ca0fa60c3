import type { Instant } from '../base/contract.ts';
import { Deque } from '../base/deque.ts';
import type { Dialects } from './dialects.ts';
import { type ChannelId, ChannelIds, PPID, type RoleOutput, type TransportTarget } from './role.ts';
import type { AsapMessage } from './wire/asap.ts';
import { encodeAsap } from './wire/asap-codec.ts';
import { safeAsapForRsplib } from './wire/rsplib-limits.ts';

/** A message of the application. */
export interface DataMessage {
  /** Owned by the role from now on: not to be changed by the caller. */
  readonly bytes: Uint8Array;
  /** Payload Protocol Identifier; 0 unless given, never 11 (RFC 5352 §5). */
  readonly ppid?: number | undefined;
  /** SCTP stream; 0 unless given. */
  readonly streamId?: number | undefined;
  /** ASAP_SCTP_UNORDER of RFC 5352 §6.5.5. */
  readonly unordered?: boolean | undefined;
  /** Comes back if the message could not be sent. */
  readonly context?: unknown;
}

/** What a role wants its driver to do, in order. */
export class Outbox<Event> {
  /** What is spoken on which channel. */
  readonly dialects: Dialects;
  readonly #queue = new Deque<RoleOutput<Event>>();
  readonly #channels = new ChannelIds();
  /** Channels on which something came that cannot be read. */
  readonly #bad = new Set<ChannelId>();

  constructor(dialects: Dialects) {
    this.dialects = dialects;
  }

  poll(): RoleOutput<Event> | undefined {
    return this.#queue.shift();
  }

  /** Whether what came now is the first on a channel that cannot be read. */
  isFirstBad(channel: ChannelId): boolean {
    if (this.#bad.has(channel)) return false;
    this.#bad.add(channel);
    return true;
  }

  /** The channel is gone, and its number never used again. */
  forget(channel: ChannelId): void {
    this.dialects.forget(channel);
    this.#bad.delete(channel);
  }

  event(event: Event): void {
    this.#queue.push({ kind: 'event', event });
  }

  /**
   * @param ppid what will be spoken, if it is not the application's own protocol
   * @param greetings what the peer is to hear first, together with the set-up
   * @param owner who has to be there, on a secured channel
   */
  connect(
    target: TransportTarget,
    ppid?: number,
    greetings: readonly AsapMessage[] = [],
    owner?: string | undefined,
  ): ChannelId {
    const channel = this.#channels.take();
    if (target.dialect !== undefined) this.dialects.decide(channel, target.dialect);
    const encoded = greetings.map((message) => this.#encode(channel, message));
    const first = encoded.filter((bytes) => bytes !== undefined).map((bytes) => ({ ppid: PPID.asap, bytes }));
    this.#queue.push({
      kind: 'connect',
      channel,
      target,
      ...(ppid === undefined ? {} : { ppid }),
      ...(first.length === 0 ? {} : { first }),
      ...(owner === undefined ? {} : { owner }),
    });
    return channel;
  }

  close(channel: ChannelId, how: 'shutdown' | 'abort', reason: string): void {
    this.#queue.push({ kind: 'close', channel, how, reason });
  }

  /** Reads nothing more from a channel before that time. */
  hold(channel: ChannelId, until: Instant): void {
    this.#queue.push({ kind: 'hold', channel, until });
  }

  /** Asks for a `probe-result`. */
  probe(channel: ChannelId): void {
    this.#queue.push({ kind: 'probe', channel });
  }

  /**
   * One ASAP message, ordered and on stream 0 (RFC 5352 §5).
   *
   * @returns false if it was not sent, for rsplib is there and could not bear it
   */
  control(channel: ChannelId, message: AsapMessage): boolean {
    const bytes = this.#encode(channel, message);
    if (bytes !== undefined) this.data(channel, { ppid: PPID.asap, bytes });
    return bytes !== undefined;
  }

  /** An ASAP_SERVER_ANNOUNCE to the announcement group. */
  announce(message: AsapMessage): void {
    this.announceBytes(PPID.asap, encodeAsap(message));
  }

  /** A message as it stands, to the group of that protocol. */
  announceBytes(ppid: number, bytes: Uint8Array): void {
    this.#queue.push({ kind: 'announce', ppid, bytes });
  }

  /** A message as it stands. */
  data(channel: ChannelId, { bytes, ppid = 0, streamId = 0, unordered = false, context }: DataMessage): void {
    const send = { kind: 'send', channel, ppid, streamId, unordered, bytes } as const;
    this.#queue.push(context === undefined ? send : { ...send, context });
  }

  /** `undefined` if rsplib is there and could not bear it. */
  #encode(channel: ChannelId, message: AsapMessage): Uint8Array | undefined {
    const dialect = this.dialects.of(channel);
    if (dialect === 'rsplib' && safeAsapForRsplib(message) === undefined) return undefined;
    return encodeAsap(message, dialect);
  }
}
