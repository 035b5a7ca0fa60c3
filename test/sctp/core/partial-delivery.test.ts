import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/base/bytes.ts';
import { fsn, mid, ssn } from '../../../src/base/serial.ts';
import type { PayloadChunk } from '../../../src/sctp/wire/types.ts';
import { PartJoiner } from '../../harness/part-joiner.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

const BUFFER_BYTES = 10_000;
const PIECE_BYTES = 1000;

type Piece = Partial<Omit<PayloadChunk, 'kind'>> & { readonly stream?: number; readonly message?: number };

/** An endpoint with partial delivery and a small buffer, and a peer that sends pieces of 1000 bytes. */
class Ladder {
  readonly peer: ScriptedPeer;
  readonly #interleaving: boolean;

  constructor(interleaving: boolean, options: ScriptedPeerOptions = {}) {
    this.#interleaving = interleaving;
    const config = { interleaving, receiveBufferBytes: BUFFER_BYTES, partialDeliveryBytes: 3000, ...options.config };
    this.peer = new ScriptedPeer({ ...options, config, chunkTypes: [64] }).establish();
  }

  /** Piece `index` of a message, with TSN `number`. */
  send(number: number, index: number, { stream = 0, message = 0, ...bits }: Piece = {}): void {
    const fields = {
      streamId: stream,
      beginning: index === 0,
      ending: false,
      userData: new Uint8Array(PIECE_BYTES).fill(index),
      ...bits,
    };
    const { peer } = this;
    if (this.#interleaving) {
      peer.send(peer.iData(number, { mid: mid(message), fsn: fsn(index), ppid: index === 0 ? 5 : 0, ...fields }));
    } else peer.send(peer.data(number, { ssn: ssn(message), ppid: 5, ...fields }));
  }

  /** What has gone up: length, and its place if it is a part. */
  get parts(): (readonly [number, number?, number?, string?])[] {
    return this.peer.node.messages.map(({ data, partial }) =>
      partial === undefined
        ? ([data.length] as const)
        : ([data.length, partial.id, partial.offsetBytes, partial.state] as const),
    );
  }

  /** The application reads everything that has gone up. */
  read(from = 0): number {
    const { peer } = this;
    for (const { data } of peer.node.messages.slice(from)) {
      peer.node.call((core, now) => core.consumed(peer.id, data.length, now));
    }
    peer.clock.runFor(0);
    return peer.node.messages.length;
  }
}

