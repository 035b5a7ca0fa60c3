import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import { readCapture } from '../../../src/sctp/trace/pcap-reader.ts';
import { pcapngHeader, pcapngPacket } from '../../../src/sctp/trace/pcapng.ts';

/** 10.0.0.1:9899 to 10.0.0.2:7, UDP payload 6162. */
const IPV4 = '4500001e 00004000 401126cd 0a000001 0a000002 26ab0007 000a0000 6162';
/** 2001:db8::1 port 1 to 2001:db8::2 port 2, UDP payload 61. */
const IPV6 =
  '60000000 0009 1140 20010db8000000000000000000000001 20010db8000000000000000000000002 0001 0002 0009 0000 61';
const MACS = '020000000001 020000000002';

const u32le = (value: number): string =>
  [value, value >>> 8, value >>> 16, value >>> 24].map((byte) => (byte & 0xff).toString(16).padStart(2, '0')).join('');
const u32be = (value: number): string => value.toString(16).padStart(8, '0');

/** A classic pcap file of frames captured at 1 s + 2 units each. */
function pcap(
  linkType: number,
  frames: readonly string[],
  options: { big?: boolean; nano?: boolean } = {},
): Uint8Array {
  const u32 = options.big ? u32be : u32le;
  const magic = u32(options.nano ? 0xa1b23c4d : 0xa1b2c3d4);
  const version = options.big ? '0002 0004' : '0200 0400';
  const records = frames.map((frame) => {
    const { length } = fromHex(frame);
    return `${u32(1)} ${u32(2000)} ${u32(length)} ${u32(length)} ${frame}`;
  });
  return fromHex(`${magic} ${version} ${u32(0)} ${u32(0)} ${u32(65_535)} ${u32(linkType)} ${records.join(' ')}`);
}

const read = (file: Uint8Array) => [...readCapture(file)];

const expectedIpv4 = {
  from: '10.0.0.1',
  fromUdpPort: 9899,
  to: '10.0.0.2',
  toUdpPort: 7,
  encapsulation: 'udp',
  payload: fromHex('6162'),
};

