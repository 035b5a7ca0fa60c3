import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { describeCauses } from '../../../src/rserpool/asap/cause-text.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { CAUSE_CODE } from '../../../src/rserpool/wire/cause.ts';
import type { Dialect } from '../../../src/rserpool/wire/dialect.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { isForRsplib, safeAsapForRsplib, safeEnrpForRsplib } from '../../../src/rserpool/wire/rsplib-limits.ts';
import type { SctpTransport } from '../../../src/rserpool/wire/transport.ts';
import { asapMessages, enrpMessages } from './arbitraries.ts';
import { plain } from './bytes.ts';
import { CAPTURED_ASAP, CAPTURED_ENRP, type CapturedMessage } from './captured-messages.ts';

const echo = poolHandle('EchoPool');
const sctp: SctpTransport = { protocol: 'sctp', port: 4711, use: 'data-only', addresses: ['10.1.1.1'] };
const element: PoolElementParameter = {
  identifier: 0x01020304,
  homeRegistrarIdentifier: 0xa1b2c3d4,
  registrationLifeS: 90,
  userTransport: sctp,
  policy: { kind: 'round-robin' },
};
const shared: PoolElementParameter = { ...element, asapTransport: { ...sctp, port: 40001 } };
const ids = { senderId: 0xa1b2c3d4, receiverId: 0 };

const asap = (message: AsapMessage) => toHex(encodeAsap(message, 'rsplib'));
const enrp = (message: EnrpMessage) => toHex(encodeEnrp(message, 'rsplib'));
const registered = (changes: Partial<PoolElementParameter>) =>
  asap({ kind: 'registration', poolHandle: echo, element: { ...element, ...changes } });

/** Messages that do not come back byte by byte, by who made them. */
function changed(captured: readonly CapturedMessage[], codec: (bytes: Uint8Array) => Uint8Array): CapturedMessage[] {
  return captured.filter(({ hex }) => {
    try {
      return toHex(codec(fromHex(hex))) !== hex;
    } catch {
      return true;
    }
  });
}

