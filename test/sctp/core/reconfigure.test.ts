import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

/** An association to two addresses that our own user gave; heartbeats every second, to the answers of which nobody comes. */
function twoPaths(): ScriptedPeer {
  const addresses = ['10.0.0.2', '10.0.0.3'];
  const peer = new ScriptedPeer({ addresses, config: { heartbeatIntervalMs: 1000, associationMaxRetrans: 100 } });
  peer.associate({ addresses });
  peer.send(peer.initAck());
  peer.send({ kind: 'cookie-ack' });
  peer.heard();
  return peer;
}

const heartbeatsTo = (peer: ScriptedPeer, address: string): number =>
  peer.packets.filter(({ to, chunks }) => to === address && chunks[0]?.kind === 'heartbeat').length;

describe('parameters of a living association (RFC 9260 §11.1)', () => {
  it('[SCTP-1015, SCTP-0853] heartbeats are switched off and on for one address', () => {
    const peer = twoPaths();
    peer.node.call((core, now) => core.configurePath(peer.id, '10.0.0.3', { heartbeats: false }, now));
    peer.clock.runFor(20_000);
    expect(heartbeatsTo(peer, '10.0.0.2')).toBeGreaterThan(2);
    expect(heartbeatsTo(peer, '10.0.0.3')).toBe(0);
    peer.node.call((core, now) => core.configurePath(peer.id, '10.0.0.3', { heartbeats: true }, now));
    peer.clock.runFor(20_000);
    expect(heartbeatsTo(peer, '10.0.0.3')).toBeGreaterThan(2);
  });

  it('[SCTP-1015, SCTP-0853] a new HB.interval holds for all addresses, from now on', () => {
    const peer = twoPaths();
    peer.node.call((core, now) => core.configure(peer.id, { heartbeatIntervalMs: 50_000 }, now));
    peer.clock.runFor(50_000);
    expect([heartbeatsTo(peer, '10.0.0.2'), heartbeatsTo(peer, '10.0.0.3')]).toEqual([0, 0]);
    peer.clock.runFor(1600);
    expect([heartbeatsTo(peer, '10.0.0.2'), heartbeatsTo(peer, '10.0.0.3')]).toEqual([1, 1]);
  });

  it('[SCTP-1015] all heartbeats off, but those of a path that is being verified', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] }).establish({
      parameters: [{ kind: 'ip-address', address: '10.0.0.3' }],
    });
    peer.node.call((core, now) => core.configure(peer.id, { heartbeats: false }, now));
    peer.clock.runFor(90_000);
    expect([heartbeatsTo(peer, '10.0.0.2'), heartbeatsTo(peer, '10.0.0.3')]).toEqual([0, 6]);
  });

  it('no heartbeats begin before the association is up or after its SHUTDOWN', () => {
    const peer = new ScriptedPeer({ config: { heartbeatIntervalMs: 1000 } }).connect('COOKIE-WAIT');
    peer.node.call((core, now) => core.configure(peer.id, { heartbeats: true }, now));
    expect(peer.tcb.paths.primary.timers.isRunning('heartbeat')).toBe(false);
    const ending = new ScriptedPeer({ config: { heartbeatIntervalMs: 1000 } }).establish();
    ending.node.shutdown(ending.id);
    ending.node.call((core, now) => core.configure(ending.id, { heartbeats: true }, now));
    ending.clock.runFor(5000);
    expect(heartbeatsTo(ending, '10.0.0.2')).toBe(0);
  });

  it('[SCTP-1018] Path.Max.Retrans of one address', () => {
    const peer = twoPaths();
    peer.node.call((core, now) => core.configurePath(peer.id, '10.0.0.3', { pathMaxRetrans: 1 }, now));
    peer.clock.runWhileNot(() => peer.node.eventsOf('path-changed').length > 0);
    expect(peer.status?.paths.map(({ state, errorCount }) => [state, errorCount])[1]).toEqual(['inactive', 2]);
    expect(peer.status?.paths[0]?.state).toBe('active');
  });

  it('[SCTP-1019, SCTP-1079] RTO bounds, Association.Max.Retrans, Max.Burst and the others hold at once', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.node.call((core, now) =>
      core.configure(
        peer.id,
        {
          rtoInitialMs: 200,
          rtoMinMs: 50,
          rtoMaxMs: 200,
          associationMaxRetrans: 2,
          maxBurstPackets: 1,
          sackDelayMs: 0,
        },
        now,
      ),
    );
    peer.send(peer.data(0));
    peer.send(peer.data(1));
    expect(peer.heard()).toEqual(['SACK 0', 'SACK 1']);
    peer.node.call((core, now) => {
      for (let i = 0; i < 3; i++)
        core.send(peer.id, { data: new Uint8Array(1444), streamId: 0, ppid: 0, unordered: false }, now);
    });
    const from = peer.packets.length;
    peer.clock.runFor(10_000);
    const withData = peer.packets.slice(from).filter(({ chunks }) => chunks[0]!.kind === 'data');
    expect(withData.map(({ at }) => at)).toEqual([0, 200, 400]);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'lost' } }]);
  });

  it('what shapes the set-up is fixed; what is out of range is refused, and changes nothing', () => {
    const peer = twoPaths();
    const { config } = peer.tcb;
    const configure = (settings: object) => () => peer.node.call((core, now) => core.configure(peer.id, settings, now));
    expect(configure({ outboundStreams: 3 })).toThrow(/cannot be changed/);
    expect(configure({ nonsense: 3 })).toThrow(/cannot be changed/);
    expect(configure({ sackDelayMs: 501 })).toThrow(/sackDelayMs is 501/);
    expect(configure({ rtoMinMs: 60_000, rtoMaxMs: 1000 })).toThrow(/at most rtoMaxMs/);
    const configurePath = (address: string, settings: object) => () =>
      peer.node.call((core, now) => core.configurePath(peer.id, address, settings, now));
    expect(configurePath('10.0.0.3', { pathMaxRetrans: -1 })).toThrow(/pathMaxRetrans is -1/);
    expect(configurePath('10.0.0.3', { rtoMinMs: 3 })).toThrow(/unknown setting/);
    expect(configurePath('10.9.9.9', {})).toThrow(/none of the peer/);
    expect(peer.tcb.config).toBe(config);
  });
});
