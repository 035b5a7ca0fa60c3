import { describe, expect, it } from 'vitest';
import type { AssociationEvent } from '../../../src/sctp/core/contract.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { dropIf } from '../../harness/links/drop-if.ts';
import { SeededRandom } from '../../harness/random.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { inState } from './in-state.ts';
import { makeCore } from './transfer.ts';

/** A peer that sends nothing of itself, and an endpoint that sends no heartbeats of itself. */
function quiet(options: ScriptedPeerOptions = {}): ScriptedPeer {
  return new ScriptedPeer({ ...options, config: { heartbeats: false, ...options.config } }).establish();
}

function probe(peer: ScriptedPeer): void {
  peer.node.call((core, now) => core.probe(peer.id, now));
  peer.clock.runFor(0);
}

const eventsOf = <Kind extends AssociationEvent['kind']>(peer: ScriptedPeer, kind: Kind) => peer.node.eventsOf(kind);
/** When HEARTBEATs went out, and where to. */
const heartbeats = (peer: ScriptedPeer): string[] =>
  peer.packets
    .filter(({ chunks }) => chunks.some(({ kind }) => kind === 'heartbeat'))
    .map(({ at, to }) => `${at} ${to}`);

describe('a probe of the peer', () => {
  it('[SCTP-0853, SCTP-1016] sends one HEARTBEAT at once, and ends with its answer', () => {
    const peer = quiet();
    probe(peer);
    expect(peer.heardAfter(0)).toEqual(['HEARTBEAT']);
    peer.clock.runFor(20);
    peer.send({ kind: 'heartbeat-ack', value: peer.lastHeard('heartbeat').value.slice() });
    expect(eventsOf(peer, 'probed')).toEqual([{ kind: 'probed', alive: true }]);
    expect(peer.heardAfter(60_000)).toEqual([]);
  });

  it('ends with any packet that has our tag, and with no other', () => {
    const peer = quiet();
    probe(peer);
    peer.sendWith({ tag: 1 }, { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    expect(eventsOf(peer, 'probed')).toEqual([]);
    peer.send({ kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    expect(eventsOf(peer, 'probed')).toEqual([{ kind: 'probed', alive: true }]);
  });

  it('goes on eight times, then takes the peer for silent', () => {
    const peer = quiet();
    probe(peer);
    peer.clock.runFor(5000);
    // No round trip took any time here: 50 ms is the least.
    expect(heartbeats(peer)).toEqual([0, 50, 100, 150, 200, 250, 300, 350].map((at) => `${at} 10.0.0.2`));
    expect(eventsOf(peer, 'probed')).toEqual([{ kind: 'probed', alive: false }]);
    expect(peer.status).toMatchObject({ state: 'ESTABLISHED' });
  });

  it.each([
    [80, 50],
    [160, 80],
    [600, 150],
  ])('goes on twice in a round trip, here of %d ms, but 50 to 150 ms apart', (roundTripMs, intervalMs) => {
    const peer = quiet({ config: { probeHeartbeats: 3 } });
    peer.node.send(peer.id, 'measured');
    peer.clock.runFor(roundTripMs);
    peer.send(peer.sack(0));
    const from = peer.clock.now();
    probe(peer);
    peer.clock.runFor(5000);
    expect(heartbeats(peer)).toEqual([0, 1, 2].map((i) => `${from + i * intervalMs} 10.0.0.2`));
  });

  it('counts for no error counter', () => {
    const peer = quiet({ config: { pathMaxRetrans: 0, associationMaxRetrans: 0, probeHeartbeats: 3 } });
    probe(peer);
    peer.clock.runFor(5000);
    expect(eventsOf(peer, 'probed')).toHaveLength(1);
    expect(peer.status?.paths).toMatchObject([{ state: 'active', errorCount: 0, rtoMs: 1000 }]);
  });

  it('is joined by another one, and begins anew afterwards', () => {
    const peer = quiet();
    probe(peer);
    probe(peer);
    expect(peer.heardAfter(0)).toEqual(['HEARTBEAT']);
    peer.clock.runFor(2000);
    probe(peer);
    expect(eventsOf(peer, 'probed')).toHaveLength(1);
    expect(heartbeats(peer)).toHaveLength(9);
  });

  it('takes all confirmed paths, and a late answer makes one of them active again', () => {
    const addresses = ['10.0.0.2', '10.0.0.3', '10.0.0.4'];
    const peer = new ScriptedPeer({ addresses, config: { heartbeats: false, pathMaxRetrans: 0, probeHeartbeats: 1 } });
    const listed = ['10.0.0.3', '10.0.0.4'].map((address) => ({ kind: 'ip-address', address }) as const);
    peer.establish({ parameters: listed });
    const verification = peer.packets.find(({ to }) => to === '10.0.0.3')?.chunks[0];
    if (verification?.kind !== 'heartbeat') throw new Error('no HEARTBEAT');
    peer.send({ kind: 'heartbeat-ack', value: verification.value.slice() });
    peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.3', now));
    peer.clock.runFor(1500);
    expect(peer.status?.paths.map(({ state }) => state)).toEqual(['active', 'inactive', 'unconfirmed']);
    peer.heardAfter(0);
    const probes = peer.packets.length;
    probe(peer);
    const sent = peer.packets.slice(probes);
    expect(sent.map(({ to }) => to)).toEqual(['10.0.0.2', '10.0.0.3']);
    peer.clock.runFor(5000);
    expect(eventsOf(peer, 'probed')).toEqual([{ kind: 'probed', alive: false }]);
    const [heartbeat] = sent[1]!.chunks;
    if (heartbeat?.kind !== 'heartbeat') throw new Error('no HEARTBEAT');
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'heartbeat-ack', value: heartbeat.value.slice() });
    expect(peer.status?.paths.map(({ state }) => state)).toEqual(['active', 'active', 'unconfirmed']);
  });

  it('[SCTP-0851] is refused in states without heartbeats', () => {
    for (const state of ['COOKIE-WAIT', 'COOKIE-ECHOED', 'SHUTDOWN-SENT'] as const) {
      const peer = inState(state);
      expect(() => probe(peer)).toThrow(/no heartbeats/);
    }
  });

  it('finds a living peer through heavy loss', () => {
    const alive: number[] = [];
    for (let seed = 1; seed <= 50; seed++) {
      const random = new SeededRandom(seed);
      let lossy = false;
      const pair = new EndpointPair(makeCore, { seed, link: [dropIf(() => lossy && random.chance(0.15))] });
      const { a } = pair.connect();
      lossy = true;
      pair.a.call((core, now) => core.probe(a, now));
      pair.clock.runFor(3000);
      alive.push(...pair.a.eventsOf('probed').map((event) => (event.alive ? 1 : 0)));
    }
    expect(alive).toEqual(Array.from({ length: 50 }, () => 1));
  });
});

describe('DATA without an answer', () => {
  const config = { unansweredAfterMs: 250, sackDelayMs: 0 };

  it('is told once, after the time that was set', () => {
    const peer = quiet({ config });
    peer.clock.runFor(1000);
    peer.node.send(peer.id, 'one');
    peer.clock.runFor(100);
    peer.node.send(peer.id, 'two');
    peer.clock.runFor(149);
    expect(eventsOf(peer, 'unanswered')).toEqual([]);
    peer.clock.runFor(1);
    peer.clock.runFor(3000);
    expect(eventsOf(peer, 'unanswered')).toEqual([{ kind: 'unanswered', forMs: 250 }]);
  });

  it('is told again after the peer was heard', () => {
    const peer = quiet({ config });
    peer.node.send(peer.id, 'one');
    peer.clock.runFor(300);
    peer.send(peer.sack(0));
    peer.clock.runFor(5000);
    expect(eventsOf(peer, 'unanswered')).toHaveLength(1);
    // The round trip of 300 ms that was measured counts from now on.
    peer.node.send(peer.id, 'two');
    peer.clock.runFor(900);
    expect(eventsOf(peer, 'unanswered')).toHaveLength(2);
  });

  it('is none if anything came since, a SACK or not', () => {
    const peer = quiet({ config });
    for (let i = 0; i < 20; i++) {
      peer.node.send(peer.id, 'x');
      peer.clock.runFor(200);
      peer.send({ kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    }
    expect(eventsOf(peer, 'unanswered')).toEqual([]);
  });

  it('waits for as long as an answer takes on this path, the delay of SACKs included', () => {
    const peer = quiet({ config: { unansweredAfterMs: 250, sackDelayMs: 100 } });
    peer.node.send(peer.id, 'measured');
    peer.clock.runFor(240);
    peer.send(peer.sack(0));
    // SRTT 240, RTTVAR 120.
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(240 + 4 * 120 + 99);
    expect(eventsOf(peer, 'unanswered')).toEqual([]);
    peer.clock.runFor(1);
    expect(eventsOf(peer, 'unanswered')).toHaveLength(1);
  });

  it('is not told unless it was asked for', () => {
    const peer = quiet();
    peer.node.send(peer.id, 'one');
    peer.clock.runFor(20_000);
    expect(eventsOf(peer, 'unanswered')).toEqual([]);
  });
});
