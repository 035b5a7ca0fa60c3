import { fromHex } from '../../../src/base/bytes.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';

/** A message as the RFC's figure has it, drawn by hand, and what it says. */
export interface GoldenMessage<Message> {
  readonly name: string;
  /** Requirements whose layout it shows. */
  readonly ids: string;
  readonly hex: string;
  readonly message: Message;
}

const abc = poolHandle('abc');
const pe = { poolHandle: abc, peIdentifier: 0x12345678 };
const ids = { senderId: 0x0badcafe, receiverId: 0x00c0ffee };
const toAll = { senderId: 0x0badcafe, receiverId: 0 };
const state = new TextEncoder().encode('state');

const sctpElement = (homeRegistrarIdentifier: number): PoolElementParameter => ({
  identifier: 0x12345678,
  homeRegistrarIdentifier,
  registrationLifeS: 600,
  userTransport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: ['192.0.2.1'] },
  policy: { kind: 'round-robin' },
});

const tcpElement: PoolElementParameter = {
  identifier: 0x12345678,
  homeRegistrarIdentifier: 0x0badcafe,
  registrationLifeS: 600,
  userTransport: { protocol: 'tcp', port: 80, addresses: ['192.0.2.1'] },
  policy: { kind: 'weighted-round-robin', weight: 3 },
};

/** GV-PE-FULL. */
export const fullElement: PoolElementParameter = {
  ...tcpElement,
  asapTransport: { protocol: 'sctp', port: 3863, use: 'data-only', addresses: ['192.0.2.1'] },
};

const FULL_ELEMENT_HEX =
  '000a003c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003 ' +
  '00040010 0f170000 00010008 c0000201';

