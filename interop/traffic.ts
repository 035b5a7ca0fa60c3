import { createHash, type Hash, randomBytes } from 'node:crypto';
import type { SctpAssociation, SctpMessage } from '../src/sctp/index.ts';
import { pause } from './peers.ts';

/** Far from the identifiers that a decoder knows. */
export const FIRST_PPID = 0x5000_0000;

/** A transfer in which nothing arrives for so long stands still, ms. How long it takes as a whole depends on the machine. */
export const STALL_MS = 20_000;

/** Messages whose content can be compared at both ends. */
export interface Traffic {
  readonly messages: number;
  /** Length of the longest message; the shortest have half of it. */
  readonly messageBytes: number;
  readonly streams: number;
  /** Every n-th message is unordered. Default: none. */
  readonly unorderedEvery?: number;
  /** Time between two messages. Default 0: as fast as it goes. */
  readonly pauseMs?: number;
}

/** The same at both ends if every message arrived once, unchanged, and in order on its stream. */
export interface TrafficDigest {
  /** SHA-256 of each stream. */
  readonly streams: Readonly<Record<string, string>>;
  /** Sum over the unordered messages. */
  readonly unordered: number;
}

export interface Sent {
  readonly bytes: number;
  readonly digest: TrafficDigest;
}

export interface Received extends Sent {
  readonly messages: number;
  /** Longest time without a message. */
  readonly longestGapMs: number;
}

/** Sends it; resolves when the last message is in the send buffer. */
export async function sendTraffic(association: SctpAssociation, traffic: Traffic): Promise<Sent> {
  const { messages, messageBytes, streams, unorderedEvery = 0, pauseMs = 0 } = traffic;
  const block = randomBytes(2 * messageBytes);
  const digest = new Digest();
  let bytes = 0;
  for (let i = 0; i < messages; i++) {
    const start = (i * 7919) % messageBytes;
    const data = block.subarray(start, start + messageBytes - ((i * 31) % Math.floor(messageBytes / 2)));
    const unordered = unorderedEvery > 0 && i % unorderedEvery === 0;
    digest.add(data, i % streams, unordered);
    bytes += data.length;
    await association.send(data, { stream: i % streams, ppid: FIRST_PPID + i, unordered });
    if (pauseMs > 0) await pause(pauseMs);
  }
  return { bytes, digest: digest.value() };
}

/** Reads so many messages. Throws if nothing comes any more. */
export async function receiveTraffic(association: SctpAssociation, messages: number): Promise<Received> {
  const digest = new Digest();
  let bytes = 0;
  let longestGapMs = 0;
  let last: number | undefined;
  for (let i = 0; i < messages; i++) {
    const { data, stream, unordered } = await nextMessage(association, i);
    const now = performance.now();
    longestGapMs = Math.max(longestGapMs, now - (last ?? now));
    last = now;
    digest.add(data, stream, unordered);
    bytes += data.length;
  }
  return { messages, bytes, longestGapMs, digest: digest.value() };
}

/** @param received how many there were before */
async function nextMessage(association: SctpAssociation, received: number): Promise<SctpMessage> {
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new Error(`nothing has come for ${STALL_MS} ms after ${received} messages`)),
    STALL_MS,
  );
  try {
    return await association.receive({ signal: stalled.signal });
  } finally {
    clearTimeout(timer);
  }
}

export function sameTraffic(a: TrafficDigest, b: TrafficDigest): boolean {
  const streams = Object.keys(a.streams);
  return (
    a.unordered === b.unordered &&
    streams.length === Object.keys(b.streams).length &&
    streams.every((stream) => a.streams[stream] === b.streams[stream])
  );
}

class Digest {
  readonly #streams = new Map<number, Hash>();
  #unordered = 0;

  add(data: Uint8Array, stream: number, unordered: boolean): void {
    if (unordered) {
      const first = createHash('sha256').update(data).digest().readUIntBE(0, 6);
      this.#unordered = (this.#unordered + first) % 2 ** 48;
      return;
    }
    let hash = this.#streams.get(stream);
    if (hash === undefined) {
      hash = createHash('sha256');
      this.#streams.set(stream, hash);
    }
    hash.update(data);
  }

  value(): TrafficDigest {
    const streams = [...this.#streams].map(([stream, hash]) => [stream, hash.copy().digest('hex')]);
    return { unordered: this.#unordered, streams: Object.fromEntries(streams) };
  }
}
