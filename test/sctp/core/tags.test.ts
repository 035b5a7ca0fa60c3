import { describe, expect, it } from 'vitest';
import { tsn, tsnAdd } from '../../../src/base/serial.ts';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState, STATES } from './in-state.ts';

const abort = (tagReflected: boolean): Chunk => ({ kind: 'abort', tagReflected, causes: [] });
const complete = (tagReflected: boolean): Chunk => ({ kind: 'shutdown-complete', tagReflected });
const heartbeat: Chunk = { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) };

/** One chunk of every kind that a peer may send, well-formed. */
function everyChunk(peer: ScriptedPeer): Chunk[] {
  return [
    peer.data(0),
    peer.init(),
    peer.initAck(),
    peer.sack(3),
    heartbeat,
    { kind: 'heartbeat-ack', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) },
    abort(false),
    abort(true),
    peer.shutdown(3),
    { kind: 'shutdown-ack' },
    { kind: 'error', causes: [{ kind: 'out-of-resource' }] },
    { kind: 'cookie-echo', cookie: new Uint8Array(100) },
    { kind: 'cookie-ack' },
    complete(false),
    complete(true),
    { kind: 'unknown', type: 0xfe, flags: 0, whole: new Uint8Array([0xfe, 0, 0, 4]) },
  ];
}

