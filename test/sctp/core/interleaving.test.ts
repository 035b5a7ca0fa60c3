import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/base/bytes.ts';
import { fsn, mid, ssn } from '../../../src/base/serial.ts';
import type { EndpointConfig } from '../../../src/sctp/core/config.ts';
import { SCHEDULERS } from '../../../src/sctp/tx/scheduling.ts';
import type { PayloadChunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { openWindow } from './in-flight.ts';

const I_DATA = 64;

/** An association whose peer lists I-DATA, and whose endpoint does if the setting says so. */
function interleaved(config: Partial<EndpointConfig> = {}, options: ScriptedPeerOptions = {}): ScriptedPeer {
  const all = { interleaving: true, maxBurstPackets: 1000, ...config };
  return new ScriptedPeer({ ...options, config: all, chunkTypes: [I_DATA] }).establish();
}

const isPayload = (chunk: { readonly kind: string }): chunk is PayloadChunk =>
  chunk.kind === 'data' || chunk.kind === 'i-data';

/** All user data in the order of its packets: stream, and MID and FSN or SSN. */
const sentBy = (peer: ScriptedPeer): PayloadChunk[] =>
  peer.packets.flatMap(({ chunks }) => chunks.filter((chunk) => isPayload(chunk)));

const streamsOf = (peer: ScriptedPeer): number[] => sentBy(peer).map(({ streamId }) => streamId);

/** Gives several messages to the endpoint in one turn. */
function sendAll(peer: ScriptedPeer, messages: readonly { readonly streamId: number; readonly bytes: number }[]): void {
  peer.node.call((core, now) => {
    for (const { streamId, bytes } of messages) {
      core.send(peer.id, { data: new Uint8Array(bytes), streamId, ppid: 5, unordered: false }, now);
    }
  });
  peer.clock.runFor(0);
}

describe('negotiation of interleaving (RFC 8260 §2.2.1)', () => {
  it.each([
    [true, true, 'i-data'],
    [true, false, 'data'],
    [false, true, 'data'],
    [false, false, 'data'],
  ] as const)(
    '[IDATA-0021] [IDATA-0022] [IDATA-0023] [IDATA-0002] we %s, the peer %s: user data in %s chunks only',
    (ours, theirs, kind) => {
      for (const initiator of ['local', 'remote'] as const) {
        const peer = new ScriptedPeer({ config: { interleaving: ours }, chunkTypes: theirs ? [I_DATA] : [] });
        if (initiator === 'remote') peer.establish();
        else peer.connect();
        peer.node.send(peer.id, new Uint8Array(3000));
        peer.heardAfter(0);
        expect(new Set(sentBy(peer).map((chunk) => chunk.kind))).toEqual(new Set([kind]));
        expect(peer.status?.extensions.interleaving).toBe(kind === 'i-data');
      }
    },
  );

  it('[IDATA-0024] [IDATA-0025] is offered only if the application asked for it', () => {
    for (const interleaving of [undefined, false, true]) {
      const peer = new ScriptedPeer({ config: { interleaving } as Partial<EndpointConfig> }).connect('COOKIE-WAIT');
      const listed = peer.lastHeard('init').parameters.some((parameter) => {
        return parameter.kind === 'supported-extensions' && parameter.chunkTypes.includes(I_DATA);
      });
      expect(listed).toBe(interleaving === true);
    }
  });

  it('[IDATA-0060] both sides are told when the association comes up', () => {
    const peer = interleaved();
    expect(peer.node.eventsOf('up')).toMatchObject([{ extensions: { interleaving: true } }]);
  });

  it('[IDATA-0034] [AT-65] DATA where I-DATA was negotiated: ABORT', () => {
    const peer = interleaved();
    peer.send(peer.data(0));
    expect(peer.heard()).toEqual(['ABORT protocol-violation']);
    expect(peer.node.texts()).toEqual([]);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'protocol-violation' } }]);
  });

  it('[IDATA-0035] [AT-65] I-DATA that was not negotiated: ABORT', () => {
    for (const interleaving of [true, false]) {
      const peer = new ScriptedPeer({ config: { interleaving } }).establish();
      peer.send(peer.iData(0));
      expect(peer.heard()).toEqual(['ABORT protocol-violation']);
      expect(peer.node.texts()).toEqual([]);
    }
  });
});

