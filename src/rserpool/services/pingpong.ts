import { ByteReader, ByteWriter, bytesEqual } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';
import { nodeSubstrate } from '../../sctp/index.ts';
import type { UserSession } from '../index.ts';
import type { Clock } from './clock.ts';
import { MAX_MESSAGE_BYTES, message, openMessage } from './header.ts';
import { Inbox } from './inbox.ts';
import type { Service } from './service.ts';
import { understood } from './understood.ts';

/** PPID of PingPong messages. */
export const PINGPONG_PPID = 33;

export type PingPongMessage =
  | { readonly kind: 'ping'; readonly messageNo: bigint; readonly data: Uint8Array }
  /** `replyNo` counts the answers that the user has had, from whichever element. */
  | { readonly kind: 'pong'; readonly messageNo: bigint; readonly replyNo: bigint; readonly data: Uint8Array };

const PING = 1;
const PONG = 2;
const COOKIE_ID = new TextEncoder().encode('<PP-TD1>');
/** A pong of more would be too long. */
const MAX_DATA_BYTES = MAX_MESSAGE_BYTES - 20;

export function encodePingPong(value: PingPongMessage): Uint8Array {
  return message(value.kind === 'ping' ? PING : PONG, (w) => {
    w.u64(value.messageNo);
    if (value.kind === 'pong') w.u64(value.replyNo);
    w.bytes(value.data);
  });
}

/** `undefined`: a type that is not known here. @throws WireError */
export function decodePingPong(bytes: Uint8Array): PingPongMessage | undefined {
  const { header, body } = openMessage(bytes);
  if (header.type !== PING && header.type !== PONG) return undefined;
  const messageNo = body.u64();
  if (header.type === PONG) return { kind: 'pong', messageNo, replyNo: body.u64(), data: body.rest() };
  if (body.remaining > MAX_DATA_BYTES) throw new WireError('bad-length', body.offset, 'no room for it in a pong');
  return { kind: 'ping', messageNo, data: body.rest() };
}

/** The state of a session: the number of its next answer. */
export function encodePingPongCookie(nextReplyNo: bigint): Uint8Array {
  const w = new ByteWriter(16);
  w.bytes(COOKIE_ID);
  w.u64(nextReplyNo);
  return w.finish();
}

/** `undefined`: not a cookie of this service. */
export function decodePingPongCookie(cookie: Uint8Array): bigint | undefined {
  if (cookie.length !== 16 || !bytesEqual(cookie.subarray(0, 8), COOKIE_ID)) return undefined;
  return new ByteReader(cookie.subarray(8)).u64();
}

export interface PingPongServiceOptions {
  /** Leave each user after so many answers: shows a failover. Never unless given. */
  readonly failAfter?: number | undefined;
}

/** Answers every ping; the number of the next answer is in the cookie. */
export function pingPongService({ failAfter }: PingPongServiceOptions = {}): Service {
  return {
    pool: 'PingPongPool',
    maxSessions: 4,
    async serve(session) {
      let replyNo: bigint | undefined;
      let replies = 0;
      for await (const { data: bytes, ppid } of session) {
        const ping = ppid === PINGPONG_PPID ? decodePingPong(bytes) : undefined;
        if (ping?.kind !== 'ping') continue;
        replyNo ??= (session.cookie && decodePingPongCookie(session.cookie)) ?? 1n;
        const { messageNo, data } = ping;
        await session.send(encodePingPong({ kind: 'pong', messageNo, replyNo, data }), { ppid });
        replyNo = BigInt.asUintN(64, replyNo + 1n);
        await session.setCookie(encodePingPongCookie(replyNo));
        if (++replies === failAfter) return;
      }
    },
  };
}

export interface PingPongOptions {
  /** Pings to send; no end unless given. */
  readonly count?: number | undefined;
  /** From ping to ping; 500 ms unless given. */
  readonly intervalMs?: number | undefined;
  /** How long to wait for answers after the last ping; 1000 ms unless given. */
  readonly lingerMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Pong {
  readonly messageNo: number;
  readonly replyNo: number;
  readonly roundTripMs: number;
}

/**
 * Sends pings and yields the answers; a ping that was lost with an element is not repeated.
 *
 * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED`; the signal's reason
 */
export async function* pingPong(session: UserSession, options: PingPongOptions = {}): AsyncGenerator<Pong, void> {
  const {
    count = Number.POSITIVE_INFINITY,
    intervalMs = 500,
    lingerMs = 1000,
    clock = nodeSubstrate,
    signal,
  } = options;
  const inbox = new Inbox(session, clock);
  /** When the pings were sent that have no answer yet. */
  const sentAt = new Map<number, number>();
  for (let messageNo = 1; messageNo <= count; messageNo++) {
    const now = clock.now();
    sentAt.set(messageNo, now);
    sentAt.delete(messageNo - MAX_UNANSWERED);
    const data = new TextEncoder().encode(`Message ${messageNo}`);
    await session.send(encodePingPong({ kind: 'ping', messageNo: BigInt(messageNo), data }), { ppid: PINGPONG_PPID });
    const isLast = messageNo === count;
    const untilAt = now + (isLast ? lingerMs : intervalMs);
    while (!isLast || sentAt.size > 0) {
      const arrival = await inbox.next(untilAt, signal);
      if (typeof arrival === 'string') break;
      if (arrival.ppid !== PINGPONG_PPID) continue;
      const pong = understood(session, () => decodePingPong(arrival.data));
      if (pong?.kind !== 'pong') continue;
      const number = Number(pong.messageNo);
      const sent = sentAt.get(number);
      if (sent === undefined || !sentAt.delete(number)) continue;
      yield { messageNo: number, replyNo: Number(pong.replyNo), roundTripMs: clock.now() - sent };
    }
  }
}

/** Pings whose answers are still waited for. */
const MAX_UNANSWERED = 1024;
