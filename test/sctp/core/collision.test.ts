import { describe, expect, it } from 'vitest';
import { tsn } from '../../../src/base/serial.ts';
import { endpointConfig } from '../../../src/sctp/core/config.ts';
import { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import type { InitAckChunk } from '../../../src/sctp/wire/types.ts';
import { CoreNode } from '../../harness/core-node.ts';
import { EndpointPair, hmacSha256 } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { dropIf } from '../../harness/links/drop-if.ts';
import { SeededRandom } from '../../harness/random.ts';
import { cookieOf, ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState } from './in-state.ts';
import { withoutCounters } from './without-counters.ts';

const ip = (address: string): Parameter => ({ kind: 'ip-address', address });
const OLD_TAG = 0x0a0b_0c0d;
const NEW_TAG = 0x7777_0001;

/** INIT with these fields, and what comes back; the tag of the association stays known. */
function ask(peer: ScriptedPeer, fields: Parameters<ScriptedPeer['init']>[0] = {}): InitAckChunk | undefined {
  const before = peer.packets.length;
  peer.sendWith({ tag: 0 }, peer.init(fields));
  const chunk = peer.packets.slice(before).at(-1)?.chunks[0];
  return chunk?.kind === 'init-ack' ? chunk : undefined;
}

function echo(peer: ScriptedPeer, ack: InitAckChunk, tag = ack.initiateTag): void {
  peer.sendWith({ tag }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
}

/** The peer has died and comes back: a new INIT with a new tag and TSN. */
function restart(peer: ScriptedPeer): InitAckChunk {
  peer.tag = NEW_TAG;
  peer.initialTsn = tsn(500_000);
  const ack = ask(peer)!;
  peer.heard();
  peer.learn(ack);
  echo(peer, ack);
  return ack;
}

describe('INIT in the states (RFC 9260 §5.2.1, §5.2.2)', () => {
  it('[SCTP-0431, SCTP-0434, SCTP-0440, SCTP-0441, SCTP-0430, AT-25] COOKIE-WAIT: INIT ACK with our own tag and TSN; T1-init goes on', () => {
    const peer = inState('COOKIE-WAIT', { config: { outboundStreams: 33, receiveBufferBytes: 50_000 } });
    const ack = ask(peer)!;
    expect(ack.initiateTag).toBe(peer.theirTag);
    expect(ack.initialTsn).toBe(peer.theirTsn);
    expect(ack.advertisedRwndBytes).toBe(50_000);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    peer.heard();
    expect([peer.state, peer.heardAfter(1000)]).toEqual(['COOKIE-WAIT', ['INIT']]);
  });

  it('[SCTP-0431, SCTP-0452] the INIT ACK has the parameters of this association, not of the endpoint', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 200_000, maxInboundStreams: 100 } });
    peer.associate({ config: { receiveBufferBytes: 20_000, maxInboundStreams: 3 } });
    const ack = ask(peer)!;
    expect([ack.advertisedRwndBytes, ack.maxInboundStreams]).toEqual([20_000, 3]);
  });

  it('[SCTP-0452, SCTP-0431] nor do the states after it', () => {
    const peer = new ScriptedPeer({ config: { receiveBufferBytes: 200_000, maxInboundStreams: 100 } });
    peer.associate({ config: { receiveBufferBytes: 20_000, maxInboundStreams: 3, outboundStreams: 7 } });
    peer.send(peer.initAck());
    for (const state of ['COOKIE-ECHOED', 'ESTABLISHED']) {
      expect(peer.state).toBe(state);
      const ack = ask(peer)!;
      expect([ack.advertisedRwndBytes, ack.maxInboundStreams, ack.outboundStreams]).toEqual([20_000, 3, 7]);
      peer.send({ kind: 'cookie-ack' });
    }
  });

  it('[SCTP-0430, SCTP-0010] all set-up chunks in turn make no second association', () => {
    const peer = inState('ESTABLISHED');
    const ack = ask(peer)!;
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    expect([peer.heard(), peer.core.associations.size, peer.state]).toEqual([['INIT-ACK'], 1, 'ESTABLISHED']);
    echo(peer, ack);
    peer.send({ kind: 'cookie-ack' });
    expect([peer.core.associations.size, peer.state]).toEqual([1, 'ESTABLISHED']);
  });

  it('[SCTP-0432, SCTP-0433, SCTP-0434, SCTP-0380, ERR-0017] COOKIE-WAIT: INIT ACK goes to an address that our user gave and the INIT names', () => {
    const addresses = ['10.0.0.2', '10.0.0.3', '10.0.0.66'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.heard();
    // From an address that was not given, which names one that was; and from a given one that names the other.
    peer.sendWith({ tag: 0, from: '10.0.0.66' }, peer.init({ parameters: [ip('10.0.0.3')] }));
    peer.sendWith({ tag: 0, from: '10.0.0.3' }, peer.init({ parameters: [ip('10.0.0.2')] }));
    expect(peer.heard()).toEqual(['@10.0.0.3 INIT-ACK', '@10.0.0.3 INIT-ACK']);
    // The address that the INIT ACK went to is confirmed; the one that the INIT came from is known.
    peer.sendWith({ tag: 0, from: '10.0.0.66' }, peer.init({ parameters: [ip('10.0.0.3')] }));
    peer.heard();
    const cookie = cookieOf(peer.lastHeard('init-ack'));
    peer.sendWith({ from: '10.0.0.66' }, { kind: 'cookie-echo', cookie });
    expect(peer.heard()).toEqual(['@10.0.0.66 COOKIE-ACK + HEARTBEAT']);
    expect(peer.status?.paths).toMatchObject([
      { address: '10.0.0.3', state: 'active', primary: true },
      { address: '10.0.0.66', state: 'unconfirmed' },
    ]);
  });

  it('[SCTP-0434, SCTP-0672] COOKIE-WAIT: it leaves from the address that the INIT was sent to', () => {
    const peer = inState('COOKIE-WAIT', { endpointAddresses: ['10.0.0.1', '10.0.0.7'] });
    peer.sendWith({ tag: 0, to: '10.0.0.7' }, peer.init());
    expect([peer.heard(), peer.last.from]).toEqual([['INIT-ACK'], '10.0.0.7']);
  });

  it('[SCTP-0454] COOKIE-WAIT: no tie-tags, even if there have been some before a Stale Cookie', () => {
    const peer = inState('COOKIE-ECHOED');
    ask(peer);
    expect(peer.tcb.localTieTag).not.toBe(0);
    peer.send({ kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: 1 }] });
    expect(peer.state).toBe('COOKIE-WAIT');
    expect([...cookieOf(ask(peer)!).subarray(28, 36)]).toEqual(new Array(8).fill(0));
  });

  it('[SCTP-0432, SCTP-0433] COOKIE-WAIT: an INIT from an unrelated address does not belong to it', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.66'], listening: false });
    peer.associate();
    peer.heard();
    peer.sendWith({ tag: 0, from: '10.0.0.66' }, peer.init());
    expect(peer.heard()).toEqual(['@10.0.0.66 ABORT']);
    expect(peer.state).toBe('COOKIE-WAIT');
  });

  it('[SCTP-0435, SCTP-0441, SCTP-0442, AT-25] COOKIE-ECHOED: likewise, with tie-tags', () => {
    const peer = inState('COOKIE-ECHOED');
    const ack = ask(peer)!;
    expect([ack.initiateTag, ack.initialTsn]).toEqual([peer.theirTag, peer.theirTsn]);
    expect(peer.tcb.localTieTag).not.toBe(0);
    const tieTags = new DataView(cookieOf(ack).slice(28, 36).buffer);
    expect([tieTags.getUint32(0), tieTags.getUint32(4)]).toEqual([peer.tcb.localTieTag, peer.tcb.peerTieTag]);
    peer.heard();
    expect([peer.state, peer.heardAfter(1000)]).toEqual(['COOKIE-ECHOED', ['COOKIE-ECHO']]);
  });

  it('[SCTP-0436, SCTP-0437, SCTP-0438, SCTP-0439] COOKIE-ECHOED: a new address is refused', () => {
    const peer = inState('COOKIE-ECHOED');
    expect(ask(peer, { parameters: [ip('10.0.0.99')] })).toBeUndefined();
    expect(peer.heard()).toEqual(['ABORT restart-with-new-addresses']);
    expect([peer.state, peer.heardAfter(1000)]).toEqual(['COOKIE-ECHOED', ['COOKIE-ECHO']]);
  });

  it.each(['ESTABLISHED', 'SHUTDOWN-PENDING', 'SHUTDOWN-SENT', 'SHUTDOWN-RECEIVED'] as const)(
    '[SCTP-0444, SCTP-0449, SCTP-0450, SCTP-0451, SCTP-0453, SCTP-0199, SCTP-0010, AT-25] %s: INIT ACK with a new tag and TSN, and nothing else changes',
    (state) => {
      const peer = inState(state);
      const { status } = peer;
      const next = peer.core.nextTimeoutAt();
      const ack = ask(peer, { initiateTag: NEW_TAG })!;
      expect(peer.last.header.verificationTag).toBe(NEW_TAG);
      expect([0, peer.theirTag]).not.toContain(ack.initiateTag);
      expect(ack.initialTsn).not.toBe(peer.theirTsn);
      const tieTags = new DataView(cookieOf(ack).slice(28, 36).buffer);
      expect([tieTags.getUint32(0), tieTags.getUint32(4)]).toEqual([peer.tcb.localTieTag, peer.tcb.peerTieTag]);
      expect([peer.status, peer.core.nextTimeoutAt(), peer.core.associations.size]).toEqual([status, next, 1]);
    },
  );

  it('[ATK-0006] the tie-tags are not the tags', () => {
    const peer = inState('ESTABLISHED');
    ask(peer);
    const { localTieTag, peerTieTag, localTag, peerTag } = peer.tcb;
    expect([localTag, peerTag]).not.toContain(localTieTag);
    expect([localTag, peerTag]).not.toContain(peerTieTag);
  });

  it('[SCTP-0445, SCTP-0446, SCTP-0447, SCTP-0448, SCTP-0276, AT-33] an INIT that adds addresses is refused; the association lives', () => {
    const peer = inState('ESTABLISHED');
    const { status } = peer;
    ask(peer, { initiateTag: NEW_TAG, parameters: [ip('10.0.0.99'), ip('10.0.0.2'), ip('2001:db8::1')] });
    expect(peer.heard()).toEqual(['ABORT restart-with-new-addresses']);
    expect(peer.last.header.verificationTag).toBe(NEW_TAG);
    expect(peer.lastHeard('abort')).toMatchObject({
      tagReflected: false,
      causes: [{ kind: 'restart-with-new-addresses', addresses: ['10.0.0.99'] }],
    });
    expect(peer.status).toEqual(status);
  });

  it('[SCTP-0380, SCTP-0446] an INIT from a new address that lists a known one belongs to its association', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.66'] }).establish();
    peer.sendWith({ tag: 0, from: '10.0.0.66' }, peer.init({ parameters: [ip('10.0.0.2')] }));
    expect(peer.heard()).toEqual(['@10.0.0.66 ABORT restart-with-new-addresses']);
    expect(peer.core.associations.size).toBe(1);
  });

  it('[SCTP-0380, ATK-0001] but listing an address that a peer has not confirmed binds nobody to it', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.66'] }).establish({
      parameters: [ip('10.0.0.77')],
    });
    peer.sendWith({ tag: 0, from: '10.0.0.66' }, peer.init({ initiateTag: 5, parameters: [ip('10.0.0.77')] }));
    expect(peer.heard()).toEqual(['@10.0.0.66 INIT-ACK']);
  });

  it('[SCTP-0386, AT-32] addresses of a family that we lack are no new ones: such a peer can restart', () => {
    const parameters = [ip('2001:db8::1')];
    const peer = new ScriptedPeer().establish({ parameters });
    peer.tag = NEW_TAG;
    const ack = ask(peer, { parameters })!;
    echo(peer, ack);
    expect(peer.node.eventsOf('restart').length).toBe(1);
  });

  it('[SCTP-0456, SCTP-0956, SCTP-0454, AT-25] SHUTDOWN-ACK-SENT: SHUTDOWN ACK again', () => {
    const peer = inState('SHUTDOWN-ACK-SENT');
    expect(ask(peer)).toBeUndefined();
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-ACK'], 'SHUTDOWN-ACK-SENT']);
    expect(peer.last.header.verificationTag).toBe(OLD_TAG);
    expect(peer.tcb.localTieTag).toBe(0);
  });

  it('[SCTP-0957] the same address with another port is another association', () => {
    const peer = inState('ESTABLISHED');
    const before = peer.theirTag;
    const ack = peer.askForInitAck({ initiateTag: 99 }, { sourcePort: 6001 });
    peer.sendWith({ tag: ack.initiateTag, sourcePort: 6001 }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
    expect(peer.core.associations.size).toBe(2);
    peer.heard();
    peer.sendWith({ tag: before }, peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0']);
  });

  it('[SCTP-0141, SCTP-0146, SCTP-0149, ERR-0049] an INIT that cannot be accepted leaves the association alone', () => {
    const peer = inState('ESTABLISHED');
    const { status } = peer;
    for (const fields of [{ advertisedRwndBytes: 1499 }, { outboundStreams: 0 }, { maxInboundStreams: 0 }]) {
      ask(peer, fields);
      expect(peer.heard()).toEqual(['ABORT invalid-mandatory-parameter']);
    }
    ask(peer, { initiateTag: 0 });
    expect([peer.heard(), peer.status]).toEqual([[], status]);
  });
});

