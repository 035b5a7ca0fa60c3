import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element, host, peerElement, RegistrarLadder } from './registrar-ladder.ts';

/** A registrar with elements 1, 2, … in pool "abc" and a user on channel 100. */
function withElements(count: number, config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving(config);
  for (let i = 1; i <= count; i++) ladder.registered(2 * i, i, i);
  ladder.up(100, host(200, 40_000));
  return ladder;
}

function resolve(ladder: RegistrarLadder, options: { subscribe?: boolean; itemCount?: number } = {}): string[] {
  ladder.asap(100, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC, ...options });
  return ladder.take();
}

describe('handle resolution', () => {
  it('[ASAP-185] [ASAP-186] [ASAP-187] [ASAP-190] [ASAP-309] [OVW-012] lists all elements, in the order of the policy', () => {
    const ladder = withElements(3);
    expect(resolve(ladder)).toEqual(['100: handle-resolution-response [1 2 3]']);
    expect(resolve(ladder)).toEqual(['100: handle-resolution-response [2 3 1]']);
    expect(ladder.eventsOf('resolved')).toMatchObject([{ elements: 3, channel: 100 }, { elements: 3 }]);
  });

  it('[ASAP-189] [ASAP-067] [PAR-105] [ASAP-063] [ASAP-309] as bytes: says so if the pool is unknown', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(200, 40_000));
    ladder.hex(2, PPID.asap, '0501000b 00090007 61626300');
    expect(ladder.lastSent(2)).toBe('060000140009000761626300000c000800090004');
  });

  it('[ASAP-188] [ASAP-060] as bytes: the policy of the pool, and elements without what is for registrars', () => {
    const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
    ladder.registered(2, 0x12345678, 1, {
      userTransport: { protocol: 'tcp', port: 80, addresses: ['192.0.2.1'] },
      policy: { kind: 'weighted-round-robin', weight: 3 },
    });
    ladder.hex(2, PPID.asap, '0501000b 00090007 61626300');
    expect(ladder.lastSent(2)).toBe(
      '06010044 00090007 61626300 0008000c 00000002 00000000 000a002c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003'.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('[ASAP-191] [OVW-005] also knows the elements of other registrars', () => {
    const ladder = withElements(1);
    ladder.peer(20, 20);
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(9, 3, 20) });
    expect(resolve(ladder)).toEqual(['100: handle-resolution-response [1 9]']);
  });

  it('[ASAP-011] knows no hierarchy of pool handles', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(1, 4711));
    const names = ['a', 'a/b', 'a.b', 'A', 'a/'];
    names.forEach((name, i) => {
      ladder.asap(2, { kind: 'registration', poolHandle: poolHandle(name), element: element(i, 1) });
    });
    ladder.take();
    for (const name of names) {
      ladder.asap(2, { kind: 'handle-resolution', subscribe: false, poolHandle: poolHandle(name) });
    }
    expect(ladder.take()).toEqual(names.map((_, i) => `2: handle-resolution-response [${i}]`));
  });

  it('gives at most what the user asks for, and at most what is configured', () => {
    expect(resolve(withElements(3), { itemCount: 2 })).toEqual(['100: handle-resolution-response [1 2]']);
    expect(resolve(withElements(3, { maxResolutionItems: 1 }), { itemCount: 2 })).toEqual([
      '100: handle-resolution-response [1]',
    ]);
    expect(resolve(withElements(3), { itemCount: 0xffffffff })).toEqual(['100: handle-resolution-response [1 2 3]']);
  });

  it('[ASAP-187] lists what fits into 65535 bytes', () => {
    const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0 });
    ladder.up(2, host(1, 4711));
    for (let i = 1; i <= 2000; i++) ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(i, 1) });
    ladder.take();
    ladder.asap(2, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    const bytes = ladder.sent.at(-1)!.bytes;
    expect(bytes.length).toBeLessThanOrEqual(65_535);
    const message = decodeAsap(bytes);
    expect(message.kind === 'handle-resolution-response' && message.elements.length).toBe(1637);
  });

  it('[POL-004] [ASAP-066] says that resources lack if no element can be selected', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 1, 1, { policy: { kind: 'weighted-random', weight: 0 } });
    ladder.up(100, host(200, 40_000));
    expect(resolve(ladder)).toEqual(['100: handle-resolution-response [] lack-of-resources']);
  });

  it('[ASAP-014] is answered over TCP as well', () => {
    const ladder = withElements(1);
    ladder.up(102, { protocol: 'tcp', addresses: ['192.0.2.201'], port: 50_000 });
    ladder.asap(102, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    expect(ladder.take()).toEqual(['102: handle-resolution-response [1]']);
  });
});

