import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element, host, peerElement, RegistrarLadder } from './registrar-ladder.ts';

/** As rsplib writes it. */
function rsplib(ladder: RegistrarLadder, channel: number, message: AsapMessage): void {
  ladder.bytes(channel, PPID.asap, encodeAsap(message, 'rsplib'));
}

/** An element of rsplib at 192.0.2.1 that has registered on channel 2, with a life of 90 s. */
function withElement(config: ConstructorParameters<typeof RegistrarLadder>[0] = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving(config);
  ladder.up(2, host(1, 4711));
  rsplib(ladder, 2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS: 90 }) });
  return ladder;
}

const lifeOf = (ladder: RegistrarLadder) => ladder.role.snapshot().pools[0]?.elements[0]?.registrationLifeS;
const sentOn = (ladder: RegistrarLadder, channel: number) =>
  decodeAsap(ladder.sent.findLast((output) => output.channel === channel)!.bytes, 'rsplib');

describe('an element of rsplib', () => {
  it('is recognised by a life of 10,000 or more without our own parameter: it counts milliseconds', () => {
    const ladder = withElement({ keepAlivePeriodMs: 0 });
    expect(ladder.take()).toEqual(['2: registration-response 7 granted']);
    expect(lifeOf(ladder)).toBe(90);
    ladder.advance(89_000);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('is not one with a shorter life, or with our own parameter', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 7, 1, { registrationLifeS: 9999 });
    expect(lifeOf(ladder)).toBe(9999);
    const ours = RegistrarLadder.serving();
    ours.registered(2, 7, 1, { registrationLifeS: 90_000, udpPorts: { user: 9899, asap: 9899 } });
    expect(lifeOf(ours)).toBe(90_000);
  });

  it('stays what it is once it is recognised, and others on other channels do not become it', () => {
    const ladder = withElement();
    rsplib(ladder, 2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS: 3 }) });
    expect(lifeOf(ladder)).toBe(3);
    ladder.registered(4, 8, 2, { registrationLifeS: 600 });
    expect(ladder.role.snapshot().pools[0]?.elements.map((each) => each.registrationLifeS)).toEqual([3, 600]);
  });

  it('gets keep-alives that name it; others get those of the RFC', () => {
    const ladder = withElement({ keepAliveJitter: 0 });
    ladder.registered(4, 8, 2);
    // The second one gets a slot of its own, 2 ms later.
    ladder.advance(5002);
    expect(ladder.take()).toEqual(['2: endpoint-keep-alive abc from 50 pe 7', '4: endpoint-keep-alive abc from 50']);
  });

  it('is named as well by a registrar that was told to speak to all like this', () => {
    const ladder = RegistrarLadder.serving({ dialect: 'rsplib', keepAliveJitter: 0 });
    ladder.registered(2, 7, 1, { registrationLifeS: 20_000 });
    expect(lifeOf(ladder)).toBe(20);
    ladder.advance(5000);
    expect(ladder.take()).toEqual(['2: endpoint-keep-alive abc from 50 pe 7']);
  });

  it('is an RFC element for a registrar that was told to speak so', () => {
    const ladder = withElement({ dialect: 'rfc' });
    expect(lifeOf(ladder)).toBe(90_000);
  });

  it('gets no response that it did not ask for when it is put out', () => {
    const ladder = withElement({ keepAlivePeriodMs: 0 });
    ladder.take();
    ladder.advance(90_000);
    expect(ladder.eventsOf('expired')).toHaveLength(1);
    expect(ladder.take()).toEqual([]);
    ladder.registered(4, 8, 2, { registrationLifeS: 90 });
    ladder.advance(90_000);
    expect(ladder.take()).toEqual(['4: deregistration-response 8']);
  });

  it('gets no warnings, which it would take for a refusal', () => {
    const ladder = withElement({ maxRegistrationLifeS: 60 });
    expect(sentOn(ladder, 2)).toMatchObject({ rejected: false, causes: [] });
    expect(lifeOf(ladder)).toBe(60);
  });

  it('hears why it is refused, in its own numbers', () => {
    const ladder = withElement();
    ladder.up(4, host(2, 4711));
    const tcp = { protocol: 'tcp', port: 80, addresses: ['192.0.2.2'] } as const;
    rsplib(ladder, 4, {
      kind: 'registration',
      poolHandle: ABC,
      element: element(8, 2, { registrationLifeS: 90, userTransport: tcp }),
    });
    expect(ladder.lastSent(4)).toMatch(/^0301.*000c....100a/);
  });
});

