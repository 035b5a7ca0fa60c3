import { describe, expect, it } from 'vitest';
import { NO_EXTENSIONS } from '../../../src/sctp/core/extensions.ts';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const ip = (address: string): Parameter => ({ kind: 'ip-address', address });
const cookie: Parameter = { kind: 'state-cookie', cookie: new Uint8Array([9, 8, 7, 6, 5]) };
const unknown = (type: number, valueBytes = 4): Parameter => ({
  kind: 'unknown',
  type,
  whole: new Uint8Array([
    type >> 8,
    type & 0xff,
    (4 + valueBytes) >> 8,
    (4 + valueBytes) & 0xff,
    ...new Array(valueBytes).fill(7),
  ]),
});
const stale = { kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: 5 }] } as const;

/** When each packet was heard, from the first one. */
const times = (peer: ScriptedPeer): number[] => peer.packets.map(({ at }) => at - peer.packets[0]!.at);

describe('active side of the handshake (RFC 9260 §5.1 A, C, E)', () => {
  it('[SCTP-0306, SCTP-0399, SCTP-0309, SCTP-0310, SCTP-0345, SCTP-0353, SCTP-0201] INIT, INIT ACK, COOKIE ECHO, COOKIE ACK', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    expect([peer.heard(), peer.state]).toEqual([['INIT'], 'COOKIE-WAIT']);
    peer.send(peer.initAck());
    expect([peer.heard(), peer.state]).toEqual([['COOKIE-ECHO'], 'COOKIE-ECHOED']);
    expect(peer.node.eventsOf('up')).toEqual([]);
    peer.send({ kind: 'cookie-ack' });
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
    expect(peer.node.eventsOf('up')).toEqual([
      { kind: 'up', initiator: 'local', outboundStreams: 10, inboundStreams: 10, extensions: NO_EXTENSIONS },
    ]);
  });

  it('[SCTP-0039, SCTP-0892, SCTP-0337] the INIT has tag 0 and our own tag inside', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    expect(peer.last.header).toEqual({ sourcePort: 5000, destinationPort: 6000, verificationTag: 0 });
    expect(peer.theirTag).not.toBe(0);
    expect(peer.tcb.localTag).toBe(peer.theirTag);
  });

  it('[API-0009, SCTP-0384, SCTP-0168] the INIT names the family that it takes, if that is one only', () => {
    for (const [endpointAddresses, addresses, types] of [
      [['10.0.0.1', '10.0.1.1'], ['10.0.0.2'], [5]],
      [['2001:db8::1'], ['2001:db8::2'], [6]],
      [['10.0.0.1', '2001:db8::1'], ['10.0.0.2'], undefined],
    ] as const) {
      const peer = new ScriptedPeer({ endpointAddresses, addresses });
      peer.associate();
      const parameter = peer.lastHeard('init').parameters.find(({ kind }) => kind === 'supported-address-types');
      expect(parameter?.kind === 'supported-address-types' ? parameter.types : undefined).toEqual(types);
    }
  });

  it('[SCTP-0152, SCTP-0338, SCTP-0491] tag and Initial TSN of the INIT are random, over all 32 bits', () => {
    const inits = Array.from({ length: 50 }, (_, i) => {
      const peer = new ScriptedPeer({ seed: i + 1 });
      peer.associate();
      return peer.lastHeard('init');
    });
    for (const numbers of [inits.map(({ initialTsn }) => initialTsn), inits.map(({ initiateTag }) => initiateTag)]) {
      expect(new Set(numbers).size).toBe(50);
      // Every bit is 0 in some and 1 in others.
      expect(numbers.reduce((all, each) => (all | each) >>> 0, 0)).toBe(0xffff_ffff);
      expect(numbers.reduce((all, each) => (all & each) >>> 0, 0xffff_ffff)).toBe(0);
    }
  });

  it('[SCTP-0184, SCTP-0903, SCTP-0890, SCTP-0038] from INIT ACK on, its Initiate Tag is the tag of all packets', () => {
    const peer = new ScriptedPeer().connect();
    peer.node.send(peer.id, 'x');
    peer.send(peer.data(0));
    peer.heardAfter(1000);
    const tags = peer.packets.slice(1).map(({ header }) => header.verificationTag);
    expect(tags.length).toBeGreaterThan(2);
    expect(new Set(tags)).toEqual(new Set([peer.tag]));
  });

  it('[SCTP-0283, SCTP-0281] echoes the cookie byte by byte', () => {
    const peer = new ScriptedPeer().connect('COOKIE-ECHOED', { parameters: [cookie] });
    expect(peer.lastHeard('cookie-echo').cookie).toEqual(new Uint8Array([9, 8, 7, 6, 5]));
  });

  it('[SCTP-0348, SCTP-0335, SCTP-0282] sends nothing but COOKIE ECHO before COOKIE ACK', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.associate();
    for (let i = 0; i < 100; i++) peer.node.send(peer.id, new Uint8Array(5000));
    peer.heard();
    peer.send(peer.initAck({ parameters: [cookie, ip('10.0.0.3')] }));
    const heard = [...peer.heard(), ...peer.heardAfter(20_000)];
    expect(heard.length).toBeGreaterThan(3);
    for (const line of heard) expect(line.replace('@10.0.0.3 ', '')).toMatch(/^COOKIE-ECHO( \+ HEARTBEAT)?$/);
    peer.send({ kind: 'cookie-ack' });
    expect(peer.heard()[0]).toMatch(/^DATA 0 B/);
  });

  it('[SCTP-0323, SCTP-0355, SCTP-0416, SCTP-0417, SCTP-0418, SCTP-1075, SCTP-1066, AT-21, ERR-0030, SCTP-0339] INIT is sent 9 times, doubling from 1 s', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    peer.heardAfter(600_000);
    expect(times(peer)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183].map((s) => s * 1000));
    for (const { bytes } of peer.packets) expect(bytes).toEqual(peer.packets[0]!.bytes);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'unreachable' } }]);
    expect(peer.core.associations.size).toBe(0);
    expect(peer.clock.pending).toBe(0);
  });

  it('[API-0062, API-0061] maxInitTimeoutMs bounds the interval of INITs and nothing else', () => {
    const config = { maxInitTimeoutMs: 1500, maxInitRetransmits: 3 };
    const peer = new ScriptedPeer({ config });
    peer.associate();
    peer.heardAfter(600_000);
    expect(times(peer)).toEqual([0, 1000, 2500, 4000]);

    const up = new ScriptedPeer({ config }).connect();
    up.node.send(up.id, 'x');
    const sentAt = up.clock.now();
    up.heardAfter(20_000);
    const dataAt = up.packets.flatMap(({ chunks, at }) => (chunks[0]?.kind === 'data' ? [at - sentAt] : []));
    expect(dataAt).toEqual([0, 1000, 3000, 7000, 15_000]);
  });

  it('[SCTP-0324, SCTP-0401, SCTP-0402, SCTP-0416, AT-21] COOKIE ECHO is sent 9 times', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    peer.packets.length = 0;
    peer.send(peer.initAck());
    peer.heardAfter(600_000);
    expect(times(peer)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183].map((s) => s * 1000));
    for (const { bytes } of peer.packets) expect(bytes).toEqual(peer.packets[0]!.bytes);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'unreachable' } }]);
  });

  it('[SCTP-0324, SCTP-0402, SCTP-0418] INITs that got no answer do not count against COOKIE ECHO', () => {
    const peer = new ScriptedPeer({ config: { maxInitRetransmits: 2, rtoMaxMs: 1000 } });
    peer.associate();
    peer.clock.runFor(2000);
    peer.heard();
    peer.send(peer.initAck());
    expect(peer.heardAfter(60_000)).toEqual(['COOKIE-ECHO', 'COOKIE-ECHO', 'COOKIE-ECHO']);
  });

  it('[SCTP-0641, SCTP-0642, SCTP-0643, SCTP-0644, SCTP-0417] INIT and COOKIE ECHO measure the round trip', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    peer.clock.runFor(400);
    peer.send(peer.initAck());
    // 400 + 4 * 200.
    expect(peer.status?.paths[0]).toMatchObject({ srttMs: 400, rtoMs: 1200 });
    peer.clock.runFor(800);
    peer.send({ kind: 'cookie-ack' });
    expect(peer.status?.paths[0]).toMatchObject({ srttMs: 450, rtoMs: 450 + 4 * 250 });
  });

  it('[SCTP-0647] not if one was sent twice, or was answered from elsewhere', () => {
    const init = new ScriptedPeer();
    init.associate();
    init.clock.runFor(1400);
    init.send(init.initAck());
    expect(init.status?.paths[0]).toMatchObject({ srttMs: undefined, rtoMs: 2000 });
    init.clock.runFor(2500);
    init.send({ kind: 'cookie-ack' });
    expect(init.status?.paths[0]).toMatchObject({ srttMs: undefined, rtoMs: 4000 });
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const other = new ScriptedPeer({ addresses });
    other.associate({ addresses });
    other.clock.runFor(400);
    other.sendWith({ from: '10.0.0.3' }, other.initAck());
    expect(other.status?.paths.map(({ srttMs }) => srttMs)).toEqual([undefined, undefined]);
  });

  it('[SCTP-0834] what was queued is reported when set-up fails', () => {
    const peer = new ScriptedPeer({ config: { maxInitRetransmits: 0 } });
    peer.associate();
    peer.node.send(peer.id, 'x', { context: 7 });
    peer.clock.runFor(2000);
    expect(peer.node.events.map(({ event }) => event.kind)).toEqual(['send-failed', 'closed']);
    expect(peer.node.eventsOf('send-failed')).toMatchObject([
      { request: { context: 7 }, partlySent: false, reason: 'closed' },
    ]);
  });

  it('[SCTP-0356, SCTP-0357, AT-74] goes round the addresses with INIT; each has its own RTO', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    expect(peer.heardAfter(5000)).toEqual(['INIT', '@10.0.0.3 INIT', 'INIT', '@10.0.0.3 INIT']);
    expect(times(peer)).toEqual([0, 1000, 2000, 4000]);
    peer.sendWith({ from: '10.0.0.3' }, peer.initAck());
    expect(peer.heard()).toEqual(['@10.0.0.3 COOKIE-ECHO']);
  });

  it('[SCTP-0356, SCTP-0357] and with COOKIE ECHO', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.packets.length = 0;
    peer.heard();
    peer.send(peer.initAck());
    expect(peer.heardAfter(5000)).toEqual([
      'COOKIE-ECHO',
      '@10.0.0.3 COOKIE-ECHO',
      'COOKIE-ECHO',
      '@10.0.0.3 COOKIE-ECHO',
    ]);
    expect(times(peer)).toEqual([0, 1000, 2000, 4000]);
  });

  it('[SCTP-0518, SCTP-0519, SCTP-0513] COOKIE ECHO goes to an address the peer listed only with a HEARTBEAT', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck({ parameters: [cookie, ip('10.0.0.3')] }));
    expect(peer.heardAfter(1500)).toEqual(['COOKIE-ECHO', '@10.0.0.3 COOKIE-ECHO + HEARTBEAT']);
  });

  it('[SCTP-0519] a cookie that leaves no room for the HEARTBEAT stays on confirmed addresses', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.connect('COOKIE-WAIT');
    peer.heard();
    const large: Parameter = { kind: 'state-cookie', cookie: new Uint8Array(1430) };
    peer.send(peer.initAck({ parameters: [large, ip('10.0.0.3')] }));
    expect(peer.heardAfter(4000)).toEqual(['COOKIE-ECHO', 'COOKIE-ECHO', 'COOKIE-ECHO']);
  });

  it('[SCTP-0500, SCTP-0513] an INIT ACK from another address does not confirm it', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.connect('COOKIE-WAIT');
    peer.heard();
    peer.sendWith({ from: '10.0.0.3' }, peer.initAck());
    expect(peer.heard()).toEqual(['@10.0.0.3 COOKIE-ECHO + HEARTBEAT']);
    // No round trip was measured with the answer to an INIT that went elsewhere.
    expect(peer.status?.paths[1]?.srttMs).toBeUndefined();
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'cookie-ack' });
    peer.node.send(peer.id, 'x');
    peer.sendWith({ from: '10.0.0.3' }, peer.data(0));
    // Not even SACK or DATA, before the address is known to be the peer's.
    expect(peer.heardAfter(5000).filter((line) => line !== '@10.0.0.3 HEARTBEAT')).toEqual([]);
    expect(peer.status?.paths).toMatchObject([{ address: '10.0.0.3', state: 'unconfirmed' }]);
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'heartbeat-ack', value: peer.lastHeard('heartbeat').value });
    expect(peer.heard()).toEqual(['@10.0.0.3 SACK 0 + DATA 0 BE']);
  });

  it('[SCTP-0205, SCTP-0204, SCTP-0375, SCTP-0379, SCTP-0378] takes the listed addresses, or the source alone', () => {
    const one = new ScriptedPeer().connect();
    expect(one.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
    const three = new ScriptedPeer().connect('ESTABLISHED', { parameters: [ip('10.0.0.8'), cookie, ip('10.0.0.9')] });
    expect(three.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.0.8', '10.0.0.9']);
  });

  it('[SCTP-0205, SCTP-0375, SCTP-0379] what our user gave and the peer does not list is none of its addresses', () => {
    const addresses = ['10.0.0.2', '10.0.0.3', '10.0.0.4'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses });
    peer.heard();
    peer.sendWith({ from: '10.0.0.3' }, peer.initAck({ parameters: [cookie, ip('10.0.0.4'), ip('10.0.0.9')] }));
    expect(peer.heard()).toEqual(['@10.0.0.3 COOKIE-ECHO']);
    expect(peer.status?.paths).toMatchObject([
      { address: '10.0.0.3', state: 'active', primary: true },
      { address: '10.0.0.4', state: 'active' },
      { address: '10.0.0.9', state: 'unconfirmed' },
    ]);
    const alone = new ScriptedPeer({ addresses });
    alone.associate({ addresses });
    alone.send(alone.initAck({ parameters: [cookie] }));
    expect(alone.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
    alone.heard();
    // An INIT from what was dropped is a stranger's.
    alone.sendWith({ tag: 0, from: '10.0.0.3' }, alone.init());
    expect(alone.heard()).toEqual(['@10.0.0.3 INIT-ACK']);
  });

  it('[SCTP-0367, SCTP-0369, AT-23] messages for streams that the peer did not grant fail when it is up', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    peer.node.send(peer.id, 'a', { streamId: 1 });
    peer.node.send(peer.id, 'b', { streamId: 2 });
    peer.send(peer.initAck({ maxInboundStreams: 2 }));
    peer.send({ kind: 'cookie-ack' });
    expect(peer.node.events.map(({ event }) => event.kind)).toEqual(['up', 'send-failed']);
    expect(peer.node.eventsOf('send-failed')[0]?.request.streamId).toBe(2);
    expect(peer.status?.outboundStreams).toBe(2);
    expect(() => peer.node.send(peer.id, 'c', { streamId: 2 })).toThrow(/stream 2 does not exist/);
    peer.heard();
    peer.send(peer.sack(0));
    expect(peer.status?.bufferedBytes).toBe(0);
  });

  it('[SCTP-1009] messages that fail so make room that is announced', () => {
    const peer = new ScriptedPeer({ config: { sendBufferBytes: 10 } });
    peer.associate();
    expect(peer.node.send(peer.id, new Uint8Array(10), { streamId: 9 })).toBe(true);
    expect(peer.node.send(peer.id, 'more', { streamId: 0 })).toBe(false);
    peer.send(peer.initAck({ maxInboundStreams: 2 }));
    peer.send({ kind: 'cookie-ack' });
    expect(peer.node.events.map(({ event }) => event.kind)).toEqual(['up', 'send-failed', 'dry', 'drain']);
  });

  it('[SCTP-0218, SCTP-0364] a SACK of nothing yet is no old one', () => {
    const peer = new ScriptedPeer().connect();
    peer.node.send(peer.id, 'x');
    peer.send(peer.sack(-1, [], 77_777));
    expect(peer.status?.peerRwndBytes).toBe(77_776);
  });
});

