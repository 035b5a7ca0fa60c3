import { describe, expect, it } from 'vitest';
import { fsn, mid } from '../../../src/base/serial.ts';
import type { IForwardTsnChunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { PR_PARAMETERS } from './pr-peer.ts';
import { checkInvariants } from './transfer.ts';

const I_DATA = 64;
const I_FORWARD_TSN = 194;

function interleaved(options: ScriptedPeerOptions = {}): ScriptedPeer {
  const config = { interleaving: true, ...options.config };
  return new ScriptedPeer({ chunkTypes: [I_DATA, I_FORWARD_TSN], ...options, config }).establish();
}

const skip = (streamId: number, number: number, unordered = false): IForwardTsnChunk['skipped'][number] => ({
  streamId,
  unordered,
  mid: mid(number),
});

/** Piece `index` of message `number` on stream 0. */
const piece = (index: number, number = 0, ending = false) =>
  ({ mid: mid(number), fsn: fsn(index), beginning: index === 0, ending }) as const;

describe('giving up interleaved messages (RFC 8260 §2.3.1)', () => {
  it('[IDATA-0039] [IDATA-0042] [IDATA-0003] I-FORWARD-TSN names the last ordered and the last unordered message of a stream', () => {
    const peer = interleaved();
    for (const [streamId, unordered] of [
      [0, false],
      [0, true],
      [0, false],
      [3, true],
    ] as const) {
      peer.node.send(peer.id, 'x', { streamId, unordered, lifetimeMs: 500 });
    }
    peer.heardAfter(0);
    expect(peer.heardAfter(1000)).toEqual(['I-FORWARD-TSN 3 0:1 0u:0 3u:0']);
    expect(peer.node.eventsOf('send-failed').length).toBe(4);
    peer.send(peer.sack(3));
    expect(peer.tcb.outbound.outstanding.length).toBe(0);
    peer.node.send(peer.id, 'next');
    expect(peer.heardAfter(0)).toEqual(['I-DATA 4 BE']);
    expect(peer.lastHeard('i-data').mid).toBe(2);
    checkInvariants(peer.tcb);
  });

  it('[IDATA-0042] goes no further than what is given up: fragments of others stand between', () => {
    const peer = interleaved({ config: { scheduler: 'round-robin', maxBurstPackets: 100 } });
    peer.node.call((core, now) => {
      const message = { ppid: 0, unordered: false, data: new Uint8Array(2000) };
      core.send(peer.id, { ...message, streamId: 0, lifetimeMs: 500 }, now);
      core.send(peer.id, { ...message, streamId: 1 }, now);
    });
    expect(peer.heardAfter(0)).toEqual(['I-DATA 0 B', 'I-DATA 1 B', 'I-DATA 2 E + I-DATA 3 E']);
    expect(peer.heardAfter(1000).slice(0, 2)).toEqual(['I-FORWARD-TSN 0 0:0', 'I-DATA 1 B']);
    peer.send(peer.sack(1));
    expect(peer.heard()[0]).toMatch(/^I-FORWARD-TSN 2 0:0/);
    peer.send(peer.sack(3));
    expect([peer.tcb.outbound.outstanding.length, peer.status?.bufferedBytes]).toEqual([0, 0]);
    checkInvariants(peer.tcb);
  });

  it('[IDATA-0044] without I-FORWARD-TSN on the list of both sides messages stay reliable', () => {
    const peer = new ScriptedPeer({ config: { interleaving: true } });
    peer.establish({ parameters: [{ kind: 'supported-extensions', chunkTypes: [I_DATA] }, ...PR_PARAMETERS.slice(1)] });
    expect(peer.status?.extensions).toMatchObject({ interleaving: true, partialReliability: false });
    peer.node.send(peer.id, 'x', { lifetimeMs: 500 });
    peer.heardAfter(0);
    expect(peer.heardAfter(1000)).toEqual(['I-DATA 0 BE']);
  });

  it('[IDATA-0043] what waited for an ordered message goes up when that is skipped; a beginning of it is dropped', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, piece(0)));
    peer.send(peer.iData(2, { mid: mid(1), text: 'second' }));
    peer.send(peer.iData(3, { mid: mid(3), text: 'fourth' }));
    expect(peer.node.texts()).toEqual([]);
    peer.send(peer.iForwardTsn(1, [skip(0, 0)]));
    expect(peer.node.texts()).toEqual(['second']);
    expect(peer.heardAfter(200).at(-1)).toBe('SACK 3');
    expect(peer.tcb.inbound?.reassembly.heldBytes).toBe(6);
    peer.send(peer.iData(4, { mid: mid(2), text: 'third' }));
    expect(peer.node.texts()).toEqual(['second', 'third', 'fourth']);
  });

  it('[IDATA-0043] a beginning of an unordered message is dropped as well, and ordered ones are not touched by that', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { ...piece(0), unordered: true }));
    peer.send(peer.iData(2, { ...piece(0), text: 'a' }));
    peer.send(peer.iData(3, { ...piece(0, 1), unordered: true, text: 'b' }));
    peer.send(peer.iForwardTsn(1, [skip(0, 0, true)]));
    expect(peer.tcb.inbound?.reassembly.heldBytes).toBe(2);
    peer.send(peer.iData(4, { ...piece(1, 0, true), text: 'A' }));
    peer.send(peer.iData(5, { ...piece(1, 1, true), unordered: true, text: 'B' }));
    expect(peer.node.texts()).toEqual(['aA', 'bB']);
  });

  it.each([false, true])(
    '[IDATA-0043] fragments of a skipped message that come late are acknowledged and dropped; unordered: %s',
    (unordered) => {
      const peer = interleaved();
      peer.send(peer.iData(0, { ...piece(0), unordered }));
      // Another stream's fragment had TSN 1; the rest of the message has TSN 2.
      peer.send(peer.iForwardTsn(0, [skip(0, 0, unordered)]), peer.iForwardTsn(1, [skip(0, 0, unordered)]));
      peer.heard();
      peer.send(peer.iData(2, { ...piece(1, 0, true), unordered }));
      expect(peer.heardAfter(200)).toEqual(['SACK 2']);
      expect(peer.tcb.inbound?.reassembly.heldChunks).toBe(0);
      peer.send(peer.iData(3, { mid: mid(1), unordered, text: 'next' }));
      expect(peer.node.texts()).toEqual(['next']);
    },
  );

  it('[IDATA-0011] [AT-40] ordered MIDs go round after 2^32 - 1', () => {
    const peer = interleaved();
    let number = 0;
    for (const last of [0x7fff_fffe, 0xffff_fffd]) peer.send(peer.iForwardTsn(number++, [skip(0, last)]));
    for (const [next, text] of [
      [0, 'c'],
      [0xffff_ffff, 'b'],
      [1, 'd'],
      [0xffff_fffe, 'a'],
    ] as const) {
      peer.send(peer.iData(number++, { mid: mid(next), text }));
    }
    expect(peer.node.texts()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('unordered MIDs that were skipped can come again after a long time', () => {
    const peer = interleaved();
    peer.send(peer.iForwardTsn(0, [skip(0, 5, true)]));
    [5, 0x10_0000, 0x7000_0000, 0xe000_0000, 5].forEach((next, i) => {
      peer.send(peer.iData(1 + i, { mid: mid(next), unordered: true, text: `${i}` }));
    });
    expect(peer.node.texts()).toEqual(['1', '2', '3', '4']);
  });

  it('[API-0101] parts of a message that is given up: the rest will not come', () => {
    const peer = interleaved({ config: { partialDeliveryBytes: 2 } });
    for (const unordered of [false, true]) {
      const number = unordered ? 3 : 0;
      peer.send(peer.iData(number, { ...piece(0), unordered }));
      peer.send(peer.iForwardTsn(number + 1, [skip(0, 0, unordered)]));
    }
    expect(peer.node.messages.map(({ partial }) => partial?.state)).toEqual(['more', 'aborted', 'more', 'aborted']);
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('[IDATA-0045] [IDATA-0046] FORWARD TSN where I-FORWARD-TSN was negotiated, or I-DATA alone: ABORT', () => {
    for (const chunkTypes of [[I_DATA, I_FORWARD_TSN], [I_DATA]]) {
      const peer = interleaved({ chunkTypes });
      peer.send(peer.forwardTsn(0));
      expect(peer.heard()).toEqual(['ABORT protocol-violation']);
    }
  });

  it('[IDATA-0045] [IDATA-0047] I-FORWARD-TSN that was not negotiated: ABORT', () => {
    const peers = [
      // DATA with partial reliability, DATA without, I-DATA without.
      new ScriptedPeer().establish({ parameters: PR_PARAMETERS }),
      new ScriptedPeer({ config: { partialReliability: false } }).establish(),
      interleaved({ chunkTypes: [I_DATA] }),
    ];
    for (const peer of peers) {
      peer.send(peer.iForwardTsn(0));
      expect(peer.heard()).toEqual(['ABORT protocol-violation']);
    }
  });

  it('[IDATA-0044] a peer that lists I-FORWARD-TSN need not know Forward-TSN-Supported', () => {
    const peer = interleaved();
    const parameters = new Uint8Array([0xc0, 0, 0, 4]);
    peer.send({ kind: 'error', causes: [{ kind: 'unrecognized-parameters', parameters }] });
    peer.node.send(peer.id, 'x', { lifetimeMs: 500 });
    peer.heardAfter(0);
    expect(peer.heardAfter(1000)).toEqual(['I-FORWARD-TSN 0 0:0']);
  });

  it('entries of streams that do not exist, and what is out of date, change nothing', () => {
    const peer = interleaved();
    peer.send(peer.iData(0));
    peer.heard();
    peer.send(peer.iForwardTsn(0, [skip(0, 7)]));
    expect(peer.heard()).toEqual(['SACK 0']);
    peer.send(peer.iForwardTsn(1, [skip(10, 7), skip(65_535, 7, true)]));
    peer.send(peer.iData(2, { mid: mid(1), text: 'on' }));
    expect(peer.node.texts()).toEqual(['m0', 'on']);
  });
});
