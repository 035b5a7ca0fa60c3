import { describe, expect, it } from 'vitest';
import type { EndpointConfig } from '../../../src/sctp/core/config.ts';
import type { Chunk, HeartbeatChunk } from '../../../src/sctp/wire/types.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { dropIf } from '../../harness/links/drop-if.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { inState } from './in-state.ts';
import { makeCore } from './transfer.ts';

const ADDRESSES = ['10.0.0.2', '10.0.0.3', '10.0.0.4'];
const listing = (...addresses: string[]) =>
  ({ parameters: addresses.map((address) => ({ kind: 'ip-address', address }) as const) }) as const;

/** A peer with three addresses, two of which are not confirmed yet. */
function unverified(options: ScriptedPeerOptions = {}): ScriptedPeer {
  return new ScriptedPeer({ addresses: ADDRESSES, ...options }).establish(listing('10.0.0.3', '10.0.0.4'));
}

const ackOf = (chunk: HeartbeatChunk): Chunk => ({ kind: 'heartbeat-ack', value: chunk.value.slice() });
const states = (peer: ScriptedPeer): string[] | undefined => peer.status?.paths.map(({ state }) => state);
const heartbeats = (peer: ScriptedPeer): [at: number, to: string][] =>
  peer.packets.filter(({ chunks }) => chunks.some(({ kind }) => kind === 'heartbeat')).map(({ at, to }) => [at, to]);

