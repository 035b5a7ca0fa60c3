import { type SctpAssociation, SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const SCTP_PORT = 7;

/** usrsctp's client connects to us: set-up, data both ways, its graceful shutdown, and our abort. */
export const usrsctpClient: Scenario = {
  name: 'usrsctp client, our server',
  needs: [`${USRSCTP}/client`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    await using endpoint = await SctpEndpoint.bind({
      addresses: ['127.0.0.1'],
      udpPort: 0,
      sctpPort: SCTP_PORT,
      capture: recorder.capture,
    });
    const incoming = endpoint.listen()[Symbol.asyncIterator]();
    const connect = async (): Promise<Connection> => {
      const udpPort = await freeUdpPort();
      const client = new Peer(`${USRSCTP}/client`, [
        '127.0.0.1',
        String(SCTP_PORT),
        '0',
        String(udpPort),
        String(endpoint.udpPort),
      ]);
      return { client, association: (await incoming.next()).value! };
    };
    await gracefully(await connect(), see);
    await byAbort(await connect(), see);
    await recorder.check(see);
  },
};

interface Connection {
  readonly client: Peer;
  readonly association: SctpAssociation;
}

async function gracefully({ client, association }: Connection, see: (text: string) => void): Promise<void> {
  try {
    see(`up: ${association.remote.addresses.join(', ')} from UDP port ${association.remote.udpPort}`);
    client.write('hello\n');
    const message = await association.receive({ signal: patience() });
    expectThat(new TextDecoder().decode(message.data).startsWith('hello'), 'the message is not what the client sent');
    await association.send('answer\n');
    await client.shows('answer');
    see('a message each way');
    client.endInput();
    const reason = await association.closed;
    see(`its shutdown: ${reason.kind}`);
    expectThat(reason.kind === 'peer-shutdown', `closed by ${reason.text}`);
    await client.exited;
    expectThat(client.output.includes('SCTP_SHUTDOWN_COMP'), 'the client did not see the shutdown complete');
  } finally {
    client.kill();
  }
}

async function byAbort({ client, association }: Connection, see: (text: string) => void): Promise<void> {
  try {
    client.write('hello\n');
    await association.receive({ signal: patience() });
    association.abort('enough');
    await client.shows('SCTP_COMM_LOST');
    see('our abort: the client reports SCTP_COMM_LOST');
  } finally {
    client.kill();
  }
}
