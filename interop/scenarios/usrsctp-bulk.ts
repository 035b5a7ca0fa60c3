import { SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const SCTP_PORT = 5001;
const MESSAGE_BYTES = 10_000;
const MESSAGES = 10_000;
const TOTAL_BYTES = MESSAGE_BYTES * MESSAGES;

/** 100 MB to usrsctp's throughput tester, and 100 MB from it. */
export const usrsctpBulk: Scenario = {
  name: '100 MB each way with usrsctp tsctp',
  needs: [`${USRSCTP}/tsctp`, 'tshark'],
  async run(see) {
    await toPeer(see);
    await fromPeer(see);
  },
};

async function toPeer(see: (text: string) => void): Promise<void> {
  const recorder = new Recorder();
  const udpPort = await freeUdpPort();
  await using endpoint = await SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort: 0, capture: recorder.capture });
  const server = new Peer(`${USRSCTP}/tsctp`, [
    ...['-E', String(udpPort), '-U', String(endpoint.udpPort), '-p', String(SCTP_PORT), '-L', '127.0.0.1', '-v'],
  ]);
  try {
    await pause(300);
    const association = await endpoint.connect(
      { addresses: ['127.0.0.1'], sctpPort: SCTP_PORT, udpPort },
      { signal: patience() },
    );
    const began = performance.now();
    for (let i = 0; i < MESSAGES; i++) {
      await association.send(new Uint8Array(MESSAGE_BYTES), { stream: i % association.outboundStreams });
    }
    const { retransmissions } = association.stats()!;
    await association.shutdown({ signal: patience() });
    see(`to tsctp: ${rate(performance.now() - began)}, ${retransmissions} chunks retransmitted`);
    // It prints: length, messages, receive calls, bytes, seconds, …
    await server.shows(`${MESSAGE_BYTES}, ${MESSAGES}, `);
    expectThat(
      server.output.includes(` ${TOTAL_BYTES}, `),
      `tsctp did not count ${TOTAL_BYTES} bytes: ${server.output}`,
    );
    see(`tsctp counted ${MESSAGES} messages, ${TOTAL_BYTES} bytes`);
  } finally {
    server.kill();
  }
  await recorder.check(see);
}

async function fromPeer(see: (text: string) => void): Promise<void> {
  const recorder = new Recorder();
  const udpPort = await freeUdpPort();
  await using endpoint = await SctpEndpoint.bind({
    addresses: ['127.0.0.1'],
    udpPort: 0,
    sctpPort: SCTP_PORT,
    capture: recorder.capture,
  });
  const incoming = endpoint.listen()[Symbol.asyncIterator]();
  const client = new Peer(`${USRSCTP}/tsctp`, [
    ...['-E', String(udpPort), '-U', String(endpoint.udpPort), '-p', String(SCTP_PORT)],
    ...['-l', String(MESSAGE_BYTES), '-n', String(MESSAGES), '127.0.0.1'],
  ]);
  try {
    const association = (await incoming.next()).value!;
    const began = performance.now();
    let messages = 0;
    let bytes = 0;
    for await (const { data } of association) {
      messages++;
      bytes += data.length;
    }
    see(`from tsctp: ${rate(performance.now() - began)}, ended by ${(await association.closed).kind}`);
    expectThat(
      messages === MESSAGES && bytes === TOTAL_BYTES,
      `${messages} messages with ${bytes} bytes came, not ${MESSAGES} with ${TOTAL_BYTES}`,
    );
  } finally {
    client.kill();
  }
  await recorder.check(see);
}

function rate(elapsedMs: number): string {
  return `${TOTAL_BYTES / 1e6} MB at ${(TOTAL_BYTES / 1000 / elapsedMs).toFixed(0)} MB/s`;
}
