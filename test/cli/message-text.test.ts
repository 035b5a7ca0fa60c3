import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/base/bytes.ts';
import { datagramText, messageText } from '../../src/cli/message-text.ts';
import { componentId, encodeReport } from '../../src/rserpool/index.ts';

describe('messages for people, as captured from rsplib', () => {
  it.each([
    [33, '01000010 0000000000000001 61626364', 'PingPong ping 1 data=4'],
    [33, '02000014 0000000000000003 0000000000000002', 'PingPong pong 3 answer 2 data=0'],
    [34, '010000180000000100000000005c5f4d0000000000000000', 'CalcApp request job=1 size=6053709 completed=0'],
    [32, '02000010ffffffffffffffff00000000', 'Fractal end'],
    [32, '020000140000005700000077000000010000000d', 'Fractal data from 87,119 points=1'],
    [32, '02000008 00000000', 'MALFORMED (truncated at byte 8: 4 bytes wanted, 0 left)'],
    [34, '09000004', 'CalcApp unknown'],
    [35, '01000006766d', undefined],
    [11, '16030100040100abcd', 'TLS handshake'],
    [0, '170303000211ab', 'TLS application data'],
    [0, '170303000311ab', undefined],
  ])('PPID %i: %s', (ppid, hex, text) => {
    expect(messageText(ppid, fromHex(hex))).toBe(text);
  });

  it('announcements by their UDP ports, and status reports', () => {
    expect(datagramText(3863, fromHex('0a000008000000a1'))).toContain('server-announce');
    expect(
      datagramText(
        9901,
        fromHex(
          '010000342905ab6e00000000000f0006ffff0000000b00202905ab6e0004001826ad0000000100080a630101000100080a630201',
        ),
      ),
    ).toContain('presence');
    const senderId = componentId('registrar', 0xa1);
    const report = {
      senderId,
      final: true,
      uptimeMs: 1,
      intervalMs: 1000,
      location: '',
      status: 'ends',
      workload: undefined,
      associations: [],
    };
    expect(datagramText(2960, encodeReport(report))).toBe('CSP registrar 0x000000a1 "ends" final');
    expect(datagramText(53, new Uint8Array(40))).toBeUndefined();
    expect(datagramText(3863, new Uint8Array(3))).toMatch(/^MALFORMED/);
  });
});
