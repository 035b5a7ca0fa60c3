import { describe, expect, it } from 'vitest';
import type { DeliveryOptions } from '../../../src/rserpool/user/delivery-options.ts';
import type { Destination } from '../../../src/rserpool/user/destination.ts';
import { host } from '../asap/role-ladder.ts';
import { bytes, SendLadder } from './send-ladder.ts';
import { element, POOL } from './user-ladder.ts';

const pe = (peIdentifier: number) => ({ poolHandle: POOL, peIdentifier });

describe('messages to a pool, without a session', () => {
  it('[ASAP-326] [ASAP-329] [ASAP-332] [ASAP-335] [ASAP-339] [ASAP-330] translates, chooses, connects, sends, and names the element', () => {
    const ladder = new SendLadder();
    const send = ladder.post('hello');
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
    ladder.post('again');
    expect(ladder.take()).toEqual([]);
    ladder.answer(1, [10]);
    expect(ladder.take()).toEqual(['event resolved', 'connect 3 192.0.2.10']);
    ladder.up(3);
    expect(ladder.take()).toEqual(['3: data hello', 'event sent', '3: data again', 'event sent']);
    expect(ladder.eventsOf('sent')[0]).toMatchObject({ send, to: [{ element: pe(10), channel: 3 }] });
  });

  it('[ASAP-337] [ASAP-372] [ASAP-347] asks and connects once, then uses the channel that is there', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.post('one');
    expect(ladder.take()).toEqual(['3: data one', 'event sent']);
    ladder.advance(29_000);
    ladder.post('two');
    expect(ladder.take()).toEqual(['3: data two', 'event sent']);
    // A channel that nobody uses is closed; the next message sets up another one.
    ladder.advance(30_000);
    expect(ladder.take()).toEqual(['close 3 shutdown']);
    ladder.down(3, false);
    ladder.post('three');
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.10']);
  });

  it('[ASAP-343] [ASAP-340] rotates through the elements: 300 messages are 100 for each of three', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11, 12]);
    for (let i = 0; i < 300; i++) ladder.post('x');
    const lines = ladder.takeOnly('').filter((line) => line.includes('data'));
    for (const channel of [3, 5, 7]) expect(lines.filter((line) => line.startsWith(`${channel}:`))).toHaveLength(100);
  });

  it('[ASAP-344] rotates through those that the registrar told, however large the pool is', () => {
    const ladder = new SendLadder({ resolutionItems: 2 });
    ladder.connected([10, 11]);
    for (let i = 0; i < 4; i++) ladder.post(`${i}`);
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual([
      '3: data 0',
      '5: data 1',
      '3: data 2',
      '5: data 3',
    ]);
  });

  it('[ASAP-359] goes to the element that got the latest message, if it is told to', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11, 12]);
    ladder.post('a');
    ladder.post('b');
    for (const text of ['c', 'd']) ladder.post(text, { to: 'last' });
    ladder.post('e');
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual([
      '3: data a',
      '5: data b',
      '5: data c',
      '5: data d',
      '7: data e',
    ]);
  });

  it('[ASAP-360] [ASAP-341] [ASAP-361] goes to all but the sender itself, and to the sender as well if it is told to', () => {
    const ladder = new SendLadder({}, { isSelf: (pool, id) => pool.key === POOL.key && id === 10 });
    ladder.connected([10, 11, 12]);
    const send = ladder.post('all', { to: 'all' });
    expect(ladder.take()).toEqual(['5: data all', '7: data all', 'event sent']);
    expect(ladder.eventsOf('sent')).toMatchObject([{ send, to: [{ element: pe(11) }, { element: pe(12) }] }]);
    ladder.post('self', { to: 'all', toSelf: true });
    expect(ladder.take()).toEqual(['3: data self', '5: data self', '7: data self', 'event sent']);
    // Without ASAP_SEND_TO_ALL it means nothing.
    ladder.post('one', { toSelf: true });
    expect(ladder.take()).toHaveLength(2);
  });

  it('[ASAP-362] is unordered, on a stream and with a PPID as it is told', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    const message = { bytes: bytes('x'), unordered: true, streamId: 3, ppid: 77 };
    ladder.call((role, now) => role.send({ poolHandle: POOL }, message, {}, now));
    expect(ladder.outputs.findLast((each) => each.kind === 'send')).toMatchObject({
      unordered: true,
      streamId: 3,
      ppid: 77,
    });
  });

  it('[ASAP-338] [ASAP-319] [ASAP-368] [ASAP-369] [ASAP-370] is reported with all its data when there is no such pool', () => {
    const ladder = new SendLadder();
    const large = { bytes: new Uint8Array(1_000_000).fill(7), ppid: 5 };
    const send = ladder.call((role, now) => role.send({ poolHandle: POOL }, large, {}, now));
    ladder.unknownPool(1);
    const { bytes: returned, ...report } = ladder.eventsOf('error-report')[0]!;
    expect(report).toEqual({
      kind: 'error-report',
      send,
      destination: { poolHandle: POOL },
      ppid: 5,
      failure: 'unknown-pool',
      reason: 'the registrar named no element',
    });
    expect(returned).toBe(large.bytes);
    expect(ladder.eventsOf('sent')).toEqual([{ kind: 'sent', send, to: [] }]);
  });

  it('goes on with a stale cache, and refreshes it meanwhile', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.advance(29_999);
    ladder.data(3, 'still used');
    ladder.advance(1);
    ladder.take();
    ladder.post('x');
    expect(ladder.take()).toEqual(['1: handle-resolution abc', '3: data x', 'event sent']);
  });

  it('holds what waits within its limit', () => {
    const ladder = new SendLadder({ maxQueuedBytes: 10 });
    ladder.post('1234567890');
    expect(() => ladder.post('x')).toThrow(expect.objectContaining({ code: 'ERR_RSERPOOL_QUEUE_FULL' }));
    ladder.answer(1, [10]);
    ladder.up(3);
    ladder.post('1234567890');
    ladder.post('1234567890');
  });

  it('opens no more channels than it may', () => {
    const ladder = new SendLadder({ maxElementChannels: 1 });
    ladder.connected([10]);
    ladder.answer(1, [10, 11]);
    ladder.call((role, now) => role.populate(POOL, now));
    ladder.answer(1, [10, 11]);
    ladder.take();
    ladder.post('all', { to: 'all' });
    expect(ladder.eventsOf('error-report')).toMatchObject([
      { destination: { peIdentifier: 11 }, reason: 'maxElementChannels is reached' },
    ]);
    expect(ladder.eventsOf('sent')).toMatchObject([{ to: [{ element: pe(10) }] }]);
  });

  it('[ASAP-020] refuses what cannot be sent, and options that a destination cannot have', () => {
    const ladder = new SendLadder();
    const bad = expect.objectContaining({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' });
    const send = (message: { bytes: Uint8Array; ppid?: number }, to: Destination, options: DeliveryOptions) => () =>
      ladder.call((role, now) => role.send(to, message, options, now));
    expect(send({ bytes: bytes('x'), ppid: 11 }, { poolHandle: POOL }, {})).toThrow(bad);
    expect(send({ bytes: new Uint8Array(0) }, { poolHandle: POOL }, {})).toThrow(bad);
    expect(send({ bytes: bytes('x') }, pe(10), { to: 'all' })).toThrow(bad);
    expect(send({ bytes: bytes('x') }, { target: host(10) }, { to: 'last' })).toThrow(bad);
    expect(send({ bytes: bytes('x') }, { target: host(10) }, { failover: true })).toThrow(bad);
  });
});

