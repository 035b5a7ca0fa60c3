import fc from 'fast-check';
import { formatIp } from '../../../src/base/address.ts';
import { fsn, mid, ssn, tsn } from '../../../src/base/serial.ts';
import type { ErrorCause } from '../../../src/sctp/wire/cause.ts';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import type { ReconfigurationParameter } from '../../../src/sctp/wire/reconfig-parameter.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';

/** Arbitrary values of everything the codec knows, for fast-check. */
const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const bytes = fc.uint8Array({ maxLength: 40 });
const arbitraryTsn = u32.map(tsn);

const address = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(formatIp);

function tlv(type: number, value: Uint8Array): Uint8Array {
  const length = 4 + value.length;
  return Uint8Array.of(type >> 8, type & 0xff, length >> 8, length & 0xff, ...value);
}

/** Chunk types of extensions that have a codec. */
const KNOWN_EXTENSIONS = new Set([64, 130, 132, 192, 194]);
const KNOWN_PARAMETERS = new Set([5, 6, 7, 8, 9, 11, 12, 0x8005, 0x8008, 0xc000, 0xc006]);

export const arbitraryParameter: fc.Arbitrary<Parameter> = fc.oneof(
  address.map((text): Parameter => ({ kind: 'ip-address', address: text })),
  bytes.map((cookie): Parameter => ({ kind: 'state-cookie', cookie })),
  bytes.map((parameter): Parameter => ({ kind: 'unrecognized-parameter', parameter })),
  u32.map((incrementMs): Parameter => ({ kind: 'cookie-preservative', incrementMs })),
  bytes.map((name): Parameter => ({ kind: 'host-name-address', whole: tlv(11, name) })),
  fc.array(u16, { maxLength: 5 }).map((types): Parameter => ({ kind: 'supported-address-types', types })),
  fc.array(u8, { maxLength: 5 }).map((chunkTypes): Parameter => ({ kind: 'supported-extensions', chunkTypes })),
  fc.constant<Parameter>({ kind: 'forward-tsn-supported' }),
  fc.nat(40).map((paddingBytes): Parameter => ({ kind: 'padding', paddingBytes })),
  u32.map((indication): Parameter => ({ kind: 'adaptation-indication', indication })),
  fc
    .tuple(
      u16.filter((type) => !KNOWN_PARAMETERS.has(type)),
      bytes,
    )
    .map(([type, value]): Parameter => ({ kind: 'unknown', type, whole: tlv(type, value) })),
);

export const arbitraryCause: fc.Arbitrary<ErrorCause> = fc.oneof(
  u16.map((streamId): ErrorCause => ({ kind: 'invalid-stream-identifier', streamId })),
  fc.array(u16, { maxLength: 5 }).map((types): ErrorCause => ({ kind: 'missing-mandatory-parameter', types })),
  u32.map((stalenessUs): ErrorCause => ({ kind: 'stale-cookie', stalenessUs })),
  fc.constant<ErrorCause>({ kind: 'out-of-resource' }),
  bytes.map((unresolvable): ErrorCause => ({ kind: 'unresolvable-address', address: unresolvable })),
  bytes.map((chunk): ErrorCause => ({ kind: 'unrecognized-chunk-type', chunk })),
  fc.constant<ErrorCause>({ kind: 'invalid-mandatory-parameter' }),
  bytes.map((parameters): ErrorCause => ({ kind: 'unrecognized-parameters', parameters })),
  arbitraryTsn.map((at): ErrorCause => ({ kind: 'no-user-data', tsn: at })),
  fc.constant<ErrorCause>({ kind: 'cookie-received-while-shutting-down' }),
  fc
    .array(address, { maxLength: 4 })
    .map((addresses): ErrorCause => ({ kind: 'restart-with-new-addresses', addresses })),
  bytes.map((reason): ErrorCause => ({ kind: 'user-initiated-abort', reason })),
  bytes.map((information): ErrorCause => ({ kind: 'protocol-violation', information })),
  fc
    .tuple(
      u16.filter((code) => code < 1 || code > 13),
      bytes,
    )
    .map(([code, information]): ErrorCause => ({ kind: 'unknown', code, information })),
);

/** Parameters as they can be received: an unknown one that says stop is the last. */
const parameters = fc.array(arbitraryParameter, { maxLength: 6 }).map((list) => {
  const stop = list.findIndex((parameter) => parameter.kind === 'unknown' && parameter.type < 0x8000);
  return stop < 0 ? list : list.slice(0, stop + 1);
});

const streams = fc.oneof(fc.constant('all' as const), fc.array(u16, { minLength: 1, maxLength: 8 }));