describe('COOKIE ECHO with an association (RFC 9260 §5.2.4)', () => {
  it('[SCTP-0464, SCTP-0470, SCTP-0472, SCTP-0474, SCTP-0483, AT-32] A: restart. New tags, TSNs and SSNs', () => {
    const peer = inState('ESTABLISHED');
    peer.send(peer.data(0), peer.data(1));
    peer.node.send(peer.id, 'acknowledged');
    peer.send(peer.sack(0));
    peer.heard();
    restart(peer);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
    expect(peer.last.header.verificationTag).toBe(NEW_TAG);
    expect(peer.node.eventsOf('restart').length).toBe(1);
    expect([peer.node.eventsOf('closed').length, peer.node.eventsOf('up').length]).toEqual([0, 1]);
    expect([peer.state, peer.core.associations.size]).toEqual(['ESTABLISHED', 1]);
    peer.send(peer.data(0, { text: 'again' }));
    expect(peer.heard()).toEqual(['SACK 0']);
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'again']);
    peer.node.send(peer.id, 'new');
    expect(peer.heardAfter(0)).toEqual(['DATA 0 BE']);
    expect(peer.lastHeard('data').ssn).toBe(0);
    // The old tag is nobody's now.
    peer.sendWith({ tag: 1 }, peer.data(1));
    expect(peer.heard()).toEqual([]);
  });

  it('[SCTP-0473, AT-32] A: everything learnt of the path begins anew, timers too; what was not acknowledged is reported', () => {
    const peer = inState('ESTABLISHED');
    for (let i = 0; i < 10; i++) {
      peer.node.send(peer.id, new Uint8Array(20_000));
      for (let n = 0; n < 30; n++) {
        peer.clock.runFor(50);
        const last = peer.packets.flatMap(({ chunks }) => chunks).findLast((chunk) => chunk.kind === 'data');
        if (last?.kind === 'data') peer.send({ ...peer.sack(0), cumulativeTsnAck: last.tsn });
      }
    }
    const grown = peer.status!.paths[0]!;
    expect(grown.cwndBytes).toBeGreaterThan(4404);
    expect(grown.srttMs).toBeGreaterThan(0);
    peer.node.send(peer.id, new Uint8Array(50_000), { context: 'lost' });
    peer.heardAfter(0);
    restart(peer);
    const [path] = peer.status!.paths;
    expect(path).toMatchObject({ srttMs: undefined, cwndBytes: 4404, flightBytes: 0, errorCount: 0, rtoMs: 1000 });
    expect(peer.node.eventsOf('send-failed')).toMatchObject([{ request: { context: 'lost' }, reason: 'restart' }]);
    expect(peer.status?.bufferedBytes).toBe(0);
    peer.heard();
    // No T3 of the old association is left.
    expect(peer.heardAfter(20_000)).toEqual([]);
  });

  it('[SCTP-1009] A: a sender that waited for room is told', () => {
    const peer = new ScriptedPeer({ config: { sendBufferBytes: 10 } }).establish();
    peer.node.send(peer.id, new Uint8Array(10));
    expect(peer.node.send(peer.id, 'x')).toBe(false);
    restart(peer);
    expect(peer.node.events.slice(-3).map(({ event }) => event.kind)).toEqual(['send-failed', 'restart', 'drain']);
  });

  it('[SCTP-0608] A: messages that the application has not taken still count against the window', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 10_000 } }).establish();
    peer.send(peer.data(0, { userData: new Uint8Array(1000) }));
    restart(peer);
    peer.send(peer.data(0));
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(10_000 - 1000 - 2);
    peer.node.call((core, now) => core.consumed(peer.id, 1000, now));
    expect(peer.status?.localRwndBytes).toBe(10_000 - 2);
  });

  it.each(['SHUTDOWN-PENDING', 'SHUTDOWN-SENT', 'SHUTDOWN-RECEIVED'] as const)(
    '[SCTP-0474] A in %s: a shutdown that was under way is forgotten, and so are its timers',
    (state) => {
      const peer = inState(state, { config: { heartbeats: false } });
      restart(peer);
      expect([peer.heard(), peer.state]).toEqual([['COOKIE-ACK'], 'ESTABLISHED']);
      expect([peer.heardAfter(1_000_000), peer.state]).toEqual([[], 'ESTABLISHED']);
      peer.node.shutdown(peer.id);
      peer.send({ kind: 'shutdown-ack' });
      expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'shutdown' } }]);
    },
  );

  it('[SCTP-0470, SCTP-0473] A: error counters, idle paths and the way of a SHUTDOWN begin anew', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    peer.node.shutdown(peer.id);
    peer.clock.runFor(1500);
    expect([peer.tcb.errorCount, peer.heard().at(-1)]).toEqual([1, '@10.0.0.3 SHUTDOWN -1']);
    restart(peer);
    expect([peer.tcb.errorCount, peer.heard()]).toEqual([0, ['COOKIE-ACK']]);
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
    expect(peer.heardAfter(32_000)).toEqual(['HEARTBEAT']);
    peer.send({ kind: 'heartbeat-ack', value: peer.lastHeard('heartbeat').value });
    peer.node.shutdown(peer.id);
    expect(peer.heardAfter(0)).toEqual(['SHUTDOWN -1']);
  });

  it('[SCTP-0468] A: the cookie of an earlier try to restart is worth nothing afterwards', () => {
    const peer = inState('ESTABLISHED');
    const earlier = ask(peer, { initiateTag: 0x2222_2222 })!;
    restart(peer);
    peer.heard();
    const { status } = peer;
    echo(peer, earlier);
    expect([peer.heard(), peer.status]).toEqual([[], status]);
  });

  it('[SCTP-0475, SCTP-0275, AT-35] A in SHUTDOWN-ACK-SENT: refused with SHUTDOWN ACK and ERROR', () => {
    const peer = inState('ESTABLISHED');
    peer.tag = NEW_TAG;
    const ack = ask(peer)!;
    peer.tag = OLD_TAG;
    peer.send(peer.shutdown());
    peer.heard();
    echo(peer, ack);
    expect(peer.heard()).toEqual(['SHUTDOWN-ACK + ERROR cookie-received-while-shutting-down']);
    expect([peer.state, peer.core.associations.size]).toEqual(['SHUTDOWN-ACK-SENT', 1]);
  });

  it('[SCTP-0465, SCTP-0476, SCTP-0477, SCTP-0478, SCTP-0443] B in COOKIE-WAIT: up, with the tag of the cookie', () => {
    const peer = inState('COOKIE-WAIT');
    const ack = ask(peer)!;
    peer.heard();
    echo(peer, ack);
    expect([peer.heard(), peer.state]).toEqual([['COOKIE-ACK'], 'ESTABLISHED']);
    expect(peer.node.eventsOf('up')).toMatchObject([{ initiator: 'local' }]);
    peer.send(peer.data(0));
    expect(peer.heardAfter(20_000)).toEqual(['SACK 0']);
  });

  it('[SCTP-0375, SCTP-0379] B: the addresses of the INIT are the peer’s, and no others', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses });
    const ack = ask(peer, { parameters: [ip('10.0.0.9')] })!;
    echo(peer, ack);
    expect(peer.status?.paths).toMatchObject([
      { address: '10.0.0.2', state: 'active' },
      { address: '10.0.0.9', state: 'unconfirmed' },
    ]);
  });

  it('[SCTP-0476, SCTP-0477, SCTP-0478, SCTP-0480] B in ESTABLISHED: the tag of the cookie, and everything else stays', () => {
    const peer = inState('COOKIE-ECHOED');
    peer.tag = NEW_TAG;
    const ack = ask(peer)!;
    peer.send({ kind: 'cookie-ack' });
    peer.send(peer.data(0));
    peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    expect([peer.state, peer.last.header.verificationTag]).toEqual(['ESTABLISHED', OLD_TAG]);
    echo(peer, ack);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
    expect(peer.last.header.verificationTag).toBe(NEW_TAG);
    peer.send(peer.data(1), peer.sack(0));
    expect(peer.heardAfter(5000)).toEqual(['SACK 1']);
    expect(peer.last.header.verificationTag).toBe(NEW_TAG);
    expect([peer.node.eventsOf('up').length, peer.node.eventsOf('restart').length]).toEqual([1, 0]);
  });

  it('[SCTP-0479] B in ESTABLISHED with another Initial TSN: the peer began anew after it had sent COOKIE ACK', () => {
    const peer = inState('COOKIE-ECHOED');
    const before = peer.initialTsn;
    peer.tag = NEW_TAG;
    peer.initialTsn = tsn(7_000_000);
    const ack = ask(peer)!;
    peer.tag = OLD_TAG;
    peer.initialTsn = before;
    peer.send({ kind: 'cookie-ack' });
    peer.send(peer.data(0));
    peer.node.send(peer.id, 'a');
    peer.send(peer.sack(0));
    peer.node.send(peer.id, 'b');
    peer.heardAfter(0);
    peer.tag = NEW_TAG;
    peer.initialTsn = tsn(7_000_000);
    echo(peer, ack);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
    expect([peer.node.eventsOf('restart').length, peer.node.eventsOf('send-failed').length]).toEqual([1, 1]);
    peer.send(peer.data(0));
    peer.node.send(peer.id, 'c');
    // Its Initial TSN is the one of our INIT still.
    expect(peer.heardAfter(0)).toEqual(['SACK 0', 'DATA 0 BE']);
    expect(peer.node.texts()).toEqual(['m0', 'm0']);
  });

  it('[SCTP-0465, SCTP-0477, SCTP-0478, SCTP-0479] B in COOKIE-ECHOED: the peer had begun with another tag and TSN', () => {
    const peer = inState('COOKIE-ECHOED');
    peer.tag = NEW_TAG;
    peer.initialTsn = tsn(7_000_000);
    const ack = ask(peer)!;
    peer.heard();
    echo(peer, ack);
    expect([peer.heard(), peer.state]).toEqual([['COOKIE-ACK'], 'ESTABLISHED']);
    expect(peer.last.header.verificationTag).toBe(NEW_TAG);
    peer.send(peer.data(0));
    expect(peer.heardAfter(20_000)).toEqual(['SACK 0']);
  });

  it('[SCTP-0466, SCTP-0480] C: a late cookie is silence', () => {
    const peer = new ScriptedPeer();
    const late = ask(peer)!;
    peer.establish();
    echo(peer, late);
    expect([peer.heard(), peer.core.associations.size]).toEqual([[], 1]);
    peer.send(peer.data(0));
    expect(peer.heard()).toEqual(['SACK 0']);
  });

  it('[SCTP-0467, SCTP-0482, SCTP-0415, SCTP-0410, AT-36] D: a duplicate gets COOKIE ACK again, and changes nothing', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.echo(ack);
    peer.id = 1;
    peer.send(peer.data(0));
    peer.heard();
    peer.echo(ack);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
    expect([peer.node.eventsOf('up').length, peer.state]).toEqual([1, 'ESTABLISHED']);
    peer.send(peer.data(1));
    expect(peer.heardAfter(200)).toEqual(['SACK 1']);
  });

  it('[SCTP-0481] D in COOKIE-ECHOED: up', () => {
    const peer = inState('COOKIE-ECHOED');
    const ack = ask(peer)!;
    peer.heard();
    echo(peer, ack);
    expect([peer.heardAfter(20_000), peer.state]).toEqual([['COOKIE-ACK'], 'ESTABLISHED']);
    expect(peer.node.eventsOf('up').length).toBe(1);
  });

  it('[SCTP-0462] D: also after the life of the cookie', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.echo(ack);
    peer.clock.runFor(70_000);
    peer.heard();
    peer.echo(ack);
    expect(peer.heard()).toEqual(['COOKIE-ACK']);
  });

  it('[SCTP-0460, SCTP-0461] an old cookie with other tags gets Stale Cookie', () => {
    const peer = inState('ESTABLISHED', { config: { heartbeats: false } });
    const ack = ask(peer, { initiateTag: NEW_TAG })!;
    peer.clock.runFor(61_000);
    peer.heard();
    const { status } = peer;
    echo(peer, ack);
    expect(peer.heard()).toEqual(['ERROR stale-cookie']);
    expect(peer.last.header.verificationTag).toBe(NEW_TAG);
    expect(peer.status).toEqual(status);
  });

  it('[SCTP-0468, SCTP-0463] other combinations are silence: both tags differ, and no tie-tags', () => {
    const peer = new ScriptedPeer();
    const late = ask(peer, { initiateTag: NEW_TAG })!;
    peer.establish();
    const { status } = peer;
    echo(peer, late);
    expect([peer.heard(), peer.status]).toEqual([[], status]);
  });

  it('[SCTP-0468] nor do the tie-tags of an association that is gone help', () => {
    const peer = inState('ESTABLISHED');
    const late = ask(peer, { initiateTag: NEW_TAG })!;
    peer.send({ kind: 'abort', tagReflected: false, causes: [] });
    peer.establish();
    ask(peer, { initiateTag: 3 });
    peer.heard();
    echo(peer, late);
    expect([peer.heard(), peer.node.eventsOf('restart')]).toEqual([[], []]);
  });

  it('[SCTP-0459] a cookie that was tampered with is silence', () => {
    const peer = inState('ESTABLISHED');
    const ack = ask(peer, { initiateTag: NEW_TAG })!;
    peer.heard();
    const { standing } = peer;
    const cookie = cookieOf(ack).slice();
    cookie[40]! ^= 0x10;
    peer.sendWith({ tag: ack.initiateTag }, { kind: 'cookie-echo', cookie });
    peer.send({ kind: 'cookie-echo', cookie });
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
    expect(peer.standing).toEqual(standing);
  });

  it('[SCTP-0010, SCTP-0380, SCTP-0468] from an address that the association does not know: no second association', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.66'] });
    const before = peer.askForInitAck({ initiateTag: 77, parameters: [ip('10.0.0.66')] });
    peer.establish();
    const { status } = peer;
    peer.sendWith({ tag: before.initiateTag, from: '10.0.0.66' }, { kind: 'cookie-echo', cookie: cookieOf(before) });
    expect([peer.heard(), peer.core.associations.size, peer.status]).toEqual([[], 1, status]);
  });

  it('[SCTP-0010, SCTP-0415] nor if it lists no address any more that the association has', () => {
    const addresses = ['10.0.0.2', '10.0.0.3', '10.0.0.66'];
    const peer = new ScriptedPeer({ addresses });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.sendWith({ tag: 0, from: '10.0.0.66' }, peer.init({ parameters: [ip('10.0.0.3')] }));
    const ack = peer.lastHeard('init-ack');
    peer.send(peer.initAck({ parameters: [{ kind: 'state-cookie', cookie: new Uint8Array(5) }] }));
    expect(peer.status?.paths.map(({ address }) => address)).toEqual(['10.0.0.2']);
    peer.sendWith({ from: '10.0.0.66' }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
    expect([peer.core.associations.size, peer.state]).toEqual([1, 'ESTABLISHED']);
  });

  it('[SCTP-0406] with a cookie that has another tag than the packet: silence', () => {
    const peer = inState('ESTABLISHED');
    const ack = ask(peer, { initiateTag: NEW_TAG })!;
    peer.heard();
    const { status } = peer;
    echo(peer, ack, peer.theirTag);
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
    expect(withoutCounters(peer.status)).toEqual(withoutCounters(status));
  });

  it('[SCTP-0501] B: the address that the INIT ACK went to is confirmed, even if it was only listed before', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses });
    const parameters = [{ kind: 'state-cookie', cookie: new Uint8Array(5) } as const, ip('10.0.0.3')];
    peer.connect('COOKIE-ECHOED', { parameters });
    peer.tag = NEW_TAG;
    peer.sendWith({ tag: 0, from: '10.0.0.3' }, peer.init({ parameters: [ip('10.0.0.2')] }));
    expect(peer.status?.paths.map(({ state }) => state)).toEqual(['active', 'unconfirmed']);
    peer.sendWith({ from: '10.0.0.3' }, { kind: 'cookie-echo', cookie: cookieOf(peer.lastHeard('init-ack')) });
    expect(peer.heard().at(-1)).toBe('@10.0.0.3 COOKIE-ACK');
    expect(peer.status?.paths.map(({ state }) => state)).toEqual(['active', 'active']);
  });

  it('[SCTP-0468] with the tag of an association with somebody else: silence', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck({}, { sourcePort: 6001 });
    peer.establish();
    peer.tcb.localTag = ack.initiateTag;
    peer.core.reindex(peer.tcb);
    const { status } = peer;
    peer.sendWith({ tag: ack.initiateTag, sourcePort: 6001 }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
    expect([peer.heard(), peer.core.associations.size, peer.status]).toEqual([[], 1, status]);
  });

  it('[SCTP-0516, SCTP-0517] COOKIE ACK to an unconfirmed address has a HEARTBEAT with it, each time', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    const ack = peer.askForInitAck({ parameters: [ip('10.0.0.3')] });
    peer.heard();
    for (let i = 0; i < 2; i++) {
      peer.sendWith({ tag: ack.initiateTag, from: '10.0.0.3' }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
      expect(peer.heard()).toEqual(['@10.0.0.3 COOKIE-ACK + HEARTBEAT']);
    }
    // §5.4: where the INIT ACK went is confirmed, not where the COOKIE ECHO came from.
    expect(peer.core.status(1)?.paths.map(({ state }) => state)).toEqual(['active', 'unconfirmed']);
  });
});

