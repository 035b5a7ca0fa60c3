import fc from 'fast-check';
import { formatIp, type IpAddress } from '../../../src/base/address.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import type { ErrorCause } from '../../../src/rserpool/wire/cause.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { POLICY_TYPE, type PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { type PoolHandle, poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import type { RegistrarInformation } from '../../../src/rserpool/wire/registrar-information.ts';
import type { SctpTransport, TransportParameter } from '../../../src/rserpool/wire/transport.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const udpPort = fc.integer({ min: 1, max: 0xffff });
const bytes = fc.uint8Array({ maxLength: 20 });
const flag = fc.boolean();

export const handles: fc.Arbitrary<PoolHandle> = fc.uint8Array({ minLength: 1, maxLength: 40 }).map(poolHandle);

const addresses: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatIp),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIp),
);
const oneAddress = addresses.map((address) => [address]);
const someAddresses = fc.array(addresses, { minLength: 1, maxLength: 4 });

const sctpTransports: fc.Arbitrary<SctpTransport> = fc.record({
  protocol: fc.constant('sctp' as const),
  port: u16,
  use: fc.constantFrom('data-only' as const, 'data-and-control' as const),
  addresses: someAddresses,
});
const registrarTransports: fc.Arbitrary<SctpTransport> = sctpTransports.map((t) => ({ ...t, use: 'data-only' }));

export const transports: fc.Arbitrary<TransportParameter> = fc.oneof(
  sctpTransports,
  fc.record({ protocol: fc.constantFrom('tcp', 'udp', 'udp-lite'), port: u16, addresses: oneAddress }),
  fc.record({ protocol: fc.constant('dccp' as const), port: u16, serviceCode: u32, addresses: oneAddress }),
  fc.record({ protocol: fc.constant('opaque' as const), bytes }),
);

const standardTypes: ReadonlySet<number> = new Set(Object.values(POLICY_TYPE));

export const policies: fc.Arbitrary<PolicyParameter> = fc.oneof(
  fc.record({ kind: fc.constantFrom('round-robin' as const, 'random' as const) }),
  fc.record({ kind: fc.constantFrom('weighted-round-robin' as const, 'weighted-random' as const), weight: u32 }),
  fc.record({ kind: fc.constant('priority' as const), priority: u32 }),
  fc.record({ kind: fc.constantFrom('least-used' as const, 'randomized-least-used' as const), load: u32 }),
  fc.record({
    kind: fc.constantFrom('least-used-with-degradation' as const, 'priority-least-used' as const),
    load: u32,
    degradation: u32,
  }),
  fc.record({
    kind: fc.constant('weighted-random-with-delay-penalty' as const),
    weight: u32,
    weightDpf: u32,
    distanceMs: u32,
  }),
  fc.record({ kind: fc.constant('unknown' as const), type: u32.filter((t) => !standardTypes.has(t)), data: bytes }),
);

const elementFields = {
  identifier: u32,
  homeRegistrarIdentifier: u32,
  registrationLifeS: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  userTransport: transports,
  policy: policies,
  asapTransport: sctpTransports,
  udpPorts: fc.oneof(
    fc.record({ user: udpPort }),
    fc.record({ asap: udpPort }),
    fc.record({ user: udpPort, asap: udpPort }),
  ),
};
const required = ['identifier', 'homeRegistrarIdentifier', 'registrationLifeS', 'userTransport', 'policy'] as const;

export const asapElements: fc.Arbitrary<PoolElementParameter> = fc.record(elementFields, {
  requiredKeys: [...required],
});
const enrpElements: fc.Arbitrary<PoolElementParameter> = fc.record(elementFields, {
  requiredKeys: [...required, 'asapTransport'],
});

const causes: fc.Arbitrary<ErrorCause> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'unspecified' as const,
      'non-unique-pe-identifier' as const,
      'lack-of-resources' as const,
      'inconsistent-data-control-configuration' as const,
      'unknown-pool-handle' as const,
      'rejected-for-security' as const,
    ),
  }),
  fc.record({ kind: fc.constantFrom('unrecognized-parameter' as const, 'invalid-values' as const), parameter: bytes }),
  fc.record({ kind: fc.constant('unrecognized-message' as const), message: bytes }),
  fc.record({ kind: fc.constant('inconsistent-pool-policy' as const), policy: policies }, { requiredKeys: ['kind'] }),
  fc.record(
    { kind: fc.constant('inconsistent-transport-type' as const), transport: transports },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant('unknown' as const), code: fc.integer({ min: 0xb, max: 0xffff }), information: bytes }),
);
const noCauses = fc.array(causes, { maxLength: 3 });
const someCauses = fc.array(causes, { minLength: 1, maxLength: 3 });