describe('capture reader', () => {
  it.each([
    ['Ethernet', 1, `${MACS} 0800 ${IPV4}`],
    ['Ethernet with padding', 1, `${MACS} 0800 ${IPV4} 000000000000`],
    ['Ethernet with VLAN tags', 1, `${MACS} 88a8 0001 8100 0002 0800 ${IPV4}`],
    ['Linux cooked', 113, `0000 0001 0006 0200000000010000 0800 ${IPV4}`],
    ['Linux cooked 2', 276, `0800 0000 00000001 0001 00 06 0200000000010000 ${IPV4}`],
    ['raw IP', 101, IPV4],
    ['raw IP under another number', 12, IPV4],
    ['raw IPv4', 228, IPV4],
    ['BSD loopback', 0, `02000000 ${IPV4}`],
    ['OpenBSD loopback', 108, `00000002 ${IPV4}`],
  ])('reads UDP from %s', (_, linkType, frame) => {
    expect(read(pcap(linkType, [frame]))).toEqual([{ timeUs: 1_002_000, ...expectedIpv4 }]);
  });

  it('reads both byte orders, and nanoseconds', () => {
    expect(read(pcap(101, [IPV4, IPV4], { big: true })).map(({ timeUs }) => timeUs)).toEqual([1_002_000, 1_002_000]);
    expect(read(pcap(101, [IPV4], { nano: true }))[0]!.timeUs).toBe(1_000_002);
    expect(read(pcap(101, [IPV4], { nano: true, big: true }))[0]!.timeUs).toBe(1_000_002);
  });

  it('reads IPv6, with extension headers too', () => {
    const expected = {
      from: '2001:db8::1',
      fromUdpPort: 1,
      to: '2001:db8::2',
      toUdpPort: 2,
      encapsulation: 'udp',
      payload: fromHex('61'),
    };
    expect(read(pcap(229, [IPV6]))).toMatchObject([expected]);
    // Hop-by-hop options of 8 bytes and destination options of 16 before UDP.
    const extended = IPV6.replace('0009 1140', '0021 0040').replace(
      '0001 0002 0009',
      '3c00 010400000000 1101 010c 000000000000000000000000 0001 0002 0009',
    );
    expect(read(pcap(101, [extended]))).toMatchObject([expected]);
  });

  it('reads SCTP directly on IP', () => {
    const frame = '45000018 00004000 40840000 0a000001 0a000002 01020304';
    expect(read(pcap(101, [frame]))).toEqual([
      {
        timeUs: 1_002_000,
        from: '10.0.0.1',
        fromUdpPort: 0,
        to: '10.0.0.2',
        toUdpPort: 0,
        encapsulation: 'none',
        payload: fromHex('01020304'),
      },
    ]);
  });

  it('does not take the padding of a short Ethernet frame for part of the packet', () => {
    const frame = `${MACS} 0800 45000018 00004000 40840000 0a000001 0a000002 01020304 000000000000`;
    expect(read(pcap(1, [frame]))[0]!.payload).toEqual(fromHex('01020304'));
    const ipv6 = `${MACS} 86dd ${IPV6.replace('0009 1140', '0009 8440')} 0000`;
    expect(read(pcap(1, [ipv6]))[0]!.payload).toHaveLength(9);
  });

  it('passes over everything else: ARP, TCP, fragments and broken packets', () => {
    const frames = [
      `${MACS} 0806 0001080006040001`,
      `${MACS} 0800 ${IPV4.replace('4011', '4006')}`,
      `${MACS} 0800 ${IPV4.replace('00004000', '00002000')}`,
      `${MACS} 0800 ${IPV4.replace('00004000', '00000010')}`,
      `${MACS} 86dd ${IPV6.replace('0009 1140', '0009 2c40')}`,
      `${MACS} 0800 4400001e`,
      `${MACS} 0800 ${IPV4.replace('45', '4f')}`,
      `${MACS} 0800 ${IPV4.replace('000a0000', '00070000')}`,
      `${MACS} 0800 9500`,
      '0200',
      `${MACS} 0800 ${IPV4}`,
    ];
    expect(read(pcap(1, frames))).toHaveLength(1);
  });

  it('keeps what is left of a packet that the capture cut off', () => {
    const cut = IPV4.replace('001e', '0030').replace('000a0000', '001c0000');
    expect(read(pcap(101, [cut]))[0]!.payload).toEqual(fromHex('6162'));
  });

  it('reads back what the writer writes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            timeUs: fc.integer({ min: 0, max: 4e15 }),
            v6: fc.boolean(),
            fromUdpPort: fc.integer({ min: 1, max: 65_535 }),
            toUdpPort: fc.integer({ min: 1, max: 65_535 }),
            payload: fc.uint8Array({ maxLength: 1500 }),
            comment: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
          }),
          { maxLength: 10 },
        ),
        (records) => {
          const packets = records.map(({ v6, ...rest }) => ({
            ...rest,
            from: v6 ? 'fd00::1' : '10.0.0.1',
            to: v6 ? 'fd00::2' : '10.0.0.2',
            encapsulation: 'udp' as const,
          }));
          const file = concatBytes([pcapngHeader(), ...packets.map(pcapngPacket)]);
          expect(read(file)).toEqual(packets);
        },
      ),
    );
  });

  it('reads little-endian pcapng with several interfaces, old and simple packet blocks', () => {
    const section = '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000';
    // Raw IP, nanoseconds (if_tsresol 9), if_tsoffset 10 s; an unknown link type; raw IP in units of 2^-10 s.
    const nano = '01000000 28000000 6500 0000 00000000 0900 0100 09000000 0e00 0800 0a00000000000000 28000000';
    const unknown = '01000000 14000000 9300 0000 00000000 14000000';
    const binary = '01000000 1c000000 6500 0000 00000000 0900 0100 8a000000 1c000000';
    const packet = (index: string): string =>
      `06000000 40000000 ${index} 00000000 00400000 1e000000 1e000000 ${IPV4} 0000 40000000`;
    const old = `02000000 40000000 0200 0500 00000000 00400000 1e000000 1e000000 ${IPV4} 0000 40000000`;
    const simple = `03000000 30000000 1e000000 ${IPV4} 0000 30000000`;
    const strange = 'adde0000 10000000 00000000 10000000';
    const blocks = [section, nano, unknown, binary, packet('00000000'), packet('01000000'), strange, old, simple];
    const file = fromHex(blocks.join(' '));
    expect(read(file)).toEqual([
      { timeUs: 10_000_016, ...expectedIpv4 },
      { timeUs: 16_000_000, ...expectedIpv4 },
      { timeUs: 0, ...expectedIpv4 },
    ]);
    // A second section, in the other byte order, begins its interfaces anew.
    const other = concatBytes([pcapngHeader(), pcapngPacket({ timeUs: 1, ...expectedIpv4, encapsulation: 'udp' })]);
    expect(read(concatBytes([file, other]))).toHaveLength(4);
    expect(() => read(fromHex(`${section} ${nano} ${section} ${packet('00000000')}`))).toThrow(/interface 0/);
  });

  it('does not round nanoseconds since 1970, which are beyond 2^53', () => {
    const section = '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000';
    const nano = '01000000 1c000000 6500 0000 00000000 0900 0100 09000000 1c000000';
    // 1795366608792766940 = 0x18ea6c6b1eb0c9dc
    const packet = `06000000 40000000 00000000 6b6cea18 dcc9b01e 1e000000 1e000000 ${IPV4} 0000 40000000`;
    expect(read(fromHex(`${section} ${nano} ${packet}`)).map(({ timeUs }) => timeUs)).toEqual([1_795_366_608_792_766]);
  });

  it.each([
    ['an empty file', ''],
    ['another file', '89504e47 0d0a1a0a'],
    ['a header that is cut off', 'd4c3b2a1 0200'],
    ['an unknown link type', 'd4c3b2a1 02000400 00000000 00000000 ffff0000 93000000'],
    ['a pcapng block of no length', '0a0d0d0a 00000000 4d3c2b1a 0100 0000 ffffffffffffffff 00000000'],
    ['a pcapng block of odd length', '0a0d0d0a 1d000000 4d3c2b1a 0100 0000 ffffffffffffffff 1d000000'],
    ['a pcapng section of unknown byte order', '0a0d0d0a 1c000000 4d3c2b1b 0100 0000 ffffffffffffffff 1c000000'],
    ['block lengths that differ', '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1d000000'],
  ])('refuses %s', (_, hex) => {
    expect(() => read(fromHex(hex))).toThrow(WireError);
  });

  it('yields what stands before the break of a file that was cut off', () => {
    const file = pcap(101, [IPV4, IPV4]);
    const seen: unknown[] = [];
    expect(() => {
      for (const datagram of readCapture(file.subarray(0, file.length - 1))) seen.push(datagram);
    }).toThrow(WireError);
    expect(seen).toHaveLength(1);
  });

  it('does not believe a frame length that cannot be', () => {
    const file = pcap(101, [IPV4]);
    file.set([0xff, 0xff, 0xff, 0x7f], 24 + 8);
    expect(() => read(file)).toThrow(/bad-length/);
  });

  it('ends on any bytes at all, with WireErrors only', () => {
    const seeds = [
      pcap(1, [`${MACS} 0800 ${IPV4}`, `${MACS} 86dd ${IPV6}`]),
      concatBytes([pcapngHeader(), pcapngPacket({ timeUs: 1, ...expectedIpv4, encapsulation: 'udp', comment: 'x' })]),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 }),
        fc.nat(300),
        (seed, changes, length) => {
          const file = seed.slice(0, Math.max(4, length));
          for (const [at, value] of changes) if (at < file.length) file[at] = value;
          try {
            read(file);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
