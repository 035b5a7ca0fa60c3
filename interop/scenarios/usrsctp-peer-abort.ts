import { SctpEndpoint } from '../../src/sctp/index.ts';
import { encodePacket } from '../../src/sctp/wire/packet.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { Relay } from '../relay.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const ECHO_SCTP_PORT = 7;

/** A DATA chunk without user data slips into what we send: the peer has to abort (RFC 9260 §6.2), and tells why. */
export const usrsctpPeerAbort: Scenario = {
  name: 'usrsctp aborts',
  needs: [`${USRSCTP}/echo_server`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    const udpPort = await freeUdpPort();
    await using relay = await Relay.open(udpPort);
    const server = new Peer(`${USRSCTP}/echo_server`, [String(udpPort), String(relay.port)]);
    try {
      await pause(300);
      await using endpoint = await SctpEndpoint.bind({
        addresses: ['127.0.0.1'],
        udpPort: 0,
        capture: recorder.capture,
      });
      let last: Uint8Array = new Uint8Array();
      relay.fate = (from, datagram) => {
        if (from === 'ours') last = Uint8Array.from(datagram);
        return 'pass';
      };
      const association = await endpoint.connect(
        { addresses: ['127.0.0.1'], sctpPort: ECHO_SCTP_PORT, udpPort: relay.port },
        { signal: patience() },
      );
      await association.send('hello');
      await association.receive({ signal: patience() });
      relay.inject('theirs', emptyData(last));
      const reason = await association.closed;
      expectThat(reason.kind === 'peer-aborted', `closed by ${reason.text}`);
      see(`our association ends: ${reason.text}`);
      expectThat(
        reason.causes.some(({ kind }) => kind === 'no-user-data'),
        'the cause is not No User Data',
      );
    } finally {
      server.kill();
    }
    await recorder.check(see);
  },
};

/** DATA with no user data, in a packet with the ports and the tag of `packet`. */
function emptyData(packet: Uint8Array): Uint8Array {
  const view = new DataView(packet.buffer, packet.byteOffset);
  const header = {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    verificationTag: view.getUint32(4),
  };
  const data = new Uint8Array(16);
  data.set([0, 3, 0, 16]);
  return encodePacket(header, [{ kind: 'unknown', type: 0, flags: 3, whole: data }]);
}
