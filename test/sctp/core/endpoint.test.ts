import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/base/config.ts';
import { endpointConfig, overriddenConfig } from '../../../src/sctp/core/config.ts';
import type { AssociateRequest } from '../../../src/sctp/core/contract.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { cookieOf, ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState } from './in-state.ts';
import { coreOf, makeCore } from './transfer.ts';

const STATE_COOKIE = { kind: 'state-cookie', cookie: new Uint8Array(8) } as const;

describe('configuration', () => {
  it('[SCTP-1066, SCTP-1067, SCTP-1068, SCTP-1069, SCTP-1072, SCTP-1073, SCTP-1074, SCTP-1075, SCTP-1076, SCTP-1078, ERR-0022, ERR-0030] has the defaults of RFC 9260 §16', () => {
    expect(endpointConfig()).toMatchObject({
      rtoInitialMs: 1000,
      rtoMinMs: 1000,
      rtoMaxMs: 60_000,
      maxBurstPackets: 4,
      validCookieLifeMs: 60_000,
      associationMaxRetrans: 10,
      pathMaxRetrans: 5,
      maxInitRetransmits: 8,
      heartbeatIntervalMs: 30_000,
      sackDelayMs: 200,
      shutdownGuardRtos: 5,
    });
  });

  it('[SCTP-0595, SCTP-0140, SCTP-0145, SCTP-0148, SCTP-0189, SCTP-0196, ERR-0022] does not take what the RFC forbids', () => {
    for (const partial of [
      { sackDelayMs: 501 },
      { receiveBufferBytes: 1499 },
      { outboundStreams: 0 },
      { maxInboundStreams: 0 },
    ]) {
      expect(() => endpointConfig(partial)).toThrow(ConfigError);
    }
  });

  it('takes overrides for one association, and the endpoint’s own settings for the rest', () => {
    const config = endpointConfig({ rtoInitialMs: 500, pathMaxRetrans: 3 });
    expect(overriddenConfig(config, { pathMaxRetrans: 1, rtoInitialMs: undefined as never })).toMatchObject({
      pathMaxRetrans: 1,
      rtoInitialMs: 500,
    });
    expect(() => overriddenConfig(config, { pathMaxRetrans: -1 })).toThrow(ConfigError);
    expect(() => overriddenConfig(config, { pathMaxRetran: 1 } as never)).toThrow(ConfigError);
    expect(() => overriddenConfig(config, { rtoMaxMs: 400 })).toThrow(/rtoMinMs is 1000, but takes at most rtoMaxMs/);
    expect(() => endpointConfig({ rtoMinMs: 10, rtoMaxMs: 400 })).toThrow(/rtoInitialMs is 1000/);
  });
});

