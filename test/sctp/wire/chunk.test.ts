import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { ssn, tsn } from '../../../src/base/serial.ts';
import { chunkSize, decodeChunk, encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { CHUNK_TYPE, unknownChunkAction } from '../../../src/sctp/wire/chunk-type.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { decodeOne } from './decode-one.ts';
import { expectWireError } from './expect-wire-error.ts';

const DATA: Chunk = {
  kind: 'data',
  tsn: tsn(1),
  streamId: 0,
  ssn: ssn(0),
  ppid: 0,
  unordered: false,
  beginning: false,
  ending: false,
  immediate: false,
  userData: Uint8Array.of(1),
};
const INIT_FIELDS = {
  initiateTag: 1,
  advertisedRwndBytes: 1500,
  outboundStreams: 1,
  maxInboundStreams: 1,
  initialTsn: tsn(0),
  parameters: [],
};
/** One of each kind: its type, and the flag bits that mean something. */
const ONE_OF_EACH: readonly [chunk: Chunk, type: number, flagBits: number][] = [
  [DATA, 0, 0x0f],
  [{ kind: 'init', ...INIT_FIELDS }, 1, 0],
  [{ kind: 'init-ack', ...INIT_FIELDS }, 2, 0],
  [{ kind: 'sack', cumulativeTsnAck: tsn(1), advertisedRwndBytes: 1, gapAckBlocks: [], duplicateTsns: [] }, 3, 0],
  [{ kind: 'heartbeat', value: fromHex('00010004') }, 4, 0],
  [{ kind: 'heartbeat-ack', value: fromHex('00010004') }, 5, 0],
  [{ kind: 'abort', tagReflected: false, causes: [] }, 6, 1],
  [{ kind: 'shutdown', cumulativeTsnAck: tsn(1) }, 7, 0],
  [{ kind: 'shutdown-ack' }, 8, 0],
  [{ kind: 'error', causes: [{ kind: 'out-of-resource' }] }, 9, 0],
  [{ kind: 'cookie-echo', cookie: Uint8Array.of(1) }, 10, 0],
  [{ kind: 'cookie-ack' }, 11, 0],
  [{ kind: 'shutdown-complete', tagReflected: false }, 14, 1],
  [{ kind: 'forward-tsn', newCumulativeTsn: tsn(1), skipped: [] }, 192, 0],
];

describe('chunk types', () => {
  it.each(ONE_OF_EACH)('[SCTP-0052] $kind has its number', (chunk, type) => {
    expect(encodeChunk(chunk)[0]).toBe(type);
    expect(decodeOne(toHex(encodeChunk(chunk)))).toEqual(chunk);
  });

  it('[SCTP-0052] [SCTP-0054] ECNE and CWR are 12 and 13', () => {
    expect([CHUNK_TYPE.ecne, CHUNK_TYPE.cwr]).toEqual([12, 13]);
  });

  it.each(ONE_OF_EACH)(
    '[SCTP-0060] [SCTP-0137] [SCTP-0183] [SCTP-0221] [SCTP-0242] [ERR-0041] undefined flags of $kind are sent as 0 and ignored',
    (chunk, _type, flagBits) => {
      const bytes = encodeChunk(chunk);
      expect(bytes[1]! & ~flagBits).toBe(0);
      bytes[1]! |= 0xff & ~flagBits;
      expect(decodeOne(toHex(bytes))).toEqual(chunk);
    },
  );

  it('keeps a chunk of an unknown type whole, without its padding', () => {
    const chunk = decodeOne('c1a50006 abcd ffff');
    expect(chunk).toEqual({ kind: 'unknown', type: 0xc1, flags: 0xa5, whole: fromHex('c1a50006abcd') });
    expect(toHex(encodeChunk(chunk))).toBe('c1a50006abcd0000');
    expect(chunkSize(chunk)).toBe(8);
  });

  it('[SCTP-0054] leaves ECNE and CWR undecoded', () => {
    expect(decodeOne('0c000008 00000001')).toMatchObject({ kind: 'unknown', type: 12 });
    expect(decodeOne('0d000008 00000001')).toMatchObject({ kind: 'unknown', type: 13 });
  });
});

describe('unknownChunkAction', () => {
  it.each([
    ['[SCTP-0055] 00: stops silently', 0x3e, { stop: true, report: false }],
    ['[SCTP-0056] 01: stops and reports', 0x7e, { stop: true, report: true }],
    ['[SCTP-0057] 10: skips silently', 0xbe, { stop: false, report: false }],
    ['[SCTP-0058] 11: skips and reports', 0xfe, { stop: false, report: true }],
    ['[SCTP-0051] 255: skips and reports', 0xff, { stop: false, report: true }],
    ['[SCTP-0054] ECNE: skips silently', 12, { stop: false, report: false }],
    ['[SCTP-0054] CWR: skips silently', 13, { stop: false, report: false }],
    ['15, one beyond: stops silently', 15, { stop: true, report: false }],
  ])('%s', (_name, type, action) => {
    expect(unknownChunkAction(type)).toEqual(action);
  });
});

describe('lengths', () => {
  it.each(ONE_OF_EACH)('[SCTP-0061] $kind counts header and value, its size also the padding', (chunk) => {
    const bytes = encodeChunk(chunk);
    const length = (bytes[2]! << 8) | bytes[3]!;
    expect(bytes.length).toBe(chunkSize(chunk));
    expect(bytes.length % 4).toBe(0);
    expect(bytes.length - length).toBeLessThan(4);
    expect([...bytes.subarray(length)].every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['DATA', 0, 16],
    ['INIT', 1, 20],
    ['INIT ACK', 2, 20],
    ['SACK', 3, 16],
    ['HEARTBEAT', 4, 8],
    ['HEARTBEAT ACK', 5, 8],
    ['ABORT', 6, 4],
    ['SHUTDOWN', 7, 8],
    ['SHUTDOWN ACK', 8, 4],
    ['ERROR', 9, 8],
    ['COOKIE ECHO', 10, 4],
    ['COOKIE ACK', 11, 4],
    ['SHUTDOWN COMPLETE', 14, 4],
    ['FORWARD TSN', 192, 8],
  ])('[SCTP-0290] [SCTP-0111] [SCTP-0127] %s below its least length is malformed', (_name, type, least) => {
    // Zeros are acceptable as a value, but for the cause's length in ERROR.
    const packet = new Uint8Array(64);
    packet[20] = type;
    packet[27] = 4;
    for (let length = 0; length < least; length++)
      expectWireError(() => decodeChunk(packet, 20, length), 'bad-length', 22);
    expect(() => decodeChunk(packet, 20, least)).not.toThrow();
  });

  it('[SCTP-0069] refuses a length beyond the packet', () => {
    const packet = fromHex('0b000008 00000000');
    expect(decodeChunk(packet, 0, 8)).toEqual({ kind: 'cookie-ack' });
    expectWireError(() => decodeChunk(packet, 0, 9), 'bad-length');
    expectWireError(() => decodeChunk(packet, 4, 8), 'bad-length');
  });

  it('[SCTP-0291] ignores a value in chunks that have none', () => {
    expect(decodeOne('08000008 ffffffff')).toEqual({ kind: 'shutdown-ack' });
    expect(decodeOne('0b000008 ffffffff')).toEqual({ kind: 'cookie-ack' });
    expect(decodeOne('0e010008 ffffffff')).toEqual({ kind: 'shutdown-complete', tagReflected: true });
  });
});