describe('receiving I-DATA (RFC 8260 §2.2.3)', () => {
  it('[IDATA-0030] [IDATA-0032] fragments of several streams take turns', () => {
    const peer = interleaved();
    const fragment = (number: number, streamId: number, piece: number, text: string) =>
      peer.iData(number, {
        streamId,
        mid: mid(0),
        fsn: fsn(piece),
        beginning: piece === 0,
        ending: piece === 2,
        ppid: piece === 0 ? 40 + streamId : 0,
        text,
      });
    const chunks = ['a', 'b', 'c'].flatMap((text, piece) =>
      [1, 2].map((streamId) => fragment(2 * piece + streamId - 1, streamId, piece, `${text}${streamId}`)),
    );
    // The second one comes last.
    for (const i of [0, 2, 3, 4, 5, 1]) peer.send(chunks[i]!);
    expect(peer.node.messages.map(({ streamId, ppid }) => [streamId, ppid])).toEqual([
      [1, 41],
      [2, 42],
    ]);
    expect(peer.node.texts()).toEqual(['a1b1c1', 'a2b2c2']);
    expect(peer.heardAfter(200).at(-1)).toBe('SACK 5');
  });

  it('[IDATA-0033] a later fragment may have a lower TSN', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { mid: mid(0), fsn: fsn(1), beginning: false, text: 'end' }));
    peer.send(peer.iData(1, { mid: mid(0), ending: false, text: 'beginning, ' }));
    expect(peer.node.texts()).toEqual(['beginning, end']);
  });

  it('[IDATA-0009] [IDATA-0036] ordered messages wait for lower MIDs of their stream, unordered ones for nothing', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { mid: mid(1), text: 'second' }));
    peer.send(peer.iData(1, { mid: mid(1), unordered: true, text: 'unordered' }));
    peer.send(peer.iData(2, { mid: mid(0), streamId: 1, text: 'other stream' }));
    expect(peer.node.texts()).toEqual(['unordered', 'other stream']);
    peer.send(peer.iData(3, { mid: mid(0), text: 'first' }));
    expect(peer.node.texts().slice(2)).toEqual(['first', 'second']);
  });

  it('[IDATA-0006] the I bit asks for a SACK at once', () => {
    const peer = interleaved();
    peer.send(peer.iData(0));
    peer.heard();
    peer.send(peer.iData(1, { immediate: true }));
    expect(peer.heard()).toEqual(['SACK 1']);
  });

  it('[IDATA-0020] no user data: ABORT', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { text: '' }));
    expect(peer.heard()).toEqual(['ABORT no-user-data']);
  });

  it('[IDATA-0037] [AT-41] fragments that contradict each other: ABORT', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { mid: mid(0), ending: false }));
    peer.send(peer.iData(1, { mid: mid(0), beginning: false, ending: false, fsn: fsn(2) }));
    peer.heard();
    peer.send(peer.iData(2, { mid: mid(0), beginning: false, fsn: fsn(1) }));
    expect(peer.heard().at(-1)).toBe('ABORT protocol-violation');
  });

  it('a stream that does not exist is reported', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { streamId: 10 }));
    expect(peer.heard()).toEqual(['ERROR invalid-stream-identifier + SACK 0']);
  });

  it('[IDATA-0065] [AT-42] beginnings of 10,000 messages and no end: held only as far as the window goes, then ABORT', () => {
    const peer = interleaved({ receiveBufferBytes: 100_000 });
    let most = 0;
    for (let i = 0; i < 10_000 && peer.state === 'ESTABLISHED'; i++) {
      const text = 'x'.repeat(100);
      peer.send(peer.iData(i, { streamId: i % 10, mid: mid(Math.floor(i / 10)), ending: false, text }));
      most = Math.max(most, peer.core.associations.get(peer.id)?.inbound?.reassembly.heldBytes ?? 0);
    }
    expect(most).toBeGreaterThan(90_000);
    expect(most).toBeLessThanOrEqual(100_000);
    expect(peer.heard().at(-1)).toBe('ABORT out-of-resource');
  });

  it('[AT-43] a fragment that fills a hole has room at the cost of the highest TSNs', () => {
    const peer = interleaved({ receiveBufferBytes: 3000 });
    const piece = (number: number, bits: object) =>
      peer.iData(number, { mid: mid(0), fsn: fsn(number), beginning: number === 0, ending: false, ...bits });
    const text = 'x'.repeat(1000);
    for (const number of [1, 2, 3]) peer.send(piece(number, { text }));
    expect(peer.heard().at(-1)).toBe('SACK -1 gaps 2-4');
    peer.send(piece(0, { text }));
    expect(peer.heardAfter(200)).toEqual(['SACK 2']);
    expect(peer.tcb.inbound?.reassembly.heldBytes).toBe(3000);
  });
});