describe('what an INIT ACK must not be (RFC 9260 §3.3.3)', () => {
  it('[SCTP-0186, SCTP-0187, AT-16, ERR-0050] Initiate Tag 0 ends the set-up; ABORT with the tag reflected', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck({ initiateTag: 0 }));
    expect(peer.heard()).toEqual(['ABORT T invalid-mandatory-parameter']);
    expect(peer.last.header.verificationTag).toBe(peer.theirTag);
    expect([peer.state, peer.node.eventsOf('closed').length]).toEqual(['CLOSED', 1]);
  });

  it.each([
    ['[SCTP-0194, SCTP-0195] OS 0', { outboundStreams: 0 }],
    ['[SCTP-0197, SCTP-0198] MIS 0', { maxInboundStreams: 0 }],
  ])('%s ends the set-up with ABORT', (_, fields) => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck(fields));
    expect(peer.heard()).toEqual(['ABORT invalid-mandatory-parameter']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect([peer.state, peer.node.eventsOf('closed').length]).toEqual(['CLOSED', 1]);
  });

  it('[SCTP-0190, SCTP-0191] a_rwnd of 1499: ABORT, but T1-init goes on', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck({ advertisedRwndBytes: 1499 }));
    expect(peer.heard()).toEqual(['ABORT invalid-mandatory-parameter']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect([peer.state, peer.heardAfter(1000)]).toEqual(['COOKIE-WAIT', ['INIT']]);
    peer.send(peer.initAck());
    expect(peer.state).toBe('COOKIE-ECHOED');
  });

  it('[SCTP-0206, SCTP-0265, AT-18] without State Cookie: ABORT with Missing Mandatory Parameter', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck({ parameters: [] }));
    expect(peer.heard()).toEqual(['ABORT missing-mandatory-parameter']);
    expect(peer.lastHeard('abort').causes).toEqual([{ kind: 'missing-mandatory-parameter', types: [7] }]);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'protocol-violation' } }]);
  });

  it('[SCTP-0182, SCTP-0166, SCTP-0167] with a Host Name Address: ABORT', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    const whole = new Uint8Array([0, 11, 0, 6, 0x61, 0]);
    peer.send(peer.initAck({ parameters: [cookie, { kind: 'host-name-address', whole }] }));
    expect([peer.heard(), peer.state]).toEqual([['ABORT unresolvable-address'], 'CLOSED']);
  });

  it('[AT-4, SCTP-0087] with a parameter length of 0 to 3, or beyond the end, it is nothing', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    for (const length of [0, 1, 2, 3, 13, 0xffff]) {
      const whole = encodeChunk(peer.initAck());
      whole.set([0, 7, length >> 8, length & 0xff], 20);
      peer.sendRaw([whole]);
    }
    expect([peer.heard(), peer.state, peer.core.counters.malformed]).toEqual([[], 'COOKIE-WAIT', 6]);
  });

  it('[SCTP-0906] with a wrong tag it is nothing', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.sendWith({ tag: peer.theirTag ^ 1 }, peer.initAck());
    expect([peer.heard(), peer.state]).toEqual([[], 'COOKIE-WAIT']);
  });

  it('[AT-19, SCTP-0734] not alone it is nothing, first or later', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck(), peer.data(0));
    peer.send({ kind: 'cookie-ack' }, peer.initAck());
    expect([peer.heard(), peer.state]).toEqual([[], 'COOKIE-WAIT']);
  });

  it('[SCTP-0457, SCTP-0188] in later states it is nothing, whatever is wrong with it', () => {
    const peer = new ScriptedPeer().connect();
    for (const fields of [{}, { initiateTag: 0 }, { outboundStreams: 0 }, { maxInboundStreams: 0 }]) {
      peer.send(peer.initAck(fields));
    }
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
  });

  it('[SCTP-0200] may be longer than 1500 bytes', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    const addresses = Array.from({ length: 1000 }, (_, i) => ip(`10.9.${i >> 8}.${i & 0xff}`));
    peer.send(peer.initAck({ parameters: [cookie, ...addresses] }));
    expect([peer.heard(), peer.state]).toEqual([['COOKIE-ECHO'], 'COOKIE-ECHOED']);
  });
});

