import { describe, expect, it } from 'vitest';
import type { RegistrarConfig } from '../../../src/rserpool/registrar/config.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import { ABC, element, host, RegistrarLadder } from './registrar-ladder.ts';

/** Element 7 at 192.0.2.1 on channel 2, and a peer 20 that hears what happens. Keep-alives go out exactly every second. */
function setUp(config: Partial<RegistrarConfig> = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving({
    peerHeartbeatCycleMs: 1e7,
    maxTimeLastHeardMs: 1e7,
    keepAlivePeriodMs: 1000,
    keepAliveJitter: 0,
    keepAliveAckTimeoutMs: 500,
    ...config,
  });
  ladder.peer(20, 20);
  ladder.registered(2, 7, 1);
  return ladder;
}

function ack(ladder: RegistrarLadder, channel: number, peIdentifier: number): void {
  ladder.asap(channel, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier });
}

/** When keep-alives went out in the next `ms`, counted from now; all of them are acknowledged. */
function keepAlives(ladder: RegistrarLadder, ms: number): number[] {
  const start = ladder.now;
  const seen: number[] = [];
  ladder.take();
  for (let passed = 1; passed <= ms; passed++) {
    ladder.advance(1);
    for (const line of ladder.take()) {
      if (!line.includes('keep-alive')) continue;
      const channel = Number(line.split(':')[0]);
      seen.push(ladder.now - start);
      ack(ladder, channel, channel + 5);
    }
  }
  return seen;
}

describe('an element that the transport doubts', () => {
  it('is probed, and stays if it answers', () => {
    const ladder = setUp();
    ladder.suspect(2);
    expect(ladder.probes).toEqual([2]);
    ladder.probed(2, true);
    expect(ladder.take()).toEqual([]);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('[ASAP-214] is removed, with all that share its channel, if it does not answer: as if no keep-alive could be sent', () => {
    const ladder = setUp();
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(8, 1) });
    ladder.registered(4, 9, 2);
    ladder.take();
    ladder.probed(2, false);
    expect(ladder.take()).toEqual([
      'close 2 abort',
      '20: handle-update del-pe abc 7 home 50',
      '20: handle-update del-pe abc 8 home 50',
    ]);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'unreachable' }, { reason: 'unreachable' }]);
    expect(ladder.elements()).toEqual(['9@50']);
    // It is not taken out twice.
    ladder.probed(2, false);
    expect(ladder.take()).toEqual([]);
  });

  it('whose association restarts is asked at once and only once: another one may be there now', () => {
    const ladder = setUp({ maxMissedKeepAlives: 7 });
    ladder.take();
    ladder.input({ kind: 'channel-changed', channel: 2, remote: host(1), restarted: true });
    expect(ladder.take()).toContain('2: endpoint-keep-alive abc from 50');
    ladder.registered(2, 8, 1);
    ladder.advance(499);
    expect(ladder.elements()).toEqual(['7@50', '8@50']);
    ladder.advance(1);
    expect(ladder.elements()).toEqual(['8@50']);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ peIdentifier: 7, reason: 'keep-alive-timeout' }]);
  });

  it('whose association restarts, and that registers again, is patiently asked as before', () => {
    const ladder = setUp({ maxMissedKeepAlives: 7 });
    ladder.input({ kind: 'channel-changed', channel: 2, remote: host(1), restarted: true });
    ladder.registered(2, 7, 1);
    ladder.advance(2500);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('whose association ended is asked once on another one', () => {
    const ladder = setUp({ maxMissedKeepAlives: 7 });
    ladder.down(2);
    ladder.up(1, host(1), 'local');
    ladder.advance(500);
    expect(ladder.elements()).toEqual([]);
  });

  it('is nobody where no element is: such a channel is not kept', () => {
    const ladder = setUp();
    ladder.up(100, host(200, 40_000));
    ladder.take();
    for (const channel of [100, 999]) {
      ladder.suspect(channel);
      ladder.probed(channel, false);
    }
    expect(ladder.probes).toEqual([]);
    expect(ladder.take()).toEqual(['close 100 abort']);
  });

  it('is not probed on a channel that is not up yet, or being closed', () => {
    const ladder = setUp();
    ladder.down(2);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1:4711']);
    ladder.suspect(1);
    ladder.up(1, host(1, 4711), 'local');
    ladder.registered(4, 7, 1);
    ladder.suspect(1);
    expect(ladder.probes).toEqual([]);
  });
});