describe.each([false, true])('partial delivery (RFC 9260 §6.9), interleaving %s', (interleaving) => {
  it('[SCTP-0724] [SCTP-1013] [API-0163] a long message goes up in parts, each of partialDeliveryBytes at least but the last', () => {
    const ladder = new Ladder(interleaving);
    for (let i = 0; i < 8; i++) ladder.send(i, i, { ending: i === 7 });
    expect(ladder.parts).toEqual([
      [3000, 0, 0, 'more'],
      [3000, 0, 3000, 'more'],
      [2000, 0, 6000, 'complete'],
    ]);
    const joined = concatBytes(ladder.peer.node.messages.map(({ data }) => data));
    expect([...joined.filter((_, i) => i % PIECE_BYTES === 0)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(ladder.peer.node.messages.every(({ streamId, ppid }) => streamId === 0 && ppid === 5)).toBe(true);
    expect(ladder.peer.status?.counters.messagesReceived).toBe(1);
  });

  it('what is shorter goes up whole, as does everything unless it was asked for', () => {
    const short = new Ladder(interleaving);
    for (let i = 0; i < 3; i++) short.send(i, i, { ending: i === 2 });
    expect(short.parts).toEqual([[3000]]);
    const off = new Ladder(interleaving, { config: { partialDeliveryBytes: 0 } });
    for (let i = 0; i < 9; i++) off.send(i, i, { ending: i === 8 });
    expect(off.parts).toEqual([[9000]]);
  });

  it('[SCTP-0724] [AT-42] without it a message that fills the buffer ends the association', () => {
    const ladder = new Ladder(interleaving, { config: { partialDeliveryBytes: 0 } });
    for (let i = 0; i <= 10; i++) ladder.send(i, i);
    expect(ladder.peer.heard().at(-1)).toBe('ABORT out-of-resource');
  });

  it('[SCTP-0724] half of the buffer is the most that waits for the rest', () => {
    const ladder = new Ladder(interleaving, { config: { partialDeliveryBytes: 1 << 20 } });
    for (let i = 0; i < 5; i++) ladder.send(i, i);
    expect(ladder.parts).toEqual([[5000, 0, 0, 'more']]);
  });

  it('[SCTP-0724] [AT-42] a message of 30 times the buffer arrives wholly; the window closes and opens as the application reads', () => {
    const ladder = new Ladder(interleaving, { consume: 'by-hand' });
    const { peer } = ladder;
    const joiner = new PartJoiner();
    let read = 0;
    let closed = 0;
    let whole: Uint8Array | undefined;
    for (let i = 0; i < 300; ) {
      if (i > 0 && peer.lastHeard('sack').advertisedRwndBytes < PIECE_BYTES) {
        closed++;
        peer.clock.runFor(200);
        read = ladder.read(read);
        peer.clock.runFor(200);
        expect(peer.lastHeard('sack').advertisedRwndBytes).toBeGreaterThanOrEqual(PIECE_BYTES);
      }
      ladder.send(i, i, { ending: i === 299 });
      peer.clock.runFor(200);
      i++;
    }
    for (const { data, partial } of peer.node.messages) whole = joiner.add(data, partial);
    expect(whole?.length).toBe(300_000);
    expect(closed).toBeGreaterThan(20);
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('waits for what is before it in its stream, and for holes', () => {
    const order = new Ladder(interleaving);
    // Message 0 is missing.
    for (let i = 0; i < 4; i++) order.send(1 + i, i, { message: 1 });
    expect(order.parts).toEqual([]);
    order.send(0, 0, { ending: true });
    order.send(5, 4, { message: 1 });
    expect(order.parts).toEqual([[1000], [5000, 0, 0, 'more']]);
    // A peer that leaves one out gets nothing by it.
    const never = new Ladder(interleaving);
    for (let i = 0; i < 4; i++) never.send(i, i, { message: 1 });
    expect(never.parts).toEqual([]);
    // DATA: as long as something is missing before it, the message could have to make room for that.
    const before = new Ladder(interleaving);
    for (let i = 0; i < 3; i++) before.send(1 + i, i);
    expect(before.parts).toEqual(interleaving ? [[3000, 0, 0, 'more']] : []);
    const hole = new Ladder(interleaving);
    for (const i of [0, 1, 3, 4]) hole.send(i, i);
    expect(hole.parts).toEqual([]);
    hole.send(2, 2);
    expect(hole.parts).toEqual([[5000, 0, 0, 'more']]);
  });

  it('unordered messages go up in parts too, and whole ones of other streams come between', () => {
    const ladder = new Ladder(interleaving);
    for (let i = 0; i < 3; i++) ladder.send(i, i, { unordered: true });
    // Behind a hole, where the next piece will be.
    ladder.send(4, 0, { stream: 1, ending: true });
    ladder.send(3, 3, { unordered: true, ending: true });
    expect(ladder.parts).toEqual([[3000, 0, 0, 'more'], [1000], [1000, 0, 3000, 'complete']]);
  });

  it.each([
    ['the peer aborts', (peer: ScriptedPeer) => peer.send({ kind: 'abort', tagReflected: false, causes: [] })],
    ['the application aborts', (peer: ScriptedPeer) => peer.node.abort(peer.id)],
    ['the endpoint closes', (peer: ScriptedPeer) => peer.node.call((core, now) => core.close('', now))],
  ])('[API-0101] says that the rest will not come: %s', (_name, end) => {
    const ladder = new Ladder(interleaving);
    for (let i = 0; i < 3; i++) ladder.send(i, i);
    end(ladder.peer);
    expect(ladder.parts).toEqual([
      [3000, 0, 0, 'more'],
      [0, 0, 3000, 'aborted'],
    ]);
    const { messages, events } = ladder.peer.node;
    expect(messages.at(-1)).toMatchObject({ streamId: 0, ppid: 5, unordered: false });
    expect(events.at(-1)?.event.kind).toBe('closed');
  });

  it('[API-0101] so does a restart of the peer, and the next message begins anew', () => {
    const ladder = new Ladder(interleaving, { consume: 'by-hand' });
    const { peer } = ladder;
    for (let i = 0; i < 3; i++) ladder.send(i, i);
    peer.tag = 0x0102_0304;
    peer.initialTsn = peer.data(500).tsn;
    peer.echo(peer.askForInitAck());
    expect(ladder.parts.at(-1)).toEqual([0, 0, 3000, 'aborted']);
    expect(peer.node.eventsOf('restart').length).toBe(1);
    // What the application has not read still takes room.
    expect(peer.status?.localRwndBytes).toBe(BUFFER_BYTES - 3000);
    ladder.read();
    expect(peer.status?.localRwndBytes).toBe(BUFFER_BYTES);
    for (let i = 0; i < 4; i++) ladder.send(i, i, { ending: i === 3 });
    expect(ladder.parts.slice(2)).toEqual([
      [3000, 0, 0, 'more'],
      [1000, 0, 3000, 'complete'],
    ]);
  });

  it('fragments that contradict what has gone up end the association', () => {
    const ladder = new Ladder(interleaving);
    for (let i = 0; i < 3; i++) ladder.send(i, i);
    ladder.send(3, 0, { message: interleaving ? 0 : 1 });
    expect(ladder.peer.heard().at(-1)).toBe('ABORT protocol-violation');
    expect(ladder.parts.at(-1)).toEqual([0, 0, 3000, 'aborted']);
  });
});

describe('partial delivery of interleaved messages', () => {
  it('[IDATA-0065] [AT-42] messages of many streams, none of them long, fill the buffer together: their beginnings go up', () => {
    const ladder = new Ladder(true);
    const { peer } = ladder;
    for (let i = 0; i < 10; i++) ladder.send(i, 0, { stream: i });
    expect(ladder.parts).toEqual([]);
    ladder.send(10, 1, { stream: 0 });
    expect(ladder.parts).toEqual(Array.from({ length: 10 }, (_, id) => [1000, id, 0, 'more']));
    expect(peer.heard().at(-1)).toBe('SACK 9');
    for (let i = 0; i < 10; i++) ladder.send(10 + i, 1, { stream: i, ending: true });
    expect(ladder.parts.slice(10)).toEqual(Array.from({ length: 10 }, (_, id) => [1000, id, 1000, 'complete']));
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('messages of several streams are in parts at the same time', () => {
    const ladder = new Ladder(true);
    for (let i = 0; i < 3; i++) for (const stream of [0, 1]) ladder.send(2 * i + stream, i, { stream });
    expect(ladder.parts).toEqual([
      [3000, 0, 0, 'more'],
      [3000, 1, 0, 'more'],
    ]);
  });

  it('[AT-42] beginnings that cannot go up, since none is the next of its stream, end the association', () => {
    const ladder = new Ladder(true);
    for (let i = 0; i <= 10; i++) ladder.send(i, 0, { message: 1 + i });
    expect(ladder.peer.heard().at(-1)).toBe('ABORT out-of-resource');
  });
});
