import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import { CHUNK_TYPE, unknownChunkAction } from '../../../../src/sctp/wire/chunk-type.ts';
import {
  mayStandTogether,
  RECONFIGURATION_RESULT,
  type ReconfigurationParameter,
} from '../../../../src/sctp/wire/reconfig-parameter.ts';
import type { Chunk, ReconfigChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

const OUT: ReconfigurationParameter = {
  kind: 'outgoing-ssn-reset-request',
  requestNumber: 0x01020304,
  responseNumber: 0xfffefdfc,
  lastAssignedTsn: tsn(0x0a0b0c0d),
  streams: [1, 0xabcd, 3],
};
const IN: ReconfigurationParameter = {
  kind: 'incoming-ssn-reset-request',
  requestNumber: 0x01020305,
  streams: [2],
};
const TSN: ReconfigurationParameter = { kind: 'ssn-tsn-reset-request', requestNumber: 0x01020306 };
const RESP: ReconfigurationParameter = {
  kind: 're-configuration-response',
  responseNumber: 0x01020307,
  result: 6,
  nextTsns: undefined,
};
const RESP_TSN: ReconfigurationParameter = { ...RESP, result: 1, nextTsns: { sender: tsn(0x11), receiver: tsn(0x22) } };
const ADD_OUT: ReconfigurationParameter = {
  kind: 'add-outgoing-streams-request',
  requestNumber: 0x01020308,
  newStreams: 0x1234,
};
const ADD_IN: ReconfigurationParameter = { ...ADD_OUT, kind: 'add-incoming-streams-request' };

const chunk = (...parameters: readonly ReconfigurationParameter[]): ReconfigChunk => ({
  kind: 're-config',
  parameters,
});

describe('RE-CONFIG (RFC 6525 §3.1, §4)', () => {
  const golden: readonly [name: string, chunk: Chunk, hex: string][] = [
    [
      '[RECONF-0001] [RECONF-0004] [RECONF-0006] Outgoing SSN Reset Request: type 130, parameter 13, 16 + 2N bytes',
      chunk(OUT),
      '8200001a 000d0016 01020304 fffefdfc 0a0b0c0d 0001 abcd 0003 0000',
    ],
    [
      '[RECONF-0006] [RECONF-0032] no stream listed means all of them',
      chunk({ ...OUT, streams: 'all' }),
      '82000014 000d0010 01020304 fffefdfc 0a0b0c0d',
    ],
    ['[RECONF-0011] Incoming SSN Reset Request: 8 + 2N bytes', chunk(IN), '8200000e 000e000a 01020305 0002 0000'],
    ['[RECONF-0011] [RECONF-0038] for all streams', chunk({ ...IN, streams: 'all' }), '8200000c 000e0008 01020305'],
    ['[RECONF-0012] SSN/TSN Reset Request', chunk(TSN), '8200000c 000f0008 01020306'],
    ['[RECONF-0013] Response without TSNs', chunk(RESP), '82000010 0010000c 01020307 00000006'],
    ['[RECONF-0013] Response with both', chunk(RESP_TSN), '82000018 00100014 01020307 00000001 00000011 00000022'],
    ['[RECONF-0015] [RECONF-0016] Add Outgoing Streams', chunk(ADD_OUT), '82000010 0011000c 01020308 12340000'],
    ['[RECONF-0018] [RECONF-0016] Add Incoming Streams', chunk(ADD_IN), '82000010 0012000c 01020308 12340000'],
    [
      '[RECONF-0001] two parameters, the first one padded',
      chunk(IN, { ...OUT, streams: [7] }),
      '82000022 000e000a 01020305 00020000 000d0012 01020304 fffefdfc 0a0b0c0d 00070000',
    ],
  ];
  it.each(golden)('%s', (_name, value, hex) => {
    expect(toHex(encodeChunk(value))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(value);
  });

  it('[RECONF-0001] [RECONF-0016] flags and reserved fields are ignored', () => {
    expect(decodeOne('82ff0010 0011000c 01020308 1234ffff')).toEqual(chunk(ADD_OUT));
  });

  it('[RECONF-0001] a stack that does not know it skips it without a report: its high bits are 10', () => {
    expect(unknownChunkAction(CHUNK_TYPE.reConfig)).toEqual({ stop: false, report: false });
  });

  it('[RECONF-0006] [RECONF-0011] [RECONF-0012] [RECONF-0013] [RECONF-0015] [RECONF-0018] other lengths are malformed', () => {
    const ofLength = (type: number, length: number): string => {
      const bytes = new Uint8Array(4 + ((length + 3) & ~3));
      bytes.set([0x82, 0, 0, 4 + length, 0, type, 0, length]);
      return toHex(bytes);
    };
    const good: Readonly<Record<number, (length: number) => boolean>> = {
      13: (length) => length >= 16 && length % 2 === 0,
      14: (length) => length >= 8 && length % 2 === 0,
      15: (length) => length === 8,
      16: (length) => length === 12 || length === 20,
      17: (length) => length === 12,
      18: (length) => length === 12,
    };
    for (const [type, isGood] of Object.entries(good)) {
      for (let length = 4; length <= 26; length++) {
        const hex = ofLength(Number(type), length);
        if (isGood(length)) expect(decodeOne(hex).kind).toBe('re-config');
        else expectWireError(() => decodeOne(hex), 'bad-length', 6);
      }
    }
  });

  it('[RECONF-0014] results as in table 3', () => {
    expect(RECONFIGURATION_RESULT).toEqual({
      nothingToDo: 0,
      performed: 1,
      denied: 2,
      wrongSsn: 3,
      alreadyInProgress: 4,
      badSequenceNumber: 5,
      inProgress: 6,
    });
  });

  it('[AT-4] a parameter that claims 0 to 3 bytes, or more than there are, is malformed', () => {
    for (const length of [0, 1, 2, 3, 9]) {
      expectWireError(() => decodeOne(`8200000c 000f000${length} 00000001`), 'bad-length', 6);
    }
    expectWireError(() => decodeOne('82000006 000f'), 'bad-length', 2);
    expectWireError(() => decodeOne('82000004'), 'bad-length', 2);
    expectWireError(() => decodeOne('8200000e 000f0008 00000001 000f'), 'truncated', 12);
  });

  it('[RECONF-0005] an unknown parameter ends the list unless its high bits say go on', () => {
    const resp = '0010000c 01020307 00000006';
    expect(decodeOne(`82000018 00130008 00000000 ${resp}`)).toMatchObject({
      parameters: [{ kind: 'unknown', type: 19 }],
    });
    expect(decodeOne(`82000018 80130008 00000000 ${resp}`)).toMatchObject({ parameters: [{ kind: 'unknown' }, RESP] });
  });

  it('[RECONF-0002] [RECONF-0035] [RECONF-0040] [RECONF-0044] ten combinations may stand in one chunk, in any order', () => {
    const kinds = { OUT, IN, TSN, RESP, ADD_OUT, ADD_IN };
    const allowed = new Set<string>();
    for (const [a, first] of Object.entries(kinds)) {
      if (mayStandTogether([first])) allowed.add(a);
      for (const [b, second] of Object.entries(kinds)) {
        if (mayStandTogether([first, second])) allowed.add([a, b].sort().join('+'));
        expect(mayStandTogether([second, first])).toBe(mayStandTogether([first, second]));
        expect(mayStandTogether([first, second, RESP])).toBe(false);
      }
      expect(mayStandTogether([first, { kind: 'unknown', type: 99, whole: new Uint8Array(4) }])).toBe(false);
    }
    expect(mayStandTogether([])).toBe(false);
    const single = ['OUT', 'IN', 'TSN', 'RESP', 'ADD_OUT', 'ADD_IN'];
    const pairs = ['IN+OUT', 'ADD_IN+ADD_OUT', 'OUT+RESP', 'RESP+RESP'];
    expect([...allowed].sort()).toEqual([...single, ...pairs].sort());
  });
});
