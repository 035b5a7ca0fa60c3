import { describe, expect, it } from 'vitest';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import { host } from '../asap/role-ladder.ts';
import { UserLadder } from './user-ladder.ts';

const certificate = (name: string): PeerIdentity => ({ kind: 'certificate', names: [`dns:${name}`] });

describe('who an element is', () => {
  it('[SEC-025] [SEC-002] is told when a session begins and when it fails over, before anything that waits is sent', () => {
    const ladder = new UserLadder();
    ladder.home();
    const session = ladder.open();
    ladder.send(session, 'one');
    ladder.answer(1, [2, 3]);
    ladder.take();
    ladder.up(3, host(2), 'local', certificate('pe-2.example'));
    expect(ladder.take()).toEqual(['event session-up', '3: data one']);
    ladder.down(3);
    ladder.send(session, 'two');
    ladder.take();
    ladder.up(5, host(3), 'local', certificate('pe-3.example'));
    expect(ladder.take()).toEqual(['event failover', '5: data two']);
    const [up] = ladder.eventsOf('session-up');
    const [failover] = ladder.eventsOf('failover');
    expect([up?.element.peer, failover?.from.peer, failover?.to.peer]).toEqual([
      certificate('pe-2.example'),
      certificate('pe-2.example'),
      certificate('pe-3.example'),
    ]);
    expect(ladder.role.elementOf(session)?.peer).toEqual(certificate('pe-3.example'));
  });

  it('is told of messages without a session too, and of the registrar', () => {
    const ladder = new UserLadder();
    ladder.call((role, now) => role.start(now));
    ladder.up(1, host(1), 'local', certificate('registrar.example'));
    expect(ladder.eventsOf('home-changed')).toMatchObject([{ peer: certificate('registrar.example') }]);
    const target = host(9);
    ladder.call((role, now) => role.send({ target }, { bytes: new Uint8Array([1]) }, {}, now));
    ladder.up(3, target, 'local', certificate('pe-9.example'));
    ladder.data(3, 'answer');
    expect(ladder.eventsOf('sent')[0]?.to).toMatchObject([{ peer: certificate('pe-9.example') }]);
    expect(ladder.eventsOf('data-received')[0]?.from).toMatchObject({ peer: certificate('pe-9.example') });
  });
});
