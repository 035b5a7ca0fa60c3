import { describe, expect, it } from 'vitest';
import { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { dropIf } from '../../harness/links/drop-if.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

const cookie: Parameter = { kind: 'state-cookie', cookie: new Uint8Array([9, 8, 7]) };
const config = { dataWithCookieEcho: true } as const;

/** An endpoint that has these messages to send, and has sent its INIT. */
function asking(texts: readonly (string | Uint8Array)[], options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = new ScriptedPeer({ ...options, config: { ...config, ...options.config } });
  peer.associate({ addresses: options.addresses ?? ['10.0.0.2'] });
  for (const text of texts) peer.node.send(peer.id, text);
  peer.heard();
  return peer;
}

describe('DATA with COOKIE ECHO (RFC 9260 §5.1 C, §6)', () => {
  it('[SCTP-0346, SCTP-0400, SCTP-0282, SCTP-0347, SCTP-0530, SCTP-0032] goes behind it, in its packet', () => {
    const peer = asking(['a', 'b']);
    peer.send(peer.initAck());
    expect([peer.heard(), peer.state]).toEqual([['COOKIE-ECHO + DATA 0 BE + DATA 1 BE'], 'COOKIE-ECHOED']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    peer.send({ kind: 'cookie-ack' }, peer.sack(1));
    expect([peer.heardAfter(10_000), peer.state, peer.status?.bufferedBytes]).toEqual([[], 'ESTABLISHED', 0]);
    expect(peer.node.events.map(({ event }) => event.kind)).toEqual(['up', 'dry']);
  });

  it('stays where it is unless it shall', () => {
    const peer = asking(['a'], { config: { dataWithCookieEcho: false } });
    peer.send(peer.initAck());
    expect(peer.heardAfter(1000)).toEqual(['COOKIE-ECHO', 'COOKIE-ECHO']);
    // A COOKIE ECHO that is lost alone says nothing of cwnd.
    expect(peer.status?.paths[0]?.cwndBytes).toBe(4404);
  });

  it('[SCTP-0348] no more than fits, and nothing else before COOKIE ACK', () => {
    const peer = asking(['first', new Uint8Array(1430), 'behind it']);
    peer.send(peer.initAck());
    expect(peer.heard()).toEqual(['COOKIE-ECHO + DATA 0 BE']);
    peer.node.send(peer.id, 'later');
    expect(peer.heardAfter(900)).toEqual([]);
    peer.send({ kind: 'cookie-ack' });
    expect(peer.heard()).toEqual(['DATA 1 BE', 'DATA 2 BE + DATA 3 BE']);
    for (const { bytes } of peer.packets) expect(bytes.length).toBeLessThanOrEqual(1472);
  });

  it('[SCTP-0324, SCTP-0401, SCTP-0565, SCTP-0657] goes again with each COOKIE ECHO, and never alone', () => {
    const peer = asking(['a'], { addresses: ['10.0.0.2', '10.0.0.3', '10.0.0.4'] });
    peer.send(peer.initAck());
    expect(peer.heardAfter(4000)).toEqual([
      'COOKIE-ECHO + DATA 0 BE',
      '@10.0.0.3 COOKIE-ECHO + DATA 0 BE',
      '@10.0.0.4 COOKIE-ECHO + DATA 0 BE',
      'COOKIE-ECHO + DATA 0 BE',
    ]);
    // Lost so often, it is lost as DATA, too.
    expect(peer.status?.paths.map(({ cwndBytes }) => cwndBytes)).toEqual([1460, 1460, 1460]);
    peer.clock.runFor(100);
    peer.send({ kind: 'cookie-ack' });
    // From now on it has T3 to mend it.
    expect(peer.heardAfter(899)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['@10.0.0.3 DATA 0 BE']);
    peer.send(peer.sack(0));
    expect(peer.heardAfter(20_000).filter((line) => line.includes('DATA'))).toEqual([]);
  });

  it('[SCTP-0402] is reported if nobody answers', () => {
    const peer = asking(['a'], { config: { maxInitRetransmits: 1 } });
    peer.send(peer.initAck());
    peer.clock.runFor(10_000);
    expect(peer.node.events.map(({ event }) => event)).toMatchObject([
      { kind: 'send-failed', partlySent: true, reason: 'closed' },
      { kind: 'closed', reason: { kind: 'unreachable' } },
    ]);
  });

  it('[SCTP-0513, SCTP-0519] not to an address that is not confirmed', () => {
    const peer = asking(['a'], { addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.send(peer.initAck({ parameters: [cookie, { kind: 'ip-address', address: '10.0.0.3' }] }));
    expect(peer.heard()).toEqual(['COOKIE-ECHO + DATA 0 BE']);
    const strange = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'], config });
    strange.associate();
    strange.node.send(strange.id, 'a');
    strange.heard();
    strange.sendWith({ from: '10.0.0.3' }, strange.initAck());
    expect(strange.heardAfter(1000)).toEqual([
      '@10.0.0.3 COOKIE-ECHO + HEARTBEAT',
      '@10.0.0.3 COOKIE-ECHO + HEARTBEAT',
    ]);
  });

  it('[SCTP-0684, SCTP-0369] not on a stream that the peer did not grant', () => {
    const peer = asking(['a']);
    peer.node.send(peer.id, 'b', { streamId: 5 });
    peer.node.send(peer.id, 'c');
    peer.send(peer.initAck({ maxInboundStreams: 2 }));
    expect(peer.heard()).toEqual(['COOKIE-ECHO + DATA 0 BE']);
    peer.send({ kind: 'cookie-ack' });
    expect(peer.node.eventsOf('send-failed')).toMatchObject([{ request: { streamId: 5 }, partlySent: false }]);
    expect(peer.heard()).toEqual(['DATA 1 BE']);
  });

  it('[SCTP-0535, SCTP-0536] a SACK that overtakes COOKIE ACK counts; one of what was not sent is a violation', () => {
    const peer = asking(['a', 'b']);
    peer.send(peer.initAck());
    peer.heard();
    peer.send(peer.sack(0));
    expect([peer.state, peer.status?.bufferedBytes]).toEqual(['COOKIE-ECHOED', 1]);
    expect(peer.heardAfter(1000)).toEqual(['COOKIE-ECHO + DATA 1 BE']);
    peer.send({ kind: 'cookie-ack' }, peer.sack(1));
    expect([peer.state, peer.status?.bufferedBytes]).toEqual(['ESTABLISHED', 0]);
    const lied = asking(['a']);
    lied.send(lied.initAck());
    lied.heard();
    lied.send(lied.sack(1));
    expect([lied.heard(), lied.state]).toEqual([['ABORT protocol-violation'], 'CLOSED']);
  });

  it('[SCTP-0486] a Stale Cookie takes nothing away: it goes with the next COOKIE ECHO', () => {
    const peer = asking(['a', 'b']);
    peer.send(peer.initAck());
    peer.heard();
    peer.send({ kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: 5 }] });
    expect(peer.heardAfter(900)).toEqual(['INIT']);
    peer.tag = 0x1111_2222;
    peer.send(peer.initAck());
    expect(peer.heard()).toEqual(['COOKIE-ECHO + DATA 0 BE + DATA 1 BE']);
    expect(peer.last.header.verificationTag).toBe(0x1111_2222);
    peer.send({ kind: 'cookie-ack' }, peer.sack(1));
    expect([peer.state, peer.status?.bufferedBytes]).toEqual(['ESTABLISHED', 0]);
  });

  it('[SCTP-0684] a peer that takes fewer streams after a Stale Cookie than DATA has been sent on is refused', () => {
    const peer = new ScriptedPeer({ config });
    peer.associate();
    peer.node.send(peer.id, 'a', { streamId: 3 });
    peer.send(peer.initAck());
    peer.send({ kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: 5 }] });
    peer.heard();
    peer.send(peer.initAck({ maxInboundStreams: 3 }));
    expect([peer.heard(), peer.state]).toEqual([['ABORT invalid-mandatory-parameter'], 'CLOSED']);
  });

  it('[SCTP-0349, SCTP-0409, SCTP-0413] is delivered once, whatever two packets of the first six are lost', () => {
    for (let i = 0; i < 6; i++) {
      for (let j = i; j < 6; j++) {
        let sent = 0;
        const unlucky = dropIf(() => {
          const index = sent++;
          return index === i || index === j;
        });
        const link = [delay(10), unlucky];
        const pair = new EndpointPair((options, now) => new Endpoint(options, now), { link, a: { config } });
        const id = pair.a.associate(pair.b);
        for (const text of ['one', 'two', 'three']) pair.a.send(id, text);
        pair.clock.runFor(30_000);
        expect(pair.b.texts()).toEqual(['one', 'two', 'three']);
        expect(pair.a.core.status(id)).toMatchObject({ state: 'ESTABLISHED', bufferedBytes: 0 });
      }
    }
  });

  it('[SCTP-0443] likewise if both sides begin at once', () => {
    for (let i = 0; i < 8; i++) {
      for (let j = i; j < 8; j++) {
        let sent = 0;
        const unlucky = dropIf(() => {
          const index = sent++;
          return index === i || index === j;
        });
        const link = [delay(10), unlucky];
        const makeCore = (...[options, now]: ConstructorParameters<typeof Endpoint>) => new Endpoint(options, now);
        const pair = new EndpointPair(makeCore, { link, a: { config }, b: { config } });
        const [a, b] = [pair.a.associate(pair.b), pair.b.associate(pair.a)];
        for (const text of ['one', 'two', 'three']) {
          pair.a.send(a, `a ${text}`);
          pair.b.send(b, `b ${text}`);
        }
        pair.clock.runFor(30_000);
        expect(pair.b.texts()).toEqual(['a one', 'a two', 'a three']);
        expect(pair.a.texts()).toEqual(['b one', 'b two', 'b three']);
        expect(pair.a.core.status(a)).toMatchObject({ state: 'ESTABLISHED', bufferedBytes: 0 });
        expect(pair.b.core.status(b)).toMatchObject({ state: 'ESTABLISHED', bufferedBytes: 0 });
      }
    }
  });
});