describe('both sides begin at once', () => {
  it('[SCTP-0443, AT-24] one association, whatever packet of the first eight is lost', () => {
    // Two losses among the first eight packets of either side: every pattern of §5.2.1 that T1 has to mend.
    for (let i = 0; i < 8; i++) {
      for (let j = i; j < 8; j++) {
        let sent = 0;
        const unlucky = dropIf(() => {
          const index = sent++;
          return index === i || index === j;
        });
        const pair = new EndpointPair((options, now) => new Endpoint(options, now), { link: [delay(10), unlucky] });
        const a = pair.a.associate(pair.b);
        const b = pair.b.associate(pair.a);
        const up = (): boolean =>
          pair.a.core.status(a)?.state === 'ESTABLISHED' && pair.b.core.status(b)?.state === 'ESTABLISHED';
        pair.clock.runWhileNot(up, 60_000);
        pair.a.send(a, 'from a');
        pair.b.send(b, 'from b');
        pair.clock.runFor(10_000);
        expect([pair.b.texts(b), pair.a.texts(a)]).toEqual([['from a'], ['from b']]);
        expect([pair.a.eventsOf('up').length, pair.b.eventsOf('up').length]).toEqual([1, 1]);
        expect([pair.a.eventsOf('restart'), pair.b.eventsOf('restart')]).toEqual([[], []]);
        const [inA, inB] = [pair.a.core as Endpoint, pair.b.core as Endpoint];
        expect([inA.associations.size, inB.associations.size]).toEqual([1, 1]);
        expect(inA.associations.get(a)?.peerTag).toBe(inB.associations.get(b)?.localTag);
        expect(inB.associations.get(b)?.peerTag).toBe(inA.associations.get(a)?.localTag);
      }
    }
  });
});

