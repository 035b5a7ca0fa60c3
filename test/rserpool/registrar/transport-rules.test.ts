import { describe, expect, it } from 'vitest';
import { ASAP_PORT, ENRP_PORT } from '../../../src/rserpool/role.ts';
import { ABC, element, RegistrarLadder } from './registrar-ladder.ts';

/** What a registrar sends to an element on channel 2 and to a peer on channel 20 in a busy minute. */
function busy(): RegistrarLadder {
  const ladder = RegistrarLadder.serving();
  ladder.peer(20, 20);
  ladder.registered(2, 7, 1);
  for (let i = 0; i < 10; i++) {
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(7, 1) });
    ladder.asap(2, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    ladder.presence(20, 20, 0xffff, true);
    ladder.enrp(20, 20, { kind: 'handle-table-request', ownChildrenOnly: false });
    ladder.advance(5000);
    ladder.asap(2, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 7 });
  }
  return ladder;
}

describe('what a registrar sends', () => {
  it('[ENRP-011] [ASAP-018] [ASAP-393] has the payload protocol identifier 11 towards elements and 12 towards peers', () => {
    const ladder = busy();
    const identifiers = (channel: number) =>
      new Set(ladder.sent.filter((output) => output.channel === channel).map(({ ppid }) => ppid));
    expect([...identifiers(2)]).toEqual([11]);
    expect([...identifiers(20)]).toEqual([12]);
  });

  it('[ENRP-013] [ASAP-017] [ASAP-023] is one message at a time, ordered, on one stream, without a limit to its life', () => {
    for (const output of busy().sent) {
      expect(output).toMatchObject({ unordered: false, streamId: 0 });
      // Message Length plus padding is all that there is.
      const length = (output.bytes[2]! << 8) | output.bytes[3]!;
      expect(output.bytes.length).toBe(length + (-length & 3));
      expect(Object.keys(output).toSorted()).toEqual(['bytes', 'channel', 'kind', 'ppid', 'streamId', 'unordered']);
    }
  });

  it('[ENRP-012] [ASAP-391] is for the ports of the registry unless told otherwise', () => {
    expect(ASAP_PORT).toBe(3863);
    expect(ENRP_PORT).toBe(9901);
  });
});

describe('settings of a registrar', () => {
  it('[ASAP-390] tolerate three reports about an element', () => {
    expect(RegistrarLadder.serving().role.config.maxBadPeReports).toBe(3);
  });

  it('[ENRP-229] that make a peer suspicious after one lost heartbeat are warned of', () => {
    const codes = (config: object) => new RegistrarLadder(config).eventsOf('warning').map(({ code }) => code);
    expect(codes({ peerHeartbeatCycleMs: 30_000, maxTimeLastHeardMs: 60_000 })).toEqual(['configuration']);
    expect(codes({ peerHeartbeatCycleMs: 30_000, maxTimeLastHeardMs: 60_001 })).toEqual([]);
  });
});