describe("rsplib's own messages", () => {
  it('[PAR-006] come back as they were, byte by byte', () => {
    const changes = [
      ...changed(CAPTURED_ASAP, (bytes) => encodeAsap(decodeAsap(bytes, 'rsplib'), 'rsplib')),
      ...changed(CAPTURED_ENRP, (bytes) => encodeEnrp(decodeEnrp(bytes, 'rsplib'), 'rsplib')),
    ];
    expect(changes.filter(({ origin }) => origin !== 'crafted')).toEqual([]);
    // Of what a test program made to provoke it: broken ones, and what nobody sends to rsplib.
    expect(changes.map(({ hex }) => hex.slice(0, 40))).toEqual([
      '0500000800090004',
      '0500000400',
      '01000008000a0004',
      '050000140009000c4563686f506f6f6c40ff0004',
      '010000180009000c4563686f506f6f6c40ff0008',
      '050000ff0009000c4563686f506f6f6c',
      '0d00005c0009001050696e67506f6e67506f6f6c',
      '010000580009000c4563686f506f6f6c000a0048',
      '050000180009000c4563686f506f6f6c80ff0008',
      '0100005c00090025313233343536373839303132',
      '04000008',
      '0400001812345678000000000000000040ff0008',
    ]);
  });

  it('counts life in milliseconds', () => {
    const hex = '010000400009000c4563686f506f6f6c000a003001020304000000000001 5fa3';
    const rest = '00040018 91930001 00010008 0a630103 00010008 0a630203 00080008 00000001';
    const lifeOf = (life: string, dialect: Dialect) => {
      const message = decodeAsap(fromHex(`${hex.slice(0, 56)} ${life} ${rest}`), dialect);
      return message.kind === 'registration' && message.element.registrationLifeS;
    };
    expect(lifeOf('00015f90', 'rsplib')).toBe(90);
    expect(lifeOf('00015fa3', 'rsplib')).toBe(90.019);
    expect(lifeOf('ffffffff', 'rsplib')).toBe(-1);
    expect(lifeOf('fffffffe', 'rsplib')).toBe(4_294_967.294);
    expect(lifeOf('00015f90', 'rfc')).toBe(90_000);
    expect(lifeOf('fffffffe', 'rfc')).toBe(-2);
  });

  it('writes life in milliseconds, for the RFC in whole seconds that are not shorter', () => {
    const lifeIn = (registrationLifeS: number, dialect: Dialect) =>
      toHex(
        encodeAsap({ kind: 'registration', poolHandle: echo, element: { ...element, registrationLifeS } }, dialect),
      ).slice(56, 64);
    expect(lifeIn(90, 'rsplib')).toBe('00015f90');
    expect(lifeIn(-1, 'rsplib')).toBe('ffffffff');
    expect(lifeIn(0x7fff_ffff, 'rsplib')).toBe('fffffffe');
    expect(lifeIn(90.019, 'rsplib')).toBe('00015fa3');
    expect(lifeIn(90.019, 'rfc')).toBe('0000005b');
    expect(lifeIn(-1, 'rfc')).toBe('ffffffff');
  });

  it('understands the causes that the RFC does not have', () => {
    const causesIn = (code: string) => {
      const message = decodeAsap(fromHex(`0e00000c 000c0008 ${code}0004`), 'rsplib');
      return message.kind === 'error' ? message.causes : [];
    };
    expect(causesIn('100a')).toEqual([{ kind: 'inconsistent-transport-type' }]);
    expect(asap({ kind: 'error', causes: causesIn('100a') })).toBe(plain('0e00000c 000c0008 100a0004'));
    const texts = ['0010', '0011', '100b', 'f000', 'f003', 'f004', 'f005', 'f006', 'f007', 'f008', 'f009'].map((code) =>
      describeCauses(causesIn(code)),
    );
    expect(texts).toMatchInlineSnapshot(`
      [
        "the message is malformed",
        "a parameter is missing or has an invalid value",
        "the pool policy is not known",
        "the identifier is invalid",
        "the pool policy is invalid",
        "the pool handle is invalid",
        "the addresses are invalid",
        "the ASAP transport is missing or invalid",
        "no address of the ASAP transport is usable",
        "no address of the user transport is usable from this association",
        "error code 0xf009",
      ]
    `);
    // Known by name whatever dialect is spoken, as when nothing is known of the peer yet.
    expect(describeCauses([{ kind: 'unknown', code: 0x100a, information: new Uint8Array() }])).toBe(
      'the pool has another transport',
    );
  });

  it('keeps the use of a TCP transport, which the RFC does not know', () => {
    const hex = plain(
      '01000038 0009000c 4563686f 506f6f6c 000a0028 05060708 00000000 00015f90 00050010 00500001 00010008 0a010102 00080008 00000001',
    );
    const message = decodeAsap(fromHex(hex), 'rsplib');
    expect(asap(message)).toBe(hex);
    expect(message).toMatchObject({ element: { userTransport: { protocol: 'tcp', use: 'data-and-control' } } });
    expect(toHex(encodeAsap(message))).toContain('0005001000500000');
    expect(decodeAsap(fromHex(hex))).toMatchObject({ element: { userTransport: { protocol: 'tcp', port: 80 } } });
    expect(JSON.stringify(decodeAsap(fromHex(hex)))).not.toContain('control');
  });

  it('[PAR-107] nothing of it is said to others: causes that are written for them have assigned codes', () => {
    expect(Object.values(CAUSE_CODE).every((code) => code <= 0xa)).toBe(true);
    expect(toHex(encodeAsap({ kind: 'error', causes: [{ kind: 'inconsistent-transport-type' }] }))).toBe(
      plain('0e00000c 000c0008 00070004'),
    );
  });
});

