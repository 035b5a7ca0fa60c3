import { describe, expect, it } from 'vitest';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { refusePackets } from './refuse-packets.ts';
import { coreOf, makeCore, Transfer } from './transfer.ts';

/** An association to two addresses that our own user gave. */
function twoPaths(options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'], ...options });
  peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
  peer.send(peer.initAck());
  peer.send({ kind: 'cookie-ack' });
  peer.heard();
  return peer;
}

const states = (peer: ScriptedPeer): string[] | undefined => peer.status?.paths.map(({ state }) => state);
const noHeartbeats = { heartbeats: false } as const;

describe('several addresses (RFC 9260 §6.4, §8.1, §8.2)', () => {
  it('[SCTP-0671, SCTP-0763, SCTP-0008, SCTP-0382] new data goes to the primary path, or where the application wants it', () => {
    const peer = twoPaths();
    peer.node.send(peer.id, 'a');
    peer.node.send(peer.id, 'b', { destination: '10.0.0.3' });
    peer.node.call((core) => core.setPrimary(peer.id, '10.0.0.3'));
    peer.node.send(peer.id, 'c');
    expect(peer.heardAfter(0)).toEqual(['DATA 0 BE', '@10.0.0.3 DATA 1 BE', '@10.0.0.3 DATA 2 BE']);
  });

  it('[SCTP-0677, SCTP-0763, SCTP-0680, SCTP-0661, SCTP-0662, SCTP-0665, AT-66, SCTP-0542] what timed out goes to the other address, with its timer', () => {
    const peer = twoPaths({ config: noHeartbeats });
    peer.node.send(peer.id, 'x');
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE', '@10.0.0.3 DATA 0 BE']);
    expect(peer.status?.paths.map(({ flightBytes, rtoMs }) => [flightBytes, rtoMs])).toEqual([
      [0, 2000],
      [20, 1000],
    ]);
    expect(peer.tcb.paths.all.map(({ timers }) => timers.isRunning('t3-rtx'))).toEqual([false, true]);
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE']);
  });

  it('[SCTP-0682, SCTP-0683, SCTP-0006] to the other address it goes from our other address, on the other network', () => {
    const addresses = ['10.0.0.2', '10.0.1.2'];
    const peer = new ScriptedPeer({ endpointAddresses: ['10.0.0.1', '10.0.1.1'], addresses, config: noHeartbeats });
    peer.associate({ addresses });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(1000);
    expect(peer.packets.slice(-2).map(({ from, to }) => [from, to])).toEqual([
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.1.1', '10.0.1.2'],
    ]);
    // What comes in at another address of ours is from the same path.
    peer.sendWith({ to: '10.0.1.1' }, peer.data(0), peer.sack(0));
    expect([peer.status?.paths.length, peer.node.texts(), peer.status?.bufferedBytes]).toEqual([2, ['m0'], 0]);
  });

  it('[SCTP-0726, SCTP-0716] no packet is longer than the primary path takes, wherever it goes', () => {
    const peer = twoPaths({ config: noHeartbeats });
    refusePackets(peer, '10.0.0.2', 1472, 1200);
    const [primary, other] = peer.status!.paths;
    expect([primary!.pmtuBytes, other!.pmtuBytes]).toEqual([576 - 28, 1472]);
    peer.packets.length = 0;
    peer.node.call((core, now) => {
      const request = { data: new Uint8Array(100), streamId: 0, ppid: 0, unordered: false, destination: '10.0.0.3' };
      for (let i = 0; i < 20; i++) core.send(peer.id, request, now);
    });
    peer.clock.runFor(0);
    const sizes = peer.packets.map(({ bytes }) => bytes.length);
    expect([sizes.length > 3, Math.max(...sizes)]).toEqual([true, 12 + 4 * 116]);
    // Fragments fit all paths, whichever they are for.
    const fragments = twoPaths({ config: noHeartbeats });
    refusePackets(fragments, '10.0.0.3', 1472, 1200);
    fragments.packets.length = 0;
    fragments.node.send(fragments.id, new Uint8Array(3000));
    fragments.clock.runFor(0);
    expect(fragments.packets.map(({ to }) => to)).toContain('10.0.0.2');
    for (const { chunks } of fragments.packets)
      for (const chunk of chunks)
        expect(chunk.kind === 'data' && chunk.userData.length <= 576 - 28 - 12 - 16).toBe(true);
  });

  it('[SCTP-0672] SHUTDOWN ACK and SHUTDOWN COMPLETE go to where the peer speaks from', () => {
    const theirs = twoPaths({ config: noHeartbeats });
    theirs.sendWith({ from: '10.0.0.3' }, theirs.shutdown());
    expect(theirs.heard()).toEqual(['@10.0.0.3 SHUTDOWN-ACK']);
    theirs.send(theirs.shutdown());
    expect(theirs.heard()).toEqual(['SHUTDOWN-ACK']);
    const ours = twoPaths({ config: noHeartbeats });
    ours.node.shutdown(ours.id);
    ours.heardAfter(0);
    ours.sendWith({ from: '10.0.0.3' }, { kind: 'shutdown-ack' });
    expect(ours.heard()).toEqual(['@10.0.0.3 SHUTDOWN-COMPLETE']);
    const both = twoPaths({ config: noHeartbeats });
    both.node.shutdown(both.id);
    both.heardAfter(0);
    both.sendWith({ from: '10.0.0.3' }, both.shutdown());
    expect(both.heard()).toEqual(['@10.0.0.3 SHUTDOWN-ACK']);
  });

  it('[SCTP-0678, ERR-0012] what was fast-retransmitted stays on its path', () => {
    const peer = twoPaths();
    for (let i = 0; i < 5; i++) peer.node.send(peer.id, new Uint8Array(900), { destination: '10.0.0.3' });
    peer.heardAfter(0);
    for (let i = 2; i < 5; i++) peer.send(peer.sack(-1, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual(['@10.0.0.3 DATA 0 BE']);
  });

  it('[SCTP-0654, AT-55] T3 of a path whose last chunk in flight was lost, and goes elsewhere, is off', () => {
    const peer = twoPaths();
    peer.node.send(peer.id, 'x', { destination: '10.0.0.3' });
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, 'y');
    const second = peer.tcb.paths.find('10.0.0.3')!;
    second.active = false;
    peer.heardAfter(0);
    for (let i = 2; i < 5; i++) peer.send(peer.sack(-1, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual(['DATA 0 BE']);
    expect([second.flightBytes, second.timers.isRunning('t3-rtx')]).toEqual([0, false]);
  });

  it('[SCTP-0626, SCTP-0656, AT-52] T3 starts on the path of a chunk that was reneged, where it was off', () => {
    const peer = twoPaths();
    peer.node.send(peer.id, 'x');
    peer.node.send(peer.id, 'y', { destination: '10.0.0.3' });
    peer.heardAfter(0);
    const second = peer.tcb.paths.find('10.0.0.3')!;
    peer.send(peer.sack(-1, [{ start: 2, end: 2 }]));
    expect(second.timers.isRunning('t3-rtx')).toBe(false);
    peer.clock.runFor(100);
    peer.send(peer.sack(-1));
    expect([second.flightBytes, second.timers.at('t3-rtx')]).toEqual([20, 1100]);
  });

  it('[SCTP-0840, SCTP-0841, SCTP-0681, SCTP-0846, SCTP-0001, SCTP-0838, AT-66, ERR-0001] after Path.Max.Retrans new data goes to the other address', () => {
    const peer = twoPaths({ config: { ...noHeartbeats, pathMaxRetrans: 2 } });
    let acked = -1;
    for (let i = 0; i < 3; i++) {
      peer.node.send(peer.id, `${i}`);
      const heard = peer.heardAfter(peer.status!.paths[0]!.rtoMs);
      expect(heard).toEqual([`DATA ${i} BE`, `@10.0.0.3 DATA ${i} BE`]);
      peer.sendWith({ from: '10.0.0.3' }, peer.sack(++acked));
    }
    expect(states(peer)).toEqual(['inactive', 'active']);
    expect(peer.node.eventsOf('path-changed')).toEqual([
      { kind: 'path-changed', address: '10.0.0.2', change: 'inactive' },
    ]);
    peer.node.send(peer.id, 'elsewhere');
    expect(peer.heardAfter(0)).toEqual(['@10.0.0.3 DATA 3 BE']);
    expect(peer.tcb.errorCount).toBe(0);
  });

  it('[SCTP-0843, SCTP-0860, SCTP-0856, AT-66] and comes back when a heartbeat was answered', () => {
    const peer = twoPaths({ config: { pathMaxRetrans: 0, heartbeatIntervalMs: 5000 } });
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(1000);
    peer.sendWith({ from: '10.0.0.3' }, peer.sack(0));
    expect(states(peer)).toEqual(['inactive', 'active']);
    peer.clock.runWhileNot(() => peer.last.to === '10.0.0.2' && peer.last.chunks[0]?.kind === 'heartbeat');
    peer.send({ kind: 'heartbeat-ack', value: peer.lastHeard('heartbeat').value });
    expect(states(peer)).toEqual(['active', 'active']);
    expect(peer.node.eventsOf('path-changed').map(({ address, change }) => `${address} ${change}`)).toEqual([
      '10.0.0.2 inactive',
      '10.0.0.2 active',
    ]);
    peer.heard();
    peer.node.send(peer.id, 'home');
    expect(peer.heardAfter(0)).toEqual(['DATA 1 BE']);
  });

  it('[SCTP-0838, SCTP-0839, SCTP-0842] each address has a counter of its own; an acknowledgement clears that of the address used last', () => {
    const peer = twoPaths({ config: noHeartbeats });
    const counts = (): number[] => peer.status!.paths.map(({ errorCount }) => errorCount);
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(1000);
    expect(counts()).toEqual([1, 0]);
    peer.clock.runFor(1000);
    expect(counts()).toEqual([1, 1]);
    peer.clock.runFor(2000);
    expect(counts()).toEqual([2, 1]);
    // It went to the second address last, by whichever way the SACK comes back.
    peer.send(peer.sack(0));
    expect(counts()).toEqual([2, 0]);
  });

  it('[SCTP-0847] of several alternates one is used', () => {
    const addresses = ['10.0.0.2', '10.0.0.3', '10.0.0.4'];
    const peer = new ScriptedPeer({ addresses, config: { ...noHeartbeats, pathMaxRetrans: 0 } });
    peer.associate({ addresses });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(1000);
    peer.sendWith({ from: '10.0.0.3' }, peer.sack(0));
    peer.heard();
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, 'y');
    expect(peer.heardAfter(0)).toEqual(['@10.0.0.3 DATA 1 BE', '@10.0.0.3 DATA 2 BE', '@10.0.0.3 DATA 3 BE']);
  });

  it('[SCTP-0830, SCTP-0832, SCTP-0833, AT-67] both dead: over after Association.Max.Retrans, all paths together', () => {
    const peer = twoPaths({ config: { ...noHeartbeats, pathMaxRetrans: 20, associationMaxRetrans: 5 } });
    peer.node.send(peer.id, 'x');
    expect(peer.heardAfter(1_000_000)).toEqual([
      'DATA 0 BE',
      '@10.0.0.3 DATA 0 BE',
      'DATA 0 BE',
      '@10.0.0.3 DATA 0 BE',
      'DATA 0 BE',
      '@10.0.0.3 DATA 0 BE',
    ]);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'lost' } }]);
  });

  it('[SCTP-0845] when no path works any more, one after the other is tried', () => {
    const peer = twoPaths({ config: { ...noHeartbeats, pathMaxRetrans: 0, associationMaxRetrans: 10 } });
    peer.node.send(peer.id, 'x');
    const heard = peer.heardAfter(20_000);
    expect(states(peer)).toEqual(['inactive', 'inactive']);
    expect(heard.slice(0, 5)).toEqual([
      'DATA 0 BE',
      '@10.0.0.3 DATA 0 BE',
      'DATA 0 BE',
      '@10.0.0.3 DATA 0 BE',
      'DATA 0 BE',
    ]);
    expect(peer.status?.waitingFor).toBe('nothing');
    peer.send(peer.sack(0));
    expect(states(peer)).toContain('active');
  });

  it('[SCTP-0845, SCTP-0839] dormant: the address with the fewest errors is tried; its time-outs count, those of heartbeats do not', () => {
    const peer = twoPaths({ config: { pathMaxRetrans: 1, heartbeatIntervalMs: 1000, associationMaxRetrans: 100 } });
    peer.clock.runWhileNot(() => states(peer)!.every((state) => state === 'inactive'));
    peer.clock.runFor(200_000);
    const counts = (): number[] => peer.status!.paths.map(({ errorCount }) => errorCount);
    expect(counts()).toEqual([2, 2]);
    peer.node.call((core, now) => core.configure(peer.id, { heartbeats: false }, now));
    peer.clock.runFor(200_000);
    peer.tcb.paths.all[0]!.errorCount = 4;
    peer.heard();
    peer.node.send(peer.id, 'x');
    expect(peer.heardAfter(0)).toEqual(['@10.0.0.3 DATA 0 BE']);
    expect([states(peer), counts()]).toEqual([
      ['inactive', 'inactive'],
      [4, 2],
    ]);
    peer.clock.runWhileNot(() => counts().join() === '4,3');
    peer.clock.runWhileNot(() => counts().join() === '4,4');
    peer.clock.runFor(0);
    // Equal now: the other one has its turn.
    expect(peer.heard()).toEqual(['@10.0.0.3 DATA 0 BE', 'DATA 0 BE']);
    peer.send(peer.sack(0));
    expect([states(peer), counts()]).toEqual([
      ['active', 'inactive'],
      [0, 4],
    ]);
  });

  it('[SCTP-0831, AT-68, ERR-0006] only the heartbeats of an idle path fail: it is inactive, the association lives', () => {
    const peer = twoPaths({ config: { heartbeatIntervalMs: 1000, associationMaxRetrans: 2 } });
    for (let i = 0; i < 500; i++) {
      peer.node.send(peer.id, 'x');
      peer.clock.runFor(400);
      // Before anything sets it back.
      expect(peer.tcb.errorCount).toBe(0);
      peer.send(peer.sack(i));
    }
    expect(states(peer)).toEqual(['active', 'inactive']);
    expect([peer.state, peer.tcb.errorCount]).toEqual(['ESTABLISHED', 0]);
  });

  it('[SCTP-0764, SCTP-0765, SCTP-0769, SCTP-0640, SCTP-0768] RTO and congestion windows are each path’s own', () => {
    const peer = twoPaths({ config: noHeartbeats });
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(1000);
    const [first, second] = peer.status!.paths;
    expect([first!.cwndBytes, first!.rtoMs, second!.cwndBytes, second!.rtoMs]).toEqual([1460, 2000, 4404, 1000]);
  });

  it('[SCTP-0677, SCTP-0933] SHUTDOWN that timed out goes to the other address', () => {
    const peer = twoPaths({ config: noHeartbeats });
    peer.node.shutdown(peer.id);
    expect(peer.heardAfter(3000)).toEqual(['SHUTDOWN -1', '@10.0.0.3 SHUTDOWN -1', 'SHUTDOWN -1']);
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'shutdown-ack' });
    expect(peer.state).toBe('CLOSED');
  });
});

