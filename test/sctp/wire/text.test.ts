import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import type { ErrorCause } from '../../../src/sctp/wire/cause.ts';
import { writeChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { describeCause, describeChunk, describePacket } from '../../../src/sctp/wire/text.ts';
import { CAPTURED_PACKETS } from './captured-packets.ts';
import { decodeOne } from './decode-one.ts';

const text = (hex: string): string => describeChunk(decodeOne(hex));

describe('describeChunk', () => {
  it.each([
    ['00030011 00000007 0001 0002 0000000b 41000000', 'DATA BE tsn=7 stream=1 ssn=2 ppid=11 (1 bytes)'],
    ['000c0011 00000007 0001 0002 0000000b 41000000', 'DATA IU tsn=7 stream=1 ppid=11 (1 bytes)'],
    ['00000011 00000007 0001 0002 0000000b 41000000', 'DATA tsn=7 stream=1 ssn=2 ppid=11 (1 bytes)'],
    [
      '01000024 00001234 00010000 000a 0010 00000001 00050008 0a000001 000c0008 00060005',
      'INIT tag=0x00001234 a_rwnd=65536 OS=10 MIS=16 tsn=1 [IPv4 10.0.0.1] [Supported Address Types 6 5]',
    ],
    [
      '0200001c 00001234 00010000 000a 0010 00000001 00070008 00000000',
      'INIT ACK tag=0x00001234 a_rwnd=65536 OS=10 MIS=16 tsn=1 [State Cookie (4 bytes)]',
    ],
    ['03000010 0000000c 00001234 0000 0000', 'SACK cum=12 a_rwnd=4660'],
    [
      '03000020 0000000c 00001234 0002 0002 00020003 00050005 00000009 0000000a',
      'SACK cum=12 a_rwnd=4660 gaps=2-3,5-5 dups=9,10',
    ],
    ['04000008 00010004', 'HEARTBEAT (4 bytes)'],
    ['05000008 00010004', 'HEARTBEAT ACK (4 bytes)'],
    ['06010004', 'ABORT T'],
    ['0600000b 000c0007 62796500', 'ABORT [User-Initiated Abort "bye"]'],
    ['07000008 0000002a', 'SHUTDOWN cum=42'],
    ['c0000008 0000002a', 'FORWARD TSN cum=42'],
    ['c0000010 0000002a 0001 0005 0002 0007', 'FORWARD TSN cum=42 [stream 1 ssn 5] [stream 2 ssn 7]'],
    [
      '01000020 00001234 00010000 000a 0010 00000001 80080005 c0000000 c0000004',
      'INIT tag=0x00001234 a_rwnd=65536 OS=10 MIS=16 tsn=1 [Supported Extensions 192] [Forward-TSN-Supported]',
    ],
    ['84000007 00000000', 'PAD (3 bytes)'],
    [
      '82000020 000d0012 0000000c 00000007 00000063 0001 0000 000f0008 0000000d',
      'RE-CONFIG [OUT-REQ 12 response=7 last tsn=99 streams=1] [TSN-REQ 13]',
    ],
    [
      '82000020 00100014 00000009 00000001 00000005 00000006 000e0008 00000008',
      'RE-CONFIG [RESP 9 performed sender tsn=5 receiver tsn=6] [IN-REQ 8 all streams]',
    ],
    [
      '8200001c 0011000c 00000001 00030000 0012000c 00000002 00040000',
      'RE-CONFIG [ADD-OUT-REQ 1 streams+3] [ADD-IN-REQ 2 streams+4]',
    ],
    ['82000014 0010000c 00000009 00000063 80110004', 'RE-CONFIG [RESP 9 result 99] [parameter 0x8011 (4 bytes)]'],
    ['08000004', 'SHUTDOWN ACK'],
    ['0900000c 00030008 0016e360', 'ERROR [Stale Cookie 1500000 us]'],
    ['0a000006 0102', 'COOKIE ECHO (2 bytes)'],
    ['0b000004', 'COOKIE ACK'],
    ['0e010004', 'SHUTDOWN COMPLETE T'],
    ['83010006 0102', 'chunk 0x83 flags=0x01 (6 bytes)'],
  ])('%s', (hex, expected) => {
    expect(text(hex)).toBe(expected);
  });

  it('keeps control characters of a peer off the terminal', () => {
    expect(text('0600000f 000c000b 1b5b4120 7e7f80 00')).toBe('ABORT [User-Initiated Abort ".[A ~.."]');
  });

  it('shows the beginning of what is long: 16 bytes, or 80 characters', () => {
    const cause = (kind: 'unrecognized-chunk-type' | 'user-initiated-abort', length: number): string => {
      const bytes = new Uint8Array(length).fill(0x41);
      const value: ErrorCause = kind === 'user-initiated-abort' ? { kind, reason: bytes } : { kind, chunk: bytes };
      return describeCause(value);
    };
    expect(cause('unrecognized-chunk-type', 16)).toBe(`Unrecognized Chunk Type ${'41'.repeat(16)}`);
    expect(cause('unrecognized-chunk-type', 17)).toBe(`Unrecognized Chunk Type ${'41'.repeat(16)}… (17 bytes)`);
    expect(cause('user-initiated-abort', 80)).toBe(`User-Initiated Abort "${'A'.repeat(80)}"`);
    expect(cause('user-initiated-abort', 81)).toBe(`User-Initiated Abort "${'A'.repeat(80)}"…`);
  });

  it('names every cause and parameter', () => {
    const causes = `00010008 00020000 0002000a 00000001 00070000 00040004 00050008 00050004 00060008 c1000004
      00070004 00080008 c1230004 00090008 00000005 000a0004 000b000c 00050008 0a000001 000d0005 58000000 0105000400000000`;
    const bytes = fromHex(causes).length - 4;
    expect(text(`0900${(bytes + 4).toString(16).padStart(4, '0')} ${causes}`)).toBe(
      'ERROR [Invalid Stream Identifier 2] [Missing Mandatory Parameter 7] [Out of Resource]' +
        ' [Unresolvable Address 00050004] [Unrecognized Chunk Type c1000004] [Invalid Mandatory Parameter]' +
        ' [Unrecognized Parameters c1230004] [No User Data tsn=5] [Cookie Received While Shutting Down]' +
        ' [Restart with New Addresses 10.0.0.1] [Protocol Violation "X"] [cause 261 ]',
    );
    const init = '00001234 00010000 000a 0010 00000001';
    const parameters = `00060014 20010db8 00000000 00000000 00000001 00080008 c1230004 00090008 0000ea60
      000b0006 6100 0000 80050004`;
    expect(text(`01000044 ${init} ${parameters}`)).toBe(
      'INIT tag=0x00001234 a_rwnd=65536 OS=10 MIS=16 tsn=1 [IPv6 2001:db8::1] [Unrecognized Parameter c1230004]' +
        ' [Cookie Preservative 60000 ms] [Host Name Address "a."] [Padding (0 bytes)]',
    );
  });
});

describe('describePacket', () => {
  const withChecksum = (hex: string): Uint8Array => {
    const packet = fromHex(hex);
    writeChecksum(packet);
    return packet;
  };

  it('puts header and chunks on one line', () => {
    const packet = withChecksum('138826ab 89abcdef 00000000 0b000004 07000008 00000001');
    expect(describePacket(packet)).toBe('5000 > 9899 tag=0x89abcdef | COOKIE ACK | SHUTDOWN cum=1');
  });

  it('says what is wrong: checksum, malformed chunk, no packet at all', () => {
    expect(describePacket(fromHex('138826ab 89abcdef 00000000 0b000004'))).toBe(
      '5000 > 9899 tag=0x89abcdef BAD CHECKSUM | COOKIE ACK',
    );
    expect(describePacket(withChecksum('138826ab 89abcdef 00000000 0b000004 07000004'))).toBe(
      '5000 > 9899 tag=0x89abcdef | COOKIE ACK | MALFORMED (bad-length at byte 18: SHUTDOWN of 4 bytes)',
    );
    expect(describePacket(fromHex('1388'))).toBe('MALFORMED (truncated at byte 0: common header, 2 bytes)');
  });

  it('is one line for every captured packet', () => {
    for (const { hex } of CAPTURED_PACKETS) {
      expect(describePacket(fromHex(hex))).toMatch(/^\d+ > \d+ tag=0x[0-9a-f]{8} \| (?!.*(MALFORMED|BAD CHECKSUM)).+$/);
    }
  });
});