describe('HEARTBEAT (RFC 9260 §8.3)', () => {
  it('[SCTP-0230, SCTP-0232, SCTP-0859, SCTP-0672] is answered with the same value, whatever is in it', () => {
    const peer = new ScriptedPeer().establish();
    for (const length of [4, 5, 7, 40, 999]) {
      const value = Uint8Array.from({ length }, (_, i) => (i < 4 ? [0, 1, length >> 8, length & 0xff][i]! : i));
      peer.send({ kind: 'heartbeat', value });
      expect(peer.heard()).toEqual(['HEARTBEAT-ACK']);
      expect(peer.lastHeard('heartbeat-ack').value).toEqual(value);
    }
  });

  it('[SCTP-0231, SCTP-0515, SCTP-0672, AT-72] is answered to where it came from, confirmed or not', () => {
    const peer = unverified();
    peer.sendWith({ from: '10.0.0.4' }, { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    expect(peer.heard()).toContain('@10.0.0.4 HEARTBEAT-ACK');
  });

  it('[SCTP-0851, SCTP-0230] is answered in all states with a connection', () => {
    for (const state of ['ESTABLISHED', 'SHUTDOWN-PENDING', 'SHUTDOWN-RECEIVED'] as const) {
      const peer = inState(state);
      peer.send({ kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
      expect(peer.heard()).toEqual(['HEARTBEAT-ACK']);
    }
  });

  it('[SCTP-0226, SCTP-0848, SCTP-0863, SCTP-0864, SCTP-0007, SCTP-0852, SCTP-1076] an idle path is probed every HB.interval + RTO, give or take half an RTO', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 40; i++) {
      peer.clock.runWhileNot(() => peer.packets.at(-1)?.chunks[0]?.kind === 'heartbeat');
      peer.send(ackOf(peer.lastHeard('heartbeat')));
      peer.send({ kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    }
    const at = heartbeats(peer).map(([when]) => when);
    const intervals = at.slice(1).map((when, i) => when - at[i]!);
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(30_500);
    expect(Math.max(...intervals)).toBeLessThan(31_500);
    expect(Math.max(...intervals) - Math.min(...intervals)).toBeGreaterThan(500);
  });

  it('[SCTP-0863] within the jitter the periods of idle associations end together, where the jitter has room for that', () => {
    const offsets = (config: Partial<EndpointConfig>): Set<number> => {
      const found = new Set<number>();
      for (let seed = 1; seed <= 10; seed++) {
        const peer = new ScriptedPeer({ config, seed }).establish();
        peer.clock.runFor(120_000);
        for (const [at] of heartbeats(peer).slice(1)) found.add(Math.round(at * 1000) % 100_000);
      }
      return found;
    };
    expect(offsets({ pathMaxRetrans: 100, associationMaxRetrans: 100 })).toEqual(new Set([0]));
    // A jitter of 50 ms often has no room for a grid of 100 ms: then chance decides alone.
    const narrow = { rtoInitialMs: 50, rtoMinMs: 50, rtoMaxMs: 50, pathMaxRetrans: 1000, associationMaxRetrans: 1000 };
    expect(offsets(narrow).size).toBeGreaterThan(5);
  });

  it('[SCTP-0863, SCTP-0864] after one that was not answered the RTO in the period is doubled, and the jitter with it', () => {
    const config = { heartbeatIntervalMs: 5000, pathMaxRetrans: 100, associationMaxRetrans: 100, rtoMaxMs: 16_000 };
    const intervals: number[][] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const peer = new ScriptedPeer({ config, seed }).establish();
      peer.clock.runFor(200_000);
      const at = heartbeats(peer).map(([when]) => when);
      intervals.push(at.slice(1, 6).map((when, i) => when - at[i]!));
    }
    for (const [i, rtoMs] of [2000, 4000, 8000, 16_000, 16_000].entries()) {
      const each = intervals.map((list) => list[i]!);
      expect(Math.min(...each)).toBeGreaterThanOrEqual(5000 + rtoMs / 2);
      expect(Math.max(...each)).toBeLessThan(5000 + 1.5 * rtoMs);
      expect(Math.max(...each) - Math.min(...each)).toBeGreaterThan(rtoMs / 2);
    }
  });

  it('[SCTP-0852] a path with data is not', () => {
    const peer = new ScriptedPeer({ config: { heartbeatIntervalMs: 5000 } }).establish();
    for (let i = 0; i < 60; i++) {
      peer.node.send(peer.id, 'x');
      peer.clock.runFor(1000);
      peer.send(peer.sack(i));
    }
    expect(heartbeats(peer)).toEqual([]);
  });

  it('[SCTP-0853, SCTP-1015] nor is any, if the application does not want it', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    expect(peer.heardAfter(600_000)).toEqual([]);
  });

  it('[SCTP-0853, SCTP-1016] one at once if it does', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.2', now));
    expect(peer.heardAfter(0)).toEqual(['HEARTBEAT']);
    expect(() => peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.9.9.9', now))).toThrow(
      /none of the peer/,
    );
  });

  it('[SCTP-0849] the first one is not sent before ESTABLISHED, and at once then where an address has to be verified', () => {
    const peer = new ScriptedPeer({ addresses: ADDRESSES, config: { heartbeatIntervalMs: 100 } });
    peer.associate();
    peer.clock.runFor(2000);
    peer.send(
      peer.initAck({
        parameters: [{ kind: 'state-cookie', cookie: new Uint8Array(8) }, ...listing('10.0.0.3').parameters],
      }),
    );
    peer.clock.runFor(500);
    expect(heartbeats(peer)).toEqual([]);
    peer.send({ kind: 'cookie-ack' });
    peer.clock.runFor(0);
    expect(heartbeats(peer)).toEqual([[2500, '10.0.0.3']]);
  });

  it('[SCTP-0866] a peer whose ABORT was lost is found out by the next heartbeat', () => {
    const pair = new EndpointPair(makeCore);
    const ids = pair.connect();
    pair.network.setLink([dropIf(() => true)], '10.0.0.2', '10.0.0.1');
    pair.b.abort(ids.b);
    pair.clock.runFor(0);
    pair.network.setLink([]);
    expect(pair.a.eventsOf('closed')).toEqual([]);
    pair.clock.runFor(31_500);
    expect(pair.a.eventsOf('closed').map(({ reason }) => reason.kind)).toEqual(['peer-aborted']);
  });

  it('before the association is up there is no heartbeat to ask for', () => {
    for (const state of ['COOKIE-WAIT', 'COOKIE-ECHOED'] as const) {
      const peer = inState(state);
      expect(() => peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.2', now))).toThrow(
        /no heartbeats/,
      );
      expect(peer.heardAfter(0)).toEqual([]);
    }
  });

  it('[SCTP-0862, SCTP-0857] measures the round trip', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.2', now));
    peer.clock.runFor(700);
    peer.send(ackOf(peer.lastHeard('heartbeat')));
    expect(peer.status?.paths[0]).toMatchObject({ srttMs: 700, rtoMs: 2100 });
  });

  it('[SCTP-0839, SCTP-0854, SCTP-0855, SCTP-0840, SCTP-0841, SCTP-1074, SCTP-0830, SCTP-0856, ERR-0001, ERR-0021] unanswered ones count; after Path.Max.Retrans the path is inactive, and is told so once', () => {
    const peer = new ScriptedPeer({ config: { heartbeatIntervalMs: 1000, associationMaxRetrans: 1000 } }).establish();
    const counts: number[] = [];
    for (let i = 0; i < 9; i++) {
      const before = heartbeats(peer).length;
      peer.clock.runWhileNot(() => heartbeats(peer).length > before);
      counts.push(peer.status!.paths[0]!.errorCount);
    }
    expect(counts).toEqual([0, 1, 2, 3, 4, 5, 6, 6, 6]);
    expect(states(peer)).toEqual(['inactive']);
    expect(peer.node.eventsOf('path-changed')).toEqual([
      { kind: 'path-changed', address: '10.0.0.2', change: 'inactive' },
    ]);
    // The path that data would go to speaks for the association.
    expect(peer.tcb.errorCount).toBe(8);
    peer.send(ackOf(peer.lastHeard('heartbeat')));
    expect([states(peer), peer.tcb.errorCount, peer.status!.paths[0]!.errorCount]).toEqual([['active'], 0, 0]);
    expect(peer.node.eventsOf('path-changed').at(-1)?.change).toBe('active');
  });

  it('[SCTP-0842, SCTP-0860, SCTP-0861, SCTP-0836] an answer sets the counters back', () => {
    const peer = new ScriptedPeer({ config: { heartbeatIntervalMs: 1000 } }).establish();
    peer.clock.runWhileNot(() => peer.status!.paths[0]!.errorCount === 3);
    peer.clock.runWhileNot(() => peer.tcb.paths.primary.probe !== undefined);
    peer.clock.runFor(0);
    peer.send(ackOf(peer.lastHeard('heartbeat')));
    expect([peer.tcb.errorCount, peer.status!.paths[0]!.errorCount]).toEqual([0, 0]);
  });

  it('[SCTP-0867, SCTP-0233] a HEARTBEAT ACK that nobody asked for changes nothing', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.2', now));
    peer.clock.runFor(400);
    const asked = peer.lastHeard('heartbeat');
    const { standing } = peer;
    const wrong = asked.value.slice();
    wrong[6]! ^= 1;
    for (const value of [wrong, asked.value.subarray(0, 12), new Uint8Array([0, 1, 0, 4])]) {
      peer.send({ kind: 'heartbeat-ack', value });
    }
    expect(peer.standing).toEqual(standing);
    peer.send(ackOf(asked));
    expect(peer.status?.paths[0]?.srttMs).toBe(400);
    peer.clock.runFor(200);
    // Replayed.
    peer.send(ackOf(asked));
    expect(peer.status?.paths[0]?.srttMs).toBe(400);
  });
});

