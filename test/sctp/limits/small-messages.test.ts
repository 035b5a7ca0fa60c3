import { describe, expect, it } from 'vitest';
import { ssn } from '../../../src/base/serial.ts';
import { MAX_WANTED_RECONFIGURATIONS } from '../../../src/sctp/core/reconfiguration-checks.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { ReconfiguringPeer } from '../core/reconfiguring-peer.ts';
import { coreOf, makeCore } from '../core/transfer.ts';

const BUFFER_BYTES = 64 * 1024;
/** One message, or chunk, for 64 bytes of buffer. */
const ITEMS = BUFFER_BYTES / 64;

describe('messages that cost more than their bytes', () => {
  it('[AT-44] a million of one byte, to a slow reader: neither side holds more than a buffer has places for', () => {
    const config = { receiveBufferBytes: BUFFER_BYTES, sendBufferBytes: BUFFER_BYTES, maxBurstPackets: 100 };
    let [sent, read, most, mostQueued] = [0, 0, 0, 0];
    const unread: number[] = [];
    const fill = (): void => {
      while (sent < 1_000_000 && pair.a.send(a, new Uint8Array([sent & 0xff]), { streamId: sent % 10 })) sent++;
      mostQueued = Math.max(mostQueued, coreOf(pair.a).associations.get(a)?.outbound.queue.length ?? 0);
    };
    const pair: EndpointPair = new EndpointPair(makeCore, {
      a: { config, record: false, onEvent: (event) => event.kind === 'drain' && fill() },
      b: {
        config,
        record: false,
        consume: 'by-hand',
        onEvent: (event, association) => {
          if (event.kind !== 'message') return;
          unread.push(event.windowBytes);
          most = Math.max(most, unread.length);
          // Reads everything, but only when nothing more fits.
          if (unread.length < ITEMS) return;
          for (const bytes of unread.splice(0)) pair.b.call((core, now) => core.consumed(association, bytes, now));
        },
      },
    });
    const a = pair.a.associate(pair.b);
    fill();
    pair.clock.runWhileNot(() => {
      read = [...coreOf(pair.b).associations][0]?.counters.messagesReceived ?? 0;
      return read === 1_000_000;
    }, 36_000_000);
    expect([sent, most <= ITEMS, mostQueued <= ITEMS]).toEqual([1_000_000, true, true]);
    expect(most).toBeGreaterThan(ITEMS / 2);
  });

  it('[AT-44] the send buffer has a place for one message in 64 bytes, and tells when half of them are free', () => {
    const peer = new ScriptedPeer({ config: { sendBufferBytes: BUFFER_BYTES }, advertisedRwndBytes: 1500 }).establish();
    let accepted = 0;
    while (accepted < 100_000 && peer.node.send(peer.id, 'x')) accepted++;
    // Those that have been sent have left it.
    const { queue, outstanding } = peer.tcb.outbound;
    expect([queue.length, accepted]).toEqual([ITEMS, ITEMS + outstanding.length]);
    for (let acknowledged = 0; acknowledged < accepted; ) {
      const mayDrain = queue.length <= ITEMS / 2;
      expect(peer.node.eventsOf('drain').length).toBe(0);
      acknowledged += outstanding.length;
      peer.send(peer.sack(acknowledged - 1));
      if (mayDrain) break;
    }
    expect(peer.node.eventsOf('drain').length).toBe(1);
    expect(peer.node.send(peer.id, 'x')).toBe(true);
  });

  it('[AT-44] messages that wait for a reset of their stream take places too', () => {
    const peer = new ReconfiguringPeer({ config: { sendBufferBytes: BUFFER_BYTES } }).up();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [3] });
    let accepted = 0;
    while (accepted < 100_000 && peer.node.send(peer.id, 'x', { streamId: 3 })) accepted++;
    expect(accepted).toBe(ITEMS);
  });

  it('as many reconfigurations wait as there are places for', () => {
    const peer = new ReconfiguringPeer().up();
    const wanted = { kind: 'add-streams', outgoing: 1 } as const;
    for (let i = 0; i < MAX_WANTED_RECONFIGURATIONS; i++) peer.reconfigure(wanted);
    expect(() => peer.reconfigure(wanted)).toThrow(`${MAX_WANTED_RECONFIGURATIONS} requests wait for the peer`);
  });

  it('[AT-42] the first fragments of 10,000 messages and never the last: held up to the limit, and a hole that is filled passes', () => {
    const config = { receiveBufferBytes: BUFFER_BYTES };
    const peer = new ScriptedPeer({ config, addresses: ['10.0.0.2'] }).establish();
    // Every second TSN, so that no two of them contradict each other.
    for (let i = 0; i < 10_000; i++) {
      peer.send(peer.data(1 + 2 * i, { ssn: ssn(1), streamId: i % 10, ending: false, text: 'first' }));
      const { heldChunks, heldBytes } = peer.tcb.inbound!.reassembly;
      if (heldChunks > ITEMS || heldBytes > BUFFER_BYTES) throw new Error(`${heldChunks} chunks are held`);
    }
    expect(peer.tcb.inbound!.reassembly.heldChunks).toBe(ITEMS);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    peer.send(peer.data(0, { text: 'whole' }));
    expect(peer.node.texts()).toEqual(['whole']);
  });
});