describe('calls', () => {
  const request: AssociateRequest = { addresses: ['10.0.0.2'], sctpPort: 6000, udpPort: 9899 };
  const associate = (peer: ScriptedPeer, fields: Partial<AssociateRequest>): void => {
    peer.node.call((core, now) => core.associate({ ...request, ...fields }, now));
  };

  it.each([
    ['no address', { addresses: [] }, /no address/],
    ['a host name', { addresses: ['example.org'] }, /not a unicast IP address/],
    ['a multicast address', { addresses: ['224.0.0.1'] }, /not a unicast IP address/],
    ['a family we lack', { addresses: ['2001:db8::1'] }, /same family/],
    ['SCTP port 0', { sctpPort: 0 }, /sctpPort is 0/],
    ['UDP port 65536', { udpPort: 65_536 }, /udpPort is 65536/],
    ['a setting that does not exist', { config: { nonsense: 1 } as never }, /unknown setting/],
  ])('[SCTP-1006] ASSOCIATE refuses %s', (_, fields, message) => {
    const peer = new ScriptedPeer();
    expect(() => associate(peer, fields)).toThrow(message);
    expect([peer.core.associations.size, peer.heardAfter(5000)]).toEqual([0, []]);
  });

  it('[SCTP-0010] ASSOCIATE refuses a second association with the same peer', () => {
    const peer = new ScriptedPeer().establish();
    expect(() => associate(peer, {})).toThrow(/already/);
    associate(peer, { sctpPort: 6001 });
    expect(peer.core.associations.size).toBe(2);
  });

  it('[SCTP-0010] an INIT ACK that shows the peer of another association ends the second one, and the peer is told nothing', () => {
    const [first, second] = ['10.0.0.2', '10.0.0.3'];
    const lists = { parameters: [STATE_COOKIE, { kind: 'ip-address', address: first } as const] };
    const peer = new ScriptedPeer({ addresses: [first, second] }).connect();
    peer.associate({ addresses: [second] });
    peer.heard();
    peer.sendWith({ from: second }, peer.initAck(lists));
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'duplicate' } }]);
    expect(peer.heardAfter(5000)).toEqual([]);
    expect([...peer.core.associations].map(({ id, state }) => [id, state])).toEqual([[1, 'ESTABLISHED']]);
  });

  it('[SCTP-0010] of two that cross, the one that is answered first goes on', () => {
    const [first, second] = ['10.0.0.2', '10.0.0.3'];
    const other = (address: string) => ({ parameters: [STATE_COOKIE, { kind: 'ip-address', address } as const] });
    const peer = new ScriptedPeer({ addresses: [first, second] });
    peer.associate({ addresses: [first] });
    const firstTag = peer.theirTag;
    peer.associate({ addresses: [second] });
    peer.heard();
    // The address that the other INIT went to is listed, but nobody has answered there yet.
    peer.sendWith({ from: second }, peer.initAck(other(first)));
    expect(peer.heard()).toEqual(['@10.0.0.3 COOKIE-ECHO']);
    peer.sendWith({ from: first, tag: firstTag }, peer.initAck(other(second)));
    expect(peer.heard()).toEqual([]);
    peer.sendWith({ from: second }, { kind: 'cookie-ack' });
    expect([...peer.core.associations].map(({ id, state }) => [id, state])).toEqual([[2, 'ESTABLISHED']]);
  });

  it('[ATK-0001] ASSOCIATE is not kept from a peer by others that list its address', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] }).establish({
      parameters: [{ kind: 'ip-address', address: '10.0.0.3' }],
    });
    peer.associate({ addresses: ['10.0.0.3'] });
    peer.sendWith({ from: '10.0.0.3' }, peer.initAck());
    expect(peer.core.associations.size).toBe(2);
    // Found under both, the one where the address is confirmed first; and after its end under the other.
    const { associations } = peer.core;
    expect(associations.byPeer('10.0.0.3', 6000, 9899)?.id).toBe(2);
    peer.node.abort(2);
    expect(associations.byPeer('10.0.0.3', 6000, 9899)?.id).toBe(1);
    peer.node.abort(1);
    expect(associations.byPeer('10.0.0.3', 6000, 9899)).toBeUndefined();
  });

  it('[AT-70] ASSOCIATE takes no more addresses than maxPeerAddresses', () => {
    const peer = new ScriptedPeer({ config: { maxPeerAddresses: 3 } });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'] });
    expect(peer.status?.paths.length).toBe(3);
  });

  it('[SCTP-1046] one address has maxAssociationsPerAddress associations at most; others are not concerned', () => {
    const peer = new ScriptedPeer({
      addresses: ['10.0.0.2', '10.0.0.3'],
      config: { maxAssociationsPerAddress: 2 },
    });
    const open = (from: string, sourcePort: number): string[] => {
      peer.sendWith({ tag: 0, from, sourcePort }, peer.init());
      const ack = peer.lastHeard('init-ack');
      peer.heard();
      peer.sendWith({ tag: ack.initiateTag, from, sourcePort }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
      return peer.heard();
    };
    expect([open('10.0.0.2', 6000), open('10.0.0.2', 6001)]).toEqual([['COOKIE-ACK'], ['COOKIE-ACK']]);
    expect(open('10.0.0.2', 6002)).toEqual(['ABORT out-of-resource']);
    expect(open('10.0.0.3', 6000)).toEqual(['@10.0.0.3 COOKIE-ACK']);
    peer.node.abort(1);
    expect(peer.heardAfter(0)).toEqual(['ABORT user-initiated-abort']);
    expect(open('10.0.0.2', 6002)).toEqual(['COOKIE-ACK']);
    peer.core.close('', 0);
    expect([peer.core.associations.size, peer.core.associations.countOf('10.0.0.2')]).toEqual([0, 0]);
  });

  it('ASSOCIATE refuses what is over maxAssociations', () => {
    const peer = new ScriptedPeer({ config: { maxAssociations: 1 } }).establish();
    expect(() => associate(peer, { sctpPort: 6001 })).toThrow(/maxAssociations/);
  });

  it('SEND refuses streams, PPIDs and sizes that cannot be', () => {
    const peer = new ScriptedPeer({ config: { maxMessageBytes: 1000 } }).establish();
    for (const [fields, code] of [
      [{ streamId: 10 }, 'ERR_SCTP_BAD_ARGUMENT'],
      [{ streamId: -1 }, 'ERR_SCTP_BAD_ARGUMENT'],
      [{ streamId: 0.5 }, 'ERR_SCTP_BAD_ARGUMENT'],
      [{ ppid: -1 }, 'ERR_SCTP_BAD_ARGUMENT'],
      [{ ppid: 2 ** 32 }, 'ERR_SCTP_BAD_ARGUMENT'],
    ] as const) {
      expect(() => peer.node.send(peer.id, 'x', fields)).toThrow(expect.objectContaining({ code }));
    }
    expect(() => peer.node.send(peer.id, new Uint8Array(1001))).toThrow(
      expect.objectContaining({ code: 'ERR_SCTP_MESSAGE_TOO_LARGE' }),
    );
    expect(peer.heardAfter(0)).toEqual([]);
  });

  it('calls for an association that is gone: SEND is refused, the others do nothing', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.abort(peer.id);
    peer.heardAfter(0);
    expect(() => peer.node.send(peer.id, 'x')).toThrow(expect.objectContaining({ code: 'ERR_SCTP_CLOSED' }));
    peer.node.abort(peer.id);
    peer.node.shutdown(peer.id);
    peer.node.call((core, now) => core.consumed(peer.id, 1, now));
    expect([peer.heardAfter(0), peer.status, peer.node.eventsOf('closed').length]).toEqual([[], undefined, 1]);
  });

  it('a full send buffer refuses, and half an empty one is announced', () => {
    const peer = new ScriptedPeer({ config: { sendBufferBytes: 4000 } }).establish();
    for (let i = 0; i < 4; i++) expect(peer.node.send(peer.id, new Uint8Array(1000))).toBe(true);
    expect(peer.node.send(peer.id, 'x')).toBe(false);
    peer.send(peer.sack(0));
    expect(peer.node.eventsOf('drain').length).toBe(0);
    peer.send(peer.sack(1));
    expect(peer.node.eventsOf('drain').length).toBe(1);
    expect(peer.node.send(peer.id, 'x')).toBe(true);
    peer.send(peer.sack(3));
    expect(peer.node.eventsOf('drain').length).toBe(1);
  });

  it('[SCTP-1014] STATUS says what queued data waits for', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2'], config: { pathMaxRetrans: 0, heartbeats: false } });
    peer.associate();
    expect(peer.status?.waitingFor).toBe('nothing');
    for (let i = 0; i < 20; i++) peer.node.send(peer.id, new Uint8Array(1444));
    expect(peer.status?.waitingFor).toBe('handshake');
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    expect(peer.status?.waitingFor).toBe('congestion-window');
    peer.clock.runFor(1000);
    expect(peer.status?.waitingFor).toBe('path');
    peer.send(peer.sack(3, [], 0));
    expect(peer.status?.waitingFor).toBe('peer-window');
  });
});