describe('messages to one element', () => {
  it('[ASAP-345] [ASAP-346] [ASAP-348] [ASAP-349] go to the address of the PE handle, while the pool is looked up', () => {
    const ladder = new SendLadder();
    ladder.post('x', {}, { ...pe(10), target: host(99, 1234) });
    expect(ladder.take()).toEqual(['1: handle-resolution abc', 'connect 3 192.0.2.99']);
    ladder.up(3);
    expect(ladder.take()).toEqual(['3: data x', 'event sent']);
  });

  it('[ASAP-345] [ASAP-350] go to the element of that identifier, if the handle has no address', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    for (let i = 0; i < 3; i++) ladder.post(`${i}`, {}, pe(11));
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual(['5: data 0', '5: data 1', '5: data 2']);
  });

  it('[ASAP-351] [ASAP-355] go to another one if that fails, and the program is told which', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.down(3, false);
    ladder.take();
    const send = ladder.post('x', {}, pe(10));
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.10']);
    ladder.down(7);
    expect(ladder.take()).toEqual(['1: endpoint-unreachable abc 10', '5: data x', 'event sent']);
    expect(ladder.eventsOf('sent')).toMatchObject([{ send, to: [{ element: pe(11) }] }]);
  });

  it('[ASAP-319] fail if no such element is registered, and none may take its place', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.advance(1000);
    ladder.post('x', { failover: false }, pe(66));
    ladder.answer(1, [10]);
    expect(ladder.eventsOf('error-report')).toMatchObject([{ destination: pe(66) }]);
    ladder.post('y', { failover: true }, pe(66));
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual(['3: data y']);
  });
});