describe('what rsplib must not get', () => {
  const long = poolHandle('x'.repeat(33));
  const handleResponse = (elements: readonly PoolElementParameter[]): AsapMessage => ({
    kind: 'handle-resolution-response',
    acceptedSubscription: false,
    poolHandle: echo,
    elements,
    causes: [],
  });

  it('a handle of more than 32 bytes is refused in every message', () => {
    const member = { poolHandle: long, peIdentifier: 1 };
    const messages: AsapMessage[] = [
      { kind: 'registration', poolHandle: long, element },
      { kind: 'deregistration', ...member },
      { kind: 'registration-response', rejected: true, ...member, causes: [] },
      { kind: 'deregistration-response', ...member, causes: [] },
      { kind: 'handle-resolution', subscribe: false, poolHandle: long },
      { ...handleResponse([element]), poolHandle: long } as AsapMessage,
      { kind: 'endpoint-keep-alive', home: false, registrarIdentifier: 1, ...member },
      { kind: 'endpoint-keep-alive-ack', ...member },
      { kind: 'endpoint-unreachable', ...member },
      { kind: 'business-card', poolHandle: long, elements: [element] },
    ];
    for (const message of messages) {
      expect(safeAsapForRsplib(message)).toBeUndefined();
      expect(() => encodeAsap(message, 'rsplib')).toThrow(RangeError);
      expect(() => encodeAsap(message)).not.toThrow();
    }
    const update: EnrpMessage = { kind: 'handle-update', ...ids, action: 'add-pe', poolHandle: long, element: shared };
    expect(safeEnrpForRsplib(update)).toBeUndefined();
    expect(() => encodeEnrp(update, 'rsplib')).toThrow(RangeError);
    const table: EnrpMessage = {
      kind: 'handle-table-response',
      ...ids,
      rejected: false,
      more: true,
      pools: [
        { poolHandle: long, elements: [shared] },
        { poolHandle: echo, elements: [shared] },
      ],
    };
    expect(safeEnrpForRsplib(table)).toMatchObject({ more: true, pools: [{ poolHandle: echo }] });
    expect(isForRsplib(long, shared)).toBe(false);
    expect(isForRsplib(poolHandle('x'.repeat(32)), shared)).toBe(true);
  });

  it('transports and policies that it cannot read are refused, or left out of a list', () => {
    const strange: Partial<PoolElementParameter>[] = [
      { userTransport: { protocol: 'udp-lite', port: 1, addresses: ['10.1.1.1'] } },
      { userTransport: { protocol: 'dccp', port: 1, serviceCode: 2, addresses: ['10.1.1.1'] } },
      { userTransport: { protocol: 'opaque', bytes: fromHex('0102') } },
      { policy: { kind: 'unknown', type: 0x80000001, data: new Uint8Array() } },
    ];
    for (const change of strange) {
      expect(() => registered(change)).toThrow(RangeError);
      expect(isForRsplib(echo, { ...shared, ...change })).toBe(false);
      expect(safeAsapForRsplib(handleResponse([{ ...element, ...change }, element]))).toMatchObject({
        elements: [{ identifier: element.identifier }],
      });
      expect(safeAsapForRsplib(handleResponse([{ ...element, ...change }]))).toMatchObject({
        elements: [],
        causes: [{ kind: 'unknown-pool-handle' }],
      });
    }
    expect(isForRsplib(echo, shared)).toBe(true);
  });

  it('weight 0 becomes 1', () => {
    expect(registered({ policy: { kind: 'weighted-random', weight: 0 } })).toMatch(/0008000c0000000400000001$/);
    expect(registered({ policy: { kind: 'weighted-round-robin', weight: 0 } })).toMatch(/0008000c0000000200000001$/);
    const penalty = { kind: 'weighted-random-with-delay-penalty', weight: 0, weightDpf: 0, distanceMs: 0 } as const;
    expect(registered({ policy: penalty })).toMatch(/00080014b0002001000000010000000000000000$/);
    expect(registered({ policy: { kind: 'priority', priority: 0 } })).toMatch(/0008000c0000000500000000$/);
  });

  it('a positive response has a policy, that of the first element, and no ASAP transports', () => {
    const weighted = { ...shared, policy: { kind: 'weighted-random', weight: 7 } } as const;
    const hex = asap(handleResponse([weighted]));
    expect(hex).toBe(
      plain(`06000048 0009000c 4563686f 506f6f6c 0008000c 00000004 00000007
        000a002c 01020304 a1b2c3d4 00015f90 00040010 12670000 00010008 0a010101 0008000c 00000004 00000007`),
    );
    expect(asap({ kind: 'business-card', poolHandle: echo, elements: [element] })).toContain(
      '506f6f6c0008000800000001000a',
    );
  });

  it('an announcement has one transport, and it is the last but for our own parameter', () => {
    const announce: AsapMessage = {
      kind: 'server-announce',
      registrarIdentifier: 0xa1b2c3d4,
      transports: [{ protocol: 'tcp', port: 3863, addresses: ['10.1.1.1'] }, sctp, { ...sctp, port: 9 }],
      udpPort: 40000,
    };
    expect(asap(announce)).toBe(plain('0a000020 a1b2c3d4 00040010 12670000 00010008 0a010101 8f090008 9c400000'));
  });

  it('between registrars an element has a home and an ASAP transport, a sign of life both of its parameters', () => {
    const update = (changes: Partial<PoolElementParameter>): EnrpMessage => ({
      kind: 'handle-update',
      ...ids,
      action: 'add-pe',
      poolHandle: echo,
      element: { ...shared, ...changes },
    });
    expect(enrp(update({}))).toMatch(/000400109c410000000100080a010101$/);
    expect(safeEnrpForRsplib(update({ homeRegistrarIdentifier: 0 }))).toBeUndefined();
    expect(safeEnrpForRsplib(update({ asapTransport: undefined }))).toBeUndefined();
    const presence: EnrpMessage = { kind: 'presence', ...ids, replyRequired: false, checksum: 0xffff };
    expect(safeEnrpForRsplib(presence)).toBeUndefined();
    expect(safeEnrpForRsplib({ ...presence, information: { identifier: 1, transport: sctp } })).toBeDefined();
  });

  it('our own parameter stands only where it is skipped: last in an element, last in a server information', () => {
    const ports = { udpPorts: { user: 9899, asap: 40000 } };
    expect(registered(ports)).toMatch(/00080008000000018f09000826ab9c40$/);
    const update: EnrpMessage = {
      kind: 'handle-update',
      ...ids,
      action: 'add-pe',
      poolHandle: echo,
      element: { ...shared, ...ports },
    };
    expect(enrp(update)).toMatch(/000100080a0101018f09000826ab9c40$/);
    const information = { identifier: 1, transport: sctp, udpPort: 40000 };
    const presence: EnrpMessage = { kind: 'presence', ...ids, replyRequired: false, checksum: 0xffff, information };
    // Inside the parameter: its length counts it.
    expect(enrp(presence)).toMatch(/000b00200000000100040010.{24}8f0900089c400000$/);
  });

  it('at most 64 addresses of a transport', () => {
    const addresses = Array.from({ length: 70 }, (_, i) => `10.0.0.${i + 1}` as const);
    const message = decodeAsap(fromHex(registered({ userTransport: { ...sctp, addresses } })), 'rsplib');
    expect(message.kind === 'registration' && message.element.userTransport).toEqual({
      ...sctp,
      addresses: addresses.slice(0, 64),
    });
  });
});

describe('any message in the dialect of rsplib', () => {
  it('[PAR-015] is refused, or read again as it was made safe', () => {
    fc.assert(
      fc.property(asapMessages, (message: AsapMessage) => {
        const safe = safeAsapForRsplib(message);
        if (safe === undefined) return;
        const bytes = encodeAsap(message, 'rsplib');
        expect((bytes[2]! << 8) | bytes[3]!).toBe(bytes.length);
        expect(encodeAsap(decodeAsap(bytes, 'rsplib'), 'rsplib')).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(enrpMessages, (message: EnrpMessage) => {
        const safe = safeEnrpForRsplib(message);
        if (safe === undefined) return;
        const bytes = encodeEnrp(message, 'rsplib');
        expect((bytes[2]! << 8) | bytes[3]!).toBe(bytes.length);
        expect(encodeEnrp(decodeEnrp(bytes, 'rsplib'), 'rsplib')).toEqual(bytes);
      }),
    );
  });
});
