import { describe, expect, it } from 'vitest';
import { ssn, tsnAdd } from '../../../src/base/serial.ts';
import type { SkippedSsn } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { PR_PARAMETERS, prPeer } from './pr-peer.ts';

const skip = (streamId: number, number: number): SkippedSsn => ({ streamId, ssn: ssn(number) });

describe('FORWARD TSN received (RFC 3758 §3.6)', () => {
  it('[PR-0045, PR-0004, PR-0046] takes the cumulative TSN along, and further over what has arrived', () => {
    const peer = prPeer();
    peer.send(peer.data(0, { unordered: true }));
    for (const number of [2, 3, 5]) peer.send(peer.data(number, { unordered: true }));
    expect(peer.heard().at(-1)).toBe('SACK 0 gaps 2-3,5-5');
    peer.send(peer.forwardTsn(1));
    expect(peer.heard()).toEqual(['SACK 3 gaps 2-2']);
    peer.send(peer.forwardTsn(4));
    expect(peer.heardAfter(200)).toEqual(['SACK 5']);
  });

  it('[PR-0047, PR-0048, AT-61] out of date: changes nothing, and is answered by a SACK at once', () => {
    const peer = prPeer();
    for (let i = 0; i < 3; i++) peer.send(peer.data(i));
    peer.heardAfter(200);
    for (const number of [2, 1, -1, -1000]) {
      peer.send(peer.forwardTsn(number, [skip(0, 9)]));
      expect(peer.heard()).toEqual(['SACK 2']);
    }
    peer.send(peer.data(3));
    expect(peer.node.texts(peer.id)).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  it('[PR-0049] is acknowledged as DATA is: after the delay, or with the second packet', () => {
    const peer = prPeer();
    peer.send(peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0']);
    peer.send(peer.forwardTsn(1, [skip(0, 1)]));
    expect(peer.heardAfter(199)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['SACK 1']);
    peer.send(peer.forwardTsn(2, [skip(0, 2)]));
    expect(peer.heard()).toEqual([]);
    peer.send(peer.data(3));
    expect(peer.heard()).toEqual(['SACK 3']);
  });

  it('[PR-0049] a packet with DATA behind it counts once', () => {
    const peer = prPeer();
    peer.send(peer.data(0));
    peer.heard();
    peer.send(peer.forwardTsn(1, [skip(0, 1)]), peer.data(2));
    expect(peer.heard()).toEqual([]);
    expect(peer.node.texts(peer.id)).toEqual(['m0', 'm2']);
    expect(peer.heardAfter(200)).toEqual(['SACK 2']);
  });

  it('[PR-0044] DATA is acknowledged in the same way with and without partial reliability', () => {
    const cadence = (peer: ScriptedPeer): string[] => {
      for (const number of [0, 1, 2, 4, 3, 3, 5]) peer.send(peer.data(number));
      return [...peer.heard(), ...peer.heardAfter(300)];
    };
    expect(cadence(prPeer())).toEqual(cadence(new ScriptedPeer().establish()));
  });

  it('[PR-0050, PR-0051, AT-62] what waited for skipped messages goes up, in order, and their successor is the next', () => {
    const peer = prPeer();
    const at = (number: number, streamId: number, sequence: number): void =>
      peer.send(peer.data(number, { streamId, ssn: ssn(sequence), text: `${streamId}:${sequence}` }));
    at(0, 1, 0);
    // SSN 1 and 3 of stream 1 are missing, and 0 of stream 2.
    at(3, 1, 4);
    at(5, 2, 1);
    at(6, 1, 2);
    expect(peer.node.texts(peer.id)).toEqual(['1:0']);
    peer.send(peer.forwardTsn(4, [skip(1, 3), skip(2, 0)]));
    expect(peer.node.texts(peer.id)).toEqual(['1:0', '1:2', '1:4', '2:1']);
    at(7, 1, 5);
    at(8, 2, 2);
    expect(peer.node.texts(peer.id).slice(4)).toEqual(['1:5', '2:2']);
  });

  it('[PR-0050] over the end of the sequence numbers', () => {
    const peer = prPeer();
    const at = (number: number, sequence: number): void =>
      peer.send(peer.data(number, { ssn: ssn(sequence), text: `${sequence}` }));
    peer.send(peer.forwardTsn(0, [skip(0, 0x7ff0)]));
    peer.send(peer.forwardTsn(1, [skip(0, 0xffd0)]));
    at(4, 0);
    at(3, 0xffff);
    peer.send(peer.forwardTsn(2, [skip(0, 0xfffe)]));
    at(5, 1);
    expect(peer.node.texts(peer.id)).toEqual(['65535', '0', '1']);
  });

  it('[PR-0052] fragments that wait for what was given up are dropped, and their room is free again', () => {
    const peer = prPeer({ config: { receiveBufferBytes: 10_000 } });
    const fragment = (number: number, fields: object): void =>
      peer.send(peer.data(number, { ssn: ssn(0), userData: new Uint8Array(1000), ...fields }));
    fragment(0, { ending: false });
    // 1 is missing.
    fragment(2, { beginning: false, ending: false });
    // 3 is missing. The next message lacks its end only, which comes later.
    peer.send(peer.data(4, { ssn: ssn(1), ending: false, text: 'ab' }));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(10_000 - 2002);
    peer.send(peer.forwardTsn(3, [skip(0, 0)]));
    peer.heardAfter(200);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(10_000 - 2);
    expect(peer.tcb.inbound?.reassembly).toMatchObject({ heldBytes: 2, heldChunks: 1 });
    peer.send(peer.data(5, { ssn: ssn(1), beginning: false, text: 'cd' }));
    expect(peer.node.texts(peer.id)).toEqual(['abcd']);
  });

  it('[PR-0053] whoever has got parts of it is told that the rest will not come', () => {
    const peer = prPeer({ config: { partialDeliveryBytes: 100 } });
    peer.send(peer.data(0, { ending: false, userData: new Uint8Array(200) }));
    expect(peer.node.messages.map(({ data, partial }) => [data.length, partial?.state])).toEqual([[200, 'more']]);
    peer.send(peer.forwardTsn(1, [skip(0, 0)]));
    expect(peer.node.messages.map(({ data, partial }) => [data.length, partial?.state])).toEqual([
      [200, 'more'],
      [0, 'aborted'],
    ]);
    peer.send(peer.data(2, { ssn: ssn(1) }));
    expect(peer.node.texts(peer.id).at(-1)).toBe('m2');
  });

  it('[PR-0052] unordered ones likewise', () => {
    const peer = prPeer();
    peer.send(peer.data(0, { unordered: true, ending: false }));
    peer.send(peer.data(2, { unordered: true, beginning: false }));
    peer.send(peer.forwardTsn(1));
    expect([peer.tcb.inbound?.reassembly.heldChunks, peer.heardAfter(200)]).toEqual([
      0,
      ['SACK 0', 'SACK 0 gaps 2-2', 'SACK 2'],
    ]);
    expect(peer.node.texts(peer.id)).toEqual([]);
  });

  it('fragments of a skipped message that come behind the new cumulative TSN are taken and thrown away', () => {
    const peer = prPeer();
    peer.send(peer.data(0, { ssn: ssn(0), ending: false }));
    peer.send(peer.forwardTsn(1, [skip(0, 0)]));
    for (const number of [2, 3]) peer.send(peer.data(number, { ssn: ssn(0), beginning: false, ending: number === 3 }));
    peer.send(peer.data(4, { ssn: ssn(1) }));
    expect([peer.state, peer.node.texts(peer.id)]).toEqual(['ESTABLISHED', ['m4']]);
    expect(peer.tcb.inbound?.reassembly.heldChunks).toBe(0);
  });

  it('[PR-0054, PR-0004] what was skipped and comes late is dropped, and told as a duplicate', () => {
    const peer = prPeer();
    peer.send(peer.data(0));
    peer.send(peer.forwardTsn(2, [skip(0, 2)]));
    peer.heardAfter(200);
    peer.send(peer.data(1));
    expect(peer.heard()).toEqual(['SACK 2 duplicates 1']);
    expect(peer.node.texts(peer.id)).toEqual(['m0']);
  });

  it('[PR-0055, AT-61] far ahead: a SACK, no work, and nothing else', () => {
    const peer = prPeer();
    peer.send(peer.data(0));
    peer.heard();
    for (const number of [65_536, 1 << 20, 1 << 30, 0x7fff_ffff]) {
      peer.send({ ...peer.forwardTsn(number, [skip(0, 7)]), newCumulativeTsn: tsnAdd(peer.initialTsn, number) });
      expect(peer.heard()).toEqual(['SACK 0']);
    }
    peer.send(peer.data(1));
    expect(peer.node.texts(peer.id)).toEqual(['m0', 'm1']);
    peer.send(peer.forwardTsn(65_536, [skip(0, 2)]));
    expect(peer.heardAfter(200)).toEqual(['SACK 65536']);
  });

  it('[AT-61] streams that do not exist, or twice, or long ago, mean nothing', () => {
    const peer = prPeer();
    for (let i = 0; i < 3; i++) peer.send(peer.data(i));
    peer.send(peer.forwardTsn(3, [skip(10, 0), skip(65_535, 65_535), skip(0, 0), skip(0, 3), skip(0, 1)]));
    peer.send(peer.data(4));
    expect([peer.state, peer.node.texts(peer.id)]).toEqual(['ESTABLISHED', ['m0', 'm1', 'm2', 'm4']]);
  });

  it('in SHUTDOWN-SENT the SHUTDOWN goes out again, with the new cumulative TSN', () => {
    const peer = prPeer();
    peer.node.shutdown(peer.id);
    peer.heardAfter(0);
    peer.send(peer.forwardTsn(0, [skip(0, 0)]));
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN 0'], 'SHUTDOWN-SENT']);
  });
});

describe('FORWARD TSN without negotiation (RFC 3758 §3.3)', () => {
  it.each([
    ['[PR-0008, AT-61] we do not offer it', { config: { partialReliability: false } }, PR_PARAMETERS],
    ['[PR-0014, AT-61] the peer does not', {}, []],
  ])('%s: ERROR, and nothing else changes', (_, options, parameters) => {
    const peer = new ScriptedPeer(options).establish({ parameters });
    peer.send(peer.data(0));
    peer.heard();
    peer.send(peer.forwardTsn(3, [skip(0, 3)]), peer.data(1));
    expect(peer.heard()).toEqual(['ERROR unrecognized-chunk-type']);
    expect(peer.lastHeard('error').causes).toEqual([
      {
        kind: 'unrecognized-chunk-type',
        chunk: new Uint8Array([192, 0, 0, 12, ...u32(peer.initialTsn + 3), 0, 0, 0, 3]),
      },
    ]);
    expect([peer.heardAfter(200), peer.node.texts(peer.id)]).toEqual([['SACK 1'], ['m0', 'm1']]);
  });
});

function u32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
