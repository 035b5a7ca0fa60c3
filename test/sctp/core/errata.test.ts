import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inFlight } from './in-flight.ts';

const heartbeat: Chunk = { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) };

describe('where RFC 4960 said something else (RFC 8540)', () => {
  it('[ERR-0014, SCTP-0774] ssthresh begins high, whatever window the peer has', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 1500 }).establish();
    expect(peer.status?.paths[0]?.ssthreshBytes).toBeGreaterThan(2 ** 30);
  });

  it('[ERR-0018, SCTP-0547] packets without a SACK do not keep a closed window from being an error', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false, associationMaxRetrans: 3 } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 0));
    peer.node.send(peer.id, 'y');
    for (let i = 0; i < 100 && peer.state !== 'CLOSED'; i++) {
      peer.clock.runFor(1000);
      peer.send(heartbeat);
    }
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'lost' } }]);
  });

  it('[ERR-0027, SCTP-0672, SCTP-0671] an answer to another address takes no DATA with it', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    for (let i = 0; i < 8; i++) peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    peer.sendWith({ from: '10.0.0.3' }, heartbeat, peer.sack(3));
    const heard = peer.heard();
    expect(heard[0]).toBe('@10.0.0.3 HEARTBEAT-ACK');
    expect(heard.slice(1)).toEqual(['DATA 4 BE', 'DATA 5 BE', 'DATA 6 BE', 'DATA 7 BE']);
  });

  it('[ERR-0031, SCTP-0686] takes ERROR and SACK in either order', () => {
    for (const reversed of [false, true]) {
      const peer = inFlight(1);
      const error: Chunk = { kind: 'error', causes: [{ kind: 'invalid-stream-identifier', streamId: 3 }] };
      const chunks = [error, peer.sack(0)];
      peer.send(...(reversed ? chunks.reverse() : chunks));
      expect([peer.status?.bufferedBytes, peer.node.eventsOf('peer-error').length]).toEqual([0, 1]);
    }
  });

  it('[ERR-0037, SCTP-0543, SCTP-0544] a window that is smaller than the next chunk is a closed one, and is probed', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 100));
    peer.heard();
    peer.node.send(peer.id, new Uint8Array(1000));
    expect(peer.heardAfter(999)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['DATA 1 BE']);
  });

  it('[ERR-0038, SCTP-0021] offers no ECN', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2'] });
    peer.associate();
    const parameters = [...peer.lastHeard('init').parameters, ...peer.askForInitAck().parameters];
    expect(parameters.filter((each) => each.kind === 'unknown' && each.type === 0x8000)).toEqual([]);
  });

  it('[ERR-0048, SCTP-0776] slow start needs no advance of the cumulative ack', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 6; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    const { cwndBytes, flightBytes } = peer.status!.paths[0]!;
    expect(flightBytes).toBeGreaterThanOrEqual(cwndBytes);
    peer.send(peer.sack(-1, [{ start: 2, end: 2 }]));
    expect(peer.status!.paths[0]!.cwndBytes).toBe(cwndBytes + 1016);
  });
});