describe('messages to a transport address', () => {
  it('[ASAP-326] [ASAP-352] bypass the pool: no translation, no failover, no report to the registrar', () => {
    const ladder = new SendLadder();
    ladder.post('x', {}, { target: host(44, 99) });
    expect(ladder.take()).toEqual(['connect 3 192.0.2.44']);
    ladder.down(3);
    expect(ladder.take()).toEqual(['event error-report', 'event sent']);
    expect(ladder.eventsOf('error-report')).toMatchObject([{ destination: { target: host(44, 99) } }]);
  });
});

describe('failover of messages', () => {
  it('[ASAP-355] [ASAP-373] [ASAP-354] resends silently what the transport gives back, to another element of the pool', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.post('x', { failover: true });
    expect(ladder.take()).toEqual(['3: data x', 'event sent']);
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.take()).toEqual(['5: data x', '1: endpoint-unreachable abc 10']);
    // For a while nobody tries it again.
    for (let i = 0; i < 3; i++) ladder.post('y');
    expect(ladder.takeOnly('connect')).toEqual([]);
  });

  it('[ASAP-357] [ASAP-358] [ASAP-368] returns it to the program instead, if it is told to', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    const send = ladder.post('x', { failover: false });
    ladder.take();
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.take()).toEqual(['event error-report', '1: endpoint-unreachable abc 10']);
    expect(ladder.eventsOf('error-report')).toMatchObject([{ send, destination: pe(10), bytes: bytes('x') }]);
  });

  it('[ASAP-356] [ASAP-008] sends nothing again that the element acknowledged, though it may not have read it', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.post('acknowledged', { failover: true });
    ladder.post('not acknowledged', { failover: true, to: 'last' });
    ladder.take();
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual(['5: data not acknowledged']);
  });

  it('[ASAP-353] does as the configuration says, unless the message says', () => {
    for (const sendFailover of [true, false]) {
      const ladder = new SendLadder({ sendFailover });
      ladder.connected([10, 11]);
      ladder.post('x');
      ladder.giveBack(3);
      expect(ladder.eventsOf('error-report')).toHaveLength(sendFailover ? 0 : 1);
    }
  });

  it('[ASAP-360] has nowhere else to go for a copy for all: it is reported', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.post('x', { to: 'all', failover: true });
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.eventsOf('error-report')).toMatchObject([{ destination: pe(10) }]);
    expect(ladder.take().filter((line) => line.includes('data'))).toEqual(['3: data x', '5: data x']);
  });

  it('asks the registrar once more when no element is left, then reports', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.advance(1000);
    ladder.post('x');
    ladder.down(5);
    ladder.take();
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.11']);
    ladder.down(7);
    expect(ladder.takeOnly('1: handle')).toEqual(['1: handle-resolution abc']);
    ladder.answer(1, [10, 11]);
    expect(ladder.eventsOf('error-report')).toMatchObject([{ destination: { poolHandle: POOL } }]);
  });

  it('gives up an element that does not answer in time', () => {
    const ladder = new SendLadder();
    ladder.post('x');
    ladder.answer(1, [10, 11]);
    ladder.take();
    ladder.advance(5000);
    expect(ladder.take()).toEqual(['close 3 abort', '1: endpoint-unreachable abc 10', 'connect 5 192.0.2.11']);
    ladder.up(5);
    expect(ladder.take()).toEqual(['5: data x', 'event sent']);
  });

  it('[REQ-010] calls a pool that fails five times a second at most, however many messages there are', () => {
    const ladder = new SendLadder();
    ladder.post('first');
    ladder.answer(1, [10]);
    const attempts: number[] = [];
    let seen = 0;
    while (ladder.now < 20_000) {
      for (const output of ladder.outputs.slice(seen)) {
        seen++;
        if (output.kind === 'connect' && output.channel > 1) {
          attempts.push(ladder.now);
          ladder.up(output.channel);
          ladder.down(output.channel);
        } else if (output.kind === 'send' && output.bytes[0] === 5 && output.channel === 1) ladder.answer(1, [10]);
      }
      if (seen < ladder.outputs.length) continue;
      ladder.advance(10);
      ladder.post('more');
    }
    const most = Math.max(...attempts.map((from) => attempts.filter((at) => at >= from && at < from + 1000).length));
    expect(most).toBeLessThanOrEqual(5);
    expect(attempts.length).toBeGreaterThan(10);
  });

  it('reports everything that waits when the user stops', () => {
    const ladder = new SendLadder();
    ladder.post('held');
    ladder.call((role, now) => role.stop('done', now));
    expect(ladder.eventsOf('error-report')).toHaveLength(1);
    const other = new SendLadder();
    other.post('queued');
    other.answer(1, [10, 11]);
    other.call((role, now) => role.stop('done', now));
    expect(other.eventsOf('error-report')).toMatchObject([{ reason: 'done' }]);
    expect(other.takeOnly('close')).toEqual(['close 3 abort', 'close 1 shutdown']);
  });
});

