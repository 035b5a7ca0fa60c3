import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import { NO_EXTENSIONS } from '../../../src/sctp/core/extensions.ts';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import { cookieOf, ScriptedPeer } from '../../harness/scripted-peer.ts';

const unknown = (type: number, value = [1, 2, 3, 4]): Parameter => ({
  kind: 'unknown',
  type,
  whole: new Uint8Array([type >> 8, type & 0xff, 0, 4 + value.length, ...value]),
});

const ip = (address: string): Parameter => ({ kind: 'ip-address', address });

/** No extension is offered: INIT ACK has the parameters of RFC 9260 only. */
const PLAIN = { partialReliability: false, interleaving: false, streamReconfiguration: false };

/** The chunk as it stands on the wire, behind the common header. */
const firstChunkBytes = (packet: Uint8Array): Uint8Array => packet.subarray(12);

describe('passive side of the handshake (RFC 9260 §5.1 B, D)', () => {
  it('[SCTP-0307, SCTP-0308, SCTP-0342, SCTP-0343, SCTP-0349, SCTP-0340, SCTP-0352, SCTP-0409] INIT, INIT ACK, COOKIE ECHO, COOKIE ACK', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    expect(peer.heard()).toEqual(['INIT-ACK']);
    expect(peer.last.header).toEqual({ sourcePort: 5000, destinationPort: 6000, verificationTag: peer.tag });
    expect(ack.initiateTag).not.toBe(0);
    expect(peer.core.associations.size).toBe(0);
    peer.echo(ack);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect(peer.node.eventsOf('up')).toEqual([
      { kind: 'up', initiator: 'remote', outboundStreams: 10, inboundStreams: 10, extensions: NO_EXTENSIONS },
    ]);
  });

  it('[SCTP-0341, SCTP-0383, UDPE-0035] answers INIT to its source, whatever it lists, and to its UDP port', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'], moreUdpPorts: [4444] });
    peer.askForInitAck({ parameters: [ip('10.0.0.2')] }, { from: '10.0.0.3', udpPort: 4444 });
    expect(peer.heard()).toEqual(['@10.0.0.3 INIT-ACK']);
    expect(peer.last.toUdpPort).toBe(4444);
  });

  it('[SCTP-0344, AT-10] keeps nothing for INITs, however many', () => {
    const peer = new ScriptedPeer({ config: { maxStatelessRepliesPerSecond: 1_000_000 } });
    const first = peer.askForInitAck();
    for (let i = 0; i < 2000; i++) peer.sendWith({ tag: 0, sourcePort: 10_000 + i }, peer.init());
    expect(peer.packets.length).toBe(2001);
    expect([peer.core.associations.size, peer.core.nextTimeoutAt()]).toEqual([0, undefined]);
    peer.clock.runFor(59_000);
    peer.echo(first);
    expect(peer.core.associations.size).toBe(1);
  });

  it('[SCTP-0881, AT-10] answers no more INITs than maxStatelessRepliesPerSecond', () => {
    const peer = new ScriptedPeer({ config: { maxStatelessRepliesPerSecond: 100 } });
    for (let i = 0; i < 500; i++) peer.sendWith({ tag: 0, sourcePort: 10_000 + i }, peer.init());
    // A tenth of a second's at once, half of that for one address; and its share of the other half.
    expect(peer.packets.length).toBe(5 + 1);
    peer.clock.runFor(50);
    peer.sendWith({ tag: 0 }, peer.init());
    expect(peer.packets.length).toBe(5 + 1 + 1);
  });

  it('[SCTP-0139, AT-15] is silent to an INIT with Initiate Tag 0', () => {
    const peer = new ScriptedPeer();
    peer.sendWith({ tag: 0 }, peer.init({ initiateTag: 0 }));
    expect(peer.heard()).toEqual([]);
  });

  it.each([
    ['[SCTP-0141, SCTP-0142, AT-17] a_rwnd of 1499', { advertisedRwndBytes: 1499 }],
    ['[SCTP-0146, SCTP-0147, SCTP-0359, AT-17] OS 0', { outboundStreams: 0 }],
    ['[SCTP-0149, SCTP-0150, AT-17] MIS 0', { maxInboundStreams: 0 }],
  ])('%s is refused with ABORT, and keeps no state', (_, fields) => {
    const peer = new ScriptedPeer();
    peer.sendWith({ tag: 0 }, peer.init(fields));
    expect(peer.heard()).toEqual(['ABORT invalid-mandatory-parameter']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect(peer.core.associations.size).toBe(0);
  });

  it('[SCTP-0141] takes an a_rwnd of 1500', () => {
    const peer = new ScriptedPeer();
    peer.askForInitAck({ advertisedRwndBytes: 1500 });
    expect(peer.heard()).toEqual(['INIT-ACK']);
  });

  it('[SCTP-0131, SCTP-0166, SCTP-0376, SCTP-1044, SCTP-0360, ERR-0039, SCTP-0132] refuses a Host Name Address', () => {
    const peer = new ScriptedPeer();
    const whole = new Uint8Array([0, 11, 0, 6, 0x61, 0]);
    peer.sendWith({ tag: 0 }, peer.init({ parameters: [{ kind: 'host-name-address', whole }] }));
    expect(peer.heard()).toEqual(['ABORT unresolvable-address']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect(peer.lastHeard('abort').causes).toEqual([{ kind: 'unresolvable-address', address: whole }]);
  });

  it('[SCTP-0377] to where it came from', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'], moreUdpPorts: [4444] });
    const whole = new Uint8Array([0, 11, 0, 6, 0x61, 0]);
    const parameters = [ip('10.0.0.2'), { kind: 'host-name-address', whole } as const];
    peer.sendWith({ tag: 0, from: '10.0.0.3', udpPort: 4444 }, peer.init({ parameters }));
    expect([peer.heard(), peer.last.toUdpPort]).toEqual([['@10.0.0.3 ABORT unresolvable-address'], 4444]);
  });

  it('[SCTP-0872] refuses an INIT that nobody listens for: tag of the INIT, T = 0', () => {
    const peer = new ScriptedPeer({ listening: false });
    peer.sendWith({ tag: 0 }, peer.init());
    expect(peer.heard()).toEqual(['ABORT']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
  });

  it('[SCTP-0151, SCTP-0193, SCTP-0367, AT-23, SCTP-0368] uses no more streams than the peer takes', () => {
    const peer = new ScriptedPeer({ config: { outboundStreams: 20, maxInboundStreams: 4 } });
    const ack = peer.askForInitAck({ maxInboundStreams: 3, outboundStreams: 9 });
    expect([ack.outboundStreams, ack.maxInboundStreams]).toEqual([3, 4]);
    peer.echo(ack);
    expect(peer.node.eventsOf('up')[0]).toMatchObject({ outboundStreams: 3, inboundStreams: 4 });
    expect(() => peer.node.send(1, 'x', { streamId: 3 })).toThrow(/stream 3 does not exist/);
    peer.node.send(1, 'x', { streamId: 2 });
    peer.heardAfter(0);
    expect(peer.lastHeard('data').streamId).toBe(2);
  });

  it('[SCTP-0375, SCTP-0160] without address parameters the source is the only address', () => {
    const peer = new ScriptedPeer().establish();
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
  });

  it('[SCTP-0378, SCTP-0158, SCTP-0670, SCTP-0159] takes the listed addresses and the source', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3', '10.0.0.4'] });
    peer.establish({ parameters: [ip('10.0.0.3'), ip('10.0.0.4')] });
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4']);
    peer.sendWith({ from: '10.0.0.4' }, peer.data(0));
    expect(peer.node.texts()).toEqual(['m0']);
  });

  it('[SCTP-0390, AT-70] leaves out addresses that cannot be the peer, and all above the limit', () => {
    const peer = new ScriptedPeer({ config: { maxPeerAddresses: 4 } });
    const listed = ['127.0.0.1', '224.0.0.1', '0.0.0.0', '255.255.255.255', '169.254.1.1'].map(ip);
    const many = Array.from({ length: 300 }, (_, i) => ip(`10.1.${i >> 8}.${i & 0xff}`));
    peer.establish({ parameters: [...listed, ...many] });
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2', '10.1.0.0', '10.1.0.1', '10.1.0.2']);
  });

  it('[AT-70, AT-78] a peer that has our own address behind its NAT does not make us talk to ourselves', () => {
    const peer = new ScriptedPeer({ endpointAddresses: ['10.0.0.1', '10.0.1.1'] });
    peer.establish({ parameters: [ip('10.0.0.1'), ip('10.0.1.1')] });
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
    peer.clock.runFor(60_000);
    expect([peer.state, peer.core.counters.outOfTheBlue]).toEqual(['ESTABLISHED', 0]);
    const ours = new ScriptedPeer({ endpointAddresses: ['10.0.0.1', '10.0.1.1'] });
    ours.connect('COOKIE-ECHOED', {
      parameters: [{ kind: 'state-cookie', cookie: new Uint8Array(8) }, ip('10.0.1.1')],
    });
    expect(ours.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
  });

  it('[SCTP-0386, SCTP-0387, SCTP-0388] ignores a family that it does not have, without an error', () => {
    const peer = new ScriptedPeer().establish({ parameters: [ip('2001:db8::7'), ip('10.0.0.9')] });
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.0.9']);
  });

  it('[SCTP-0133, SCTP-0389, ERR-0040] lists its addresses of the families that the peer takes: all, those it names, those it uses', () => {
    const endpointAddresses = ['10.0.0.1', '10.0.1.1', '2001:db8::1', '2001:db8:1::1'];
    const [ipv4, ipv6] = [endpointAddresses.slice(0, 2), endpointAddresses.slice(2)];
    const types = (...each: number[]): Parameter => ({ kind: 'supported-address-types', types: each });
    for (const [parameters, listed] of [
      [[], endpointAddresses],
      [[types(5, 6)], endpointAddresses],
      [[types(5)], ipv4],
      // It comes over IPv4 or lists an IPv6 address, so it takes them.
      [[types(6)], endpointAddresses],
      [[types(11)], ipv4],
      [
        [types(5), ip('2001:db8::7')],
        [...ipv4, ...ipv6],
      ],
    ] as const) {
      const peer = new ScriptedPeer({ endpointAddresses });
      const ack = peer.askForInitAck({ parameters });
      expect(ack.parameters.flatMap((each) => (each.kind === 'ip-address' ? [each.address] : []))).toEqual(listed);
      peer.echo(ack);
      expect(peer.heard()).toEqual(['INIT-ACK', 'COOKIE-ACK']);
    }
  });

  it('[SCTP-0170, SCTP-0134] a Supported Address Types with the host name type is nothing special', () => {
    const peer = new ScriptedPeer();
    peer.establish({ parameters: [{ kind: 'supported-address-types', types: [5, 11] }] });
    expect(peer.core.associations.size).toBe(1);
  });

  it('[SCTP-0354, SCTP-0031, SCTP-0734] answers an INIT with an INIT ACK that is alone', () => {
    const peer = new ScriptedPeer();
    peer.askForInitAck();
    expect(peer.last.chunks.length).toBe(1);
  });

  it('[SCTP-0907, SCTP-0894, AT-15, AT-19] an INIT that is not alone, or has a tag, makes nothing', () => {
    const peer = new ScriptedPeer();
    peer.sendWith({ tag: 0 }, peer.init(), peer.data(0));
    peer.sendWith({ tag: 5 }, peer.init());
    expect(peer.heard()).toEqual([]);
    expect(peer.core.associations.size).toBe(0);
  });

  it('[SCTP-0137] ignores the flags of an INIT', () => {
    const peer = new ScriptedPeer();
    const bytes = new Uint8Array(20);
    bytes.set([1, 0xff, 0, 20, 0, 0, 0, 9, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
    peer.sendRaw([bytes], { tag: 0 });
    expect(peer.heard()).toEqual(['INIT-ACK']);
  });

  it('[SCTP-0607, SCTP-0366] states its receive buffer and its streams in INIT ACK', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 54_321, maxInboundStreams: 77 } });
    const ack = peer.askForInitAck();
    expect([ack.advertisedRwndBytes, ack.maxInboundStreams]).toEqual([54_321, 77]);
  });

  it('[SCTP-0185, SCTP-0338, SCTP-0491, SCTP-0199] makes another tag and Initial TSN for each INIT', () => {
    const peer = new ScriptedPeer();
    const acks = Array.from({ length: 50 }, () => peer.askForInitAck());
    expect(new Set(acks.map(({ initiateTag }) => initiateTag)).size).toBe(50);
    expect(new Set(acks.map(({ initialTsn }) => initialTsn)).size).toBe(50);
    // Spread over the whole range, not near each other.
    expect(Math.max(...acks.map(({ initialTsn }) => initialTsn))).toBeGreaterThan(2 ** 31);
    expect(Math.min(...acks.map(({ initialTsn }) => initialTsn))).toBeLessThan(2 ** 31);
  });

  it('[UDPE-0005, UDPE-0055, SCTP-0161] tells no addresses if it shall not', () => {
    const endpointAddresses = ['10.0.0.1', '10.0.1.1'];
    const told = new ScriptedPeer({ endpointAddresses }).askForInitAck().parameters;
    expect(told.filter(({ kind }) => kind === 'ip-address')).toEqual(endpointAddresses.map(ip));
    const untold = new ScriptedPeer({
      endpointAddresses,
      config: { ...PLAIN, advertiseAddresses: false },
    }).askForInitAck();
    expect(untold.parameters.map(({ kind }) => kind)).toEqual(['state-cookie']);
  });
});

