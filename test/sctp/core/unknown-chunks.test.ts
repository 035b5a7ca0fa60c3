import { describe, expect, it } from 'vitest';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const unknown = (type: number): Chunk => ({
  kind: 'unknown',
  type,
  flags: 0x55,
  whole: new Uint8Array([type, 0x55, 0, 7, 1, 2, 3]),
});
const heartbeat: Chunk = { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 7, 1, 2, 3, 0]) };

describe('unknown chunks (RFC 9260 §3.2)', () => {
  it.each([
    ['[SCTP-0055, AT-7] 00: stop, no report', 0x3e, []],
    ['[SCTP-0056, AT-7] 01: stop, report', 0x7e, ['ERROR unrecognized-chunk-type']],
    ['[SCTP-0057, AT-7] 10: skip, no report', 0xbe, ['HEARTBEAT-ACK']],
    ['[SCTP-0058, SCTP-0051, AT-7] 11: skip, report', 0xff, ['ERROR unrecognized-chunk-type + HEARTBEAT-ACK']],
    ['[SCTP-0054] ECNE is skipped: known, though not used', 12, ['HEARTBEAT-ACK']],
    ['[SCTP-0054] CWR likewise', 13, ['HEARTBEAT-ACK']],
  ])('%s', (_, type, expected) => {
    const peer = new ScriptedPeer().establish();
    peer.send(unknown(type), heartbeat);
    expect([peer.heard(), peer.state]).toEqual([expected, 'ESTABLISHED']);
  });

  it('[SCTP-0271] the report holds the chunk with its type, flags and length', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(unknown(0x7e));
    expect(peer.lastHeard('error').causes).toEqual([
      { kind: 'unrecognized-chunk-type', chunk: new Uint8Array([0x7e, 0x55, 0, 7, 1, 2, 3]) },
    ]);
  });

  it('[SCTP-0059, ERR-0023] what stands before it has its effect', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(heartbeat, unknown(0x3e), peer.data(0));
    expect([peer.heard(), peer.node.texts()]).toEqual([['HEARTBEAT-ACK'], []]);
  });

  it('[SCTP-0732, SCTP-0291] the next chunk begins at the next multiple of four, whatever the chunk before was too long by', () => {
    const peer = new ScriptedPeer().establish();
    peer.sendRaw([new Uint8Array([11, 0, 0, 7, 9, 9, 9, 0xff]), encodeChunk(heartbeat)]);
    expect(peer.heard()).toEqual(['HEARTBEAT-ACK']);
  });

  it('[SCTP-0068, SCTP-0069, AT-2, AT-3] a length that cannot be ends the packet; what stands before it counts', () => {
    for (const length of [0, 1, 2, 3, 100, 0xffff]) {
      const peer = new ScriptedPeer().establish();
      const broken = new Uint8Array([11, 0, length >> 8, length & 0xff]);
      peer.sendRaw([encodeChunk(heartbeat), broken, encodeChunk(heartbeat)]);
      expect([peer.heard(), peer.state]).toEqual([['HEARTBEAT-ACK'], 'ESTABLISHED']);
      expect(peer.core.counters.malformed).toBe(1);
    }
  });

  it('[SCTP-0261, SCTP-1028] an ERROR ends nothing, and is told', () => {
    const peer = new ScriptedPeer().establish();
    const causes = [{ kind: 'unrecognized-parameters', parameters: new Uint8Array([0xff, 0xf0, 0, 4]) }] as const;
    peer.send({ kind: 'error', causes });
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
    expect(peer.node.eventsOf('peer-error')).toEqual([{ kind: 'peer-error', causes }]);
  });

  it('[SCTP-0260, SCTP-0279, AT-4] an ERROR with a malformed cause is nothing', () => {
    const peer = new ScriptedPeer().establish();
    for (const length of [0, 1, 2, 3, 9]) peer.sendRaw([new Uint8Array([9, 0, 0, 8, 0, 1, 0, length])]);
    peer.sendRaw([new Uint8Array([9, 0, 0, 4])]);
    expect([peer.heard(), peer.state, peer.node.eventsOf('peer-error')]).toEqual([[], 'ESTABLISHED', []]);
  });
});