describe('unknown parameters of INIT ACK (RFC 9260 §3.2.2)', () => {
  it('[SCTP-0090, SCTP-0092, SCTP-0273, SCTP-0084, SCTP-0202] are reported behind COOKIE ECHO, in its packet, once', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    peer.send(peer.initAck({ parameters: [unknown(0xfff0), cookie, unknown(0xbff0), unknown(0xfff1, 1)] }));
    expect(peer.heardAfter(1000)).toEqual(['COOKIE-ECHO + ERROR unrecognized-parameters', 'COOKIE-ECHO']);
    const [cause] = peer.lastHeard('error').causes;
    expect(cause).toEqual({
      kind: 'unrecognized-parameters',
      parameters: new Uint8Array([0xff, 0xf0, 0, 8, 7, 7, 7, 7, 0xff, 0xf1, 0, 5, 7, 0, 0, 0]),
    });
  });

  it('[SCTP-0091, SCTP-0348] are reported after COOKIE ACK if there is no room beside COOKIE ECHO', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    peer.heard();
    const large: Parameter = { kind: 'state-cookie', cookie: new Uint8Array(1420) };
    peer.send(peer.initAck({ parameters: [large, unknown(0xfff0, 4), unknown(0xfff1, 40), unknown(0xfff2, 4)] }));
    expect(peer.heardAfter(1500)).toEqual(['COOKIE-ECHO + ERROR unrecognized-parameters', 'COOKIE-ECHO']);
    peer.send({ kind: 'cookie-ack' });
    expect(peer.heard()).toEqual(['ERROR unrecognized-parameters']);
    const [cause] = peer.lastHeard('error').causes;
    const whole = [unknown(0xfff1, 40), unknown(0xfff2, 4)].flatMap((each) =>
      each.kind === 'unknown' ? [...each.whole] : [],
    );
    expect(cause).toMatchObject({ parameters: new Uint8Array(whole) });
    expect(peer.heardAfter(20_000)).toEqual([]);
  });

  it('[SCTP-0080, SCTP-0081, SCTP-0084] stop the walk, and do not end the set-up', () => {
    const peer = new ScriptedPeer().connect('ESTABLISHED', { parameters: [cookie, unknown(0x7ff0), ip('10.0.0.9')] });
    expect([peer.state, peer.status?.paths.length]).toEqual(['ESTABLISHED', 1]);
  });
});

