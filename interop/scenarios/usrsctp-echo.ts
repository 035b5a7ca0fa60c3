import { SctpEndpoint } from '../../src/sctp/index.ts';
import { EchoRun } from '../echo-run.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import type { Scenario } from '../scenario.ts';

const ECHO_SCTP_PORT = 7;

/** We connect to usrsctp's echo server: set-up, many streams, ordered and unordered, fragments, 100 MB and
 * more, graceful shutdown. */
export const usrsctpEcho: Scenario = {
  name: 'our client, usrsctp echo server',
  needs: [`${USRSCTP}/echo_server`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    const udpPort = await freeUdpPort();
    await using endpoint = await SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort: 0, capture: recorder.capture });
    const server = new Peer(`${USRSCTP}/echo_server`, [String(udpPort), String(endpoint.udpPort)]);
    try {
      await pause(300);
      const association = await endpoint.connect(
        { addresses: ['127.0.0.1'], sctpPort: ECHO_SCTP_PORT, udpPort },
        { signal: patience() },
      );
      see(`up: ${association.outboundStreams} streams out, ${association.inboundStreams} in`);
      see(await new EchoRun({ messages: 3000, longestBytes: 6000 }).over(association));
      see(await new EchoRun({ messages: 20_000, longestBytes: 10_000 }).over(association));
      await association.shutdown({ signal: patience() });
      see('graceful shutdown: SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE');
    } finally {
      server.kill();
    }
    await recorder.check(see);
  },
};