describe('sending I-DATA (RFC 8260 §2.2.2)', () => {
  it('[IDATA-0026] [IDATA-0014] [IDATA-0015] [IDATA-0016] [IDATA-0038] a long message becomes fragments that fill their packets', () => {
    const peer = interleaved();
    openWindow(peer, 100);
    const message = Uint8Array.from({ length: 6000 }, (_, i) => i);
    peer.node.send(peer.id, message, { streamId: 3, ppid: 0x01020304 });
    peer.heardAfter(0);
    const sent = sentBy(peer).map((chunk) => (chunk.kind === 'i-data' ? chunk : expect.unreachable('DATA')));
    expect(sent.map(({ beginning, ending, fsn, ppid, mid }) => [beginning, ending, fsn, ppid, mid])).toEqual([
      [true, false, 0, 0x01020304, 0],
      [false, false, 1, 0, 0],
      [false, false, 2, 0, 0],
      [false, false, 3, 0, 0],
      [false, true, 4, 0, 0],
    ]);
    expect(sent.map(({ tsn }) => tsn - peer.theirTsn)).toEqual([0, 1, 2, 3, 4]);
    expect(concatBytes(sent.map(({ userData }) => userData))).toEqual(message);
    // 1500 less the headers of IP, UDP and SCTP, and 20 of the chunk.
    expect(sent[0]!.userData.length).toBe(1440);
    expect(Math.max(...peer.packets.map(({ bytes }) => bytes.length))).toBe(1472);
  });

  it('[IDATA-0010] MIDs of ordered and unordered messages count apart', () => {
    const peer = interleaved();
    for (const unordered of [false, true, false, true, false]) peer.node.send(peer.id, 'x', { unordered });
    peer.heardAfter(0);
    expect(sentBy(peer).map((chunk) => chunk.kind === 'i-data' && [chunk.unordered, chunk.mid])).toEqual([
      [false, 0],
      [true, 0],
      [false, 1],
      [true, 1],
      [false, 2],
    ]);
  });

  it('[IDATA-0027] [AT-61] the peer window and cwnd count as ever', () => {
    const peer = interleaved({ scheduler: 'round-robin' }, { advertisedRwndBytes: 3000 });
    sendAll(peer, [
      { streamId: 0, bytes: 10_000 },
      { streamId: 1, bytes: 10_000 },
    ]);
    expect(sentBy(peer).reduce((sum, { userData }) => sum + userData.length, 0)).toBeLessThanOrEqual(3000);
    const wide = interleaved({ scheduler: 'round-robin' });
    sendAll(wide, [
      { streamId: 0, bytes: 10_000 },
      { streamId: 1, bytes: 10_000 },
    ]);
    // cwnd of 4404 bytes: four packets, the last of them beyond it.
    expect(streamsOf(wide)).toEqual([0, 1, 0, 1]);
    expect(wide.status?.paths[0]?.flightBytes).toBe(4 * 1460);
  });

  it('[IDATA-0031] [IDATA-0027] what is lost is sent again as it was', () => {
    const peer = interleaved({ scheduler: 'round-robin' });
    sendAll(peer, [
      { streamId: 0, bytes: 3000 },
      { streamId: 1, bytes: 3000 },
    ]);
    const before = sentBy(peer);
    peer.heard();
    expect(peer.heardAfter(1000)).toEqual(['I-DATA 0 B']);
    expect(sentBy(peer).at(-1)).toEqual(before[0]);
  });

  it('[IDATA-0001] [IDATA-0029] two long messages of one stream come one after the other', () => {
    const peer = interleaved({ scheduler: 'round-robin' });
    openWindow(peer, 100);
    sendAll(peer, [
      { streamId: 0, bytes: 3000 },
      { streamId: 0, bytes: 3000 },
    ]);
    expect(sentBy(peer).map((chunk) => chunk.kind === 'i-data' && [chunk.mid, chunk.fsn])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });

  it('[IDATA-0018] [IDATA-0011] [IDATA-0012] never more than 32,768 fragments are in flight, whatever gap blocks say of them', () => {
    const config = { maxFragmentBytes: 20, maxMessageBytes: 1 << 20, sendBufferBytes: 1 << 20 };
    const peer = interleaved(config, { advertisedRwndBytes: 1 << 30 });
    openWindow(peer, 2000);
    peer.node.send(peer.id, new Uint8Array(800_000));
    peer.heardAfter(0);
    for (let i = 0; i < 10; i++) {
      // All but the first one.
      peer.send(peer.sack(-1, [{ start: 2, end: peer.tcb.outbound.outstanding.length }]));
    }
    expect(peer.tcb.outbound.outstanding.length).toBe(32_768);
    expect(sentBy(peer).filter(({ beginning }) => !beginning).length).toBeLessThan(32_768);
  });

  it('[IDATA-0030] [IDATA-0028] [IDATA-0056] a short message of high priority overtakes a long one that has begun', () => {
    for (const interleaving of [true, false]) {
      const peer = interleaved({ interleaving, scheduler: 'priority' });
      peer.node.call((core) => core.setStreamPriority(peer.id, 1, 0));
      sendAll(peer, [{ streamId: 0, bytes: 8000 }]);
      sendAll(peer, [{ streamId: 1, bytes: 100 }]);
      const sent = streamsOf(peer).length;
      openWindow(peer, 100);
      peer.send(peer.sack(sent - 1, [], 1_000_000));
      const rest = streamsOf(peer).slice(sent);
      expect(rest.indexOf(1)).toBe(interleaving ? 0 : rest.length - 1);
      expect(sentBy(peer).map(({ tsn }) => tsn - peer.theirTsn)).toEqual(sentBy(peer).map((_, i) => i));
    }
  });

  it('[IDATA-0052] the scheduler is no matter of the peer: INIT is the same', () => {
    const initOf = (config: Partial<EndpointConfig>) => {
      const peer = new ScriptedPeer({ config }).connect('COOKIE-WAIT');
      return peer.packets[0]!.bytes;
    };
    expect(initOf({ scheduler: 'weighted-fair' })).toEqual(initOf({}));
  });
});

describe('schedulers on the wire (RFC 8260 §3)', () => {
  /** Figures 1 and 2: 3 chunks on stream 0, 3 messages of one chunk on stream 1, 3 chunks on stream 2. */
  const figure = [
    { streamId: 0, bytes: 3 * 1400 },
    ...Array.from({ length: 3 }, () => ({ streamId: 1, bytes: 1400 })),
    { streamId: 2, bytes: 3 * 1400 },
  ];

  it('[IDATA-0054] round robin: figures 1 and 2', () => {
    for (const interleaving of [false, true]) {
      // A path whose largest fragment is 1400 bytes.
      const pathMtuBytes = 1400 + 40 + (interleaving ? 20 : 16);
      const peer = interleaved({ interleaving, scheduler: 'round-robin', pathMtuBytes });
      openWindow(peer, 100);
      sendAll(peer, figure);
      const numbers = sentBy(peer).map((chunk) =>
        chunk.kind === 'i-data' ? `${chunk.streamId}/${chunk.mid}/${chunk.fsn}` : `${chunk.streamId}/${chunk.ssn}`,
      );
      expect(numbers.join(' ')).toBe(
        interleaving ? '0/0/0 1/0/0 2/0/0 0/0/1 1/1/0 2/0/1 0/0/2 1/2/0 2/0/2' : '0/0 0/0 0/0 1/0 2/0 2/0 2/0 1/1 1/2',
      );
    }
  });

  it('[IDATA-0055] round robin by packets: chunks of one stream in each', () => {
    for (const interleaving of [false, true]) {
      const peer = interleaved({ interleaving, scheduler: 'round-robin-packet' });
      openWindow(peer, 100);
      const before = peer.packets.length;
      sendAll(
        peer,
        Array.from({ length: 60 }, (_, i) => ({ streamId: i % 3, bytes: i % 7 === 0 ? 2000 : 200 })),
      );
      const packets = peer.packets
        .slice(before)
        .map(({ chunks }) => new Set(chunks.filter(isPayload).map((c) => c.streamId)));
      expect(packets.every(({ size }) => size === 1)).toBe(true);
      const order = packets.map((streams) => [...streams][0]!);
      for (const streamId of [0, 1, 2]) expect(order.filter((each) => each === streamId).length).toBeGreaterThan(3);
      expect(sentBy(peer).filter(({ ending }) => ending).length).toBe(60);
      // No stream gets two packets in a row, unless a message in DATA chunks goes on.
      if (interleaving) {
        expect(order.slice(0, 9)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
      }
    }
  });

  it('[IDATA-0054] [IDATA-0055] each transmit opportunity goes on with the next stream', () => {
    const peer = interleaved({ scheduler: 'round-robin-packet', maxBurstPackets: 1 });
    sendAll(
      peer,
      Array.from({ length: 3 }, (_, streamId) => ({ streamId, bytes: 20_000 })),
    );
    for (let i = 0; i < 6; i++) peer.send(peer.sack(streamsOf(peer).length - 1));
    expect(streamsOf(peer)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it('[IDATA-0062] can be changed while the association lives, in the middle of a message as well', () => {
    for (const interleaving of [false, true]) {
      const peer = interleaved({ interleaving });
      sendAll(peer, [
        { streamId: 0, bytes: 10_000 },
        { streamId: 1, bytes: 5000 },
      ]);
      peer.node.call((core, now) => core.configure(peer.id, { scheduler: 'round-robin' }, now));
      const sent = streamsOf(peer).length;
      openWindow(peer, 100);
      peer.send(peer.sack(sent - 1));
      const rest = streamsOf(peer).slice(sent);
      expect(rest.slice(0, 4)).toEqual(interleaving ? [0, 1, 0, 1] : [0, 0, 0, 1]);
      expect(sentBy(peer).reduce((sum, { userData }) => sum + userData.length, 0)).toBe(15_000);
    }
  });

  it('[IDATA-0050] [IDATA-0062] all schedulers of the RFC are there; another name is refused with the list of them', () => {
    for (const scheduler of SCHEDULERS) {
      const peer = interleaved({ scheduler });
      sendAll(peer, [{ streamId: 0, bytes: 10 }]);
      expect(streamsOf(peer)).toEqual([0]);
    }
    expect(() => new ScriptedPeer({ config: { scheduler: 'lottery' } as never })).toThrow(
      /fcfs, round-robin, round-robin-packet, priority, fair-bandwidth, weighted-fair/,
    );
  });

  it('[IDATA-0063] priorities and weights of streams that do not exist, and values out of range, are refused', () => {
    const peer = interleaved();
    const call = (use: 'setStreamPriority' | 'setStreamWeight', streamId: number, value: number) => () =>
      peer.node.call((core) => core[use](peer.id, streamId, value));
    for (const use of ['setStreamPriority', 'setStreamWeight'] as const) {
      expect(call(use, 10, 1)).toThrow(/stream 10 does not exist/);
      expect(call(use, 9, 65_536)).toThrow(/65535/);
      expect(call(use, 9, 0.5)).toThrow(/whole number/);
      call(use, 9, 65_535)();
    }
    expect(call('setStreamWeight', 0, 0)).toThrow(/from 1 to 65535/);
    call('setStreamPriority', 0, 0)();
  });

  it('[IDATA-0058] shares outlive a restart of the peer', () => {
    const peer = interleaved({ scheduler: 'weighted-fair' });
    peer.node.call((core) => core.setStreamWeight(peer.id, 1, 3 * 256));
    peer.tag = 0x0102_0304;
    peer.echo(peer.askForInitAck());
    expect(peer.node.eventsOf('restart').length).toBe(1);
    openWindow(peer, 200);
    const before = streamsOf(peer).length;
    sendAll(
      peer,
      [0, 1].map((streamId) => ({ streamId, bytes: 57_600 })),
    );
    const streams = streamsOf(peer).slice(before, before + 40);
    expect(streams.filter((streamId) => streamId === 1).length).toBe(30);
  });
});

describe('SSNs beside MIDs', () => {
  it('[IDATA-0023] DATA has the SSN, whatever was sent unordered', () => {
    const peer = new ScriptedPeer().establish();
    for (const unordered of [true, false, true, false]) peer.node.send(peer.id, 'x', { unordered });
    peer.heardAfter(0);
    expect(sentBy(peer).map((chunk) => chunk.kind === 'data' && chunk.ssn)).toEqual([ssn(0), ssn(0), ssn(0), ssn(1)]);
  });
});