describe('transfers over two paths', () => {
  const nodes = { a: { addresses: ['10.0.0.1', '10.0.1.1'] }, b: { addresses: ['10.0.0.2', '10.0.1.2'] } };

  it('[AT-66] the first path is cut in mid-transfer: everything arrives once, in order, over the second', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const transfer = new Transfer(3_000_000, { seed, link: [delay(50)], ...nodes });
      transfer.pair.clock.at(300 + 37 * seed, () => {
        transfer.pair.network.partition.cut('10.0.0.1');
      });
      transfer.run();
      const [tcb] = coreOf(transfer.pair.a).associations;
      expect(tcb!.counters.t3Expirations).toBeGreaterThan(0);
      expect(tcb!.paths.all.map(({ confirmed }) => confirmed)).toEqual([true, true]);
    }
  });

  it('[AT-73] a path that comes and goes every two seconds for ten minutes', () => {
    const transfer = new Transfer(20_000_000, {
      seed: 4,
      link: [delay(30)],
      a: { ...nodes.a, config: { heartbeatIntervalMs: 1000, sendBufferBytes: 30_000 } },
      b: { ...nodes.b, config: { heartbeatIntervalMs: 1000 } },
    });
    const { partition } = transfer.pair.network;
    for (let i = 0; i < 150; i++) {
      transfer.pair.clock.at(1000 + 4000 * i, () => partition.cut('10.0.0.1'));
      transfer.pair.clock.at(3000 + 4000 * i, () => partition.heal('10.0.0.1'));
    }
    transfer.run();
    const [tcb] = coreOf(transfer.pair.a).associations;
    expect(tcb!.paths.primary.address).toBe('10.0.0.2');
  });

  it('[AT-74] IPv4 and IPv6, one of them blocked: the other one comes up after one RTO', () => {
    for (const [blocked, order] of [
      ['2001:db8::2', ['2001:db8::2', '10.0.0.2']],
      ['10.0.0.2', ['10.0.0.2', '2001:db8::2']],
    ] as const) {
      const pair = new EndpointPair(makeCore, {
        link: [delay(20)],
        a: { addresses: ['10.0.0.1', '2001:db8::1'] },
        b: { addresses: order },
      });
      pair.network.partition.cut(blocked);
      const ids = pair.connect(1200);
      pair.a.send(ids.a, 'hello');
      // The primary path is the blocked one: T3 has to find that out.
      pair.clock.runFor(2500);
      expect(pair.b.texts()).toEqual(['hello']);
    }
  });
});
