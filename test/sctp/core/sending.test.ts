import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/base/bytes.ts';
import type { DataChunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { openWindow } from './in-flight.ts';
import { inState } from './in-state.ts';

const dataOf = (peer: ScriptedPeer): DataChunk[] =>
  peer.packets.flatMap(({ chunks }) => chunks.filter((chunk) => chunk.kind === 'data'));

describe('what DATA is sent (RFC 9260 §6.1, §6.5, §6.9, §6.10)', () => {
  it('[SCTP-0033, SCTP-0537, SCTP-0538, SCTP-0720, SCTP-0721, SCTP-0722, SCTP-0117, SCTP-0114, SCTP-0713, SCTP-0718, SCTP-0711] a long message becomes fragments', () => {
    const peer = new ScriptedPeer().establish();
    openWindow(peer, 100);
    const message = Uint8Array.from({ length: 5000 }, (_, i) => i);
    peer.node.send(peer.id, message, { streamId: 3, ppid: 0x01020304 });
    peer.heardAfter(0);
    const data = dataOf(peer);
    expect(data.map((chunk) => [chunk.beginning, chunk.ending])).toEqual([
      [true, false],
      [false, false],
      [false, false],
      [false, true],
    ]);
    expect(data.map(({ tsn }) => tsn - peer.theirTsn)).toEqual([0, 1, 2, 3]);
    expect(new Set(data.map(({ streamId, ssn, ppid }) => `${streamId} ${ssn} ${ppid}`))).toEqual(
      new Set(['3 0 16909060']),
    );
    expect(concatBytes(data.map(({ userData }) => userData))).toEqual(message);
    // The largest packet that the path takes: 1500 - 20 - 8.
    expect(Math.max(...peer.packets.map(({ bytes }) => bytes.length))).toBe(1472);
  });

  it('[SCTP-0106, SCTP-0690, SCTP-0103] all fragments of an unordered message have the U bit; SSNs count ordered ones only', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, 'a');
    peer.node.send(peer.id, new Uint8Array(2000), { unordered: true });
    peer.node.send(peer.id, 'b');
    peer.heardAfter(0);
    expect(dataOf(peer).map(({ unordered, ssn }) => (unordered ? 'U' : ssn))).toEqual([0, 'U', 'U', 1]);
  });

  it('[SCTP-0108, SCTP-0687, SCTP-0688, SCTP-0118, SCTP-0684, SCTP-0014] SSNs begin at 0 and count per stream; TSNs count', () => {
    const peer = new ScriptedPeer().establish();
    for (const streamId of [0, 1, 0, 2, 1, 0]) peer.node.send(peer.id, 'x', { streamId });
    peer.heardAfter(0);
    expect(dataOf(peer).map(({ streamId, ssn }) => [streamId, ssn])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [2, 0],
      [1, 1],
      [0, 2],
    ]);
    expect(dataOf(peer).map(({ tsn }) => tsn - peer.theirTsn)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(dataOf(peer).every(({ beginning, ending }) => beginning && ending)).toBe(true);
  });

  it('[SCTP-0115, SCTP-1009, SCTP-0572] PPID and I bit as the application wants', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, new Uint8Array(2000), { ppid: 0, sackImmediately: true });
    peer.heardAfter(0);
    expect(dataOf(peer).map(({ immediate, ppid }) => [immediate, ppid])).toEqual([
      [false, 0],
      [true, 0],
    ]);
  });

  it('[SCTP-1009] every option of SEND shows: stream, PPID, order, I bit, address, life time and context', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses });
    peer.send(peer.initAck({ advertisedRwndBytes: 2000 }));
    peer.send({ kind: 'cookie-ack' });
    peer.heard();
    const destination = '10.0.0.3';
    peer.node.send(peer.id, new Uint8Array(1000), {
      streamId: 7,
      ppid: 46,
      unordered: true,
      sackImmediately: true,
      destination,
    });
    expect(peer.heardAfter(0)).toEqual(['@10.0.0.3 DATA 0 UBEI']);
    expect(peer.lastHeard('data')).toMatchObject({ streamId: 7, ppid: 46, unordered: true, immediate: true });
    peer.node.send(peer.id, 'plain');
    expect(peer.heardAfter(0)).toEqual(['DATA 1 BE']);
    expect(peer.lastHeard('data')).toMatchObject({ streamId: 0, ppid: 0, unordered: false, immediate: false });
    peer.node.send(peer.id, new Uint8Array(1400), { lifetimeMs: 100, context: 'mine' });
    peer.clock.runFor(100);
    expect(peer.node.eventsOf('send-failed')).toMatchObject([{ reason: 'lifetime', request: { context: 'mine' } }]);
  });

  it('[SCTP-0539, SCTP-0725, SCTP-0064, SCTP-0065, SCTP-0066, SCTP-0730] bundles up to the path MTU, with padding of zeros', () => {
    const peer = new ScriptedPeer({ config: { maxBurstPackets: 1000 } }).establish();
    openWindow(peer, 100);
    peer.node.call((core, now) => {
      for (let i = 0; i < 200; i++) {
        core.send(
          peer.id,
          { data: new Uint8Array(1 + (i % 90)).fill(255), streamId: 0, ppid: 0, unordered: false },
          now,
        );
      }
    });
    peer.heardAfter(0);
    for (const { bytes, chunks } of peer.packets.slice(3)) {
      expect(bytes.length).toBeLessThanOrEqual(1472);
      expect(bytes.length % 4).toBe(0);
      const sum = chunks.reduce(
        (total, chunk) => total + (chunk.kind === 'data' ? (16 + chunk.userData.length + 3) & ~3 : 0),
        12,
      );
      expect(bytes.length).toBe(sum);
      const payload = chunks.reduce((total, chunk) => total + (chunk.kind === 'data' ? chunk.userData.length : 0), 0);
      // Padding is zeros: as many bytes are 255 as there are in the messages, those of the headers aside.
      expect(bytes.subarray(12).filter((byte) => byte === 255).length - payload).toBeLessThan(chunks.length);
    }
    expect(dataOf(peer).length).toBe(200);
  });

  it('[SCTP-0540, SCTP-0727] control chunks stand before DATA', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.data(0));
    peer.heard();
    peer.node.send(peer.id, 'x');
    peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.2', now));
    peer.send(peer.data(1), peer.data(2));
    for (const { chunks } of peer.packets) {
      const firstData = chunks.findIndex(({ kind }) => kind === 'data');
      if (firstData >= 0) expect(chunks.slice(firstData).every(({ kind }) => kind === 'data')).toBe(true);
    }
    expect(peer.heardAfter(0).join()).toMatch(/DATA|HEARTBEAT/);
  });

  it('[SCTP-0706, SCTP-1087] every packet has a right checksum, least significant byte first', () => {
    // Bit by bit, as in RFC 9260 Appendix A, and not with the table of the code under test.
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    for (const { bytes } of peer.packets) {
      const copy = bytes.slice();
      const stored = copy.slice(8, 12);
      copy.fill(0, 8, 12);
      let crc = 0xffff_ffff;
      for (const byte of copy) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
      }
      crc = ~crc >>> 0;
      expect([...stored]).toEqual([crc & 0xff, (crc >> 8) & 0xff, (crc >> 16) & 0xff, crc >>> 24]);
    }
  });

  it('[UDPE-0050, UDPE-0054, SCTP-0003, SCTP-0717] fits its packets to the path: 28 bytes less over IPv4, 48 over IPv6', () => {
    for (const [address, endpoint, pathMtuBytes, expected] of [
      ['10.0.0.2', '10.0.0.1', 1500, 1472],
      ['10.0.0.2', '10.0.0.1', 576, 548],
      ['2001:db8::2', '2001:db8::1', 1280, 1232],
    ] as const) {
      const peer = new ScriptedPeer({ addresses: [address], endpointAddresses: [endpoint], config: { pathMtuBytes } });
      peer.establish();
      peer.node.send(peer.id, new Uint8Array(10_000));
      peer.heardAfter(0);
      expect(Math.max(...peer.packets.map(({ bytes }) => bytes.length))).toBe(expected);
    }
  });

  it('[SCTP-0618, ERR-0056] no empty message', () => {
    const peer = new ScriptedPeer().establish();
    expect(() => peer.node.send(peer.id, '')).toThrow(/no empty messages/);
  });

  it('[SCTP-0530, SCTP-0326, SCTP-0328, SCTP-0955] sends no DATA in SHUTDOWN-SENT and SHUTDOWN-ACK-SENT, and takes none from SHUTDOWN-PENDING on', () => {
    for (const state of ['SHUTDOWN-PENDING', 'SHUTDOWN-SENT', 'SHUTDOWN-RECEIVED', 'SHUTDOWN-ACK-SENT'] as const) {
      const peer = inState(state);
      expect(() => peer.node.send(peer.id, 'x')).toThrow(/shutting down/);
      expect(peer.heard()).toEqual([]);
    }
  });

  it('[SCTP-1010, SCTP-1011] a message whose life is over before its turn is not sent, and leaves no hole', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 1500 }).establish();
    peer.node.send(peer.id, new Uint8Array(1400));
    peer.node.send(peer.id, new Uint8Array(1000), { lifetimeMs: 500, context: 'late' });
    peer.node.send(peer.id, new Uint8Array(1000), { context: 'patient' });
    peer.heardAfter(600);
    expect(peer.node.eventsOf('send-failed')).toMatchObject([
      { request: { context: 'late' }, partlySent: false, reason: 'lifetime' },
    ]);
    expect(peer.status?.bufferedBytes).toBe(2400);
    peer.send(peer.sack(0, [], 10_000));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    expect(dataOf(peer).at(-1)?.ssn).toBe(1);
  });

  it('[SCTP-1010] once begun it is sent, whatever its life', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 1500 }).establish();
    peer.node.send(peer.id, new Uint8Array(3000), { lifetimeMs: 500 });
    peer.heardAfter(700);
    expect(peer.node.eventsOf('send-failed')).toEqual([]);
    peer.send(peer.sack(0, [], 10_000));
    expect(peer.heard()).toEqual(['DATA 1', 'DATA 2 E']);
  });

  it('an expired message makes room that is announced, and lets a shutdown go on', () => {
    const peer = new ScriptedPeer({ config: { sendBufferBytes: 1000 } }).establish();
    peer.node.send(peer.id, new Uint8Array(10));
    peer.send(peer.sack(0, [], 0));
    peer.node.send(peer.id, new Uint8Array(1000), { lifetimeMs: 500 });
    expect(peer.node.send(peer.id, 'x')).toBe(false);
    peer.node.shutdown(peer.id);
    peer.heard();
    expect(peer.heardAfter(500)).toEqual(['SHUTDOWN -1']);
    expect(peer.node.events.slice(-3).map(({ event }) => event.kind)).toEqual(['send-failed', 'dry', 'drain']);
  });
});

