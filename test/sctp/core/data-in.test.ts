import { describe, expect, it } from 'vitest';
import { ssn, tsnAdd } from '../../../src/base/serial.ts';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState } from './in-state.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0x61);
const heartbeat: Chunk = { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) };

/** An association whose first DATA has been acknowledged: the rules of §6.2 apply from now on. */
function warm(options: ConstructorParameters<typeof ScriptedPeer>[0] = {}): ScriptedPeer {
  const peer = new ScriptedPeer(options).establish();
  peer.send(peer.data(0));
  peer.heard();
  return peer;
}

describe('where a message came from (RFC 6458 §3.1.4)', () => {
  it('[API-0025] its source is the address of its packet; of several packets, of the last one that came', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] }).establish({
      parameters: ['10.0.0.2', '10.0.0.3'].map((address) => ({ kind: 'ip-address', address })),
    });
    peer.sendWith({ from: '10.0.0.3' }, peer.data(0));
    peer.sendWith({ from: '10.0.0.2' }, peer.data(1));
    peer.sendWith({ from: '10.0.0.2' }, peer.data(2, { ssn: ssn(2), ending: false }));
    peer.sendWith({ from: '10.0.0.3' }, peer.data(3, { ssn: ssn(2), beginning: false }));
    expect(peer.node.messages.map(({ source }) => source)).toEqual(['10.0.0.3', '10.0.0.2', '10.0.0.3']);
  });
});

