import type { IpAddress } from '../../src/base/address.ts';
import { decodeIpPacket, encodeIpPacket } from '../../src/sctp/trace/ip-packet.ts';
import type { Change } from './network.ts';

/** A NAT that shows the UDP port `inside` of an address as `outside`. */
export function portTranslation(address: IpAddress, inside: number, outside: number): Change {
  return (packet) => {
    const datagram = decodeIpPacket(packet);
    if (datagram?.encapsulation !== 'udp') return packet;
    if (datagram.from === address && datagram.fromUdpPort === inside) {
      return encodeIpPacket({ ...datagram, fromUdpPort: outside });
    }
    if (datagram.to === address && datagram.toUdpPort === outside) {
      return encodeIpPacket({ ...datagram, toUdpPort: inside });
    }
    return packet;
  };
}
