import { SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const DISCARD_SCTP_PORT = 9;

/**
 * A port of ours where nobody listens, and a peer that is killed and comes back. (usrsctp's examples answer
 * nothing at their own closed ports: they switch that off.)
 */
export const usrsctpRefusal: Scenario = {
  name: 'refusal and death with usrsctp discard server',
  needs: [`${USRSCTP}/discard_server`, `${USRSCTP}/client`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    const udpPort = await freeUdpPort();
    await using endpoint = await SctpEndpoint.bind({
      addresses: ['127.0.0.1'],
      udpPort: 0,
      capture: recorder.capture,
      config: { rtoInitialMs: 200, rtoMinMs: 100, rtoMaxMs: 400, associationMaxRetrans: 3 },
    });
    const start = async (): Promise<Peer> => {
      const peer = new Peer(`${USRSCTP}/discard_server`, [String(udpPort), String(endpoint.udpPort)]);
      await pause(300);
      return peer;
    };
    const connect = (sctpPort: number) =>
      endpoint.connect({ addresses: ['127.0.0.1'], sctpPort, udpPort }, { signal: patience() });
    let server = await start();
    try {
      const clientPort = await freeUdpPort();
      const client = new Peer(`${USRSCTP}/client`, [
        '127.0.0.1',
        '4711',
        '0',
        String(clientPort),
        String(endpoint.udpPort),
      ]);
      await client.shows('Connection refused');
      client.kill();
      see('its client at a port of ours where nobody listens: connection refused at once');

      const association = await connect(DISCARD_SCTP_PORT);
      await association.send('to a server that will die');
      server.kill();
      const died = performance.now();
      await association.send('to nobody');
      const reason = await association.closed;
      expectThat(reason.kind === 'lost', `after the kill: ${reason.text}`);
      see(`killed: lost after ${(performance.now() - died).toFixed(0)} ms`);

      server = await start();
      const again = await connect(DISCARD_SCTP_PORT);
      await again.send('hello again');
      await again.shutdown({ signal: patience() });
      see('started again: a new association, graceful shutdown');
    } finally {
      server.kill();
    }
    await recorder.check(see);
  },
};