describe('Stale Cookie (RFC 9260 §5.2.6)', () => {
  it('[SCTP-0486, SCTP-0163, SCTP-0487, SCTP-0488, AT-22] begins anew, asks for the round trip and a second, and keeps what is queued', () => {
    const peer = new ScriptedPeer().connect('COOKIE-ECHOED');
    peer.node.send(peer.id, 'x');
    const before = peer.theirTag;
    peer.clock.runFor(300);
    peer.send(stale);
    expect([peer.heard(), peer.state]).toEqual([['INIT'], 'COOKIE-WAIT']);
    const init = peer.lastHeard('init');
    expect(init.initiateTag).toBe(before);
    expect(init.parameters[0]).toEqual({ kind: 'cookie-preservative', incrementMs: 1300 });
    peer.tag = 0x1111_2222;
    peer.initialTsn = peer.data(77).tsn;
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    expect(peer.heard()).toEqual(['COOKIE-ECHO', 'DATA 0 BE']);
    expect(peer.last.header.verificationTag).toBe(0x1111_2222);
    peer.send(peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0']);
  });

  it('[SCTP-0644, SCTP-0647] the new INIT measures the round trip anew', () => {
    const peer = new ScriptedPeer();
    peer.associate();
    peer.clock.runFor(400);
    peer.send(peer.initAck());
    peer.clock.runFor(300);
    peer.send(stale);
    peer.clock.runFor(400);
    peer.send(peer.initAck());
    expect(peer.status?.paths[0]?.srttMs).toBe(400);
  });

  it('[SCTP-0489] not for ever', () => {
    const peer = new ScriptedPeer().connect('COOKIE-ECHOED');
    for (let i = 0; i < 3; i++) {
      peer.send(stale);
      peer.send(peer.initAck());
    }
    expect(peer.state).toBe('COOKIE-ECHOED');
    peer.send(stale);
    expect(peer.state).toBe('CLOSED');
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'unreachable' } }]);
  });

  it('[SCTP-0485] means nothing in other states', () => {
    const waiting = new ScriptedPeer().connect('COOKIE-WAIT');
    waiting.heard();
    waiting.send(stale);
    expect([waiting.heard(), waiting.state]).toEqual([[], 'COOKIE-WAIT']);
    const up = new ScriptedPeer().connect();
    up.send(stale);
    expect([up.heard(), up.state, up.node.eventsOf('peer-error')]).toEqual([[], 'ESTABLISHED', []]);
  });

  it('[SCTP-0513] sends the new INIT to an address of our own user', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.connect('COOKIE-WAIT');
    peer.sendWith({ from: '10.0.0.3' }, peer.initAck());
    peer.heard();
    peer.sendWith({ from: '10.0.0.3' }, stale);
    expect(peer.heardAfter(1500)).toEqual(['INIT', 'INIT']);
    expect(peer.status?.paths).toMatchObject([{ address: '10.0.0.2', state: 'active' }]);
  });
});