export const GOLDEN_ASAP: readonly GoldenMessage<AsapMessage>[] = [
  {
    name: 'REGISTRATION',
    ids: '[ASAP-024] [ASAP-039] [PAR-074] [PAR-109]',
    hex: '01000034 00090007 61626300 000a0028 12345678 00000000 00000258 00040010 12670001 00010008 c0000201 00080008 00000001',
    message: { kind: 'registration', poolHandle: abc, element: sctpElement(0) },
  },
  {
    name: 'REGISTRATION_RESPONSE, granted',
    ids: '[ASAP-026] [ASAP-046] [ASAP-047] [ASAP-050]',
    hex: '03000014 00090007 61626300 000e0008 12345678',
    message: { kind: 'registration-response', rejected: false, ...pe, causes: [] },
  },
  {
    name: 'REGISTRATION_RESPONSE, rejected',
    ids: '[ASAP-046] [ASAP-048] [PAR-101]',
    hex: '03010024 00090007 61626300 000e0008 12345678 000c0010 0005000c 00080008 00000001',
    message: {
      kind: 'registration-response',
      rejected: true,
      ...pe,
      causes: [{ kind: 'inconsistent-pool-policy', policy: { kind: 'round-robin' } }],
    },
  },
  {
    name: 'REGISTRATION_RESPONSE, granted with a warning',
    ids: '[ASAP-046]',
    hex: '03000024 00090007 61626300 000e0008 12345678 000c0010 0003000c 00080008 00000001',
    message: {
      kind: 'registration-response',
      rejected: false,
      ...pe,
      causes: [{ kind: 'invalid-values', parameter: fromHex('00080008 00000001') }],
    },
  },
  {
    name: 'DEREGISTRATION',
    ids: '[ASAP-025] [ASAP-043]',
    hex: '02000014 00090007 61626300 000e0008 12345678',
    message: { kind: 'deregistration', ...pe },
  },
  {
    name: 'DEREGISTRATION_RESPONSE',
    ids: '[ASAP-027] [ASAP-051]',
    hex: '04000014 00090007 61626300 000e0008 12345678',
    message: { kind: 'deregistration-response', ...pe, causes: [] },
  },
  {
    name: 'DEREGISTRATION_RESPONSE, failed',
    ids: '[ASAP-051] [PAR-106]',
    hex: '0400001c 00090007 61626300 000e0008 12345678 000c0008 000a0004',
    message: { kind: 'deregistration-response', ...pe, causes: [{ kind: 'rejected-for-security' }] },
  },
  {
    name: 'HANDLE_RESOLUTION with S',
    ids: '[ASAP-028] [ASAP-054] [PAR-115] [PAR-117] [PAR-118]',
    hex: '0501000b 00090007 61626300',
    message: { kind: 'handle-resolution', subscribe: true, poolHandle: abc },
  },
  {
    name: 'HANDLE_RESOLUTION with an item count',
    ids: '[ASAP-054]',
    hex: '05000014 00090007 61626300 803f0008 00000005',
    message: { kind: 'handle-resolution', subscribe: false, poolHandle: abc, itemCount: 5 },
  },
  {
    name: 'HANDLE_RESOLUTION_RESPONSE',
    ids: '[ASAP-029] [ASAP-060]',
    hex:
      '06010044 00090007 61626300 0008000c 00000002 00000000 000a002c 12345678 0badcafe 00000258 00050010 00500000 ' +
      '00010008 c0000201 0008000c 00000002 00000003',
    message: {
      kind: 'handle-resolution-response',
      acceptedSubscription: true,
      poolHandle: abc,
      policy: { kind: 'weighted-round-robin', weight: 0 },
      elements: [tcpElement],
      causes: [],
    },
  },
  {
    name: 'HANDLE_RESOLUTION_RESPONSE without a policy',
    ids: '[ASAP-060]',
    hex:
      '06000038 00090007 61626300 000a002c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 ' +
      '0008000c 00000002 00000003',
    message: {
      kind: 'handle-resolution-response',
      acceptedSubscription: false,
      poolHandle: abc,
      elements: [tcpElement],
      causes: [],
    },
  },
  {
    name: 'HANDLE_RESOLUTION_RESPONSE, negative',
    ids: '[ASAP-060] [ASAP-067] [ASAP-068] [PAR-105] [PAR-108]',
    hex: '06000014 00090007 61626300 000c0008 00090004',
    message: {
      kind: 'handle-resolution-response',
      acceptedSubscription: false,
      poolHandle: abc,
      elements: [],
      causes: [{ kind: 'unknown-pool-handle' }],
    },
  },
  {
    name: 'ENDPOINT_KEEP_ALIVE with H',
    ids: '[ASAP-030] [ASAP-069]',
    hex: '0701000f 0badcafe 00090007 61626300',
    message: { kind: 'endpoint-keep-alive', home: true, registrarIdentifier: 0x0badcafe, poolHandle: abc },
  },
  {
    name: 'ENDPOINT_KEEP_ALIVE for one element',
    ids: '[ASAP-069] [PAR-022]',
    hex: '07000018 0badcafe 00090007 61626300 000e0008 12345678',
    message: { kind: 'endpoint-keep-alive', home: false, registrarIdentifier: 0x0badcafe, ...pe },
  },
  {
    name: 'ENDPOINT_KEEP_ALIVE_ACK',
    ids: '[ASAP-031] [ASAP-073]',
    hex: '08000014 00090007 61626300 000e0008 12345678',
    message: { kind: 'endpoint-keep-alive-ack', ...pe },
  },
  {
    name: 'ENDPOINT_UNREACHABLE',
    ids: '[ASAP-032] [ASAP-074]',
    hex: '09000014 00090007 61626300 000e0008 12345678',
    message: { kind: 'endpoint-unreachable', ...pe },
  },
  {
    name: 'SERVER_ANNOUNCE without transports',
    ids: '[ASAP-033] [ASAP-075]',
    hex: '0a000008 0badcafe',
    message: { kind: 'server-announce', registrarIdentifier: 0x0badcafe, transports: [] },
  },
  {
    name: 'SERVER_ANNOUNCE',
    ids: '[ASAP-075] [PAR-049]',
    hex: '0a000028 0badcafe 00040010 0f170000 00010008 c0000209 00050010 0f170000 00010008 c0000209',
    message: {
      kind: 'server-announce',
      registrarIdentifier: 0x0badcafe,
      transports: [
        { protocol: 'sctp', port: 3863, use: 'data-only', addresses: ['192.0.2.9'] },
        { protocol: 'tcp', port: 3863, addresses: ['192.0.2.9'] },
      ],
    },
  },
  {
    name: 'SERVER_ANNOUNCE with a UDP port',
    ids: '[ASAP-075]',
    hex: '0a000020 0badcafe 00040010 0f170000 00010008 c0000209 8f090008 c3500000',
    message: {
      kind: 'server-announce',
      registrarIdentifier: 0x0badcafe,
      transports: [{ protocol: 'sctp', port: 3863, use: 'data-only', addresses: ['192.0.2.9'] }],
      udpPort: 50000,
    },
  },
  {
    name: 'COOKIE',
    ids: '[ASAP-034] [ASAP-077] [PAR-090]',
    hex: '0b00000d 000d0009 73746174 65000000',
    message: { kind: 'cookie', cookie: state },
  },
  {
    name: 'COOKIE, empty',
    ids: '[PAR-009]',
    hex: '0b000008 000d0004',
    message: { kind: 'cookie', cookie: new Uint8Array(0) },
  },
  {
    name: 'COOKIE_ECHO',
    ids: '[ASAP-035] [ASAP-078]',
    hex: '0c00000d 000d0009 73746174 65000000',
    message: { kind: 'cookie-echo', cookie: state },
  },
  {
    name: 'BUSINESS_CARD',
    ids: '[ASAP-036] [ASAP-079]',
    hex:
      '0d000034 00090007 61626300 000a0028 12345678 0badcafe 00000258 00040010 12670001 00010008 c0000201 ' +
      '00080008 00000001',
    message: { kind: 'business-card', poolHandle: abc, elements: [sctpElement(0x0badcafe)] },
  },
  {
    name: 'ERROR about a parameter',
    ids: '[ASAP-037] [ASAP-081] [PAR-002] [PAR-088] [PAR-095]',
    hex: '0e000011 000c000d 00010009 41230005 7f000000',
    message: { kind: 'error', causes: [{ kind: 'unrecognized-parameter', parameter: fromHex('41230005 7f') }] },
  },
  {
    name: 'ERROR about a message',
    ids: '[ASAP-081] [PAR-097]',
    hex: '0e000015 000c0011 0002000d 45000009 c1230005 7f000000',
    message: { kind: 'error', causes: [{ kind: 'unrecognized-message', message: fromHex('45000009 c1230005 7f') }] },
  },
];

