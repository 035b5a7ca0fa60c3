import { describe, expect, it } from 'vitest';
import { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const cookie: Parameter = { kind: 'state-cookie', cookie: new Uint8Array([1]) };

function indicated(chunk: Chunk): number[] {
  if (chunk.kind !== 'init' && chunk.kind !== 'init-ack') return [];
  return chunk.parameters.flatMap((parameter) =>
    parameter.kind === 'adaptation-indication' ? [parameter.indication] : [],
  );
}

describe('Adaptation Layer Indication (RFC 5061 §4.2.6, RFC 6458 §8.1.10)', () => {
  it('[API-0139] goes out in INIT and INIT ACK if it is set, 0 and the highest value as well', () => {
    for (const adaptationIndication of [0, 0xffff_ffff]) {
      const active = new ScriptedPeer({ config: { adaptationIndication } });
      active.associate();
      expect(indicated(active.lastHeard('init'))).toEqual([adaptationIndication]);
      const passive = new ScriptedPeer({ config: { adaptationIndication } });
      passive.sendWith({ tag: 0 }, passive.init());
      expect(indicated(passive.lastHeard('init-ack'))).toEqual([adaptationIndication]);
    }
  });

  it('[API-0139] is not sent if it is not set', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    expect(indicated(peer.lastHeard('init'))).toEqual([]);
  });

  it("[API-0100] the peer's is known on both sides; a side that sent none has told none", () => {
    const pair = new EndpointPair((core, now) => new Endpoint(core, now), {
      a: { config: { adaptationIndication: 7 } },
      b: { config: { adaptationIndication: 0 } },
    });
    const { a, b } = pair.connect();
    expect(pair.a.core.status(a)?.peerAdaptation).toBe(0);
    expect(pair.b.core.status(b)?.peerAdaptation).toBe(7);

    const silent = new ScriptedPeer().connect('ESTABLISHED', { parameters: [cookie] });
    expect(silent.status?.peerAdaptation).toBeUndefined();
  });
});