describe('when DATA is acknowledged (RFC 9260 §6.2)', () => {
  it('[SCTP-0362] the first DATA at once', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0']);
  });

  it('[SCTP-0363, SCTP-0586, SCTP-0587, SCTP-0580, SCTP-1058, SCTP-1078, AT-47] every second packet; a single one after 200 ms', () => {
    const peer = warm();
    peer.send(peer.data(1));
    expect(peer.heardAfter(199)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['SACK 1']);
    peer.send(peer.data(2));
    peer.clock.runFor(50);
    peer.send(peer.data(3));
    expect(peer.heard()).toEqual(['SACK 3']);
    expect(peer.heardAfter(1000)).toEqual([]);
  });

  it('[SCTP-0588] the delay counts from the oldest DATA not acknowledged', () => {
    const peer = warm({ config: { sackEveryPackets: 10 } });
    peer.send(peer.data(1));
    peer.clock.runFor(150);
    peer.send(peer.data(2));
    expect(peer.heardAfter(50)).toEqual(['SACK 2']);
  });

  it('[SCTP-0587, SCTP-0589] packets are counted, not chunks', () => {
    const peer = warm();
    peer.send(peer.data(1), peer.data(2), peer.data(3));
    expect(peer.heard()).toEqual([]);
    expect(peer.heardAfter(200)).toEqual(['SACK 3']);
  });

  it('[SCTP-0602, SCTP-0571, AT-47, ERR-0043] the I bit asks for a SACK at once', () => {
    const peer = warm();
    peer.send(peer.data(1, { immediate: true }));
    expect(peer.heard()).toEqual(['SACK 1']);
  });

  it('[SCTP-0697, SCTP-0698, SCTP-0699, SCTP-0795, SCTP-0217] a gap: at once, and for every packet as long as it is there', () => {
    const peer = warm();
    peer.send(peer.data(2));
    peer.send(peer.data(3));
    peer.send(peer.data(5));
    expect(peer.heard()).toEqual(['SACK 0 gaps 2-2', 'SACK 0 gaps 2-3', 'SACK 0 gaps 2-3,5-5']);
    peer.send(peer.data(1));
    expect(peer.heard()).toEqual(['SACK 3 gaps 2-2']);
    peer.send(peer.data(4));
    expect(peer.heardAfter(200)).toEqual(['SACK 5']);
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
  });

  it('[SCTP-0222, SCTP-0223, SCTP-0215] the example of §3.3.4, byte by byte', () => {
    const peer = new ScriptedPeer({ initialTsn: 10, config: { receiveBufferBytes: 4661 } }).establish();
    // TSNs 10, 11, 12, 14, 15, 17 with a window of 4660; 13 and 16 are missing.
    for (const number of [0, 1, 2, 4, 5, 7]) peer.send(peer.data(number, { streamId: number, ssn: ssn(0), text: 'x' }));
    const sack = peer.packets.at(-1)!.bytes.subarray(12);
    expect([...sack]).toEqual([
      ...[3, 0, 0, 24],
      ...[0, 0, 0, 12],
      // 4660: the byte that has just come is not taken yet.
      ...[0, 0, 0x12, 0x34],
      ...[0, 2, 0, 0],
      ...[0, 2, 0, 3],
      ...[0, 5, 0, 5],
    ]);
  });

  it('[SCTP-0603, SCTP-0605, SCTP-0224] duplicates alone: at once, and listed, each time they came, once', () => {
    const peer = warm();
    peer.send(peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0 duplicates 0']);
    peer.send(peer.data(0), peer.data(0), peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0 duplicates 0,0,0']);
    peer.send(peer.data(2));
    peer.send(peer.data(2));
    expect(peer.heard()).toEqual(['SACK 0 gaps 2-2', 'SACK 0 gaps 2-2 duplicates 2']);
  });

  it('[SCTP-0590, AT-45] one SACK a packet, with a list that is bounded, however many duplicates', () => {
    const peer = warm();
    const chunks = Array.from({ length: 100 }, () => peer.data(0));
    for (let i = 0; i < 1000; i++) peer.send(...chunks);
    expect(peer.heard().length).toBe(1000);
    for (const packet of peer.packets) expect(packet.bytes.length).toBeLessThanOrEqual(1472);
    expect(peer.lastHeard('sack').duplicateTsns.length).toBe(64);
  });

  it('[SCTP-0600, SCTP-0704, SCTP-0705, AT-46] 2,000 gaps: one SACK that fits a packet, with the lowest ones', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 2000; i++) peer.send(peer.data(2 * i + 1, { unordered: true, text: 'x' }));
    expect(peer.packets.length).toBeLessThanOrEqual(2002);
    const { bytes } = peer.packets.at(-1)!;
    expect(bytes.length).toBeLessThanOrEqual(1472);
    expect(bytes.length).toBeGreaterThan(1460);
    const { gapAckBlocks } = peer.lastHeard('sack');
    expect(gapAckBlocks.slice(0, 3)).toEqual([
      { start: 2, end: 2 },
      { start: 4, end: 4 },
      { start: 6, end: 6 },
    ]);
  });

  it('[SCTP-0219, ERR-0044] blocks never touch each other', () => {
    const peer = new ScriptedPeer().establish();
    for (const number of [9, 2, 4, 3, 8, 6]) peer.send(peer.data(number));
    expect(peer.heard().at(-1)).toBe('SACK -1 gaps 3-5,7-7,9-10');
  });

  it('[SCTP-0562, SCTP-0719] DATA takes a SACK along that would have waited', () => {
    const peer = warm();
    peer.send(peer.data(1));
    peer.node.send(peer.id, 'answer');
    expect(peer.heardAfter(1000)[0]).toBe('SACK 1 + DATA 0 BE');
    peer.send(peer.sack(0), peer.data(2));
    peer.heard();
    // A whole packet of DATA leaves no room for it.
    peer.node.send(peer.id, bytes(1444));
    expect(peer.heardAfter(0)).toEqual(['DATA 1 BE']);
    for (const packet of peer.packets) expect(packet.bytes.length).toBeLessThanOrEqual(1472);
  });

  it('[SCTP-0673, SCTP-0674, SCTP-0700, AT-72, SCTP-0675] the SACK goes to where the DATA came from', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    peer.heard();
    peer.sendWith({ from: '10.0.0.3' }, peer.data(0));
    peer.sendWith({ from: '10.0.0.3' }, peer.data(1));
    peer.sendWith({ from: '10.0.0.3' }, peer.data(2));
    peer.send(peer.data(3), peer.data(4));
    peer.send(peer.data(5));
    expect(peer.heard()).toEqual(['@10.0.0.3 SACK 0', '@10.0.0.3 SACK 2', 'SACK 5']);
    // One from each: to where the last one came from.
    peer.send(peer.data(6));
    peer.sendWith({ from: '10.0.0.3' }, peer.data(7));
    peer.sendWith({ from: '10.0.0.3' }, peer.data(8));
    peer.send(peer.data(9));
    expect(peer.heard()).toEqual(['@10.0.0.3 SACK 7', 'SACK 9']);
  });
});

