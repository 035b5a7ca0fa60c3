import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import type { Chunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

/** Chunks that are little more than their header: hexadecimal by hand from the figures of RFC 9260 §3.3.5 to §3.3.13. */
const GOLDEN: readonly [name: string, chunk: Chunk, hex: string][] = [
  [
    '[SCTP-0227] HEARTBEAT with 5 bytes of information',
    { kind: 'heartbeat', value: fromHex('000100090102030405') },
    '0400000d 00010009 01020304 05 000000',
  ],
  [
    '[SCTP-0232] HEARTBEAT ACK with the same',
    { kind: 'heartbeat-ack', value: fromHex('000100090102030405') },
    '0500000d 00010009 01020304 05 000000',
  ],
  ['[SCTP-0234] ABORT without a cause', { kind: 'abort', tagReflected: false, causes: [] }, '06000004'],
  ['[SCTP-0234] [SCTP-0241] ABORT with T', { kind: 'abort', tagReflected: true, causes: [] }, '06010004'],
  [
    '[SCTP-0235] ABORT with a cause',
    { kind: 'abort', tagReflected: false, causes: [{ kind: 'user-initiated-abort', reason: fromHex('627965') }] },
    '0600000b 000c0007 62796500',
  ],
  ['[SCTP-0244] SHUTDOWN', { kind: 'shutdown', cumulativeTsnAck: tsn(0xfedcba98) }, '07000008 fedcba98'],
  ['[SCTP-0248] SHUTDOWN ACK', { kind: 'shutdown-ack' }, '08000004'],
  [
    '[SCTP-0260] [SCTP-0262] ERROR with two causes',
    {
      kind: 'error',
      causes: [
        { kind: 'unrecognized-chunk-type', chunk: fromHex('c1000005aa') },
        { kind: 'protocol-violation', information: fromHex('01') },
      ],
    },
    '09000015 00060009 c1000005 aa000000 000d0005 01000000',
  ],
  ['[SCTP-0281] COOKIE ECHO', { kind: 'cookie-echo', cookie: fromHex('c00c1e') }, '0a000007 c00c1e00'],
  ['[SCTP-0285] COOKIE ACK', { kind: 'cookie-ack' }, '0b000004'],
  ['[SCTP-0288] SHUTDOWN COMPLETE', { kind: 'shutdown-complete', tagReflected: false }, '0e000004'],
  ['[SCTP-0288] [SCTP-0289] SHUTDOWN COMPLETE with T', { kind: 'shutdown-complete', tagReflected: true }, '0e010004'],
];

describe('control chunks', () => {
  it.each(GOLDEN)('%s', (_name, chunk, hex) => {
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it('[SCTP-0244] SHUTDOWN has 8 bytes, no less and no more', () => {
    expectWireError(() => decodeOne('07000004 00000000'), 'bad-length', 2);
    expectWireError(() => decodeOne('0700000c 00000000 00000000'), 'bad-length', 2);
  });

  it('[SCTP-0232] a HEARTBEAT becomes its HEARTBEAT ACK by the type alone, odd length and all', () => {
    const request = decodeOne('0400000d 00010009 01020304 05 ffffff');
    expect(request.kind).toBe('heartbeat');
    if (request.kind !== 'heartbeat') return;
    const answer = encodeChunk({ kind: 'heartbeat-ack', value: request.value });
    expect(toHex(answer)).toBe('0500000d000100090102030405000000');
  });

  it('[SCTP-0283] a cookie of any length goes into COOKIE ECHO unchanged', () => {
    for (let length = 0; length < 9; length++) {
      const cookie = Uint8Array.from({ length }, (_, i) => i + 1);
      expect(decodeOne(toHex(encodeChunk({ kind: 'cookie-echo', cookie })))).toEqual({ kind: 'cookie-echo', cookie });
    }
  });

  it('[SCTP-0239] [SCTP-0279] an ABORT or ERROR with a malformed cause is refused', () => {
    for (const type of ['06', '09']) {
      expectWireError(() => decodeOne(`${type}000008 000c0003`), 'bad-length', 6);
      expectWireError(() => decodeOne(`${type}000008 000c0000`), 'bad-length', 6);
      expectWireError(() => decodeOne(`${type}000008 000c0009 00000000`), 'bad-length', 6);
      expectWireError(() => decodeOne(`${type}00000a 000c0004 00000000`), 'truncated', 8);
    }
  });
});