describe('an element that ends its association in good order', () => {
  it('[ASAP-214] is not unreachable because the keep-alive just sent was refused: it is asked on the next one', () => {
    const ladder = setUp();
    ladder.advance(1000);
    const { bytes } = ladder.sent.at(-1)!;
    ladder.take();
    ladder.closing(2);
    ladder.input({ kind: 'send-failed', channel: 2, ppid: PPID.asap, bytes });
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.down(2, false);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1:4711']);
    ladder.up(1, host(1, 4711), 'local');
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive abc from 50']);
    ack(ladder, 1, 7);
    ladder.advance(500);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('is not sent anything there any more, and not called before that one is down', () => {
    const ladder = setUp();
    ladder.closing(2);
    ladder.advance(1000);
    ladder.asap(20, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).toEqual([]);
    ladder.down(2, false);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1:4711']);
  });

  it('is lost if it neither comes to an end nor answers', () => {
    const ladder = setUp();
    ladder.closing(2);
    ladder.advance(1499);
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.advance(1);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'keep-alive-timeout' }]);
  });
});

describe('an element that misses keep-alives', () => {
  it('is probed each time and asked again, until it has missed one more than it may', () => {
    const ladder = setUp({ maxMissedKeepAlives: 2 });
    ladder.advance(1000);
    expect(ladder.take()).toEqual(['2: endpoint-keep-alive abc from 50']);
    expect(ladder.probes).toEqual([]);
    for (const probes of [[2], [2, 2]]) {
      ladder.advance(499);
      expect(ladder.take()).toEqual([]);
      ladder.advance(1);
      expect(ladder.take()).toEqual(['2: endpoint-keep-alive abc from 50']);
      expect(ladder.probes).toEqual(probes);
    }
    ladder.advance(500);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ peIdentifier: 7, reason: 'keep-alive-timeout' }]);
    expect(ladder.elements()).toEqual([]);
  });

  it('may miss as many again once it has answered', () => {
    const ladder = setUp({ maxMissedKeepAlives: 1 });
    for (let round = 0; round < 3; round++) {
      ladder.advance(1500);
      ack(ladder, 2, 7);
    }
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.probes).toEqual([2, 2, 2]);
  });

  it('is removed the first time if there is no channel to it', () => {
    const ladder = setUp({ maxMissedKeepAlives: 5 });
    ladder.down(2);
    ladder.advance(499);
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.advance(1);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'keep-alive-timeout' }]);
    expect(ladder.probes).toEqual([]);
  });

  it('is not lost as well when its life ends at the same moment', () => {
    const ladder = setUp({ maxMissedKeepAlives: 0 });
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS: 1 }) });
    ladder.take();
    ladder.advance(500);
    ladder.asap(20, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
    ladder.take();
    ladder.advance(500);
    expect(ladder.take()).toEqual(['2: deregistration-response 7', '20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('expired')).toHaveLength(1);
    expect(ladder.eventsOf('element-lost')).toEqual([]);
  });
});

describe('keep-alives to many elements', () => {
  it('[ASAP-220] that are due at one moment go out one after the other', () => {
    const ladder = setUp({ keepAlivesPerSecond: 10 });
    ladder.registered(4, 9, 2);
    ladder.registered(6, 11, 3);
    expect(keepAlives(ladder, 2500)).toEqual([1000, 1100, 1200, 2000, 2100, 2200]);
  });

  it('[ASAP-220] keep their distance also from those that are due a little later', () => {
    const ladder = setUp({ keepAlivesPerSecond: 10 });
    ladder.advance(50);
    ladder.registered(4, 9, 2);
    expect(keepAlives(ladder, 1500)).toEqual([950, 1050]);
  });

  it('come the more seldom the more elements there are', () => {
    const ladder = setUp({ keepAlivesPerSecond: 2 });
    for (const [channel, n] of [
      [4, 2],
      [6, 3],
      [8, 4],
    ] as const) {
      ladder.registered(channel, channel + 5, n);
    }
    keepAlives(ladder, 4000);
    expect(keepAlives(ladder, 8000)).toHaveLength(16);
    expect(keepAlives(ladder, 8000)).toHaveLength(16);
  });
});

describe('a channel that the registrar has opened to an element', () => {
  it('is opened anew when it is lost', () => {
    const ladder = setUp();
    ladder.down(2);
    ladder.up(1, host(1, 4711), 'local');
    ladder.take();
    ladder.down(1);
    expect(ladder.take()).toEqual(['connect 3 192.0.2.1:4711']);
    ladder.up(3, host(1, 4711), 'local');
    expect(ladder.take()).toEqual(['3: endpoint-keep-alive abc from 50']);
  });
});
