import { describe, expect, it } from 'vitest';
import { MAX_SPENT_TAGS, SpentTags } from '../../../src/sctp/core/spent-tags.ts';
import { cookieOf, ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState } from './in-state.ts';

const TWO_EACH = {
  addresses: ['10.0.0.2', '10.0.1.2'],
  endpointAddresses: ['10.0.0.1', '10.0.1.1'],
} as const;

describe('COOKIE ECHO that comes late', () => {
  it('[AT-11, ATK-0015] after the end: ABORT within the life of the cookie, Stale Cookie after it, no second association', () => {
    const peer = new ScriptedPeer();
    const ack = peer.askForInitAck();
    peer.echo(ack);
    peer.send({ kind: 'abort', tagReflected: false, causes: [] });
    peer.heard();
    peer.echo(ack);
    expect([peer.heard(), peer.last.header.verificationTag]).toEqual([['ABORT'], peer.tag]);
    expect([peer.core.associations.size, peer.core.counters.cookiesRefused]).toEqual([0, 1]);
    peer.clock.runFor(61_000);
    peer.heard();
    peer.echo(ack);
    expect([peer.heard(), peer.core.associations.size]).toEqual([['ERROR stale-cookie'], 0]);
  });

  it('[ATK-0015] likewise if the association was set up from this side, and its tag was in a cookie as well', () => {
    const peer = inState('COOKIE-WAIT');
    const ack = peer.askForInitAck();
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    peer.node.abort(peer.id);
    peer.heardAfter(0);
    peer.echo(ack);
    expect([peer.heard(), peer.core.associations.size]).toEqual([['ABORT'], 0]);
  });

  it('remembers a bounded number of ended associations, the latest ones', () => {
    const tags = new SpentTags();
    for (let tag = 1; tag <= MAX_SPENT_TAGS + 10; tag++) tags.add(tag);
    tags.add(MAX_SPENT_TAGS);
    expect([tags.size, tags.has(10), tags.has(11), tags.has(MAX_SPENT_TAGS)]).toEqual([
      MAX_SPENT_TAGS,
      false,
      true,
      true,
    ]);
  });

  it('[SCTP-0010] from an address that our own ASSOCIATE did not name: the same peer, and no second association', () => {
    const peer = new ScriptedPeer(TWO_EACH);
    const parameters = TWO_EACH.addresses.map((address) => ({ kind: 'ip-address', address }) as const);
    // INIT and INIT ACK pass before the endpoint wants an association itself, to the first address only.
    const ack = peer.askForInitAck({ parameters }, { from: '10.0.1.2', to: '10.0.1.1' });
    peer.associate({ addresses: ['10.0.0.2'] });
    peer.heard();
    const chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) } as const;
    peer.sendWith({ tag: ack.initiateTag, from: '10.0.1.2', to: '10.0.1.1' }, chunk);
    expect([peer.heard(), peer.core.associations.size, peer.state]).toEqual([[], 1, 'COOKIE-WAIT']);
  });

  it('[SCTP-0850] in SHUTDOWN-SENT, from an unconfirmed address: COOKIE ACK to a confirmed one, and no HEARTBEAT', () => {
    const peer = new ScriptedPeer(TWO_EACH);
    const parameters = [{ kind: 'ip-address', address: '10.0.1.2' }] as const;
    const ack = peer.askForInitAck({ parameters });
    peer.echo(ack);
    peer.id = 1;
    peer.node.shutdown(1);
    peer.heardAfter(0);
    expect(peer.state).toBe('SHUTDOWN-SENT');
    const chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) } as const;
    peer.sendWith({ tag: ack.initiateTag, from: '10.0.1.2', to: '10.0.1.1' }, chunk);
    expect(peer.heardAfter(0)).toEqual(['COOKIE-ACK']);
  });
});