describe('what DATA may be (RFC 9260 §3.3.1, §6.2, §6.5, §6.9)', () => {
  it('[SCTP-0110, SCTP-0617, SCTP-0274, AT-37, ERR-0056] without user data: ABORT with its TSN', () => {
    const peer = warm();
    peer.send(peer.data(1, { userData: new Uint8Array(0) }));
    expect([peer.heard(), peer.state]).toEqual([['ABORT no-user-data'], 'CLOSED']);
    expect(peer.lastHeard('abort').causes).toEqual([{ kind: 'no-user-data', tsn: tsnAdd(peer.initialTsn, 1) }]);
  });

  it('[SCTP-0685, SCTP-0264, SCTP-0686, AT-38] on a stream that does not exist: ERROR at once, acknowledged, not delivered', () => {
    const peer = warm();
    peer.send(peer.data(1, { streamId: 10, ssn: ssn(0) }), peer.data(2, { ssn: ssn(1) }));
    expect(peer.heard()).toEqual(['ERROR invalid-stream-identifier + SACK 2']);
    expect(peer.lastHeard('error').causes).toEqual([{ kind: 'invalid-stream-identifier', streamId: 10 }]);
    expect(peer.node.texts()).toEqual(['m0', 'm2']);
  });

  it('[SCTP-0100, SCTP-0101, SCTP-0060] ignores reserved flags', () => {
    const peer = warm();
    const chunk = encodeChunk(peer.data(1));
    chunk[1]! |= 0xf0;
    peer.sendRaw([chunk]);
    expect(peer.node.texts()).toEqual(['m0', 'm1']);
  });

  it('[SCTP-0111, SCTP-0733] shorter than its header, or cut off: not there', () => {
    const peer = warm();
    for (let length = 4; length < 16; length++)
      peer.sendRaw([new Uint8Array([0, 3, 0, length, ...new Array(12).fill(0)])]);
    peer.sendRaw([encodeChunk(peer.data(1, { text: 'cut off' })).subarray(0, 20)]);
    expect([peer.heardAfter(1000), peer.state]).toEqual([[], 'ESTABLISHED']);
  });

  it('[SCTP-0070, AT-5] without its padding at the end of the packet: taken', () => {
    const peer = warm();
    peer.sendRaw([encodeChunk(peer.data(1, { text: 'x' })).subarray(0, 17)]);
    expect(peer.node.texts()).toEqual(['m0', 'x']);
  });

  it('[SCTP-0067, SCTP-0116] with padding that is not zero: taken without it', () => {
    const peer = warm();
    const chunk = encodeChunk(peer.data(1, { text: 'x' }));
    chunk.fill(0xff, 17);
    peer.sendRaw([chunk]);
    expect(peer.node.texts()).toEqual(['m0', 'x']);
  });

  it('[SCTP-0225, AT-39] a TSN that no SACK could name is dropped', () => {
    const peer = warm();
    for (const ahead of [65_536, 2 ** 20, 2 ** 31 - 1])
      peer.send(peer.data(0, { tsn: tsnAdd(peer.initialTsn, ahead) }));
    expect(peer.heard()).toEqual(['SACK 0', 'SACK 0', 'SACK 0']);
    peer.send(peer.data(0, { tsn: tsnAdd(peer.initialTsn, 65_535), ssn: ssn(9) }));
    expect(peer.heard()).toEqual(['SACK 0 gaps 65535-65535']);
  });

  it('[SCTP-0015, SCTP-0018, SCTP-0016, SCTP-0019, SCTP-0689, AT-40] TSNs and SSNs go round', () => {
    const peer = new ScriptedPeer({ initialTsn: 0xffff_fffe }).establish();
    peer.send(peer.data(0));
    peer.send(peer.data(3));
    peer.send(peer.data(2));
    expect(peer.heard()).toEqual(['SACK 0', 'SACK 0 gaps 3-3', 'SACK 0 gaps 2-3']);
    peer.send(peer.data(1));
    peer.clock.runFor(200);
    expect(peer.lastHeard('sack').cumulativeTsnAck).toBe(1);
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'm2', 'm3']);
    // 65,536 messages later the SSN is the same again.
    for (let i = 4; i < 65_540; i += 16)
      peer.send(...Array.from({ length: 16 }, (_, k) => peer.data(i + k, { text: 'x' })));
    expect(peer.node.messages.length).toBe(65_540);
  });

  it('[SCTP-0531, SCTP-0533, SCTP-0532] is taken in ESTABLISHED, SHUTDOWN-PENDING and SHUTDOWN-SENT, and nowhere else', () => {
    for (const state of ['ESTABLISHED', 'SHUTDOWN-PENDING', 'SHUTDOWN-SENT'] as const) {
      const peer = inState(state);
      peer.send(peer.data(0));
      expect(peer.node.texts()).toEqual(['m0']);
      expect(peer.heard().length).toBe(1);
    }
    for (const state of ['SHUTDOWN-RECEIVED', 'SHUTDOWN-ACK-SENT'] as const) {
      const peer = inState(state);
      peer.send(peer.data(0));
      expect([peer.node.texts(), peer.heard()]).toEqual([[], []]);
    }
  });

  it('[SCTP-0280, SCTP-1048, SCTP-0731, AT-7, ATK-0017, ATK-0021] many things to report: one packet of answers', () => {
    const peer = warm();
    const unknown: Chunk = {
      kind: 'unknown',
      type: 0xfe,
      flags: 0,
      whole: new Uint8Array([0xfe, 0, 0, 204, ...bytes(200)]),
    };
    peer.send(...Array.from({ length: 50 }, () => unknown), heartbeat);
    expect(peer.heard().length).toBe(1);
    expect(peer.last.bytes.length).toBeLessThanOrEqual(1472);
    const huge: Chunk = {
      kind: 'unknown',
      type: 0xfe,
      flags: 0,
      whole: new Uint8Array([0xfe, 0, 0x0b, 0xb8, ...bytes(2996)]),
    };
    peer.send(huge);
    expect(peer.heard()).toEqual(['ERROR unrecognized-chunk-type']);
    expect(peer.last.bytes.length).toBeLessThanOrEqual(1472);
  });
});

