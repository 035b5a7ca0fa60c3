import { isIpv6 } from '../../../src/base/address.ts';
import type { StageFactory } from './stage.ts';

/** Bytes of IP and UDP headers. */
const HEADERS_BYTES = { ipv4: 28, ipv6: 48 } as const;

/**
 * What becomes of a packet that is too long: `drop` loses it silently, as a black hole does; `report` tells the sending
 * socket (EMSGSIZE), as a local interface does; `icmp` loses it and sends an ICMP message with the MTU to the sender.
 */
export type TooLong = 'drop' | 'report' | 'icmp';

/**
 * Refuses IP packets of more than `mtuBytes` (headers counted).
 *
 * @param linkMtuBytes the sender's own link: what is longer leaves the sender in fragments without DF, which get through
 *   over IPv4 whatever comes; over IPv6 they are as long as this link takes
 */
export function mtu(
  mtuBytes: number,
  tooLong: TooLong = 'drop',
  linkMtuBytes = Number.POSITIVE_INFINITY,
): StageFactory {
  return () => {
    const counters = { passed: 0, dropped: 0, fragmented: 0 };
    return {
      name: 'mtu',
      counters,
      pass(datagram, at, out) {
        const ipv6 = isIpv6(datagram.to.address);
        const packetBytes = datagram.bytes.length + (ipv6 ? HEADERS_BYTES.ipv6 : HEADERS_BYTES.ipv4);
        const inFragments = packetBytes > linkMtuBytes;
        const fits = inFragments ? !ipv6 || linkMtuBytes <= mtuBytes : packetBytes <= mtuBytes;
        if (fits) {
          counters.passed++;
          if (inFragments) counters.fragmented++;
          out.forward(datagram, at);
        } else {
          counters.dropped++;
          const reason = { drop: 'over-mtu', report: 'too-long', icmp: 'too-big' } as const;
          out.drop(datagram, at, reason[tooLong], mtuBytes);
        }
      },
    };
  };
}
