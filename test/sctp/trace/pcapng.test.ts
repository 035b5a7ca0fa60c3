import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts';
import { encodeIpPacket } from '../../../src/sctp/trace/ip-packet.ts';
import { pcapngHeader, pcapngPacket } from '../../../src/sctp/trace/pcapng.ts';

const ipv4 = { from: '10.0.0.1', fromUdpPort: 9899, to: '10.0.0.2', toUdpPort: 9899 };

describe('pcapng writer', () => {
  it('begins with a section header and one interface of raw IP in microseconds', () => {
    expect(toHex(pcapngHeader('rserpool'))).toBe(
      // Section header: magic, version 1.0, length unknown, shb_userappl "rserpool", end of options.
      toHex(
        fromHex(`0a0d0d0a 0000002c 1a2b3c4d 0001 0000 ffffffffffffffff 0004 0008 727365 72706f6f6c 0000 0000 0000002c
                 00000001 00000020 0065 0000 00040000 0009 0001 06000000 0000 0000 00000020`),
      ),
    );
  });

  it('writes a packet with made-up IPv4 and UDP headers and correct checksums', () => {
    // 2026-11-22 16:00:00.123456 UTC is 0x660df91c94240 microseconds after 1970.
    const timeUs = 1_795_363_200_123_456;
    const packet = pcapngPacket({ timeUs, ...ipv4, payload: fromHex('6162') });
    expect(toHex(packet)).toBe(
      toHex(
        // IPv4 sum: 4500+001e+4000+4011+0a00+0001+0a00+0002 = d932, complement 26cd.
        // UDP sum: 0a00+0001+0a00+0002+0011+000a + 26ab+26ab+000a+6162 = c2e0, complement 3d1f.
        fromHex(`00000006 00000040 00000000 000660df 91c94240 0000001e 0000001e
                 4500001e 00004000 401126cd 0a000001 0a000002 26ab26ab 000a3d1f 6162 0000 00000040`),
      ),
    );
  });

  it('agrees with the IPv4 header checksum of a published example', () => {
    const header = fromHex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');
    const payload = new Uint8Array(115 - 28);
    const packet = encodeIpPacket({
      from: '192.168.0.1',
      fromUdpPort: 1,
      to: '192.168.0.199',
      toUdpPort: 2,
      encapsulation: 'udp',
      payload,
    });
    expect(toHex(packet.subarray(0, 20))).toBe(toHex(header));
  });

  it('sends a UDP checksum of 0 as ffff', () => {
    // As above with 9e81 in place of 6162: the sum is ffff.
    const packet = encodeIpPacket({ ...ipv4, encapsulation: 'udp', payload: fromHex('9e81') });
    expect(toHex(packet.subarray(26, 28))).toBe('ffff');
  });

  it('writes IPv6, and IPv4-mapped addresses where the families are mixed', () => {
    const packet = encodeIpPacket({
      from: '2001:db8::1',
      fromUdpPort: 1,
      to: '10.0.0.2',
      toUdpPort: 2,
      encapsulation: 'udp',
      payload: fromHex('61'),
    });
    // UDP sum: 2001+0db8+0001 + ffff+0a00+0002 + 0011+0009 + 0001+0002+0009+6100 = 198e1, folded 98e2, complement 671d.
    expect(toHex(packet)).toBe(
      toHex(
        fromHex(`60000000 0009 11 40 20010db8000000000000000000000001 00000000000000000000ffff0a000002
                 0001 0002 0009 671d 61`),
      ),
    );
  });

  it('can show SCTP directly on IP', () => {
    const packet = encodeIpPacket({ ...ipv4, encapsulation: 'none', payload: fromHex('01020304') });
    expect(toHex(packet)).toBe(toHex(fromHex('45000018 00004000 40842660 0a000001 0a000002 01020304')));
  });

  it('adds a comment', () => {
    const packet = pcapngPacket({ timeUs: 0, ...ipv4, payload: fromHex('61626364'), comment: 'lost' });
    expect(toHex(packet.subarray(-16))).toBe(toHex(fromHex('00010004 6c6f7374 00000000 0000004c')));
  });

  it('refuses what is no address or too long', () => {
    const packet = { timeUs: 0, ...ipv4, payload: new Uint8Array(65_507) };
    expect(pcapngPacket(packet).length).toBe(32 + 65_536);
    expect(() => pcapngPacket({ ...packet, payload: new Uint8Array(65_508) })).toThrow(/do not fit/);
    expect(() => pcapngPacket({ ...packet, from: 'localhost' })).toThrow(/no IP address/);
  });

  it('keeps every block at a multiple of four', () => {
    for (let size = 0; size < 9; size++) {
      const packet = pcapngPacket({ timeUs: 0, ...ipv4, payload: new Uint8Array(size), comment: 'x'.repeat(size) });
      expect([packet.length % 4, new DataView(packet.buffer).getUint32(4)]).toEqual([0, packet.length]);
    }
    expect(concatBytes([pcapngHeader(), pcapngHeader('x')]).length % 4).toBe(0);
  });
});