const registrars: fc.Arbitrary<RegistrarInformation> = fc.record(
  { identifier: u32, transport: registrarTransports, udpPort },
  { requiredKeys: ['identifier', 'transport'] },
);

const member = { poolHandle: handles, peIdentifier: u32 };
const is = <const Kind extends string>(kind: Kind) => fc.constant(kind);

export const asapMessages: fc.Arbitrary<AsapMessage> = fc.oneof<fc.Arbitrary<AsapMessage>[]>(
  fc.record({ kind: is('registration'), poolHandle: handles, element: asapElements }),
  fc.record({
    kind: fc.constantFrom('deregistration', 'endpoint-keep-alive-ack', 'endpoint-unreachable'),
    ...member,
  }),
  fc.record({ kind: is('registration-response'), rejected: flag, ...member, causes: noCauses }),
  fc.record({ kind: is('deregistration-response'), ...member, causes: noCauses }),
  fc.record(
    { kind: is('handle-resolution'), subscribe: flag, poolHandle: handles, itemCount: u32 },
    { requiredKeys: ['kind', 'subscribe', 'poolHandle'] },
  ),
  fc.record(
    {
      kind: is('handle-resolution-response'),
      acceptedSubscription: flag,
      poolHandle: handles,
      policy: policies,
      elements: fc.array(asapElements, { maxLength: 4 }),
      causes: noCauses,
    },
    { requiredKeys: ['kind', 'acceptedSubscription', 'poolHandle', 'elements', 'causes'] },
  ),
  fc.record(
    { kind: is('endpoint-keep-alive'), home: flag, registrarIdentifier: u32, ...member },
    { requiredKeys: ['kind', 'home', 'registrarIdentifier', 'poolHandle'] },
  ),
  fc.record(
    {
      kind: is('server-announce'),
      registrarIdentifier: u32,
      transports: fc.array(
        fc.oneof(
          registrarTransports,
          fc.record({ protocol: fc.constant('tcp' as const), port: u16, addresses: oneAddress }),
        ),
        { maxLength: 3 },
      ),
      udpPort,
    },
    { requiredKeys: ['kind', 'registrarIdentifier', 'transports'] },
  ),
  fc.record({ kind: fc.constantFrom('cookie', 'cookie-echo'), cookie: bytes }),
  fc.record(
    {
      kind: is('business-card'),
      poolHandle: handles,
      policy: policies,
      elements: fc.array(asapElements, { maxLength: 4 }),
    },
    { requiredKeys: ['kind', 'poolHandle', 'elements'] },
  ),
  fc.record({ kind: is('error'), causes: someCauses }),
);

const serverIds = { senderId: u32, receiverId: u32 };

export const enrpMessages: fc.Arbitrary<EnrpMessage> = fc.oneof<fc.Arbitrary<EnrpMessage>[]>(
  fc.record(
    { kind: is('presence'), ...serverIds, replyRequired: flag, checksum: u16, information: registrars },
    { requiredKeys: ['kind', 'senderId', 'receiverId', 'replyRequired'] },
  ),
  fc.record({ kind: is('handle-table-request'), ...serverIds, ownChildrenOnly: flag }),
  fc.record({
    kind: is('handle-table-response'),
    ...serverIds,
    rejected: flag,
    more: flag,
    pools: fc.array(
      fc.record({ poolHandle: handles, elements: fc.array(enrpElements, { minLength: 1, maxLength: 3 }) }),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    kind: is('handle-update'),
    ...serverIds,
    action: fc.constantFrom('add-pe', 'del-pe'),
    poolHandle: handles,
    element: enrpElements,
  }),
  fc.record({ kind: is('list-request'), ...serverIds }),
  fc.record({
    kind: is('list-response'),
    ...serverIds,
    rejected: flag,
    registrars: fc.array(registrars, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constantFrom('init-takeover', 'init-takeover-ack', 'takeover-server'),
    ...serverIds,
    targetId: u32,
  }),
  fc.record({ kind: is('error'), ...serverIds, causes: someCauses }),
);
