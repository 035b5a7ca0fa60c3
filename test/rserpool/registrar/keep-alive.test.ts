import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { ABC, element, host, OWN, peerElement, RegistrarLadder } from './registrar-ladder.ts';

const KEEP_ALIVE = '2: endpoint-keep-alive abc from 50';
/** It may live behind a way that was cut for a while: then it registers again instead of staying outside for T4. */
const DISMISSED = '2: deregistration-response 7';

/** Element 7 at 192.0.2.1 on channel 2, a peer 20 on channel 20, a user on channel 100. */
function setUp(config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1e7, maxTimeLastHeardMs: 1e7, ...config });
  ladder.peer(20, 20);
  ladder.registered(2, 7, 1);
  ladder.up(100, host(200, 40_000));
  return ladder;
}

function ack(ladder: RegistrarLadder, channel = 2, peIdentifier = 7): void {
  ladder.asap(channel, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier });
}

function report(ladder: RegistrarLadder, peIdentifier = 7, channel = 100): string[] {
  ladder.asap(channel, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier });
  return ladder.take();
}

/** Learns of element 9 at 192.0.2.3 from peer 20. */
function learn(ladder: RegistrarLadder): void {
  ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(9, 3, 20) });
}

describe('periodic keep-alive', () => {
  it('[ASAP-218] [ASAP-069] [ASAP-306] [ASAP-194] [ASAP-305] [OVW-010] [OVW-013] goes to an element again and again as long as it answers', () => {
    const ladder = setUp();
    for (let i = 0; i < 20; i++) {
      ladder.advance(7500);
      expect(ladder.take()).toEqual([KEEP_ALIVE]);
      ack(ladder);
    }
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('[ASAP-069] as bytes', () => {
    const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
    ladder.registered(2, 7, 1);
    ladder.advance(7500);
    expect(ladder.lastSent(2)).toBe('0700000f0badcafe0009000761626300');
  });

  it('[ASAP-219] [ASAP-203] [ENRP-125] [REQ-023] removes an element that does not answer in 5 s, and the peers hear of it', () => {
    const ladder = setUp();
    ladder.advance(7500);
    const sentAt = ladder.sent.at(-1);
    expect(sentAt?.channel).toBe(2);
    ladder.take();
    ladder.advance(5000);
    expect(ladder.take()).toEqual([DISMISSED, '20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ peIdentifier: 7, reason: 'keep-alive-timeout' }]);
    expect(ladder.elements()).toEqual([]);
    ladder.asap(100, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    expect(ladder.take()).toEqual(['100: handle-resolution-response [] unknown-pool-handle']);
  });

  it('[ASAP-219] [ASAP-214] removes an element to which it cannot be sent', () => {
    const ladder = setUp();
    ladder.advance(7500);
    const { bytes } = ladder.sent.at(-1)!;
    ladder.take();
    ladder.input({ kind: 'send-failed', channel: 2, ppid: PPID.asap, bytes });
    expect(ladder.take()).toEqual(['20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'unreachable' }]);
  });

  it('another message that could not be sent says nothing about the element', () => {
    const ladder = setUp();
    ladder.advance(7500);
    const bytes = encodeAsap({ kind: 'error', causes: [] });
    ladder.input({ kind: 'send-failed', channel: 2, ppid: PPID.asap, bytes });
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('[ASAP-220] [ASAP-221] comes after a different pause each time, from half to one and a half of the period', () => {
    const ladder = setUp();
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS: -1 }) });
    const pauses: number[] = [];
    for (let i = 0; i < 200; i++) {
      const from = ladder.now;
      for (ladder.take(); ladder.take().length === 0; ) ladder.advance(50);
      pauses.push(ladder.now - from);
      ack(ladder);
    }
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(7550);
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(4000);
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    expect(mean).toBeGreaterThan(4500);
    expect(mean).toBeLessThan(5600);
  });

  it('[ASAP-220] of many elements is spread over time', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(1, 4711));
    for (let i = 1; i <= 1000; i++) ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(i, 1) });
    ladder.take();
    const perSecond: number[] = [];
    for (let second = 0; second < 7; second++) {
      ladder.advance(1000);
      perSecond.push(ladder.take().length);
    }
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(400);
  });

  it('is not believed to be answered on another channel than the one that was asked', () => {
    const ladder = setUp();
    ladder.advance(7500);
    ack(ladder, 100);
    ladder.advance(5000);
    expect(ladder.elements()).toEqual([]);
  });

  it('can be switched off', () => {
    const off = setUp({ keepAlivePeriodMs: 0 });
    off.advance(100_000);
    expect(off.take()).toEqual([]);
  });
});

describe('channel of an element', () => {
  it('that is lost makes the registrar call the element and ask it', () => {
    const ladder = setUp();
    ladder.down(2);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1:4711']);
    expect(ladder.connects[0]).toMatchObject({ target: host(1, 4711), ppid: PPID.asap });
    ladder.up(1, host(1, 4711), 'local');
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive abc from 50']);
    ack(ladder, 1);
    ladder.advance(7500);
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive abc from 50']);
  });

  it('[ASAP-214] that cannot be opened again means that the element is unreachable', () => {
    const ladder = setUp();
    ladder.down(2);
    ladder.down(1);
    expect(ladder.take().slice(1)).toEqual(['20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'unreachable' }]);
  });

  it('that is there already is used, for two endpoints have one association at most', () => {
    const ladder = setUp();
    learn(ladder);
    ladder.up(30, host(3, 4711));
    report(ladder, 9);
    expect(ladder.lastSent(30)).toContain('61626300');
    expect(ladder.connects).toEqual([]);
    ack(ladder, 30, 9);
    ladder.advance(5000);
    expect(ladder.elements()).toContain('9@20');
  });

  it('that was left over from an attempt which the element gave up is no proof that it is gone', () => {
    const ladder = setUp();
    learn(ladder);
    ladder.up(30, host(3, 4711));
    report(ladder, 9);
    const { bytes } = ladder.sent.at(-1)!;
    ladder.input({ kind: 'send-failed', channel: 30, ppid: PPID.asap, bytes });
    ladder.down(30);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.3:4711']);
    ladder.up(1, host(3, 4711), 'local');
    ladder.input({ kind: 'send-failed', channel: 1, ppid: PPID.asap, bytes });
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ peIdentifier: 9, reason: 'unreachable' }]);
  });

  it('that is closing is waited for, and then a new one is opened', () => {
    const ladder = setUp();
    // A channel that was opened here is closed when the element has another home.
    ladder.down(2);
    ladder.up(1, host(1, 4711), 'local');
    ack(ladder, 1);
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    expect(ladder.take()).toContain('close 1 shutdown');
    report(ladder);
    expect(ladder.connects).toHaveLength(1);
    ladder.down(1, false);
    expect(ladder.take()).toEqual(['connect 3 192.0.2.1:4711']);
  });

  it('is called at the UDP port that it came from', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(1, 4711, 20_001));
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1) });
    ladder.down(2);
    expect(ladder.connects[0]?.target).toEqual(host(1, 4711, 20_001));
  });

  it('is shared by the elements of one host, and closed when none of them is left', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0 });
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(8, 1) });
    ladder.down(2);
    ladder.take();
    ladder.up(1, host(1, 4711), 'local');
    expect(ladder.take()).toHaveLength(2);
    ack(ladder, 1, 7);
    ack(ladder, 1, 8);
    ladder.asap(1, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).not.toContain('close 1 shutdown');
    ladder.asap(1, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 8 });
    expect(ladder.take()).toContain('close 1 shutdown');
    expect(ladder.connects).toHaveLength(1);
  });

  it('[ASAP-214] is aborted when nobody answers there any more', () => {
    const ladder = setUp();
    ladder.input({ kind: 'probe-result', channel: 2, alive: false });
    expect(ladder.take()).toEqual(['close 2 abort', '20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'unreachable' }]);
    ladder.down(2);
    expect(ladder.take()).toEqual([]);
  });

  it('is aborted as well if that turns out after the element missed its last keep-alive, but not if somebody answers', () => {
    for (const alive of [true, false]) {
      const ladder = setUp();
      ladder.advance(12_500);
      expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'keep-alive-timeout' }]);
      expect(ladder.probes).toEqual([2]);
      ladder.take();
      ladder.input({ kind: 'probe-result', channel: 2, alive });
      expect(ladder.take()).toEqual(alive ? [] : ['close 2 abort']);
    }
  });

  it('is not called any more when the element is back on a channel of its own', () => {
    const ladder = setUp();
    ladder.down(2);
    ladder.take();
    ladder.registered(4, 7, 1);
    ladder.up(1, host(1, 4711), 'local');
    expect(ladder.take()).toEqual(['close 1 shutdown']);
    ladder.down(1, false);
    expect(ladder.elements()).toEqual(['7@50']);
  });
});