describe('flow control and bursts', () => {
  it('[SCTP-0771, SCTP-0772, SCTP-0552, SCTP-0553, SCTP-0551, SCTP-0775, ERR-0036, ERR-0046, SCTP-0559] the first flight: cwnd, and less than one packet beyond', () => {
    for (const [address, endpoint, initial] of [
      ['10.0.0.2', '10.0.0.1', 4404],
      ['2001:db8::2', '2001:db8::1', 4344],
    ] as const) {
      const peer = new ScriptedPeer({ addresses: [address], endpointAddresses: [endpoint] }).establish();
      for (let i = 0; i < 100; i++) peer.node.send(peer.id, new Uint8Array(1000));
      peer.heardAfter(0);
      const [path] = peer.status!.paths;
      expect(path!.cwndBytes).toBe(initial);
      expect(path!.flightBytes).toBe(5 * 1016);
    }
  });

  it('[SCTP-0555, SCTP-0558, AT-60, SCTP-1069, ERR-0029] no burst of more than Max.Burst packets, even if a great deal is acknowledged at once', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 10_000_000 }).establish();
    openWindow(peer, 100);
    const cwnd = peer.status!.paths[0]!.cwndBytes;
    peer.node.call((core, now) => {
      for (let i = 0; i < 100; i++)
        core.send(peer.id, { data: new Uint8Array(1444), streamId: 0, ppid: 0, unordered: false }, now);
    });
    expect(peer.heardAfter(0).length).toBe(4);
    peer.send(peer.sack(3));
    expect(peer.heard().length).toBe(4);
    expect(peer.status!.paths[0]!.cwndBytes).toBe(cwnd);
  });

  it('[SCTP-0543, SCTP-0564, SCTP-0550, SCTP-0563, ERR-0007] nothing new is sent into a window that it does not fit: no silly pieces either', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 3000 }).establish();
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, new Uint8Array(1400));
    expect(peer.heardAfter(0)).toEqual(['DATA 0 BE', 'DATA 1 BE']);
    for (let room = 10; room < 1400; room += 139) {
      peer.send(peer.sack(0, [], 1400 + room));
      expect(peer.heard()).toEqual([]);
    }
    expect(peer.status?.waitingFor).toBe('peer-window');
    peer.send(peer.sack(1, [], 1400));
    expect(peer.heard()).toEqual(['DATA 2 BE']);
  });

  it('[SCTP-0544, SCTP-0545, SCTP-0546, SCTP-0548, AT-56] a closed window is probed: one RTO later, one chunk, then at doubled intervals', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 0));
    peer.heard();
    for (let i = 0; i < 5; i++) peer.node.send(peer.id, 'y');
    const from = peer.clock.now();
    const sentAt: number[] = [];
    peer.packets.length = 0;
    for (let i = 0; i < 20_000; i++) {
      peer.clock.runFor(1);
      if (peer.packets.length === sentAt.length) continue;
      sentAt.push(peer.clock.now() - from);
      expect(peer.last.chunks.map((chunk) => peer.brief(chunk))).toEqual(['DATA 1 BE']);
      expect(peer.tcb.outbound.outstanding.length).toBe(1);
      // The window is closed still: the probe was dropped, and that is said.
      peer.send(peer.sack(0, [], 0));
    }
    expect(sentAt).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it('[SCTP-0547, AT-56] probes that are answered are no errors: ten minutes of a closed window', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 0));
    peer.node.send(peer.id, 'y');
    for (let i = 0; i < 600; i++) {
      const heard = peer.packets.length;
      peer.clock.runFor(1000);
      if (peer.packets.length > heard) peer.send(peer.sack(0, [], 0));
    }
    expect([peer.state, peer.tcb.errorCount, peer.status?.paths[0]?.errorCount]).toEqual(['ESTABLISHED', 0, 0]);
    expect(peer.node.eventsOf('path-changed')).toEqual([]);
    peer.heard();
    peer.send(peer.sack(0, [], 10_000));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    peer.send(peer.sack(1, [], 10_000));
    expect(peer.node.eventsOf('dry').length).toBe(2);
  });

  it('[SCTP-0549] probes leave cwnd alone, answered or not', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 0));
    const { cwndBytes, ssthreshBytes } = peer.status!.paths[0]!;
    peer.node.send(peer.id, 'y');
    for (let i = 0; i < 10; i++) {
      peer.clock.runFor(1000);
      if (i < 5) peer.send(peer.sack(0, [], 0));
    }
    expect(peer.status?.counters.t3Expirations).toBe(3);
    expect(peer.status?.paths[0]).toMatchObject({ cwndBytes, ssthreshBytes });
  });

  it('[AT-56] a window that has opened, and whose update was lost, is found by the probe', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 0));
    for (const text of ['y', 'z']) peer.node.send(peer.id, text);
    peer.heard();
    expect(peer.heardAfter(1000)).toEqual(['DATA 1 BE']);
    peer.send(peer.sack(1, [], 10_000));
    expect(peer.heard()).toEqual(['DATA 2 BE']);
  });

  it('[SCTP-0547] probes that nobody answers are', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false, associationMaxRetrans: 3 } }).establish();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(0, [], 0));
    peer.node.send(peer.id, 'y');
    peer.clock.runFor(600_000);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'lost' } }]);
  });

  it('[AT-57] what was lost is sent again into a closed window', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    peer.send(peer.sack(0, [], 0));
    expect(peer.heardAfter(1000)).toEqual(['DATA 1 BE']);
  });

  it('[SCTP-0764, SCTP-0782, SCTP-0783, SCTP-0791, AT-60, ERR-0025] after a pause cwnd is halved once per RTO, down to 4 PMDCS', () => {
    const peer = new ScriptedPeer().establish();
    openWindow(peer, 40);
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(0);
    peer.send(peer.sack(0));
    const before = peer.status!.paths[0]!.cwndBytes;
    peer.clock.runFor(2500);
    peer.node.send(peer.id, 'y');
    peer.clock.runFor(0);
    expect(peer.status!.paths[0]).toMatchObject({ cwndBytes: Math.floor(before / 4), ssthreshBytes: before });
    peer.send(peer.sack(1));
    peer.clock.runFor(100_000);
    peer.node.send(peer.id, 'z');
    peer.clock.runFor(0);
    expect(peer.status!.paths[0]?.cwndBytes).toBe(4 * 1460);
  });

  it('[SCTP-0782] a pause is counted once, however often it is looked at', () => {
    const peer = new ScriptedPeer().establish();
    openWindow(peer, 40);
    peer.node.send(peer.id, 'x');
    peer.clock.runFor(0);
    peer.send(peer.sack(0, [], 0));
    const before = peer.status!.paths[0]!.cwndBytes;
    peer.clock.runFor(1500);
    peer.node.send(peer.id, 'y');
    for (let i = 0; i < 10; i++) peer.send(peer.sack(0, [], 0));
    expect(peer.status!.paths[0]?.cwndBytes).toBe(Math.floor(before / 2));
  });

  it('[SCTP-0776, SCTP-0777] cwnd stays where it is if the application does not use it', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 20; i++) {
      peer.node.send(peer.id, new Uint8Array(500));
      peer.clock.runFor(10);
      peer.send(peer.sack(i));
    }
    expect(peer.status!.paths[0]?.cwndBytes).toBe(4404);
  });
});
