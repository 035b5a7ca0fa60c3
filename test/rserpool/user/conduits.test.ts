import { describe, expect, it } from 'vitest';
import { host } from '../asap/role-ladder.ts';
import { bytes, SendLadder } from './send-ladder.ts';
import { element, POOL } from './user-ladder.ts';

/** The element that would be picked now; none if all failed lately. */
function picked(ladder: SendLadder): number | undefined {
  return ladder.call((role, now) => role.pick(POOL, now))?.peIdentifier;
}

describe('channels for messages without a session', () => {
  it('are listed as long as they are there', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    expect(ladder.role.sendChannels()).toEqual([3, 5]);
    ladder.down(3);
    expect(ladder.role.sendChannels()).toEqual([5]);
  });

  it('are not those of a mere transport address that happens to be an element’s', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.post('x', {}, { target: { protocol: 'sctp', addresses: ['192.0.2.10'], port: 4711 } });
    expect(ladder.take()).toEqual(['connect 5 192.0.2.10']);
    ladder.down(5);
    // It was no element that failed.
    expect(ladder.takeOnly('1:')).toEqual([]);
    expect(picked(ladder)).toBe(10);
  });

  it('that end because nobody uses them any more are no failure of the element', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.advance(30_000);
    expect(ladder.takeOnly('close')).toEqual(['close 3 shutdown']);
    ladder.suspect(3);
    ladder.down(3, false);
    expect(ladder.take()).toEqual([]);
    expect(picked(ladder)).toBe(10);
  });

  it('that could not be opened are given up once', () => {
    const ladder = new SendLadder();
    ladder.post('x');
    ladder.answer(1, [10]);
    ladder.down(3);
    ladder.take();
    ladder.advance(10_000);
    expect(ladder.take()).toEqual([]);
  });

  it('that come up show that the element works again', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.down(3);
    expect(picked(ladder)).toBeUndefined();
    ladder.post('x');
    ladder.up(5);
    expect(picked(ladder)).toBe(10);
  });

  it('[REQ-010] to a pool that fails are opened after a pause, and what waited for it is sent then', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    for (const channel of [3, 5]) {
      ladder.down(channel);
      ladder.post('x', { failover: false });
    }
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.10']);
    ladder.advance(300);
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.10']);
    ladder.up(7);
    expect(ladder.take()).toEqual(['7: data x', 'event sent']);
  });

  it('to a pool that has worked for a while are opened at once', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.down(3);
    ladder.post('x', { failover: false });
    ladder.up(5);
    ladder.advance(1000);
    ladder.down(5);
    ladder.take();
    ladder.post('y', { failover: false });
    expect(ladder.take()).toEqual(['connect 7 192.0.2.10']);
  });

  it('are closed with the user, those that are being set up as well, and nobody is told twice', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.post('x', {}, { target: host(44) });
    ladder.take();
    ladder.call((role, now) => role.stop('done', now));
    expect(ladder.takeOnly('close')).toEqual(['close 3 shutdown', 'close 5 abort', 'close 1 shutdown']);
    expect(ladder.eventsOf('error-report')).toHaveLength(1);
    ladder.down(3, false);
    expect(ladder.take()).toEqual([]);
  });
});

describe('messages without a session', () => {
  it('are settled when the last copy is, though one came back before', () => {
    const ladder = new SendLadder();
    ladder.post('x', { to: 'all' });
    ladder.answer(1, [10, 11]);
    ladder.up(3);
    ladder.giveBack(3);
    expect(ladder.eventsOf('error-report')).toHaveLength(1);
    expect(ladder.eventsOf('sent')).toHaveLength(0);
    ladder.up(5);
    expect(ladder.eventsOf('sent')).toHaveLength(1);
  });

  it('have their answers told with the PE handle also when the pool is forgotten', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.call((role) => role.purge(POOL));
    ladder.data(3, 'reply');
    expect(ladder.eventsOf('data-received')).toMatchObject([{ from: { peIdentifier: 10 }, bytes: bytes('reply') }]);
  });

  it('go to the elements that were known when the registrar does not answer', () => {
    const ladder = new SendLadder({ useStaleCache: false });
    ladder.connected([10]);
    ladder.advance(29_000);
    ladder.post('keeps the channel open');
    ladder.advance(1000);
    ladder.take();
    ladder.post('x');
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
    ladder.advance(15_000);
    ladder.post('keeps the channel open', {}, { poolHandle: POOL, peIdentifier: 10, target: host(10, 4711) });
    ladder.advance(15_000);
    ladder.take();
    ladder.advance(15_000);
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual(['3: data x']);
  });

  it('[ASAP-345] with a PE handle that has an address ask nobody while the pool is fresh', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.post('x', {}, { poolHandle: POOL, peIdentifier: 10, target: host(10, 4711) });
    expect(ladder.takeOnly('1:')).toEqual([]);
  });

  it('ask once, and are reported when the element that was named then does not answer either', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.advance(1000);
    ladder.post('x', { failover: true });
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.takeOnly('1: handle')).toEqual(['1: handle-resolution abc']);
    ladder.answer(1, [element(10), element(11)]);
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.11']);
    ladder.advance(5000);
    expect(ladder.takeOnly('1: handle')).toEqual([]);
    expect(ladder.eventsOf('error-report')).toMatchObject([{ failure: 'no-element-reachable' }]);
  });
});
