import { once } from 'node:events';
import { type SctpAssociation, SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { Relay } from '../relay.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const OUR_SCTP_PORT = 5001;
const THEIR_SCTP_PORT = 5002;
const ECHO_SCTP_PORT = 7;

/** One side dies without a word and comes back on the same ports: the other one sees a restart (RFC 9260 §5.2.4 A). */
export const usrsctpRestart: Scenario = {
  name: 'restart: usrsctp client towards us, us towards its echo server',
  needs: [`${USRSCTP}/client`, `${USRSCTP}/echo_server`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    await theirs(recorder, see);
    await ours(recorder, see);
    await recorder.check(see);
  },
};

async function theirs(recorder: Recorder, see: (text: string) => void): Promise<void> {
  await using endpoint = await SctpEndpoint.bind({
    addresses: ['127.0.0.1'],
    udpPort: 0,
    sctpPort: OUR_SCTP_PORT,
    capture: recorder.capture,
  });
  const udpPort = await freeUdpPort();
  const start = () =>
    new Peer(`${USRSCTP}/client`, ['127.0.0.1', OUR_SCTP_PORT, THEIR_SCTP_PORT, udpPort, endpoint.udpPort].map(String));
  const incoming = endpoint.listen()[Symbol.asyncIterator]();
  let client = start();
  try {
    const association = (await incoming.next()).value!;
    client.write('first life\n');
    await receiveText(association, 'first life');
    const restarted = once(association, 'restart', { signal: patience() });
    client.kill();
    await client.exited;
    client = start();
    await restarted;
    client.write('second life\n');
    await receiveText(association, 'second life');
    expectThat(endpoint.associations.length === 1, `${endpoint.associations.length} associations`);
    see('client killed and started again: RESTART, the same association goes on');
    client.endInput();
    expectThat((await association.closed).kind === 'peer-shutdown', 'no graceful end');
  } finally {
    client.kill();
  }
}

async function ours(recorder: Recorder, see: (text: string) => void): Promise<void> {
  const udpPort = await freeUdpPort();
  // The relay keeps our UDP port the same for the peer, and our ABORT from it.
  await using relay = await Relay.open(udpPort);
  const server = new Peer(`${USRSCTP}/echo_server`, [String(udpPort), String(relay.port)]);
  const live = async (text: string): Promise<{ endpoint: SctpEndpoint; association: SctpAssociation }> => {
    const endpoint = await SctpEndpoint.bind({
      addresses: ['127.0.0.1'],
      udpPort: 0,
      sctpPort: OUR_SCTP_PORT,
      capture: recorder.capture,
    });
    const association = await endpoint.connect(
      { addresses: ['127.0.0.1'], sctpPort: ECHO_SCTP_PORT, udpPort: relay.port },
      { signal: patience() },
    );
    await association.send(text);
    await receiveText(association, text);
    return { endpoint, association };
  };
  try {
    await pause(300);
    const first = await live('first life');
    relay.fate = () => 'drop';
    await first.endpoint.close({ timeoutMs: 0 });
    relay.fate = () => 'pass';
    const second = await live('second life');
    see('our endpoint gone without a word and bound again: the echo server takes the restart');
    await second.association.shutdown({ signal: patience() });
    await second.endpoint.close();
  } finally {
    server.kill();
  }
}

async function receiveText(association: SctpAssociation, text: string): Promise<void> {
  const { data } = await association.receive({ signal: patience() });
  const got = new TextDecoder().decode(data);
  expectThat(got.startsWith(text), `"${got}" came instead of "${text}"`);
}
