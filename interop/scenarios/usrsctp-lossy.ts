import { SctpEndpoint } from '../../src/sctp/index.ts';
import { EchoRun } from '../echo-run.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { Relay } from '../relay.ts';
import type { Scenario } from '../scenario.ts';

const ECHO_SCTP_PORT = 7;

/** Both directions at once over a way that loses 2 % and reorders 5 % of the datagrams. */
export const usrsctpLossy: Scenario = {
  name: 'loss and reordering between us and usrsctp echo server',
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
      const association = await endpoint.connect(
        { addresses: ['127.0.0.1'], sctpPort: ECHO_SCTP_PORT, udpPort: relay.port },
        { signal: patience() },
      );
      relay.impair({ loss: 0.02, reorder: 0.05, seed: 7 });
      const run = new EchoRun({ messages: 2000, longestBytes: 6000 });
      see(await run.over(association));
      const { retransmissions, fastRetransmissions, t3Expirations } = association.stats()!;
      see(
        `${retransmissions} chunks sent again, ${fastRetransmissions} of them fast, after ${t3Expirations} time-outs`,
      );
      await association.shutdown({ signal: patience() });
      see(relay.describe());
    } finally {
      server.kill();
    }
    await recorder.check(see);
  },
};