describe('subscription', () => {
  it('[ASAP-055] [ASAP-061] [ASAP-140] [ENRP-133] brings every change of the pool, whichever registrar caused it', () => {
    const ladder = withElements(1, { keepAlivePeriodMs: 0 });
    ladder.peer(20, 20);
    expect(resolve(ladder, { subscribe: true })).toEqual(['100: handle-resolution-response A [1]']);
    ladder.up(6, host(3, 4711));
    ladder.asap(6, { kind: 'registration', poolHandle: ABC, element: element(3, 3) });
    expect(ladder.take()).toContain('100: handle-resolution-response A [1 3]');
    ladder.advance(100);
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(9, 9, 20) });
    expect(ladder.take().map((line) => line.slice(0, 33))).toEqual(['100: handle-resolution-response A']);
    ladder.advance(100);
    ladder.asap(6, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 3 });
    expect(ladder.take().filter((line) => line.startsWith('100:'))).toHaveLength(1);
  });

  it('[ASAP-140] tells one change at once, and the many that follow it together', () => {
    const ladder = withElements(1, { keepAlivePeriodMs: 0, subscriptionPacingMs: 250 });
    resolve(ladder, { subscribe: true });
    const pushed = (): string[] => ladder.take().filter((line) => line.startsWith('100:'));
    ladder.up(6, host(3, 4711));
    for (let i = 2; i <= 500; i++) ladder.asap(6, { kind: 'registration', poolHandle: ABC, element: element(i, 3) });
    expect(pushed()).toEqual(['100: handle-resolution-response A [1 2]']);
    ladder.advance(249);
    expect(pushed()).toEqual([]);
    ladder.advance(1);
    const [update, ...others] = pushed();
    expect(update?.split(' ')).toHaveLength(2 + 1 + 500);
    expect(others).toEqual([]);
    // Quiet again, and the next change is told at once.
    ladder.advance(250);
    expect(ladder.role.nextTimeoutAt()).toBeGreaterThan(ladder.now + 1000);
    ladder.asap(6, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 3 });
    expect(pushed()).toHaveLength(1);
  });

  it('[ASAP-056] is not made without the S flag, and one without it ends it', () => {
    const ladder = withElements(1, { keepAlivePeriodMs: 0 });
    resolve(ladder, { subscribe: true });
    expect(resolve(ladder)).toEqual(['100: handle-resolution-response [1]']);
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(1, 1) });
    expect(ladder.take()).toEqual(['2: registration-response 1 granted']);
  });

  it('[ASAP-059] does not come into being for a pool that does not exist', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(100, host(200, 40_000));
    expect(resolve(ladder, { subscribe: true })).toEqual(['100: handle-resolution-response [] unknown-pool-handle']);
    ladder.up(2, host(1, 4711));
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(1, 1) });
    expect(ladder.take()).toEqual(['2: registration-response 1 granted']);
  });

  it('[ASAP-193] ends with the pool, after one negative answer', () => {
    const ladder = withElements(1);
    resolve(ladder, { subscribe: true });
    ladder.asap(2, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 1 });
    expect(ladder.take()).toEqual([
      '2: deregistration-response 1',
      '100: handle-resolution-response [] unknown-pool-handle',
    ]);
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(1, 1) });
    expect(ladder.take()).toEqual(['2: registration-response 1 granted']);
  });

  it('[ASAP-192] ends with the channel', () => {
    const ladder = withElements(1);
    resolve(ladder, { subscribe: true });
    ladder.down(100);
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(1, 1) });
    expect(ladder.take()).toEqual(['2: registration-response 1 granted']);
  });

  it('[ASAP-192] ends when the user restarts, and knows nothing of it', () => {
    const ladder = withElements(1);
    resolve(ladder, { subscribe: true });
    ladder.input({ kind: 'channel-changed', channel: 100, remote: host(200, 40_000), restarted: true });
    ladder.take();
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(1, 1) });
    expect(ladder.take()).toEqual(['2: registration-response 1 granted']);
  });

  it('is refused beyond the limit of a channel', () => {
    const ladder = withElements(1, { maxSubscriptionsPerChannel: 1 });
    ladder.asap(2, { kind: 'registration', poolHandle: poolHandle('xyz'), element: element(1, 1) });
    resolve(ladder, { subscribe: true });
    ladder.asap(100, { kind: 'handle-resolution', subscribe: true, poolHandle: poolHandle('xyz') });
    expect(ladder.take()).toEqual(['100: handle-resolution-response [1]']);
    expect(resolve(ladder, { subscribe: true })).toEqual(['100: handle-resolution-response A [1]']);
  });
});
