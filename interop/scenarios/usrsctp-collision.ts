import { SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { Relay } from '../relay.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const OUR_SCTP_PORT = 5001;
const THEIR_SCTP_PORT = 5002;
/** Chunk type at offset 12 of a packet. */
const INIT = 1;

/** Both sides send INIT before either has the other's (RFC 9260 §5.2.1): one association, and data both ways. */
export const usrsctpCollision: Scenario = {
  name: 'INIT collision with usrsctp client',
  needs: [`${USRSCTP}/client`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    const udpPort = await freeUdpPort();
    await using relay = await Relay.open(udpPort);
    await using endpoint = await SctpEndpoint.bind({
      addresses: ['127.0.0.1'],
      udpPort: 0,
      sctpPort: OUR_SCTP_PORT,
      capture: recorder.capture,
    });
    relay.ourPort = endpoint.udpPort;
    // Each INIT waits on the way until the other one is there.
    const held: (() => void)[] = [];
    relay.fate = (from, datagram) => {
      if (datagram[12] !== INIT || held.length >= 2) return 'pass';
      const copy = Uint8Array.from(datagram);
      held.push(() => relay.inject(from === 'ours' ? 'theirs' : 'ours', copy));
      if (held.length === 2) for (const release of held) setTimeout(release, 20);
      return 'drop';
    };
    const connecting = endpoint.connect(
      { addresses: ['127.0.0.1'], sctpPort: THEIR_SCTP_PORT, udpPort: relay.port },
      { signal: patience() },
    );
    connecting.catch(() => undefined);
    const client = new Peer(
      `${USRSCTP}/client`,
      ['127.0.0.1', OUR_SCTP_PORT, THEIR_SCTP_PORT, udpPort, relay.port].map(String),
    );
    try {
      const association = await connecting;
      expectThat(held.length === 2, 'the two INITs did not cross');
      see('the INITs crossed: one association');
      client.write('hello\n');
      const message = await association.receive({ signal: patience() });
      expectThat(new TextDecoder().decode(message.data).startsWith('hello'), 'the message is not what the client sent');
      await association.send('answer\n');
      await client.shows('answer');
      see('a message each way');
      expectThat(endpoint.associations.length === 1, `${endpoint.associations.length} associations`);
      client.endInput();
      expectThat((await association.closed).kind === 'peer-shutdown', 'no graceful end');
      see('its shutdown');
    } finally {
      client.kill();
    }
    await recorder.check(see);
  },
};