describe('path verification (RFC 9260 §5.4)', () => {
  it('[SCTP-0502, SCTP-0506] unconfirmed addresses are probed from ESTABLISHED on, until all are confirmed', () => {
    const peer = new ScriptedPeer({ addresses: ADDRESSES }).connect('COOKIE-WAIT');
    peer.send(
      peer.initAck({
        parameters: [
          { kind: 'state-cookie', cookie: new Uint8Array(8) },
          ...listing('10.0.0.3', '10.0.0.4').parameters,
        ],
      }),
    );
    peer.clock.runFor(900);
    expect(heartbeats(peer)).toEqual([]);
    peer.send({ kind: 'cookie-ack' });
    peer.clock.runFor(0);
    expect(heartbeats(peer).map(([, to]) => to)).toEqual(['10.0.0.3']);
    peer.sendWith({ from: '10.0.0.3' }, ackOf(peer.lastHeard('heartbeat')));
    peer.clock.runWhileNot(() => heartbeats(peer).length > 1, 5000);
    expect(heartbeats(peer).map(([, to]) => to)).toEqual(['10.0.0.3', '10.0.0.4']);
    peer.sendWith({ from: '10.0.0.4' }, ackOf(peer.lastHeard('heartbeat')));
    expect(states(peer)).toEqual(['active', 'active', 'active']);
    peer.clock.runFor(28_000);
    expect(heartbeats(peer).length).toBe(2);
  });

  it('[SCTP-0501, SCTP-0500] addresses that the peer lists are not confirmed; those of our user are', () => {
    expect(states(unverified())).toEqual(['active', 'unconfirmed', 'unconfirmed']);
    const ours = new ScriptedPeer({ addresses: ADDRESSES });
    ours.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    ours.send(
      ours.initAck({
        parameters: [
          { kind: 'state-cookie', cookie: new Uint8Array(8) },
          ...listing('10.0.0.3', '10.0.0.4').parameters,
        ],
      }),
    );
    expect(states(ours)).toEqual(['active', 'active', 'unconfirmed']);
  });

  it('[SCTP-0503, SCTP-0857, SCTP-0228, SCTP-0229, SCTP-0227, SCTP-0514, ATK-0003, ATK-0014] probes name the address and have 64 random bits', () => {
    const peer = unverified();
    peer.clock.runFor(20_000);
    const probes = peer.packets.filter(({ chunks }) => chunks[0]?.kind === 'heartbeat');
    const nonces = new Set<string>();
    for (const { to, chunks, bytes } of probes) {
      const { value } = chunks[0] as HeartbeatChunk;
      expect([...value.subarray(0, 4)]).toEqual([0, 1, 0, 16]);
      expect([...value.subarray(12)]).toEqual(to.split('.').map(Number));
      nonces.add(value.subarray(4, 12).join());
      expect(bytes.length).toBeLessThan(100);
    }
    expect(probes.length).toBeGreaterThan(5);
    expect(nonces.size).toBe(probes.length);
  });

  it('[SCTP-0504, SCTP-0505, SCTP-0512, ATK-0003, AT-69] the answer confirms the address that was probed', () => {
    const peer = unverified();
    peer.clock.runFor(0);
    const probe = peer.lastHeard('heartbeat');
    const wrongNonce = probe.value.slice();
    wrongNonce[11]! ^= 0x80;
    const wrongAddress = probe.value.slice();
    wrongAddress[15] = 4;
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'heartbeat-ack', value: wrongNonce });
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'heartbeat-ack', value: wrongAddress });
    expect(states(peer)).toEqual(['active', 'unconfirmed', 'unconfirmed']);
    peer.sendWith({ from: '10.0.0.3' }, ackOf(probe));
    expect(states(peer)).toEqual(['active', 'active', 'unconfirmed']);
    expect(peer.node.eventsOf('path-changed')).toEqual([
      { kind: 'path-changed', address: '10.0.0.3', change: 'confirmed' },
    ]);
  });

  it('[SCTP-0507, SCTP-0511, SCTP-0865, SCTP-1077, AT-70, ATK-0013] at most one probe an RTO, however many addresses', () => {
    const many = Array.from({ length: 15 }, (_, i) => `10.0.7.${i}`);
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', ...many] }).establish(listing(...many));
    peer.clock.runFor(200_000);
    const at = heartbeats(peer)
      .filter(([, to]) => to !== '10.0.0.2')
      .map(([when]) => when)
      .slice(0, 60);
    for (let i = 1; i < at.length; i++) expect(at[i]! - at[i - 1]!).toBeGreaterThanOrEqual(1000);
    expect(at.length).toBe(60);
  });

  it('[ATK-0002, SCTP-0507] probes are repeated once an RTO, not once an HB.interval', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] }).establish(listing('10.0.0.3'));
    peer.clock.runFor(8000);
    expect(heartbeats(peer).map(([at]) => at)).toEqual([0, 1000, 3000, 7000]);
  });

  it('[SCTP-0508, SCTP-0509, SCTP-0510, SCTP-0831] after Path.Max.Retrans they are as rare as others; they never count for the association', () => {
    const peer = new ScriptedPeer({
      addresses: ['10.0.0.2', '10.0.0.3'],
      config: { heartbeatIntervalMs: 600_000, associationMaxRetrans: 2 },
    });
    peer.establish(listing('10.0.0.3'));
    peer.clock.runFor(500_000);
    expect(heartbeats(peer).length).toBe(6);
    expect(peer.tcb.paths.find('10.0.0.3')).toMatchObject({ active: false, errorCount: 6 });
    expect([peer.state, peer.tcb.errorCount]).toEqual(['ESTABLISHED', 0]);
    peer.clock.runFor(250_000);
    expect(heartbeats(peer).filter(([, to]) => to === '10.0.0.3').length).toBe(7);
  });

  it('[SCTP-0513, ATK-0010, AT-70] no DATA and no SACK to unconfirmed addresses, whatever is lost', () => {
    const peer = unverified();
    peer.sendWith({ from: '10.0.0.3' }, peer.data(0));
    for (let i = 0; i < 20; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.clock.runFor(100_000);
    for (const { to, chunks } of peer.packets) {
      if (to !== '10.0.0.2') expect(chunks.map(({ kind }) => kind)).toEqual(['heartbeat']);
    }
    expect(peer.packets.filter(({ chunks }) => chunks[0]?.kind === 'sack').length).toBeGreaterThan(0);
  });

  it('[SCTP-1012, ERR-0015] an unconfirmed or unknown address cannot be the primary one', () => {
    const peer = unverified();
    expect(() => peer.core.setPrimary(peer.id, '10.0.0.3')).toThrow(/not confirmed/);
    expect(() => peer.core.setPrimary(peer.id, '10.9.9.9')).toThrow(/none of the peer/);
    peer.sendWith({ from: '10.0.0.3' }, ackOf(peer.lastHeard('heartbeat')));
    peer.core.setPrimary(peer.id, '10.0.0.3');
    peer.heard();
    peer.node.send(peer.id, 'x');
    expect(peer.heardAfter(0)).toContain('@10.0.0.3 DATA 0 BE');
  });
});
