import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const ip = (address: string) => ({ kind: 'ip-address', address }) as const;
const cookie = { kind: 'state-cookie', cookie: new Uint8Array([1]) } as const;

function twoPaths(): ScriptedPeer {
  const addresses = ['10.0.0.2', '10.0.0.3'];
  const peer = new ScriptedPeer({ addresses });
  return peer.connect('ESTABLISHED', { parameters: [cookie, ...addresses.map(ip)] });
}

describe('statistics of an association and its paths', () => {
  it('[API-0173] STATUS tells what is unacknowledged, what waits for delivery, and the fragmentation point', () => {
    const peer = new ScriptedPeer().connect();
    expect(peer.status).toMatchObject({ unackedChunks: 0, heldBytes: 0, fragmentationPointBytes: 1444 });
    peer.node.send(peer.id, 'one');
    peer.node.send(peer.id, new Uint8Array(1445));
    peer.send(peer.data(1, { text: '12345' }));
    expect(peer.status).toMatchObject({ unackedChunks: 3, heldBytes: 5, bufferedBytes: 1448 });
    peer.send(peer.sack(0), peer.data(0));
    expect(peer.status).toMatchObject({ unackedChunks: 2, heldBytes: 0, bufferedBytes: 1445 });
  });

  it('[API-0174] each path counts what goes and comes there', () => {
    const peer = twoPaths();
    peer.heardAfter(0);
    const [before] = peer.status!.paths;
    peer.node.send(peer.id, 'lost');
    peer.heardAfter(1500);
    const [first, second] = peer.status!.paths;
    // The second address was never confirmed: the retransmission goes to the first one again.
    expect(first!.counters).toMatchObject({ dataChunksSent: 2, retransmissions: 1, t3Expirations: 1 });
    expect(first!.counters.packetsSent - before!.counters.packetsSent).toBe(2);
    expect(second!.counters).toMatchObject({ dataChunksSent: 0, retransmissions: 0, t3Expirations: 0 });

    peer.sendWith({ from: '10.0.0.3' }, peer.sack(0));
    const [, heard] = peer.status!.paths;
    expect(heard!.counters.packetsReceived - second!.counters.packetsReceived).toBe(1);
  });

  it('[API-0174] heartbeats sent and acknowledged', () => {
    const peer = twoPaths();
    peer.heardAfter(10);
    const heartbeat = peer.lastHeard('heartbeat');
    expect(peer.status!.paths[1]!.counters).toMatchObject({ heartbeatsSent: 1, heartbeatsAcknowledged: 0 });
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'heartbeat-ack', value: heartbeat.value });
    expect(peer.status!.paths[1]!.counters).toMatchObject({ heartbeatsSent: 1, heartbeatsAcknowledged: 1 });
    expect(peer.status!.paths[0]!.counters).toMatchObject({ heartbeatsSent: 0, heartbeatsAcknowledged: 0 });
  });

  it('the counters of the paths add up to those of the association', () => {
    const peer = twoPaths();
    for (let i = 0; i < 20; i++) peer.node.send(peer.id, new Uint8Array(3000));
    peer.heardAfter(5000);
    peer.send(peer.sack(0));
    peer.heardAfter(5000);
    const { counters, paths } = peer.status!;
    for (const name of [
      'packetsSent',
      'packetsReceived',
      'dataChunksSent',
      'retransmissions',
      't3Expirations',
    ] as const) {
      expect(paths.reduce((sum, path) => sum + path.counters[name], 0)).toBe(counters[name]);
      expect(counters[name]).toBeGreaterThan(0);
    }
  });
});
