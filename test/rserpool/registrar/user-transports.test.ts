import { describe, expect, it } from 'vitest';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import type { TransportParameter } from '../../../src/rserpool/wire/transport.ts';
import { ABC, element, host, RegistrarLadder } from './registrar-ladder.ts';

const addresses = ['192.0.2.1'];
const TRANSPORTS: readonly TransportParameter[] = [
  { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses },
  { protocol: 'tcp', port: 80, addresses },
  { protocol: 'udp', port: 53, addresses },
  { protocol: 'udp-lite', port: 5004, addresses },
  { protocol: 'dccp', port: 5004, serviceCode: 42, addresses },
  { protocol: 'opaque', bytes: new Uint8Array([1, 2, 3, 4]) },
];
const named = TRANSPORTS.map((transport) => [transport.protocol, transport] as const);

/** A registrar with a peer on channel 20 and an element's host on channel 2. */
function setUp(): RegistrarLadder {
  const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0, peerHeartbeatCycleMs: 1e7, maxTimeLastHeardMs: 1e7 });
  ladder.peer(20, 20);
  ladder.up(2, host(1, 4711));
  return ladder;
}

function register(ladder: RegistrarLadder, identifier: number, userTransport: TransportParameter): string {
  ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(identifier, 1, { userTransport }) });
  return ladder.take()[0]!;
}

describe('the user transport of an element', () => {
  it.each(named)('[ENRP-113] [ASAP-186] can be %s; peers and users get it as it is', (_, transport) => {
    const ladder = setUp();
    expect(register(ladder, 7, transport)).toBe('2: registration-response 7 granted');
    const update = decodeEnrp(ladder.sent.findLast(({ channel }) => channel === 20)!.bytes);
    expect(update).toMatchObject({ kind: 'handle-update', element: { userTransport: transport } });
    ladder.asap(2, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    const response = decodeAsap(ladder.sent.at(-1)!.bytes);
    expect(response).toMatchObject({ kind: 'handle-resolution-response', elements: [{ userTransport: transport }] });
  });

  it.each(named)('[ASAP-121] [ASAP-122] has to be %s in a pool where it is that', (protocol, transport) => {
    const ladder = setUp();
    register(ladder, 7, transport);
    for (const [other, otherTransport] of named) {
      const answer = other === protocol ? 'granted' : 'rejected inconsistent-transport-type';
      expect(register(ladder, 8, otherTransport)).toBe(`2: registration-response 8 ${answer}`);
    }
    // Nor can a member become something else.
    const [other] = TRANSPORTS.filter((each) => each.protocol !== protocol);
    expect(register(ladder, 7, other!)).toBe('2: registration-response 7 rejected inconsistent-transport-type');
  });

  it('[ASAP-121] may have other ports and service codes than those of the others', () => {
    const ladder = setUp();
    register(ladder, 7, { protocol: 'dccp', port: 1, serviceCode: 1, addresses });
    expect(register(ladder, 8, { protocol: 'dccp', port: 2, serviceCode: 2, addresses })).toMatch(/granted$/);
  });
});

describe('a short registration life', () => {
  it('[ASAP-141] of one second ends after one second, unless it is renewed in that time', () => {
    const ladder = setUp();
    const renew = (): void =>
      ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS: 1 }) });
    renew();
    for (let i = 0; i < 10; i++) {
      ladder.advance(999);
      renew();
    }
    ladder.advance(999);
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.advance(1);
    expect(ladder.elements()).toEqual([]);
  });

  it('[PAR-075] can become endless, and end again', () => {
    const ladder = setUp();
    const live = (registrationLifeS: number): void =>
      ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1, { registrationLifeS }) });
    live(1);
    live(-1);
    ladder.advance(5000);
    expect(ladder.elements()).toEqual(['7@50']);
    live(1);
    ladder.advance(1000);
    expect(ladder.elements()).toEqual([]);
  });
});
