import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const AUTOCLOSE = { config: { autocloseMs: 10_000, heartbeatIntervalMs: 1000 } };

describe('autoclose (RFC 6458 §8.1.8)', () => {
  it('[API-0137] without user messages the association is shut down; heartbeats do not keep it', () => {
    const peer = new ScriptedPeer(AUTOCLOSE).establish();
    peer.clock.runFor(9999);
    expect(peer.state).toBe('ESTABLISHED');
    expect(peer.packets.some(({ chunks }) => chunks[0]?.kind === 'heartbeat')).toBe(true);
    peer.clock.runFor(1);
    expect(peer.state).toBe('SHUTDOWN-SENT');
  });

  it('[API-0137] a message sent or received puts it off', () => {
    const peer = new ScriptedPeer(AUTOCLOSE).establish();
    peer.clock.runFor(6000);
    peer.send(peer.data(0));
    peer.clock.runFor(6000);
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(0);
    peer.send(peer.sack(0));
    peer.clock.runFor(9999);
    expect(peer.state).toBe('ESTABLISHED');
    peer.clock.runFor(1);
    expect(peer.state).toBe('SHUTDOWN-SENT');
  });

  it('[API-0137] is off unless set, and can be switched while the association lives', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.clock.runFor(3_600_000);
    expect([peer.state, peer.core.nextTimeoutAt()]).toEqual(['ESTABLISHED', undefined]);
    peer.node.call((core, now) => core.configure(peer.id, { autocloseMs: 5000 }, now));
    peer.clock.runFor(4999);
    expect(peer.state).toBe('ESTABLISHED');
    peer.node.call((core, now) => core.configure(peer.id, { autocloseMs: 0 }, now));
    peer.clock.runFor(3_600_000);
    expect([peer.state, peer.core.nextTimeoutAt()]).toEqual(['ESTABLISHED', undefined]);
    peer.node.call((core, now) => core.configure(peer.id, { autocloseMs: 5000 }, now));
    peer.clock.runFor(5000);
    expect(peer.state).toBe('SHUTDOWN-SENT');
  });
});
