import { isIpv6 } from '../../../src/base/address.ts';
import type { StageFactory } from './stage.ts';

/** Bytes of IP and UDP headers. */
const HEADERS_BYTES = { ipv4: 28, ipv6: 48 } as const;

/**
 * Refuses IP packets of more than `mtuBytes` (headers counted). `drop` loses them silently, as a black hole does;
 * `report` tells the sending socket (EMSGSIZE), as a local interface does.
 */
export function mtu(mtuBytes: number, tooLong: 'drop' | 'report' = 'drop'): StageFactory {
  return () => {
    const counters = { passed: 0, dropped: 0 };
    return {
      name: 'mtu',
      counters,
      pass(datagram, at, out) {
        const headers = isIpv6(datagram.to.address) ? HEADERS_BYTES.ipv6 : HEADERS_BYTES.ipv4;
        if (datagram.bytes.length + headers > mtuBytes) {
          counters.dropped++;
          out.drop(datagram, at, tooLong === 'report' ? 'too-long' : 'over-mtu');
        } else {
          counters.passed++;
          out.forward(datagram, at);
        }
      },
    };
  };
}
