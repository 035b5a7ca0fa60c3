import { describe, expect, it } from 'vitest';
import { mid } from '../../../src/base/serial.ts';
import { ReconfiguringPeer } from './reconfiguring-peer.ts';

const I_DATA = 64;
const RE_CONFIG = 130;

const interleaved = (config: object = {}): ReconfiguringPeer =>
  new ReconfiguringPeer({ chunkTypes: [I_DATA, RE_CONFIG], config: { interleaving: true, ...config } }).establish();

/** I-DATA chunks of all packets: stream, `u` if unordered, and MID. */
const sentBy = (peer: ReconfiguringPeer): string[] =>
  peer.packets
    .flatMap(({ chunks }) => chunks)
    .flatMap((chunk) =>
      chunk.kind === 'i-data' ? [`${chunk.streamId}${chunk.unordered ? 'u' : ''}/${chunk.mid}`] : [],
    );

describe('stream resets with interleaving (RFC 8260 §2.3.2)', () => {
  it('[IDATA-0048] [IDATA-0003] outgoing streams that are reset count both kinds of messages from MID 0', () => {
    const peer = interleaved();
    const say = (): void => {
      for (const streamId of [1, 2]) {
        for (const unordered of [false, true, false]) peer.node.send(peer.id, 'x', { streamId, unordered });
      }
      peer.heardAfter(0);
    };
    say();
    peer.send(peer.sack(5));
    peer.heard();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    expect(peer.heardReconfig()).toEqual(['OUT-REQ:0,-1/1 last 5']);
    peer.reconfig(peer.response(0));
    const before = sentBy(peer).length;
    say();
    expect(sentBy(peer).slice(before)).toEqual(['1/0', '1u/0', '1/1', '2/2', '2u/1', '2/3']);
  });

  it('[IDATA-0048] incoming streams that are reset expect it', () => {
    const peer = interleaved();
    for (const streamId of [1, 2]) peer.send(peer.iData(streamId - 1, { streamId, mid: mid(0) }));
    peer.send(peer.iData(2, { streamId: 1, mid: mid(0), unordered: true, ending: false }));
    peer.heard();
    peer.reconfig(peer.out(0, [1], 1));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    peer.send(peer.iData(3, { streamId: 1, mid: mid(0), text: 'anew' }));
    peer.send(peer.iData(4, { streamId: 2, mid: mid(1), text: 'on' }));
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'anew', 'on']);
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('[IDATA-0048] what comes early of a stream whose reset waits is kept, and counts anew', () => {
    const peer = interleaved();
    peer.send(peer.iData(0, { streamId: 1, mid: mid(0) }));
    // TSN 1 is missing.
    peer.reconfig(peer.out(0, [1], 1));
    peer.send(peer.iData(2, { streamId: 1, mid: mid(0), text: 'anew' }));
    expect(peer.node.texts()).toEqual(['m0']);
    peer.send(peer.iData(1, { streamId: 1, mid: mid(1), text: 'before' }));
    peer.reconfig(peer.out(0, [1], 1));
    expect(peer.node.texts()).toEqual(['m0', 'before', 'anew']);
  });

  it('[IDATA-0049] a reset waits for what was given to send before it and has no TSN yet', () => {
    const peer = interleaved({ scheduler: 'round-robin' });
    peer.send(peer.sack(-1, [], 2000));
    for (const streamId of [1, 2]) peer.node.send(peer.id, new Uint8Array(4000), { streamId });
    peer.heardAfter(0);
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    expect(peer.heardReconfig()).toEqual([]);
    // Whatever is sent on the stream meanwhile belongs behind the reset.
    peer.node.send(peer.id, 'anew', { streamId: 1 });
    let acked = 0;
    for (let i = 0; i < 10 && peer.state === 'ESTABLISHED'; i++) {
      const sent = sentBy(peer).length;
      if (sent > acked) peer.send(peer.sack(sent - 1, [], 3000));
      acked = sent;
    }
    // The streams take turns: the last fragment of stream 1 is the last but one of all.
    expect(peer.heardReconfig()).toEqual(['OUT-REQ:0,-1/1 last 4']);
    expect(sentBy(peer).filter((message) => message === '1/0').length).toBe(3);
    peer.reconfig(peer.response(0));
    expect(sentBy(peer).at(-1)).toBe('1/0');
  });
});
