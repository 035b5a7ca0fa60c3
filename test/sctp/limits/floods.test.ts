import { describe, expect, it } from 'vitest';
import type { EndpointConfig } from '../../../src/sctp/core/config.ts';
import { endpointConfig } from '../../../src/sctp/core/config.ts';
import { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { hmacSha256 } from '../../harness/endpoint-pair.ts';
import { heldHeapBytes } from '../../harness/heap.ts';
import { SeededRandom } from '../../harness/random.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const LOCAL = '10.0.0.1';
const FLOOD = 100_000;
/** Far below what 100,000 of anything would take; far above what measuring itself costs. */
const FLAT_BYTES = 1_000_000;

/** Packets with one chunk from ever other addresses, SCTP ports and UDP ports, one every 10 µs; and what it left. */
function flood(config: Partial<EndpointConfig>, chunk: Chunk, verificationTag: number) {
  const random = new SeededRandom(7);
  const core = new Endpoint(
    {
      sctpPort: 5000,
      addresses: [LOCAL],
      config: endpointConfig(config),
      entropy: random.fork('core'),
      mac: hmacSha256,
      listening: true,
    },
    0,
  );
  let [now, answers, answerBytes, questionBytes] = [0, 0, 0, 0];
  const send = (count: number): void => {
    for (let i = 0; i < count; i++) {
      now += 0.01;
      const from = `10.${1 + random.below(250)}.${random.below(250)}.${1 + random.below(250)}`;
      const header = { sourcePort: 1 + random.below(65_535), destinationPort: 5000, verificationTag };
      const packet = encodePacket(header, [chunk]);
      questionBytes += packet.length;
      core.handleDatagram(LOCAL, from, 1 + random.below(65_535), packet, now);
      for (let output = core.pollOutput(); output !== undefined; output = core.pollOutput()) {
        if (output.kind !== 'packet') throw new Error(`an event: ${output.event.kind}`);
        answers++;
        answerBytes += output.bytes.length;
      }
    }
  };
  send(FLOOD / 10);
  [answers, answerBytes, questionBytes] = [0, 0, 0];
  const before = heldHeapBytes();
  send(FLOOD);
  const heldBytes = heldHeapBytes() - before;
  return { core, answers, answerBytes, questionBytes, heldBytes };
}

const peer = new ScriptedPeer();

describe('floods from 100,000 addresses and ports', () => {
  it('[AT-10, SCTP-0344] INITs, all answered: no memory, no state, no timer', () => {
    const { core, answers, heldBytes } = flood({ maxStatelessRepliesPerSecond: 1_000_000 }, peer.init(), 0);
    expect([answers, core.associations.size, core.nextTimeoutAt()]).toEqual([FLOOD, 0, undefined]);
    expect(heldBytes).toBeLessThan(FLAT_BYTES);
  });

  it('[AT-10, AT-29, SCTP-0881] INITs: no more answers than the limit', () => {
    // The flood lasts a second.
    const { answers } = flood({ maxStatelessRepliesPerSecond: 1000 }, peer.init(), 0);
    expect(answers).toBeGreaterThan(990);
    expect(answers).toBeLessThan(1110);
  });

  it('[AT-29, SCTP-0881] packets out of the blue: no more answers than the limit, no memory', () => {
    const result = flood({ maxStatelessRepliesPerSecond: 1000 }, peer.data(0), 0x1234_5678);
    expect(result.answers).toBeLessThan(1110);
    expect(result.heldBytes).toBeLessThan(FLAT_BYTES);
    const all = flood({ maxStatelessRepliesPerSecond: 1_000_000 }, peer.data(0), 0x1234_5678);
    expect(all.answers).toBe(FLOOD);
    expect(all.answerBytes).toBeLessThanOrEqual(all.questionBytes);
    expect(all.heldBytes).toBeLessThan(FLAT_BYTES);
  });

  it('[AT-10] COOKIE ECHOs with cookies that are none: silence, no memory', () => {
    const chunk = { kind: 'cookie-echo', cookie: new Uint8Array(120).fill(1) } as const;
    const { core, answers, heldBytes } = flood({}, chunk, 0x1234_5678);
    expect([answers, core.associations.size]).toEqual([0, 0]);
    expect(heldBytes).toBeLessThan(FLAT_BYTES);
  });
});
