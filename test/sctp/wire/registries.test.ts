import { describe, expect, it } from 'vitest';
import { ssn, tsn } from '../../../src/base/serial.ts';
import { CAUSE_CODE, causeSize, type ErrorCause, writeCauses } from '../../../src/sctp/wire/cause.ts';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { CHUNK_TYPE } from '../../../src/sctp/wire/chunk-type.ts';
import { PARAMETER_TYPE } from '../../../src/sctp/wire/parameter.ts';
import type { Chunk, DataChunk } from '../../../src/sctp/wire/types.ts';

const flagsOf = (chunk: Chunk): number => encodeChunk(chunk)[1]!;
const data = (fields: Partial<DataChunk>): Chunk => ({
  kind: 'data',
  tsn: tsn(1),
  streamId: 0,
  ssn: ssn(0),
  ppid: 0,
  unordered: false,
  beginning: false,
  ending: false,
  immediate: false,
  userData: new Uint8Array(4),
  ...fields,
});

describe('numbers that IANA keeps (RFC 9260 §15)', () => {
  it('[SCTP-1062] each chunk flag is one bit, and another one for each flag of a chunk', () => {
    const flags = [
      flagsOf(data({ ending: true })),
      flagsOf(data({ beginning: true })),
      flagsOf(data({ unordered: true })),
      flagsOf(data({ immediate: true })),
    ];
    expect(flags).toEqual([0x01, 0x02, 0x04, 0x08]);
    expect(flagsOf(data({ ending: true, beginning: true, unordered: true, immediate: true }))).toBe(0x0f);
    expect(flagsOf({ kind: 'abort', tagReflected: true, causes: [] })).toBe(0x01);
    expect(flagsOf({ kind: 'shutdown-complete', tagReflected: true })).toBe(0x01);
  });

  it('[SCTP-1061] chunks begin with type, flags and length, and flags that have no meaning are 0', () => {
    const bytes = new Uint8Array(8);
    const chunks: Chunk[] = [
      { kind: 'heartbeat', value: bytes },
      { kind: 'heartbeat-ack', value: bytes },
      { kind: 'shutdown', cumulativeTsnAck: tsn(0xffff_ffff) },
      { kind: 'shutdown-ack' },
      { kind: 'error', causes: [{ kind: 'out-of-resource' }] },
      { kind: 'cookie-echo', cookie: bytes },
      { kind: 'cookie-ack' },
      { kind: 'abort', tagReflected: false, causes: [] },
      { kind: 'shutdown-complete', tagReflected: false },
      data({}),
    ];
    for (const chunk of chunks) {
      const encoded = encodeChunk(chunk);
      expect([chunk.kind, encoded[1], (encoded[2]! << 8) | encoded[3]!]).toEqual([chunk.kind, 0, encoded.length]);
    }
    expect(chunks.map((chunk) => encodeChunk(chunk)[0])).toEqual([4, 5, 7, 8, 9, 10, 11, 6, 14, 0]);
    expect(new Set(Object.values(CHUNK_TYPE)).size).toBe(Object.keys(CHUNK_TYPE).length);
  });

  it('[SCTP-1063] parameter types mean the same in all chunks', () => {
    expect(new Set(Object.values(PARAMETER_TYPE)).size).toBe(Object.keys(PARAMETER_TYPE).length);
    expect(PARAMETER_TYPE).toMatchObject({
      heartbeatInfo: 1,
      ipv4Address: 5,
      ipv6Address: 6,
      stateCookie: 7,
      unrecognizedParameter: 8,
      cookiePreservative: 9,
      hostNameAddress: 11,
      supportedAddressTypes: 12,
    });
  });

  it('[SCTP-1064] causes begin with a 16-bit code and a 16-bit length', () => {
    const addresses = ['10.0.0.1', '2001:db8::1'];
    const information = new Uint8Array([1, 2, 3]);
    const causes: ErrorCause[] = [
      { kind: 'invalid-stream-identifier', streamId: 3 },
      { kind: 'missing-mandatory-parameter', types: [7] },
      { kind: 'stale-cookie', stalenessUs: 5 },
      { kind: 'out-of-resource' },
      { kind: 'unresolvable-address', address: information },
      { kind: 'unrecognized-chunk-type', chunk: information },
      { kind: 'invalid-mandatory-parameter' },
      { kind: 'unrecognized-parameters', parameters: information },
      { kind: 'no-user-data', tsn: tsn(9) },
      { kind: 'cookie-received-while-shutting-down' },
      { kind: 'restart-with-new-addresses', addresses },
      { kind: 'user-initiated-abort', reason: information },
      { kind: 'protocol-violation', information },
      { kind: 'unknown', code: 0x0105, information },
    ];
    const heads = causes.map((cause) => {
      const bytes = new Uint8Array(causeSize(cause));
      writeCauses([cause], bytes, 0);
      return [(bytes[0]! << 8) | bytes[1]!, (bytes[2]! << 8) | bytes[3]!];
    });
    expect(heads).toEqual([
      [1, 8],
      [2, 10],
      [3, 8],
      [4, 4],
      [5, 7],
      [6, 7],
      [7, 4],
      [8, 7],
      [9, 8],
      [10, 4],
      [11, 32],
      [12, 7],
      [13, 7],
      [0x0105, 7],
    ]);
    expect(Object.values(CAUSE_CODE)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});
