import { PPID } from '../../src/rserpool/index.ts';
import { decodeIpPacket, encodeIpPacket } from '../../src/sctp/trace/ip-packet.ts';
import { decodePacket, encodePacket } from '../../src/sctp/wire/packet.ts';
import type { Change } from '../uml/network.ts';

/** ENRP_HANDLE_UPDATE. */
const HANDLE_UPDATE = 4;
/** No protocol's: whoever gets such a message drops it. */
const NOBODYS_PPID = 0;

/** Handle updates arrive and are acknowledged, but not as ENRP: neither side notices. */
export const handleUpdatesSwallowed: Change = (packet) => {
  const datagram = decodeIpPacket(packet);
  if (datagram?.encapsulation !== 'udp' || datagram.toUdpPort !== 9899) return packet;
  const { header, chunks } = decodePacket(datagram.payload);
  const changed = chunks.map((chunk) =>
    chunk.kind === 'data' && chunk.ppid === PPID.enrp && chunk.userData[0] === HANDLE_UPDATE
      ? { ...chunk, ppid: NOBODYS_PPID }
      : chunk,
  );
  if (changed.every((chunk, i) => chunk === chunks[i])) return packet;
  return encodeIpPacket({ ...datagram, payload: encodePacket(header, changed) });
};
