import { describe, expect, it } from 'vitest';
import { ABC, element, RegistrarLadder } from './registrar-ladder.ts';

/** Times of the RFC; an element 7 on channel 2 that has just been asked, and a peer 20 that was asked 1 s ago. */
function asked(): RegistrarLadder {
  const ladder = RegistrarLadder.serving({
    peerHeartbeatCycleMs: 1e7,
    maxTimeLastHeardMs: 61_000,
    maxTimeNoResponseMs: 5000,
    keepAlivePeriodMs: 1000,
    keepAliveJitter: 0,
    keepAliveAckTimeoutMs: 5000,
  });
  ladder.peer(20, 20);
  ladder.advance(61_000);
  ladder.registered(2, 7, 1, { registrationLifeS: 8 });
  ladder.advance(1000);
  expect(ladder.take()).toEqual(['2: endpoint-keep-alive abc from 50']);
  expect(ladder.peers()).toEqual(['20 probing']);
  return ladder;
}

/** The program gets no time for `ms`; then its timers come first, as they do. */
function stop(ladder: RegistrarLadder, ms: number): void {
  ladder.now += ms;
  ladder.role.handleTimeout(ladder.now);
}

describe('a registrar that was stopped for a while', () => {
  it('calls nobody dead whose answer it has not read', () => {
    const ladder = asked();
    stop(ladder, 30_000);
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.peers()).toEqual(['20 probing']);
    // Now what has waited: the acknowledgement, the renewal, the PRESENCE.
    ladder.asap(2, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 7 });
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS: 60 }) });
    ladder.presence(20, 20);
    ladder.advance(5000);
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.peers()).toEqual(['20 active']);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
  });

  it('does so 5 s later, if nothing has waited', () => {
    const ladder = asked();
    stop(ladder, 30_000);
    ladder.advance(4999);
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.advance(1);
    expect(ladder.elements()).toEqual([]);
    expect(ladder.peers()).toEqual([]);
  });

  it('waits as long as it was stopped, if that was shorter', () => {
    const ladder = asked();
    stop(ladder, 7000);
    // The limits were 4 and 5 s away.
    ladder.advance(2999);
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.advance(1);
    expect(ladder.elements()).toEqual([]);
  });

  it('does not mind a timer that is a little late', () => {
    const ladder = asked();
    stop(ladder, 4999);
    expect(ladder.role.snapshot().peers.map(({ state }) => state)).toEqual([]);
  });
});