describe('other chunks during set-up', () => {
  it('[SCTP-0960] SHUTDOWN is discarded', () => {
    for (const state of ['COOKIE-WAIT', 'COOKIE-ECHOED'] as const) {
      const peer = new ScriptedPeer().connect(state);
      peer.heard();
      peer.send(peer.shutdown());
      expect([peer.heard(), peer.state]).toEqual([[], state]);
    }
  });

  it('[SCTP-0533, SCTP-0536] DATA and SACK are discarded', () => {
    for (const state of ['COOKIE-WAIT', 'COOKIE-ECHOED'] as const) {
      const peer = new ScriptedPeer().connect(state);
      peer.heard();
      peer.send(peer.data(0), peer.sack(5));
      expect([peer.heard(), peer.state, peer.node.messages.length]).toEqual([[], state, 0]);
    }
  });

  it('[SCTP-0905, SCTP-0958, SCTP-0959] SHUTDOWN ACK is answered as out of the blue, and T1 goes on', () => {
    for (const state of ['COOKIE-WAIT', 'COOKIE-ECHOED'] as const) {
      for (const wrong of [0, 1]) {
        const peer = new ScriptedPeer().connect(state);
        peer.heard();
        peer.sendWith({ tag: peer.theirTag ^ wrong }, { kind: 'shutdown-ack' });
        expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-COMPLETE T'], state]);
        expect(peer.last.header.verificationTag).toBe((peer.theirTag ^ wrong) >>> 0);
        expect(peer.heardAfter(1000)).toEqual([state === 'COOKIE-WAIT' ? 'INIT' : 'COOKIE-ECHO']);
      }
    }
  });

  it('[SCTP-0851] HEARTBEAT is answered from COOKIE-ECHOED on', () => {
    const value = new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]);
    const waiting = new ScriptedPeer().connect('COOKIE-WAIT');
    waiting.heard();
    waiting.send({ kind: 'heartbeat', value });
    expect(waiting.heard()).toEqual([]);
    const echoed = new ScriptedPeer().connect('COOKIE-ECHOED');
    echoed.send({ kind: 'heartbeat', value });
    expect(echoed.heard()).toEqual(['HEARTBEAT-ACK']);
  });

  it('[SCTP-0484] COOKIE ACK outside COOKIE-ECHOED is discarded', () => {
    const waiting = new ScriptedPeer().connect('COOKIE-WAIT');
    waiting.heard();
    waiting.send({ kind: 'cookie-ack' });
    expect([waiting.heard(), waiting.state]).toEqual([[], 'COOKIE-WAIT']);
    const up = new ScriptedPeer().connect();
    up.send({ kind: 'cookie-ack' });
    expect([up.heard(), up.state, up.node.eventsOf('up').length]).toEqual([[], 'ESTABLISHED', 1]);
  });

  it('[SCTP-0320] closing or aborting before it is up: no word before INIT ACK, ABORT after it', () => {
    const waiting = new ScriptedPeer().connect('COOKIE-WAIT');
    waiting.heard();
    waiting.node.abort(waiting.id);
    expect([waiting.heardAfter(5000), waiting.state]).toEqual([[], 'CLOSED']);
    const echoed = new ScriptedPeer().connect('COOKIE-ECHOED');
    echoed.node.shutdown(echoed.id);
    expect([echoed.heardAfter(5000), echoed.state]).toEqual([['ABORT user-initiated-abort'], 'CLOSED']);
  });

  it('[SCTP-0319] ABORT with our tag ends the set-up', () => {
    for (const state of ['COOKIE-WAIT', 'COOKIE-ECHOED'] as const) {
      const peer = new ScriptedPeer().connect(state);
      peer.heard();
      peer.send({ kind: 'abort', tagReflected: false, causes: [{ kind: 'out-of-resource' }] });
      expect([peer.heardAfter(5000), peer.state]).toEqual([[], 'CLOSED']);
      expect(peer.node.eventsOf('closed')).toMatchObject([
        { reason: { kind: 'peer-aborted', causes: [{ kind: 'out-of-resource' }] } },
      ]);
    }
  });
});