export const GOLDEN_ENRP: readonly GoldenMessage<EnrpMessage>[] = [
  {
    name: 'PRESENCE that wants a reply',
    ids: '[ENRP-010] [ENRP-015] [ENRP-026] [ENRP-027] [ENRP-033] [ENRP-034] [ENRP-035] [PAR-092]',
    hex: '01010012 0badcafe 00c0ffee 000f0006 d2f00000',
    message: { kind: 'presence', ...ids, replyRequired: true, checksum: 0xd2f0 },
  },
  {
    name: 'PRESENCE with information',
    ids: '[ENRP-034] [ENRP-037]',
    hex: '0100002c 0badcafe 00000000 000f0006 d2f00000 000b0018 0badcafe 00040010 26ad0000 00010008 c0000209',
    message: {
      kind: 'presence',
      ...toAll,
      replyRequired: false,
      checksum: 0xd2f0,
      information: {
        identifier: 0x0badcafe,
        transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.9'] },
      },
    },
  },
  {
    name: 'HANDLE_TABLE_REQUEST with W',
    ids: '[ENRP-016] [ENRP-041]',
    hex: '0201000c 0badcafe 00c0ffee',
    message: { kind: 'handle-table-request', ...ids, ownChildrenOnly: true },
  },
  {
    name: 'HANDLE_TABLE_REQUEST without W',
    ids: '[ENRP-041]',
    hex: '0200000c 0badcafe 00c0ffee',
    message: { kind: 'handle-table-request', ...ids, ownChildrenOnly: false },
  },
  {
    name: 'HANDLE_TABLE_RESPONSE with M',
    ids: '[ENRP-017] [ENRP-044] [ENRP-049]',
    hex: `03020050 0badcafe 00c0ffee 00090007 61626300 ${FULL_ELEMENT_HEX}`,
    message: {
      kind: 'handle-table-response',
      ...ids,
      rejected: false,
      more: true,
      pools: [{ poolHandle: abc, elements: [fullElement] }],
    },
  },
  {
    name: 'HANDLE_TABLE_RESPONSE, empty',
    ids: '[ENRP-044]',
    hex: '0300000c 0badcafe 00c0ffee',
    message: { kind: 'handle-table-response', ...ids, rejected: false, more: false, pools: [] },
  },
  {
    name: 'HANDLE_TABLE_RESPONSE, rejected',
    ids: '[ENRP-044] [ENRP-046]',
    hex: '0301000c 0badcafe 00c0ffee',
    message: { kind: 'handle-table-response', ...ids, rejected: true, more: false, pools: [] },
  },
  {
    name: 'HANDLE_UPDATE, ADD_PE',
    ids: '[ENRP-018] [ENRP-051] [ENRP-052]',
    hex: `04000054 0badcafe 00000000 00000000 00090007 61626300 ${FULL_ELEMENT_HEX}`,
    message: { kind: 'handle-update', ...toAll, action: 'add-pe', poolHandle: abc, element: fullElement },
  },
  {
    name: 'HANDLE_UPDATE, DEL_PE',
    ids: '[ENRP-051] [ENRP-053]',
    hex: `04000054 0badcafe 00000000 00010000 00090007 61626300 ${FULL_ELEMENT_HEX}`,
    message: { kind: 'handle-update', ...toAll, action: 'del-pe', poolHandle: abc, element: fullElement },
  },
  {
    name: 'LIST_REQUEST',
    ids: '[ENRP-019] [ENRP-057]',
    hex: '0500000c 0badcafe 00c0ffee',
    message: { kind: 'list-request', ...ids },
  },
  {
    name: 'LIST_RESPONSE',
    ids: '[ENRP-020] [ENRP-058]',
    hex: '06000024 0badcafe 00c0ffee 000b0018 00c0ffee 00040010 26ad0000 00010008 c0000208',
    message: {
      kind: 'list-response',
      ...ids,
      rejected: false,
      registrars: [
        {
          identifier: 0x00c0ffee,
          transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.8'] },
        },
      ],
    },
  },
  {
    name: 'LIST_RESPONSE, rejected',
    ids: '[ENRP-058] [ENRP-059]',
    hex: '0601000c 0badcafe 00c0ffee',
    message: { kind: 'list-response', ...ids, rejected: true, registrars: [] },
  },
  {
    name: 'INIT_TAKEOVER',
    ids: '[ENRP-021] [ENRP-062]',
    hex: '07000010 0badcafe 00000000 5eed5eed',
    message: { kind: 'init-takeover', ...toAll, targetId: 0x5eed5eed },
  },
  {
    name: 'INIT_TAKEOVER_ACK',
    ids: '[ENRP-022] [ENRP-063]',
    hex: '08000010 00c0ffee 0badcafe 5eed5eed',
    message: { kind: 'init-takeover-ack', senderId: 0x00c0ffee, receiverId: 0x0badcafe, targetId: 0x5eed5eed },
  },
  {
    name: 'TAKEOVER_SERVER',
    ids: '[ENRP-023] [ENRP-065]',
    hex: '09000010 0badcafe 00000000 5eed5eed',
    message: { kind: 'takeover-server', ...toAll, targetId: 0x5eed5eed },
  },
  {
    name: 'ENRP_ERROR',
    ids: '[ENRP-024] [ENRP-066]',
    hex: '0a000019 0badcafe 00c0ffee 000c000d 00010009 41230005 7f000000',
    message: { kind: 'error', ...ids, causes: [{ kind: 'unrecognized-parameter', parameter: fromHex('41230005 7f') }] },
  },
];