describe('unknown parameters of INIT (RFC 9260 §3.2.1, §3.2.2)', () => {
  const known = (peer: ScriptedPeer): readonly string[] | undefined => peer.status?.paths.map(({ address }) => address);

  it('[SCTP-0080, SCTP-0084, SCTP-0085] 00: stops there, does not report', () => {
    const peer = new ScriptedPeer({ config: PLAIN });
    peer.establish({ parameters: [ip('10.0.0.8'), unknown(0x3fff), ip('10.0.0.9')] });
    expect(known(peer)).toEqual(['10.0.0.2', '10.0.0.8']);
    expect(peer.lastHeard('init-ack').parameters.map(({ kind }) => kind)).toEqual(['state-cookie']);
  });

  it('[SCTP-0081, SCTP-0084, SCTP-0088, SCTP-0209] 01: stops there, reports', () => {
    const peer = new ScriptedPeer({ config: PLAIN });
    const parameter = unknown(0x7fff);
    peer.establish({ parameters: [parameter, ip('10.0.0.9')] });
    expect(known(peer)).toEqual(['10.0.0.2']);
    expect(peer.lastHeard('init-ack').parameters).toMatchObject([
      { kind: 'state-cookie' },
      { kind: 'unrecognized-parameter', parameter: new Uint8Array([0x7f, 0xff, 0, 8, 1, 2, 3, 4]) },
    ]);
  });

  it('[SCTP-0082, SCTP-0084] 10: goes on, does not report', () => {
    const peer = new ScriptedPeer({ config: PLAIN });
    peer.establish({ parameters: [unknown(0xbfff), ip('10.0.0.9')] });
    expect(known(peer)).toEqual(['10.0.0.2', '10.0.0.9']);
    expect(peer.lastHeard('init-ack').parameters.map(({ kind }) => kind)).toEqual(['state-cookie']);
  });

  it('[SCTP-0083, SCTP-0084, SCTP-0088] 11: goes on, reports each in a parameter of its own', () => {
    const peer = new ScriptedPeer({ config: PLAIN });
    peer.establish({ parameters: [unknown(0xfff0), ip('10.0.0.9'), unknown(0xfff1)] });
    expect(known(peer)).toEqual(['10.0.0.2', '10.0.0.9']);
    const kinds = peer.lastHeard('init-ack').parameters.map(({ kind }) => kind);
    expect(kinds).toEqual(['state-cookie', 'unrecognized-parameter', 'unrecognized-parameter']);
  });

  it('[SCTP-0089] reports none of them in an ABORT', () => {
    const peer = new ScriptedPeer();
    peer.sendWith({ tag: 0 }, peer.init({ outboundStreams: 0, parameters: [unknown(0xfff0)] }));
    expect(peer.heard()).toEqual(['ABORT invalid-mandatory-parameter']);
  });

  it('[SCTP-1052, SCTP-1053, AT-6] reports what fits a small INIT ACK, and no more', () => {
    const peer = new ScriptedPeer();
    const parameters = Array.from({ length: 7400 }, (_, i) => unknown(0xf000 + (i & 0xff)));
    peer.askForInitAck({ parameters });
    expect(peer.last.bytes.length).toBeLessThan(1000);
    expect(peer.lastHeard('init-ack').parameters.length).toBeGreaterThan(10);
  });

  it('[AT-4, SCTP-0087] an INIT with a parameter length of 0 to 3, or beyond the end, is no INIT', () => {
    const peer = new ScriptedPeer();
    for (const length of [0, 1, 2, 3, 9, 0xffff]) {
      const bytes = new Uint8Array(28);
      bytes.set([1, 0, 0, 28, 0, 0, 0, 9, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
      bytes.set([0xff, 0xf0, length >> 8, length & 0xff], 20);
      peer.sendRaw([bytes], { tag: 0 });
    }
    expect(peer.heard()).toEqual([]);
    expect(peer.core.counters.malformed).toBe(6);
  });

  it('[SCTP-0067, SCTP-0079, SCTP-0063, AT-5] takes a parameter with any padding, counted or not', () => {
    const peer = new ScriptedPeer();
    // An unknown parameter of length 5, padded with 0xff; the chunk length ends before or behind the padding.
    for (const chunkLength of [25, 28]) {
      const bytes = new Uint8Array(28).fill(0xff);
      bytes.set([1, 0, 0, chunkLength, 0, 0, 0, 9, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0xff, 0xf0, 0, 5, 7]);
      peer.sendRaw([bytes], { tag: 0 });
    }
    expect(peer.heard()).toEqual(['INIT-ACK', 'INIT-ACK']);
    const report = peer.lastHeard('init-ack').parameters.at(-1);
    expect(report).toEqual({ kind: 'unrecognized-parameter', parameter: new Uint8Array([0xff, 0xf0, 0, 5, 7]) });
  });
});

describe('COOKIE ECHO (RFC 9260 §5.1.5)', () => {
  it('[SCTP-0351, SCTP-0412, SCTP-0413, SCTP-0362, SCTP-0414, AT-20, SCTP-0350, SCTP-0411] DATA with it is acknowledged at once, behind COOKIE ACK', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.heard();
    peer.echo(ack, peer.data(0));
    expect(peer.heard()).toEqual(['COOKIE-ACK + SACK 0']);
    expect(peer.node.texts()).toEqual(['m0']);
    // The COOKIE ACK was lost: everything comes again, and goes up once.
    peer.echo(ack, peer.data(0));
    expect(peer.heard()).toEqual(['COOKIE-ACK + SACK 0 duplicates 0']);
    expect(peer.node.texts()).toEqual(['m0']);
  });

  it('[SCTP-0321, SCTP-0405, SCTP-0361, SCTP-0208, SCTP-0391, AT-12] a changed byte anywhere is silence, and DATA with it is lost', () => {
    const peer = new ScriptedPeer({ config: { maxStatelessRepliesPerSecond: 1_000_000 } });
    const ack = peer.askForInitAck();
    peer.heard();
    const cookie = cookieOf(ack);
    for (let at = 0; at < cookie.length; at++) {
      const changed = cookie.slice();
      changed[at]! ^= 1;
      peer.sendWith({ tag: ack.initiateTag }, { kind: 'cookie-echo', cookie: changed }, peer.data(0));
    }
    expect(peer.heard()).toEqual([]);
    expect([peer.core.associations.size, peer.node.messages.length]).toEqual([0, 0]);
    expect(peer.core.counters.cookiesRefused).toBe(cookie.length);
    peer.echo(ack);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
  });

  it('[SCTP-0322, SCTP-0408, SCTP-0266, SCTP-1072, SCTP-0267, SCTP-0407] an old one is answered with Stale Cookie and how old it is', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.heard();
    peer.clock.runFor(60_250);
    peer.echo(ack, peer.data(0));
    expect(peer.heard()).toEqual(['ERROR stale-cookie']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect(peer.lastHeard('error').causes).toEqual([{ kind: 'stale-cookie', stalenessUs: 250_000 }]);
    expect([peer.core.associations.size, peer.node.messages.length]).toEqual([0, 0]);
  });

  it('[SCTP-1072] one of 59.9 s is good', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.clock.runFor(59_900);
    peer.echo(ack);
    expect(peer.core.associations.size).toBe(1);
  });

  it('[SCTP-0164, SCTP-0162, ATK-0012] a Cookie Preservative lengthens the life, but not beyond a limit', () => {
    for (const [afterMs, sizes] of [
      [70_000, [1, 1]],
      [119_000, [0, 1]],
      [121_000, [0, 0]],
    ] as const) {
      const counts = [20_000, 0xffff_ffff].map((incrementMs) => {
        const peer = new ScriptedPeer();
        const ack = peer.askForInitAck({ parameters: [{ kind: 'cookie-preservative', incrementMs }] });
        peer.clock.runFor(afterMs);
        peer.echo(ack);
        return peer.core.associations.size;
      });
      expect(counts).toEqual(sizes);
    }
  });

  it('[SCTP-0406, SCTP-0904, ATK-0016, AT-14] has to come with the ports, the tag and an address of its INIT', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    const ack = peer.askForInitAck();
    peer.heard();
    const chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) } as const;
    peer.sendWith({ tag: ack.initiateTag, sourcePort: 6001 }, chunk);
    peer.sendWith({ tag: ack.initiateTag ^ 1 }, chunk);
    peer.sendWith({ tag: ack.initiateTag, from: '10.0.0.3' }, chunk);
    expect(peer.heard()).toEqual([]);
    expect(peer.core.associations.size).toBe(0);
    peer.sendWith({ tag: ack.initiateTag }, chunk);
    expect(peer.core.associations.size).toBe(1);
  });

  it('[SCTP-0395, SCTP-0404, AT-13] survives one change of the key, and not two', () => {
    const config = { cookieKeyLifeMs: 1000 };
    const once = new ScriptedPeer({ config });
    const ack = once.askForInitAck();
    once.clock.runFor(1500);
    once.askForInitAck();
    once.echo(ack);
    expect(once.core.associations.size).toBe(1);
    const twice = new ScriptedPeer({ config });
    const old = twice.askForInitAck();
    twice.clock.runFor(1500);
    twice.askForInitAck();
    twice.clock.runFor(1000);
    twice.askForInitAck();
    twice.heard();
    twice.echo(old);
    expect(twice.heard()).toEqual([]);
    expect(twice.core.associations.size).toBe(0);
  });

  it('[SCTP-0358, SCTP-0269] is refused with Out of Resource where no association fits', () => {
    const peer = new ScriptedPeer({ config: { maxAssociations: 1 } }).establish();
    const ack = peer.askForInitAck({}, { sourcePort: 6001 });
    peer.heard();
    const chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) } as const;
    peer.sendWith({ tag: ack.initiateTag, sourcePort: 6001 }, chunk);
    expect(peer.heard()).toEqual(['ABORT out-of-resource']);
  });

  it('[SCTP-0358, SCTP-0359] likewise if nobody listens any more', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.heard();
    peer.core.listening = false;
    peer.echo(ack);
    expect([peer.heard(), peer.core.associations.size]).toEqual([['ABORT out-of-resource'], 0]);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
  });

  it('[SCTP-0406] no cookie of other ports, tags or addresses, though it is our own', () => {
    const peer = new ScriptedPeer();
    const now = peer.clock.now();
    const verdict = peer.core.cookies.open(cookieOf(peer.askForInitAck()), now);
    if (verdict.kind !== 'authentic') throw new Error('the cookie is not good');
    const { cookie } = verdict;
    peer.heard();
    for (const wrong of [
      { localPort: 5001 },
      { peerPort: 6001 },
      { localTag: cookie.localTag ^ 1 },
      { peerAddresses: ['10.0.0.3'] },
    ]) {
      const bytes = peer.core.cookies.seal({ ...cookie, ...wrong }, now);
      peer.sendWith({ tag: cookie.localTag }, { kind: 'cookie-echo', cookie: bytes });
    }
    expect([peer.heard(), peer.core.associations.size, peer.core.counters.cookiesRefused]).toEqual([[], 0, 4]);
  });

  it('[SCTP-0731] DATA before COOKIE ECHO in a packet goes nowhere', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.heard();
    peer.sendWith({ tag: ack.initiateTag }, peer.data(0), { kind: 'cookie-echo', cookie: cookieOf(ack) });
    expect(peer.heard()).toEqual(['ABORT T']);
    expect([peer.core.associations.size, peer.node.messages.length]).toEqual([0, 0]);
  });

  it('[SCTP-0493] gives a new association with the same peer another tag', () => {
    const peer = new ScriptedPeer().establish();
    const before = peer.theirTag;
    peer.send({ kind: 'abort', tagReflected: false, causes: [] });
    peer.establish();
    expect(peer.theirTag).not.toBe(before);
  });

  it('[SCTP-0455] the cookie for an INIT without an association has no tie-tags', () => {
    const peer = new ScriptedPeer();
    // Format and count, two instants, two tags: 28 bytes stand before the tie-tags.
    const cookie = cookieOf(peer.askForInitAck());
    expect(toHex(cookie.subarray(28, 36))).toBe('0000000000000000');
  });

  it('[SCTP-0366, SCTP-0182] the INIT ACK stands on the wire as in the figure of §3.3.3', () => {
    const peer = new ScriptedPeer({
      config: { receiveBufferBytes: 0x10000, outboundStreams: 5, maxInboundStreams: 6 },
    });
    const ack = peer.askForInitAck({ maxInboundStreams: 4 });
    const bytes = firstChunkBytes(peer.last.bytes);
    expect([bytes[0], bytes[1]]).toEqual([2, 0]);
    expect(toHex(bytes.subarray(4, 8))).toBe(ack.initiateTag.toString(16).padStart(8, '0'));
    expect(toHex(bytes.subarray(8, 16))).toBe('0001000000040006');
    expect(toHex(bytes.subarray(20, 22))).toBe('0007');
  });
});