describe('order and fragments (RFC 9260 §6.5, §6.6, §6.9)', () => {
  it('[SCTP-0691, SCTP-0692, SCTP-0696, SCTP-0693, SCTP-0105, SCTP-0104, SCTP-0695, AT-48] streams are in order by themselves; unordered goes up at once', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.data(1, { ssn: ssn(1), text: 'second of 0' }));
    peer.send(peer.data(2, { streamId: 1, ssn: ssn(0), text: 'first of 1' }));
    peer.send(peer.data(3, { ssn: ssn(0), unordered: true, text: 'unordered' }));
    expect(peer.node.texts()).toEqual(['first of 1', 'unordered']);
    peer.send(peer.data(0, { ssn: ssn(0), text: 'first of 0' }));
    expect(peer.node.texts().slice(2)).toEqual(['first of 0', 'second of 0']);
  });

  it('[SCTP-0541, SCTP-0712, SCTP-0723, SCTP-0107] fragments of one byte, in any order', () => {
    const peer = new ScriptedPeer().establish();
    const text = 'reassembled';
    const order = [10, 0, 5, 3, 4, 9, 1, 2, 8, 6, 7];
    for (const i of order) {
      const ends = { beginning: i === 0, ending: i === text.length - 1 };
      peer.send(peer.data(i, { ssn: ssn(0), text: text[i]!, ppid: 7, ...ends }));
    }
    expect(peer.node.texts()).toEqual([text]);
    expect(peer.node.messages[0]).toMatchObject({ ppid: 7, streamId: 0, unordered: false });
  });

  it.each([
    ['B inside a message', [{ ending: false }, { ssn: ssn(1) }]],
    ['E without B', [{}, { beginning: false, ssn: ssn(1) }]],
    ['another SSN', [{ ending: false }, { beginning: false }]],
    ['another stream', [{ ending: false }, { beginning: false, ssn: ssn(0), streamId: 1 }]],
    ['another PPID', [{ ending: false }, { beginning: false, ssn: ssn(0), ppid: 1 }]],
    ['another U bit', [{ ending: false }, { beginning: false, ssn: ssn(0), unordered: true }]],
    ['an SSN for the second time', [{}, { ssn: ssn(0) }]],
  ])('[SCTP-0119, AT-41] %s: ABORT with Protocol Violation', (_, [first, second]) => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const peer = new ScriptedPeer().establish();
      const chunks = [peer.data(0, first), peer.data(1, second)];
      for (const i of order) peer.send(chunks[i]!);
      expect(peer.heard().at(-1)).toBe('ABORT protocol-violation');
      expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'protocol-violation' } }]);
    }
  });
});

