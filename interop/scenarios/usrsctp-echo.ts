import { SctpEndpoint } from '../../src/sctp/index.ts';
import { freeUdpPort, Peer, pause, USRSCTP } from '../peers.ts';
import { Recorder } from '../recorder.ts';
import { expectThat, type Scenario } from '../scenario.ts';

const ECHO_SCTP_PORT = 7;
const MESSAGES = 3000;
/** Far from the identifiers that a decoder knows. */
const FIRST_PPID = 0x5000_0000;

/** We connect to usrsctp's echo server: set-up, many streams, ordered and unordered, fragments, graceful shutdown. */
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
        { signal: AbortSignal.timeout(10_000) },
      );
      see(`up: ${association.outboundStreams} streams out, ${association.inboundStreams} in`);
      const sending = (async () => {
        for (let i = 0; i < MESSAGES; i++) {
          await association.send(message(i), {
            stream: i % association.inboundStreams,
            ppid: FIRST_PPID + i,
            unordered: i % 7 === 0,
          });
        }
      })();
      // If a check below throws, that is what is reported.
      sending.catch(() => undefined);
      const seen = new Set<number>();
      const last = new Map<number, number>();
      for await (const { data, ppid, stream, unordered } of association) {
        const i = ppid - FIRST_PPID;
        expectThat(Buffer.compare(data, message(i)) === 0, `message ${i} came back changed`);
        expectThat(!seen.has(i), `message ${i} came back twice`);
        if (!unordered) {
          expectThat((last.get(stream) ?? -1) < i, `message ${i} overtook another one on stream ${stream}`);
          last.set(stream, i);
        }
        seen.add(i);
        if (seen.size === MESSAGES) break;
      }
      await sending;
      see(`${seen.size} of ${MESSAGES} messages of 1 to 6000 bytes echoed, each once, each stream in order`);
      await association.shutdown({ signal: AbortSignal.timeout(10_000) });
      see('graceful shutdown: SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE');
    } finally {
      server.kill();
    }
    await recorder.check(see);
  },
};

/** Of a length that needs up to five fragments, with content that tells one from another. */
function message(i: number): Uint8Array {
  return new Uint8Array(1 + ((i * 37) % 6000)).fill(i);
}