describe('a user of rsplib', () => {
  const asked = (ladder: RegistrarLadder, channel: number, subscribe = false) =>
    rsplib(ladder, channel, { kind: 'handle-resolution', subscribe, poolHandle: ABC, itemCount: 1 });

  it('is recognised by the number of elements that it asks for: it gets the policy and lives in milliseconds', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 7, 1, { policy: { kind: 'weighted-random', weight: 3 } });
    ladder.up(4, host(3, 5000));
    asked(ladder, 4);
    expect(sentOn(ladder, 4)).toMatchObject({
      policy: { kind: 'weighted-random', weight: 3 },
      elements: [{ identifier: 7, registrationLifeS: 600 }],
    });
    expect(ladder.lastSent(4)).toContain('000927c0');
  });

  it('is not one of ours, which marks its request', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 7, 1);
    ladder.up(4, host(3, 5000));
    ladder.asap(4, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC, itemCount: 1, isOurs: true });
    expect(ladder.lastSent(4)).toContain('00000258');
  });

  it('is recognised by a length that counts the last padding', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 7, 1);
    ladder.up(4, host(3, 5000));
    ladder.bytes(4, PPID.asap, fromHex('0500000c 00090007 61626300'));
    expect(ladder.lastSent(4)).toContain('000927c0');
    ladder.up(6, host(4, 5000));
    ladder.bytes(6, PPID.asap, fromHex('0500000b 00090007 61626300'));
    expect(ladder.lastSent(6)).toContain('00000258');
  });

  it('gets no updates that it did not ask for', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 7, 1);
    ladder.up(4, host(3, 5000));
    asked(ladder, 4, true);
    expect(ladder.take()).toEqual(['4: handle-resolution-response [7]']);
    ladder.registered(6, 8, 2);
    expect(ladder.take()).toEqual([]);
  });

  it('does not see elements that it could not bear, and no such pool if there are no others', () => {
    const ladder = RegistrarLadder.serving();
    ladder.registered(2, 7, 1, { userTransport: { protocol: 'udp-lite', port: 1, addresses: ['192.0.2.1'] } });
    ladder.up(4, host(3, 5000));
    asked(ladder, 4);
    expect(sentOn(ladder, 4)).toMatchObject({ elements: [], causes: [{ kind: 'unknown-pool-handle' }] });
  });

  it('gets no answer with a handle that is too long for it', () => {
    const ladder = RegistrarLadder.serving({ dialect: 'rsplib' });
    ladder.up(4, host(3, 5000));
    ladder.asap(4, { kind: 'handle-resolution', subscribe: false, poolHandle: poolHandle('x'.repeat(33)) });
    expect(ladder.take()).toEqual([]);
  });
});

describe('an element at an rsplib registrar', () => {
  it('is not asked by others when users report it, only counted', () => {
    const ladder = RegistrarLadder.serving({ maxBadPeReports: 3 });
    ladder.peer(2, 20);
    const update = {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: ABC,
      element: peerElement(7, 1, 20, { registrationLifeS: 90_000 }),
    } as const;
    ladder.enrp(2, 20, update);
    ladder.up(4, host(3, 5000));
    ladder.take();
    for (const user of [4, 6, 8]) {
      if (user !== 4) ladder.up(user, host(user, 5000));
      ladder.asap(user, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
      expect(ladder.take()).toEqual([]);
    }
    ladder.up(10, host(10, 5000));
    ladder.asap(10, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.elements()).toEqual([]);
  });
});
