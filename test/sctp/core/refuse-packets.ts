import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { ScriptedPeer } from '../../harness/scripted-peer.ts';

/** The system of the endpoint refuses packets to `address` of so many bytes, one after the other. */
export function refusePackets(peer: ScriptedPeer, address: string, ...sizes: readonly number[]): void {
  const header = { sourcePort: 5000, destinationPort: 6000, verificationTag: peer.tag };
  for (const bytes of sizes) {
    const packet = encodePacket(header, [{ kind: 'pad', paddingBytes: bytes - 16 }]);
    peer.node.call((core, now) => core.handleMessageTooLong(address, packet, now));
  }
  peer.heardAfter(0);
}
