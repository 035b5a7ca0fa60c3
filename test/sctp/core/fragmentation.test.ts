import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const sizes = (peer: ScriptedPeer): number[] =>
  peer.packets.flatMap(({ chunks }) =>
    chunks.flatMap((chunk) => (chunk.kind === 'data' ? [chunk.userData.length] : [])),
  );

describe('fragmentation as set (RFC 6458 §8.1.11, §8.1.16)', () => {
  it('[API-0150] maxFragmentBytes cuts messages smaller than the path MTU would', () => {
    const peer = new ScriptedPeer({ config: { maxFragmentBytes: 100 } }).connect();
    peer.node.send(peer.id, new Uint8Array(250));
    peer.clock.runFor(0);
    expect(sizes(peer)).toEqual([100, 100, 50]);
    expect(peer.status?.fragmentationPointBytes).toBe(100);
  });

  it('[API-0150] more than the path MTU carries means nothing, and so does 0', () => {
    for (const maxFragmentBytes of [0, 65_535]) {
      const peer = new ScriptedPeer({ config: { maxFragmentBytes } }).connect();
      peer.node.send(peer.id, new Uint8Array(1500));
      peer.clock.runFor(0);
      expect(sizes(peer)).toEqual([1444, 56]);
    }
  });

  it('[SCTP-0713] a message that has to be cut in any case begins in what is left of a packet; others stay whole', () => {
    const packetsOf = (...lengths: number[]): number[][] => {
      const peer = new ScriptedPeer({ config: { maxBurstPackets: 100 } }).connect();
      peer.tcb.paths.primary.congestion.acknowledged(100_000, 100_000_000, false);
      const before = peer.packets.length;
      peer.node.call((core, now) => {
        for (const length of lengths) {
          core.send(peer.id, { data: new Uint8Array(length), streamId: 0, ppid: 0, unordered: false }, now);
        }
      });
      peer.clock.runFor(0);
      return peer.packets
        .slice(before)
        .map(({ chunks }) => chunks.flatMap((chunk) => (chunk.kind === 'data' ? [chunk.userData.length] : [])));
    };
    expect(packetsOf(2000, 2000)).toEqual([[1444], [556, 872], [1128]]);
    expect(packetsOf(2000, 1000)).toEqual([[1444], [556], [1000]]);
    // Not for a piece that is hardly worth its header.
    expect(packetsOf(1444 + 1100, 2000)).toEqual([[1444], [1100], [1444], [556]]);
  });

  it('[API-0145] a path MTU that is set is the size of packets, and is not changed by itself', () => {
    for (const pathMtuBytes of [1280, 9000]) {
      const peer = new ScriptedPeer({ config: { pathMtuBytes, basePathMtuBytes: pathMtuBytes } }).connect();
      peer.node.send(peer.id, new Uint8Array(20_000));
      peer.heardAfter(60_000);
      expect(Math.max(...peer.packets.map(({ bytes }) => bytes.length))).toBe(pathMtuBytes - 28);
      expect(peer.status?.paths[0]?.pmtuBytes).toBe(pathMtuBytes - 28);
    }
  });

  it('[API-0140, SCTP-0714, SCTP-0715] with fragmentation off a longer message is refused, and nothing is sent', () => {
    const peer = new ScriptedPeer({ config: { fragmentation: false } }).connect();
    const heard = peer.packets.length;
    expect(() => peer.node.send(peer.id, new Uint8Array(1445))).toThrowError(
      expect.objectContaining({ code: 'ERR_SCTP_MESSAGE_TOO_LARGE', message: expect.stringContaining('carries 1444') }),
    );
    peer.clock.runFor(1000);
    expect(peer.packets.length).toBe(heard);
    peer.node.send(peer.id, new Uint8Array(1444));
    peer.clock.runFor(0);
    expect(sizes(peer)).toEqual([1444]);
  });
});