export const arbitraryReconfiguration: fc.Arbitrary<ReconfigurationParameter> = fc.oneof(
  fc.record({
    kind: fc.constant('outgoing-ssn-reset-request' as const),
    requestNumber: u32,
    responseNumber: u32,
    lastAssignedTsn: arbitraryTsn,
    streams,
  }),
  fc.record({ kind: fc.constant('incoming-ssn-reset-request' as const), requestNumber: u32, streams }),
  fc.record({ kind: fc.constant('ssn-tsn-reset-request' as const), requestNumber: u32 }),
  fc.record({
    kind: fc.constant('re-configuration-response' as const),
    responseNumber: u32,
    result: u32,
    nextTsns: fc.option(fc.record({ sender: arbitraryTsn, receiver: arbitraryTsn }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constantFrom('add-outgoing-streams-request' as const, 'add-incoming-streams-request' as const),
    requestNumber: u32,
    newStreams: u16,
  }),
  fc
    .tuple(fc.constantFrom(0x8001, 0xc0ff), bytes)
    .map(([type, value]) => ({ kind: 'unknown' as const, type, whole: tlv(type, value) })),
);

const initFields = {
  initiateTag: u32,
  advertisedRwndBytes: u32,
  outboundStreams: u16,
  maxInboundStreams: u16,
  initialTsn: arbitraryTsn,
  parameters,
};

const gapAckBlock = fc
  .tuple(fc.integer({ min: 2, max: 0xffff }), fc.integer({ min: 2, max: 0xffff }))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

const heartbeatValue = fc.uint8Array({ minLength: 4, maxLength: 60 });

export const arbitraryChunkOf: { readonly [Kind in Chunk['kind']]: fc.Arbitrary<Chunk> } = {
  data: fc.record({
    kind: fc.constant('data'),
    tsn: arbitraryTsn,
    streamId: u16,
    ssn: u16.map(ssn),
    ppid: u32,
    unordered: fc.boolean(),
    beginning: fc.boolean(),
    ending: fc.boolean(),
    immediate: fc.boolean(),
    userData: bytes,
  }),
  'i-data': fc
    .record({
      tsn: arbitraryTsn,
      streamId: u16,
      mid: u32.map(mid),
      ppidOrFsn: u32,
      unordered: fc.boolean(),
      beginning: fc.boolean(),
      ending: fc.boolean(),
      immediate: fc.boolean(),
      userData: bytes,
    })
    .map(({ ppidOrFsn, ...rest }) => ({
      kind: 'i-data',
      ...rest,
      ppid: rest.beginning ? ppidOrFsn : 0,
      fsn: fsn(rest.beginning ? 0 : ppidOrFsn),
    })),
  'i-forward-tsn': fc.record({
    kind: fc.constant('i-forward-tsn'),
    newCumulativeTsn: arbitraryTsn,
    skipped: fc.array(fc.record({ streamId: u16, unordered: fc.boolean(), mid: u32.map(mid) }), { maxLength: 6 }),
  }),
  init: fc.record({ kind: fc.constant('init'), ...initFields }),
  'init-ack': fc.record({ kind: fc.constant('init-ack'), ...initFields }),
  sack: fc.record({
    kind: fc.constant('sack'),
    cumulativeTsnAck: arbitraryTsn,
    advertisedRwndBytes: u32,
    gapAckBlocks: fc.array(gapAckBlock, { maxLength: 8 }),
    duplicateTsns: fc.array(arbitraryTsn, { maxLength: 8 }),
  }),
  heartbeat: fc.record({ kind: fc.constant('heartbeat'), value: heartbeatValue }),
  'heartbeat-ack': fc.record({ kind: fc.constant('heartbeat-ack'), value: heartbeatValue }),
  abort: fc.record({
    kind: fc.constant('abort'),
    tagReflected: fc.boolean(),
    causes: fc.array(arbitraryCause, { maxLength: 5 }),
  }),
  shutdown: fc.record({ kind: fc.constant('shutdown'), cumulativeTsnAck: arbitraryTsn }),
  'shutdown-ack': fc.constant({ kind: 'shutdown-ack' }),
  error: fc.record({
    kind: fc.constant('error'),
    causes: fc.array(arbitraryCause, { minLength: 1, maxLength: 5 }),
  }),
  'cookie-echo': fc.record({ kind: fc.constant('cookie-echo'), cookie: bytes }),
  'cookie-ack': fc.constant({ kind: 'cookie-ack' }),
  'forward-tsn': fc.record({
    kind: fc.constant('forward-tsn'),
    newCumulativeTsn: arbitraryTsn,
    skipped: fc.array(fc.record({ streamId: u16, ssn: u16.map(ssn) }), { maxLength: 6 }),
  }),
  'shutdown-complete': fc.record({ kind: fc.constant('shutdown-complete'), tagReflected: fc.boolean() }),
  're-config': fc.record({
    kind: fc.constant('re-config'),
    parameters: fc.array(arbitraryReconfiguration, { minLength: 1, maxLength: 3 }),
  }),
  pad: fc.record({ kind: fc.constant('pad'), paddingBytes: fc.nat(60) }),
  unknown: fc
    .tuple(
      u8.filter((type) => (type > 14 || type === 12 || type === 13) && !KNOWN_EXTENSIONS.has(type)),
      u8,
      bytes,
    )
    .map(([type, flags, value]) => ({
      kind: 'unknown',
      type,
      flags,
      whole: tlv((type << 8) | flags, value),
    })),
};

export const arbitraryChunk: fc.Arbitrary<Chunk> = fc.oneof(...Object.values(arbitraryChunkOf));