describe('one side restarts', () => {
  it('[SCTP-0464, SCTP-0470, SCTP-0474, SCTP-0483, AT-32] the association goes on with the new one, whatever two packets of the first eight are lost', () => {
    for (let i = 0; i < 8; i++) {
      for (let j = i; j < 8; j++) {
        let sent = Number.NEGATIVE_INFINITY;
        const unlucky = dropIf(() => {
          const index = sent++;
          return index === i || index === j;
        });
        const pair = new EndpointPair((options, now) => new Endpoint(options, now), { link: [delay(10), unlucky] });
        const ids = pair.connect();
        pair.a.send(ids.a, 'before');
        pair.clock.runFor(1000);
        pair.b.kill();
        const { sctpPort, addresses } = pair.b.core;
        const again = new Endpoint(
          {
            sctpPort,
            addresses,
            config: endpointConfig(),
            entropy: new SeededRandom(100 + 10 * i + j),
            mac: hmacSha256,
            listening: true,
          },
          pair.clock.now(),
        );
        const b = new CoreNode(pair.network, pair.b.node, again);
        sent = 0;
        const id = b.associate(pair.a);
        const up = (): boolean => b.core.status(id)?.state === 'ESTABLISHED';
        pair.clock.runWhileNot(up, 60_000);
        pair.a.send(ids.a, 'from a');
        b.send(id, 'from b');
        pair.clock.runFor(30_000);
        expect([b.texts(), pair.a.texts()]).toEqual([['from a'], ['from b']]);
        expect(pair.a.eventsOf('restart').length).toBe(1);
        expect([(pair.a.core as Endpoint).associations.size, again.associations.size]).toEqual([1, 1]);
      }
    }
  });
});
