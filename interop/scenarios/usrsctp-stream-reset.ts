import { once } from 'node:events';
import { type CaptureEntry, decodePacket, type SctpAssociation, SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const SCTP_PORT = 5001;
/** PPIDs and messages of the early WebRTC data channels that the program speaks. */
const CONTROL = 50;
const TEXT = 51;
/** The program tells that it got one of these. */
const UNKNOWN = 9999;
/** A reliable, ordered channel. */
const OPEN_REQUEST = new Uint8Array(8);
const OPEN_ACK = new Uint8Array([2]);
const OUR_STREAM = 1;

/** RE-CONFIG (RFC 6525) with usrsctp's data channels: resets by both sides, more streams, new TSNs. */
export const usrsctpStreamReset: Scenario = {
  name: 'stream reset with usrsctp rtcweb server',
  needs: [`${USRSCTP}/rtcweb`, 'tshark'],
  async run(see) {
    const recorder = new Recorder();
    const sent: string[] = [];
    const capture = (entry: CaptureEntry): void => {
      recorder.capture(entry);
      if (entry.direction !== 'sent') return;
      for (const chunk of decodePacket(entry.payload).chunks) {
        if (chunk.kind === 'data') sent.push(`${chunk.streamId}/${chunk.ssn}`);
      }
    };
    const udpPort = await freeUdpPort();
    await using endpoint = await SctpEndpoint.bind({
      addresses: ['127.0.0.1'],
      udpPort: 0,
      capture,
      config: { outboundStreams: 5, allowStreamAdditions: true },
    });
    const server = new Peer(`${USRSCTP}/rtcweb`, [String(udpPort), String(endpoint.udpPort), String(SCTP_PORT)]);
    try {
      await pause(500);
      const association = await endpoint.connect(
        { addresses: ['127.0.0.1'], sctpPort: SCTP_PORT, udpPort },
        { signal: patience() },
      );
      // What comes before the program has accepted the association it acknowledges and never looks at.
      await pause(500);
      const supported = association.status()?.extensions.streamReconfiguration === true;
      expectThat(supported, 'the peer does not list RE-CONFIG');
      await closedByPeer(association, server, see);
      await closedByUs(association, server, see);
      see(`stream/SSN of our DATA: ${sent.join(' ')}`);
      expectThat(sent.join(' ') === '1/0 1/1 1/2 1/0 1/1 1/2 1/0', 'SSNs do not begin with 0 after each reset');
      await more(association, server, see);
      await anew(association, server, see);
      await association.shutdown({ signal: patience() });
      see('graceful shutdown');
    } finally {
      server.kill();
    }
    await recorder.check(see);
  },
};

/** Opens a channel and sends a text on it; gives the peer's stream. */
async function openChannel(association: SctpAssociation, server: Peer, text: string): Promise<number> {
  await association.send(OPEN_REQUEST, { stream: OUR_STREAM, ppid: CONTROL });
  const response = await association.receive({ signal: patience() });
  expectThat(response.ppid === CONTROL && response.data[0] === 1, 'no answer to the request to open a channel');
  await association.send(OPEN_ACK, { stream: OUR_STREAM, ppid: CONTROL });
  await association.send(text, { stream: OUR_STREAM, ppid: TEXT });
  await server.shows(text);
  return response.stream;
}

async function closedByPeer(association: SctpAssociation, server: Peer, see: (text: string) => void): Promise<void> {
  const theirs = await openChannel(association, server, 'before');
  const reset = once(association, 'stream-reset', { signal: patience() });
  server.write('close 0\n');
  const [{ direction, streams }] = await reset;
  expectThat(direction === 'incoming' && String(streams) === String(theirs), `reset of ${direction} ${streams}`);
  see(`its close: it has reset its stream ${theirs}`);
  await association.resetStreams({ outgoing: [OUR_STREAM], signal: patience() });
  await server.shows(`incoming stream ids = ${OUR_STREAM}`);
  see(`our stream ${OUR_STREAM} is reset in turn: it says "incoming stream ids = ${OUR_STREAM}"`);
}

async function closedByUs(association: SctpAssociation, server: Peer, see: (text: string) => void): Promise<void> {
  const theirs = await openChannel(association, server, 'behind');
  const resets: string[] = [];
  association.on('stream-reset', ({ direction, streams }) => resets.push(`${direction} ${streams}`));
  const signal = patience();
  await association.resetStreams({ incoming: [theirs], signal });
  while (!resets.includes(`incoming ${theirs}`)) await once(association, 'stream-reset', { signal });
  see(`we ask for a reset of its stream ${theirs}: done`);
  await association.resetStreams({ outgoing: 'all', signal });
  see(`all of ours are reset: ${resets.join(', ')}`);
  await association.send(OPEN_ACK, { stream: OUR_STREAM, ppid: CONTROL });
  await pause(100);
}

async function more(association: SctpAssociation, server: Peer, see: (text: string) => void): Promise<void> {
  const signal = patience();
  const before = [association.outboundStreams, association.inboundStreams];
  await association.addStreams({ outgoing: 3, signal });
  await server.shows('Stream change event');
  const added = once(association, 'streams-added', { signal });
  await association.addStreams({ incoming: 2, signal });
  await added;
  const after = [association.outboundStreams, association.inboundStreams];
  see(`streams out/in: ${before.join('/')}, after adding 3 and 2: ${after.join('/')}`);
  expectThat(after[0] === before[0]! + 3 && after[1] === before[1]! + 2, 'the streams were not added');
}

async function anew(association: SctpAssociation, server: Peer, see: (text: string) => void): Promise<void> {
  const signal = patience();
  const tsns = once(association, 'association-reset', { signal });
  await association.resetAssociation({ signal });
  const [{ localNextTsn, remoteNextTsn }] = await tsns;
  see(`the association is reset: our next TSN is ${localNextTsn}, its next TSN ${remoteNextTsn}`);
  await association.send('with a new TSN', { stream: 3, ppid: UNKNOWN });
  await server.shows(`PPID ${UNKNOWN} on stream 3 received`);
  server.write('open 0 0 0\n');
  const request = await association.receive({ signal });
  expectThat(request.ppid === CONTROL && request.data[0] === OPEN_REQUEST[0], 'no request to open a channel');
  see('a message each way with the new TSNs');
}