describe('the receive window (RFC 9260 §6.2)', () => {
  it('[SCTP-0608, SCTP-0609, SCTP-0611, SCTP-0619, SCTP-0143, SCTP-0192, SCTP-0144] falls by what is held, and rises by what is taken', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 10_000 } }).establish();
    peer.send(peer.data(0, { userData: bytes(1000) }));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(9000);
    // Out of order: it is held too.
    peer.send(peer.data(2, { userData: bytes(500) }));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(8500);
    peer.node.call((core, now) => core.consumed(peer.id, 1000, now));
    peer.send(peer.data(1, { userData: bytes(1) }));
    peer.clock.runFor(200);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(9499);
    // When everything is taken, all the room that INIT ACK told of is there again.
    for (const size of [1, 500]) peer.node.call((core, now) => core.consumed(peer.id, size, now));
    peer.send(peer.data(1));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(10_000);
  });

  it('[SCTP-0610] fragments of an unfinished message keep it down', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 10_000 } }).establish();
    peer.send(peer.data(0, { userData: bytes(1000), ending: false }));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(9000);
  });

  it('[SCTP-0585] takes all that fits the room that was told of; once closed it opens only by a piece worth having', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 10_000 } }).establish();
    for (let i = 0; i < 9; i++) peer.send(peer.data(i, { userData: bytes(1000) }));
    peer.clock.runFor(200);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(1000);
    peer.send(peer.data(9, { userData: bytes(1000) }));
    peer.clock.runFor(200);
    expect(peer.lastHeard('sack')).toMatchObject({ cumulativeTsnAck: peer.initialTsn + 9, advertisedRwndBytes: 0 });
    peer.node.call((core, now) => core.consumed(peer.id, 1000, now));
    peer.send(peer.data(10, { userData: bytes(1000) }));
    peer.clock.runFor(200);
    expect(peer.lastHeard('sack')).toMatchObject({ cumulativeTsnAck: peer.initialTsn + 9, advertisedRwndBytes: 0 });
  });

  it('[SCTP-0591, SCTP-0592, SCTP-0593, ERR-0026] tells of new room by itself, but only of a quarter of the buffer', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 100_000 } }).establish();
    for (let i = 0; i < 100; i++) peer.send(peer.data(i, { userData: bytes(1000) }));
    peer.heardAfter(1000);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    const updates: number[] = [];
    for (let i = 0; i < 100; i++) {
      peer.node.call((core, now) => core.consumed(peer.id, 1000, now));
      if (peer.heardAfter(0).length > 0) updates.push(peer.lastHeard('sack').advertisedRwndBytes);
    }
    expect(updates).toEqual([25_000]);
  });

  it('[SCTP-0581, SCTP-0583, SCTP-0584] closed: what is new and highest is dropped, and that is told at once', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 4000 } }).establish();
    for (let i = 0; i < 4; i++) peer.send(peer.data(i, { userData: bytes(1000) }));
    peer.heardAfter(1000);
    peer.send(peer.data(4));
    expect(peer.heard()).toEqual(['SACK 3']);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    for (let i = 0; i < 4; i++) peer.node.call((core, now) => core.consumed(peer.id, 1000, now));
    peer.send(peer.data(4));
    expect(peer.node.texts().at(-1)).toBe('m4');
  });

  it('[SCTP-0582, SCTP-0583, SCTP-0584, SCTP-0613, SCTP-0614, AT-43] closed: what fills a hole is taken, the highest one given up', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    for (let i = 1; i < 5; i++) peer.send(peer.data(i, { userData: bytes(1000) }));
    expect(peer.heard().at(-1)).toBe('SACK -1 gaps 2-5');
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    peer.send(peer.data(0));
    expect(peer.heardAfter(200)).toEqual(['SACK 3']);
    expect(peer.node.messages.length).toBe(4);
    peer.send(peer.data(4, { userData: bytes(1000) }));
    expect(peer.node.messages.length).toBe(5);
  });

  it('[SCTP-0615] what was given up is room again', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 8000 } }).establish();
    for (let i = 1; i < 6; i++) peer.send(peer.data(i, { userData: bytes(1600) }));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    peer.send(peer.data(0, { userData: bytes(10) }));
    expect(peer.heardAfter(200).at(-1)).toBe('SACK 4');
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(8000 - 4 * 1600 - 10);
  });

  it('[SCTP-0582, AT-43] as many are given up as it takes', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    for (let i = 1; i < 20; i++) peer.send(peer.data(i, { userData: bytes(200) }));
    peer.heard();
    peer.send(peer.data(0, { userData: bytes(1000) }));
    expect(peer.heardAfter(200)).toEqual(['SACK 15']);
    expect(peer.tcb.inbound!.reassembly.heldBytes).toBe(0);
  });

  it('[SCTP-0612] what has been acknowledged cumulatively is not given up: it will not come again', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    const part = (number: number, size: number, ends: { beginning: boolean; ending: boolean }) =>
      peer.data(number, { ssn: ssn(0), userData: bytes(size), ...ends });
    peer.send(part(0, 1000, { beginning: true, ending: false }));
    peer.send(part(1, 1000, { beginning: false, ending: false }));
    peer.send(
      peer.data(4, { ssn: ssn(2), userData: bytes(1000) }),
      peer.data(5, { ssn: ssn(3), userData: bytes(1000) }),
    );
    peer.clock.runFor(200);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    peer.send(part(2, 900, { beginning: false, ending: false }));
    peer.send(part(3, 900, { beginning: false, ending: true }));
    expect(peer.node.messages.map(({ data }) => data.length)).toEqual([3800]);
  });

  it('[SCTP-0616] nothing is given up for a chunk that does not fit even so', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 4000 } }).establish();
    for (let i = 0; i < 3; i++) peer.send(peer.data(i, { userData: bytes(1200) }));
    peer.send(peer.data(4, { userData: bytes(100) }));
    peer.heard();
    peer.send(peer.data(3, { userData: bytes(1000) }));
    expect(peer.heard()).toEqual(['SACK 2 gaps 2-2']);
  });

  it('[AT-43] unordered messages beyond the hole that went up already are passed over', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    for (let i = 1; i < 5; i++) peer.send(peer.data(i, { userData: bytes(1000) }));
    peer.send(peer.data(6, { unordered: true, text: 'gone up' }));
    peer.heard();
    // The window was closed, so that this one was dropped; with room it would have gone up.
    expect(peer.node.messages.length).toBe(0);
    const room = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    room.send(room.data(6, { unordered: true, text: 'gone up' }));
    for (let i = 1; i < 5; i++) room.send(room.data(i, { userData: bytes(1000) }));
    room.heard();
    room.send(room.data(0));
    expect(room.heard()[0]).toBe('SACK 3 gaps 3-3');
    expect(room.node.texts().map((text) => text.slice(0, 7))).toEqual([
      'gone up',
      'm0',
      'aaaaaaa',
      'aaaaaaa',
      'aaaaaaa',
    ]);
  });

  it('[AT-42] a message that no buffer can hold ends the association instead of stalling it', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 5000 } }).establish();
    for (let i = 0; i < 10 && peer.state !== 'CLOSED'; i++) {
      peer.send(peer.data(i, { ssn: ssn(0), userData: bytes(1000), beginning: i === 0, ending: false }));
    }
    expect([peer.heard().at(-1), peer.state]).toEqual(['ABORT out-of-resource', 'CLOSED']);
  });

  it('[AT-42] first fragments of 10,000 messages: bounded memory, and what is missing can still come and complete them', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 40_000 } }).establish();
    const first = (i: number) => peer.data(2 * i, { ssn: ssn(i), userData: bytes(100), ending: false });
    const second = (i: number) => peer.data(2 * i + 1, { ssn: ssn(i), userData: bytes(100), beginning: false });
    for (let i = 0; i < 10_000; i++) peer.send(first(i));
    const { reassembly } = peer.tcb.inbound!;
    expect(reassembly.heldBytes).toBeLessThanOrEqual(40_000);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    // The peer repeats what was not taken, the lowest first, as its SACKs tell it to.
    for (let i = 0; i < 1000; i++) peer.send(first(i), second(i));
    expect([peer.node.messages.length, peer.state]).toEqual([1000, 'ESTABLISHED']);
  });

  it('[AT-42] what is missing can still come: no end because the message behind it does not fit', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    const fragment = (number: number, length: number, ending = false, ofSsn = 0) =>
      peer.data(number, { ssn: ssn(ofSsn), userData: bytes(length), beginning: number % 4 === 0, ending });
    for (let i = 0; i < 3; i++) peer.send(fragment(i, 1000));
    peer.send(fragment(4, 1400, false, 1));
    expect(peer.heard().at(-1)).toBe('SACK 2');
    peer.send(fragment(3, 500, true));
    expect(peer.node.messages.map(({ data }) => data.length)).toEqual([3500]);
  });

  it('[AT-43] closed, with nothing for the application to read: the next chunk is taken where it fits', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 4000 } }).establish();
    const fragment = (number: number, length: number, ending = false) =>
      peer.data(number, { ssn: ssn(0), userData: bytes(length), beginning: number === 0, ending });
    peer.send(fragment(0, 1000));
    peer.send(peer.data(4, { ssn: ssn(1), userData: bytes(3000), ending: false }));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
    // It costs the 3000 bytes behind the hole; then less is free than opens a window again.
    peer.send(fragment(1, 2500));
    peer.send(fragment(2, 400));
    peer.send(fragment(3, 100, true));
    expect(peer.node.messages.map(({ data }) => data.length)).toEqual([4000]);
  });

  it('[AT-44] a million messages of one byte: the number of chunks is bounded too', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 64 * 1024 } }).establish();
    for (let i = 0; i < 3000; i++) peer.send(peer.data(i, { text: 'x' }));
    peer.clock.runFor(200);
    expect(peer.node.messages.length).toBe(1024);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(0);
  });

  it('[SCTP-0616] no reneging as long as there is room', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 1; i < 500; i++) peer.send(peer.data(i, { userData: bytes(1000) }));
    expect(peer.heard().at(-1)).toBe('SACK -1 gaps 2-500');
  });
});