describe('ENDPOINT_UNREACHABLE', () => {
  it('[ASAP-212] [ASAP-213] [ASAP-215] [ASAP-307] makes the registrar ask the element at once, and keep it if it answers', () => {
    const ladder = setUp();
    expect(report(ladder)).toEqual([KEEP_ALIVE]);
    ack(ladder);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('[ASAP-214] removes the element if it does not answer', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0 });
    report(ladder);
    ladder.advance(5000);
    expect(ladder.take()).toEqual([DISMISSED, '20: handle-update del-pe abc 7 home 50']);
  });

  it('[ASAP-216] [ASAP-217] removes the element at the fourth report, whether or not it answers', () => {
    const ladder = setUp();
    for (let i = 1; i <= 3; i++) {
      ladder.up(100 + i, host(200 + i, 40_000));
      report(ladder, 7, 100 + i);
      ack(ladder);
      expect(ladder.role.snapshot().pools[0]?.elements[0]?.badReports).toBe(i);
    }
    expect(report(ladder)).toEqual(['2: deregistration-response 7', '20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'bad-reports' }]);
    expect(ladder.eventsOf('element-reported').map(({ reports }) => reports)).toEqual([1, 2, 3, 4]);
  });

  it('is forgotten with the next registration', () => {
    const ladder = setUp({ maxBadPeReports: 1 });
    ladder.up(101, host(201, 40_000));
    report(ladder);
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1) });
    report(ladder, 7, 101);
    expect(ladder.elements()).toEqual(['7@50']);
    // Who has reported it before counts again.
    report(ladder);
    expect(ladder.elements()).toEqual([]);
  });

  it('[SEC-037] of one user counts once: nobody puts a living element out alone', () => {
    const ladder = setUp();
    for (let i = 0; i < 100; i++) {
      report(ladder);
      ack(ladder);
      ladder.advance(1000);
    }
    // From the same place, by another association.
    ladder.up(102, host(200, 40_001));
    report(ladder, 7, 102);
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.eventsOf('element-reported').map(({ reports }) => reports)).toEqual([1]);
  });

  it('[ASAP-222] about an unknown element means nothing', () => {
    const ladder = setUp();
    expect(report(ladder, 99)).toEqual([]);
  });

  it('[ENRP-238] [ASAP-405] several times while the question is open causes only one keep-alive', () => {
    const ladder = setUp({ maxBadPeReports: 100 });
    expect(report(ladder)).toEqual([KEEP_ALIVE]);
    expect(report(ladder)).toEqual([]);
  });

  it('[ENRP-238] [ASAP-405] [ASAP-223] [SEC-037] [SEC-038] in floods causes one keep-alive a second after a burst of three', () => {
    const ladder = setUp({ maxBadPeReports: 1_000_000, keepAlivePeriodMs: 0 });
    let keepAlives = 0;
    for (let i = 0; i < 9000; i++) {
      if (report(ladder).length > 0) keepAlives++;
      ack(ladder);
      ladder.advance(0.1);
      keepAlives += ladder.take().length;
    }
    expect(keepAlives).toBe(3);
    // Ten a second from one channel are read at all.
    expect(ladder.eventsOf('element-reported').length).toBeLessThanOrEqual(20);
    ladder.advance(1000);
    expect(ladder.take()).toEqual([KEEP_ALIVE]);
  });

  it('about another registrar’s element makes this one ask it, and remove it if it does not answer', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0 });
    learn(ladder);
    expect(report(ladder, 9)).toEqual(['connect 1 192.0.2.3:4711']);
    ladder.up(1, host(3, 4711), 'local');
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive abc from 50']);
    ladder.advance(5000);
    expect(ladder.take()).toEqual(['close 1 shutdown', '20: handle-update del-pe abc 9 home 20']);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('about another registrar’s element leaves nothing behind if it answers', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0 });
    learn(ladder);
    report(ladder, 9);
    ladder.up(1, host(3, 4711), 'local');
    ladder.take();
    ack(ladder, 1, 9);
    expect(ladder.take()).toEqual(['close 1 shutdown']);
    expect(ladder.elements()).toEqual(['7@50', '9@20']);
    expect(ladder.role.snapshot().watchedElements).toBe(1);
  });
});

describe('element that moves to another home', () => {
  it('[ENRP-122] is not watched here any more, and hears that it is out, for the update may have been late', () => {
    const ladder = setUp();
    const moved = peerElement(7, 1, 20);
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: moved });
    expect(ladder.eventsOf('element-moved')).toMatchObject([{ from: OWN, to: 20 }]);
    ladder.advance(100_000);
    expect(ladder.take()).toEqual([DISMISSED]);
    expect(ladder.elements()).toEqual(['7@20']);
  });
});