describe('answers to messages without a session', () => {
  it('[ASAP-364] [ASAP-365] come with the PE handle of the sender and the channel', () => {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.data(5, 'reply', 2);
    expect(ladder.eventsOf('data-received')).toMatchObject([
      { from: { ...pe(11), target: { addresses: ['192.0.2.11'] }, channel: 5 }, streamId: 2, bytes: bytes('reply') },
    ]);
  });

  it('[ASAP-366] [ASAP-367] come with the PE handle if the address is one of an element that is known, else with the address', () => {
    const ladder = new SendLadder();
    const known = element(10, {
      userTransport: { protocol: 'sctp', port: 99, use: 'data-only', addresses: ['192.0.2.44'] },
    });
    const target = { protocol: 'sctp', addresses: ['192.0.2.44'], port: 99 } as const;
    ladder.post('x', {}, { target });
    ladder.up(3);
    ladder.data(3, 'who am I');
    expect(ladder.eventsOf('data-received').at(-1)?.from).toEqual({
      poolHandle: undefined,
      peIdentifier: undefined,
      target,
      channel: 3,
    });
    ladder.call((role, now) => role.resolve(POOL, now));
    ladder.answer(1, [known]);
    ladder.data(3, 'and now');
    expect(ladder.eventsOf('data-received').at(-1)?.from).toMatchObject(pe(10));
  });

  it('the end of an idle channel leaves the one alone that has taken its place', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.advance(60_000);
    expect(ladder.take()).toContain('close 3 shutdown');
    ladder.post('next');
    ladder.answer(1, [10]);
    ladder.up(5);
    ladder.take();
    ladder.down(3, false);
    ladder.post('after that');
    // Not a third channel to the same element.
    expect(ladder.take()).toEqual(['5: data after that', 'event sent']);
  });

  it('an element that closes its channel gets the next message on a new one', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.take();
    ladder.closing(3);
    ladder.post('next');
    ladder.advance(1000);
    ladder.up(5);
    ladder.down(3, false);
    ladder.post('after that');
    expect(ladder.takeOnly('5:')).toEqual(['5: data next', '5: data after that']);
  });

  it('keep the channel open, and control messages are not data', () => {
    const ladder = new SendLadder();
    ladder.connected([10]);
    ladder.advance(20_000);
    ladder.data(3, 'alive');
    ladder.cookie(3, 'not without a session');
    ladder.advance(20_000);
    expect(ladder.takeOnly('close')).toEqual([]);
    expect(ladder.eventsOf('data-received')).toHaveLength(1);
  });
});
