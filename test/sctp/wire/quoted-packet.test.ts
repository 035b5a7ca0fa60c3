import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { readQuotedPacket } from '../../../src/sctp/wire/quoted-packet.ts';
import { expectWireError } from './expect-wire-error.ts';

/** By hand from the figures of RFC 791, RFC 8200, RFC 768 and RFC 9260 §3.1, §3.3.2. */
const IPV4 = '450005dc 00004000 40110000 0a000001 0a000002';
const IPV6 = '60000000 05b41140 20010db8000000000000000000000001 20010db8000000000000000000000002';
const UDP = '26ab26ac 05c80000';
const SCTP = '13881770 a1b2c3d4';
const INIT = '13881770 00000000 11223344 01000014 a1b2c3d4';

describe('packet quoted by an ICMP message', () => {
  it('[UDPE-0044] [PLPMTU-0037] IPv4: addresses, both kinds of ports, tag, and lengths from the IP header', () => {
    expect(readQuotedPacket(4, fromHex(IPV4 + UDP + SCTP))).toEqual({
      source: '10.0.0.1',
      destination: '10.0.0.2',
      sourceUdpPort: 9899,
      destinationUdpPort: 9900,
      sourcePort: 5000,
      destinationPort: 6000,
      verificationTag: 0xa1b2c3d4,
      initiateTag: undefined,
      headerBytes: 28,
      packetBytes: 1472,
    });
  });

  it('[PLPMTU-0037] IPv4 with options, and IPv6', () => {
    const options = `${IPV4.replace('4500', '4700')}0101010101010101`;
    expect(readQuotedPacket(4, fromHex(options + UDP + SCTP))).toMatchObject({
      verificationTag: 0xa1b2c3d4,
      headerBytes: 36,
      packetBytes: 1464,
    });
    expect(readQuotedPacket(6, fromHex(IPV6 + UDP + SCTP))).toMatchObject({
      source: '2001:db8::1',
      destination: '2001:db8::2',
      verificationTag: 0xa1b2c3d4,
      headerBytes: 48,
      packetBytes: 1452,
    });
  });

  it('[SCTP-0993] the Initiate Tag of an INIT, if the quotation reaches so far', () => {
    const quoted = fromHex(IPV4 + UDP + INIT);
    expect(readQuotedPacket(4, quoted)).toMatchObject({ verificationTag: 0, initiateTag: 0xa1b2c3d4 });
    expect(readQuotedPacket(4, quoted.subarray(0, -1)).initiateTag).toBeUndefined();
    expect(readQuotedPacket(4, fromHex(IPV4 + UDP + INIT.replace('0100', '0200'))).initiateTag).toBeUndefined();
  });

  it('[PLPMTU-0082] refuses what is too short for ports and tag, at every length', () => {
    for (const [version, ip] of [
      [4, IPV4],
      [6, IPV6],
    ] as const) {
      const whole = fromHex(ip + UDP + SCTP);
      for (let length = 0; length < whole.length; length++) {
        expectWireError(() => readQuotedPacket(version, whole.subarray(0, length)), 'truncated', length);
      }
    }
  });

  it('refuses other versions, other protocols, and fragments but the first', () => {
    for (const [from, to] of [
      ['4500', '6500'],
      ['4500', '4400'],
      ['4011', '4006'],
      ['00004000', '00000001'],
    ] as const) {
      expectWireError(() => readQuotedPacket(4, fromHex(IPV4.replace(from, to) + UDP + SCTP)), 'bad-value', 0);
    }
    expect(readQuotedPacket(4, fromHex(IPV4.replace('00004000', '00002000') + UDP + SCTP)).packetBytes).toBe(1472);
    for (const [from, to] of [
      ['6000', '4000'],
      ['1140', '2c40'],
    ] as const) {
      expectWireError(() => readQuotedPacket(6, fromHex(IPV6.replace(from, to) + UDP + SCTP)), 'bad-value', 0);
    }
  });
});