describe('verification tag (RFC 9260 §8.5)', () => {
  describe.each(STATES)('in %s', (state) => {
    it('[SCTP-0891, SCTP-0926, AT-26] a wrong tag changes nothing and gets no answer', () => {
      const peer = inState(state);
      const { id, tcb, status } = peer;
      const next = peer.core.nextTimeoutAt();
      for (const chunk of everyChunk(peer)) {
        // §8.5.1 E has an exception for SHUTDOWN ACK during set-up; see the handshake's tests.
        if (chunk.kind === 'shutdown-ack' && tcb.setUp !== undefined) continue;
        for (const tag of [peer.theirTag ^ 1, 0xffff_ffff, 1]) peer.sendWith({ tag: tag >>> 0 }, chunk);
      }
      expect(peer.heard()).toEqual([]);
      expect(peer.core.status(id)).toEqual(status);
      expect(peer.core.nextTimeoutAt()).toBe(next);
    });

    it('[SCTP-0893, SCTP-0894, AT-27] tag 0 with anything but an INIT is silence', () => {
      const peer = inState(state);
      const { status } = peer;
      for (const chunk of everyChunk(peer)) if (chunk.kind !== 'init') peer.sendWith({ tag: 0 }, chunk);
      expect(peer.heard()).toEqual([]);
      expect(peer.status).toEqual(status);
    });

    it('[SCTP-0319, SCTP-0897, SCTP-0240, SCTP-0927, ERR-0053] ABORT: our tag with T = 0 ends it, in silence', () => {
      const peer = inState(state);
      peer.send(abort(true));
      expect(peer.state).toBe(state);
      peer.send(abort(false));
      expect([peer.heardAfter(60_000), peer.state, peer.core.associations.size]).toEqual([[], 'CLOSED', 0]);
    });

    it('[SCTP-0897, AT-27, ERR-0053] ABORT: the tag of the peer with T = 1 ends it, with T = 0 it does not', () => {
      const peer = inState(state);
      peer.sendWith({ tag: peer.tag }, abort(false));
      expect(peer.state).toBe(state);
      peer.sendWith({ tag: peer.tag }, abort(true));
      // In COOKIE-WAIT we do not know the tag of the peer yet.
      expect(peer.state).toBe(state === 'COOKIE-WAIT' ? 'COOKIE-WAIT' : 'CLOSED');
      expect(peer.heard()).toEqual([]);
    });

    it('[SCTP-0901, SCTP-0902, SCTP-0952, SCTP-0953, SCTP-0317] SHUTDOWN COMPLETE: right pairs of tag and T, in SHUTDOWN-ACK-SENT only', () => {
      for (const [whose, tagReflected, right] of [
        ['ours', false, true],
        ['ours', true, false],
        ['theirs', false, false],
        ['theirs', true, true],
      ] as const) {
        const peer = inState(state);
        peer.sendWith({ tag: whose === 'ours' ? peer.theirTag : peer.tag }, complete(tagReflected));
        expect(peer.state).toBe(right && state === 'SHUTDOWN-ACK-SENT' ? 'CLOSED' : state);
        expect(peer.heard()).toEqual([]);
      }
    });

    it('[AT-8, SCTP-0707, SCTP-0708, SCTP-0709, SCTP-0042] a wrong checksum is silence, whatever the packet says', () => {
      const peer = inState(state);
      const { status } = peer;
      const next = peer.core.nextTimeoutAt();
      for (const chunk of everyChunk(peer)) {
        const packet = encodePacket(peer.header(), [chunk]);
        packet[8]! ^= 1;
        peer.sendBytes(packet);
      }
      expect(peer.heard()).toEqual([]);
      expect(peer.core.counters.checksumErrors).toBe(everyChunk(peer).length);
      expect(peer.status).toEqual(status);
      expect(peer.core.nextTimeoutAt()).toBe(next);
    });
  });

  it('[AT-19, SCTP-0734] a SHUTDOWN COMPLETE that is not alone, first or later, ends nothing', () => {
    for (const tagReflected of [false, true]) {
      const peer = inState('SHUTDOWN-ACK-SENT');
      const tag = tagReflected ? peer.tag : peer.theirTag;
      peer.sendWith({ tag }, complete(tagReflected), { kind: 'cookie-ack' });
      peer.sendWith({ tag }, { kind: 'cookie-ack' }, complete(tagReflected));
      expect([peer.heard(), peer.state]).toEqual([[], 'SHUTDOWN-ACK-SENT']);
    }
  });

  it('[SCTP-0013, SCTP-0365] the right tag from another port, or from an address that is not the peer’s, is out of the blue', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] }).establish();
    const { status } = peer;
    peer.sendWith({ sourcePort: 6001 }, peer.data(0));
    peer.sendWith({ from: '10.0.0.3' }, peer.data(0));
    expect(peer.heard()).toEqual(['ABORT T', '@10.0.0.3 ABORT T']);
    expect([peer.status, peer.node.texts()]).toEqual([status, []]);
  });

  it('[SCTP-0036, SCTP-0037] port 0 is no port', () => {
    const peer = new ScriptedPeer();
    peer.sendWith({ tag: 0, sourcePort: 0 }, peer.init());
    peer.sendWith({ tag: 0, destinationPort: 0 }, peer.init());
    peer.sendWith({ tag: 9, destinationPort: 0 }, peer.data(0));
    expect(peer.heard()).toEqual([]);
  });

  it('[SCTP-0238, SCTP-0925] what stands behind an ABORT is not looked at; what stands before it is not answered', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(heartbeat, peer.data(0), abort(false), heartbeat);
    expect([peer.heardAfter(1000), peer.state]).toEqual([[], 'CLOSED']);
  });

  it('[SCTP-0897, SCTP-0925, AT-27] an ABORT with T = 1 and the tag of the peer may stand behind chunks that mean nothing', () => {
    for (const first of [heartbeat, { kind: 'error', causes: [{ kind: 'out-of-resource' }] }] as const) {
      const peer = new ScriptedPeer().establish();
      peer.sendWith({ tag: peer.tag }, first, abort(false));
      peer.sendWith({ tag: peer.tag ^ 1 }, first, abort(true));
      peer.sendWith({ tag: peer.tag }, first);
      expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
      peer.sendWith({ tag: peer.tag }, first, abort(true));
      expect([peer.heard(), peer.state]).toEqual([[], 'CLOSED']);
      expect(peer.node.eventsOf('peer-error')).toEqual([]);
    }
  });

  it('[SCTP-0239, AT-4] an ABORT that is malformed is no ABORT', () => {
    const peer = new ScriptedPeer().establish();
    for (const length of [0, 1, 2]) peer.sendRaw([new Uint8Array([6, 0, 0, 8, 0, 12, 0, length])]);
    peer.sendRaw([new Uint8Array([6, 0, 0, 8, 0, 12, 0, 3])]);
    peer.sendRaw([new Uint8Array([6, 0, 0, 8, 0, 12, 0, 9])]);
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
  });

  it('[SCTP-0242, SCTP-0060] ignores the reserved flags of ABORT', () => {
    const peer = new ScriptedPeer().establish();
    peer.sendRaw([new Uint8Array([6, 0xfe, 0, 4])]);
    expect(peer.state).toBe('CLOSED');
  });

  it('[SCTP-0928, SCTP-0277, AT-31] tells the application why the peer aborted', () => {
    const peer = new ScriptedPeer().establish();
    const reason = new TextEncoder().encode('no more tea');
    peer.send({ kind: 'abort', tagReflected: false, causes: [{ kind: 'user-initiated-abort', reason }] });
    expect(peer.node.eventsOf('closed').map((event) => event.reason)).toEqual([
      {
        kind: 'peer-aborted',
        text: 'the peer aborted the association: no more tea',
        causes: [{ kind: 'user-initiated-abort', reason }],
      },
    ]);
  });

  it('[SCTP-1027] tells the application how it stood at the end: last TSNs, state, counters', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    peer.send(peer.sack(0));
    peer.send(abort(false));
    const [event] = peer.node.eventsOf('closed');
    expect(event?.final).toMatchObject({
      state: 'CLOSED',
      lastAckedTsn: peer.theirTsn,
      lastSentTsn: tsnAdd(peer.theirTsn, 2),
      bufferedBytes: 0,
      counters: { dataChunksSent: 3 },
    });
  });

  it('[SCTP-0922, SCTP-0923, SCTP-0924, SCTP-0895, SCTP-0236, SCTP-0921] aborting sends ABORT with the reason, alone, and drops what is queued', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, new Uint8Array(100_000), { context: 'big' });
    peer.heardAfter(0);
    peer.node.abort(peer.id, 'enough');
    expect(peer.heardAfter(0)).toEqual(['ABORT user-initiated-abort']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect(peer.lastHeard('abort').causes).toEqual([
      { kind: 'user-initiated-abort', reason: new TextEncoder().encode('enough') },
    ]);
    expect(peer.node.events.slice(-2).map(({ event }) => event)).toMatchObject([
      { kind: 'send-failed', partlySent: true, reason: 'closed', request: { context: 'big' } },
      { kind: 'closed', reason: { kind: 'aborted' } },
    ]);
    expect(peer.heardAfter(60_000)).toEqual([]);
  });

  it('[AT-31] a reason of 70,000 bytes is cut so that the ABORT fits a packet', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.abort(peer.id, 'x'.repeat(70_000));
    peer.heardAfter(0);
    expect(peer.last.bytes.length).toBeLessThan(548);
    expect(peer.lastHeard('abort').causes).toMatchObject([{ kind: 'user-initiated-abort' }]);
  });

  it('[SCTP-1024, SCTP-1020, SCTP-1021] reports every message that is not acknowledged, in their order, each once, even the same object twice', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 3000 }).establish();
    const request = { data: new Uint8Array(1000), streamId: 0, ppid: 0, unordered: false };
    for (let i = 0; i < 5; i++) peer.node.call((core, now) => core.send(peer.id, request, now));
    peer.send(peer.sack(0, [], 0));
    peer.node.abort(peer.id);
    const failed = peer.node.eventsOf('send-failed');
    expect(failed.map(({ partlySent }) => partlySent)).toEqual([true, true, false, false]);
    expect(failed.every((event) => event.request === request)).toBe(true);
  });

  it('[SCTP-0017, AT-39] takes a TSN of 2^31 ahead or more as an old one', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.data(0));
    peer.heard();
    peer.send(peer.data(1, { tsn: tsn(peer.initialTsn + 2 ** 31) }));
    expect(peer.heard()[0]).toMatch(/^SACK 0 duplicates/);
    expect(peer.node.texts()).toEqual(['m0']);
  });
});