describe('an endpoint as a whole', () => {
  it('[SCTP-1014, SCTP-1017] STATUS tells all that §11.1.8 lists', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses, config: { receiveBufferBytes: 50_000 } });
    peer.associate({ addresses });
    peer.clock.runFor(40);
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.send(peer.data(1, { text: 'behind a hole' }));
    peer.send(peer.sack(0, [], 70_000));
    expect(peer.status).toMatchObject({
      state: 'ESTABLISHED',
      localPort: 5000,
      peerPort: 6000,
      peerRwndBytes: 68_000,
      localRwndBytes: 50_000 - 13,
      unackedChunks: 2,
      heldBytes: 13,
      bufferedBytes: 2000,
      paths: [
        {
          address: '10.0.0.2',
          primary: true,
          state: 'active',
          srttMs: expect.any(Number),
          rtoMs: 1000,
          flightBytes: 2032,
        },
        { address: '10.0.0.3', primary: false, state: 'active', srttMs: undefined, rtoMs: 1000, cwndBytes: 4404 },
      ],
    });
  });

  it('[AT-87, SCTP-1057] 2,000 associations come and go, and nothing is left', () => {
    const pair = new EndpointPair(makeCore, { a: { record: false }, b: { record: false, listening: true } });
    for (let i = 0; i < 2000; i++) {
      const id = pair.a.associate(pair.b);
      pair.clock.runFor(0);
      pair.a.send(id, 'x');
      if (i % 2 === 0) pair.a.abort(id);
      else pair.a.shutdown(id);
      pair.clock.runFor(0);
    }
    pair.clock.runFor(1000);
    expect([coreOf(pair.a).associations.size, coreOf(pair.b).associations.size]).toEqual([0, 0]);
    expect([pair.a.core.nextTimeoutAt(), pair.b.core.nextTimeoutAt(), pair.clock.pending]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it('[AT-88] an hour that passes at once fires each timer once', () => {
    const peer = inState('ESTABLISHED');
    peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    const outputs: string[] = [];
    peer.core.handleTimeout(3_600_000);
    for (let output = peer.core.pollOutput(); output !== undefined; output = peer.core.pollOutput())
      outputs.push(output.kind);
    // A HEARTBEAT, and the DATA again.
    expect(outputs).toEqual(['packet']);
    expect(peer.tcb.errorCount).toBe(1);
  });

  it('[AT-71] two peers that list the same address: each packet goes to its own association', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3', '10.0.0.4'] });
    const shared = { parameters: [{ kind: 'ip-address', address: '10.0.0.4' }] } as const;
    const tags = ['10.0.0.2', '10.0.0.3'].map((from, i) => {
      const ack = peer.askForInitAck({ ...shared, initiateTag: 100 + i }, { from });
      peer.sendWith({ from, tag: ack.initiateTag }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
      return ack.initiateTag;
    });
    expect(peer.core.associations.size).toBe(2);
    peer.sendWith({ from: '10.0.0.4', tag: tags[0]! }, peer.data(0, { text: 'one' }));
    peer.sendWith({ from: '10.0.0.4', tag: tags[1]! }, peer.data(0, { text: 'two' }));
    expect([peer.node.texts(1), peer.node.texts(2)]).toEqual([['one'], ['two']]);
    peer.sendWith({ from: '10.0.0.2', tag: tags[0]! }, { kind: 'abort', tagReflected: false, causes: [] });
    peer.sendWith({ from: '10.0.0.4', tag: tags[1]! }, peer.data(1, { text: 'alive' }));
    expect(peer.node.texts(2)).toEqual(['two', 'alive']);
  });

  it('the end of an association is its last event, whatever was in the output before', () => {
    const pair = new EndpointPair(makeCore, { link: [delay(1)] });
    const ids = pair.connect();
    pair.b.call((core, now) => {
      for (let i = 0; i < 5; i++)
        core.send(ids.b, { data: new Uint8Array(100), streamId: 0, ppid: 0, unordered: false }, now);
      core.abort(ids.b, 'enough', now);
      core.shutdown(ids.b, now);
    });
    pair.clock.runFor(10_000);
    expect(pair.b.events.at(-1)?.event.kind).toBe('closed');
    expect(pair.b.eventsOf('send-failed').length).toBe(5);
    expect(pair.a.events.at(-1)?.event.kind).toBe('closed');
  });

  it('[SCTP-0338, SCTP-0185, SCTP-0490, SCTP-0491] tags are never 0 and never those of other associations', () => {
    const peer = new ScriptedPeer().establish();
    const { entropy } = peer.core;
    const wanted = [0, peer.theirTag, 77];
    const original = entropy.u32.bind(entropy);
    entropy.u32 = () => wanted.shift() ?? original();
    expect(peer.core.newTag()).toBe(77);
  });
});
