import { describe, expect, it } from 'vitest';
import { HOME_GIVEN_UP, host } from '../asap/role-ladder.ts';
import { SendLadder } from './send-ladder.ts';
import { UserLadder } from './user-ladder.ts';

/** When channel 3 is probed within the next `ms`, counted from now. */
function probes(ladder: UserLadder, ms: number): number[] {
  const start = ladder.now;
  const times: number[] = [];
  for (let passed = 1; passed <= ms; passed++) {
    ladder.advance(1);
    if (ladder.takeOnly('probe 3').length > 0) times.push(ladder.now - start);
  }
  return times;
}

describe('an element that may owe a reply', () => {
  it('is probed from time to time, from the first request on that nothing came back to', () => {
    const ladder = new UserLadder(1, { requestProbeMs: 300 });
    const session = ladder.session([10, 11]);
    expect(probes(ladder, 1000)).toEqual([]);
    ladder.send(session, 'request');
    ladder.advance(200);
    ladder.send(session, 'and another one');
    expect(probes(ladder, 1000)).toEqual([100, 400, 700, 1000]);
  });

  it('is left alone once something came back, until the next request', () => {
    const ladder = new UserLadder(1, { requestProbeMs: 300 });
    const session = ladder.session([10, 11]);
    ladder.send(session, 'request');
    ladder.data(3, 'reply');
    expect(probes(ladder, 1000)).toEqual([]);
    ladder.send(session, 'request');
    expect(probes(ladder, 400)).toEqual([300]);
  });

  it('is probed for what had waited for it, too', () => {
    const ladder = new UserLadder(1, { requestProbeMs: 300 });
    const session = ladder.open();
    ladder.send(session, 'request');
    ladder.up(1);
    ladder.answer(1, [10]);
    ladder.up(3);
    expect(probes(ladder, 400)).toEqual([300]);
  });

  it('is probed no more when it is gone, or the session is being closed', () => {
    for (const end of [
      (ladder: UserLadder) => ladder.down(3),
      (ladder: UserLadder, session: number) =>
        ladder.call((role) => role.closeSession(session, 'shutdown', 'the program is done')),
    ]) {
      const ladder = new UserLadder(1, { requestProbeMs: 300 });
      const session = ladder.session([10]);
      ladder.send(session, 'request');
      end(ladder, session);
      ladder.take();
      ladder.advance(1000);
      expect(ladder.takeOnly('probe')).toEqual([]);
    }
  });

  it('is not probed if nobody wants to know', () => {
    const ladder = new UserLadder(1, { requestProbeMs: 0 });
    ladder.send(ladder.session([10]), 'request');
    ladder.advance(10_000);
    expect(ladder.takeOnly('probe')).toEqual([]);
  });
});

describe('an element that gives no sign of life', () => {
  it('is probed at once when the transport doubts, and stays if it answers', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11]);
    ladder.suspect(3);
    expect(ladder.take()).toEqual(['probe 3']);
    ladder.probed(3, true);
    ladder.send(session, 'x');
    expect(ladder.take()).toEqual(['3: data x']);
  });

  it('[ASAP-206] is cut off, reported, and followed by the next one, which gets what was sent meanwhile', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11]);
    ladder.probed(3, false);
    expect(ladder.take()).toEqual(['close 3 abort']);
    expect(ladder.send(session, 'x')).toBe(false);
    // Late doubts and answers change nothing, nor does a restart.
    ladder.suspect(3);
    ladder.probed(3, false);
    ladder.input({ kind: 'channel-changed', channel: 3, remote: host(10), restarted: true });
    expect(ladder.take()).toEqual([]);
    ladder.down(3, false);
    expect(ladder.take()).toEqual([
      '1: endpoint-unreachable abc 10',
      'event session-interrupted',
      'connect 5 192.0.2.11',
    ]);
    ladder.up(5);
    expect(ladder.take()).toEqual(['event failover', '5: data x']);
  });

  it('is not probed for a reply any more, and its cookies come too late', () => {
    const ladder = new UserLadder(1, { requestProbeMs: 300 });
    const session = ladder.session([10, 11]);
    ladder.send(session, 'request');
    ladder.probed(3, false);
    ladder.cookie(3, 'late');
    ladder.take();
    ladder.advance(1000);
    expect(ladder.take()).toEqual([]);
    ladder.down(3);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual([]);
  });

  it('is not closed twice when the session ends meanwhile', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11]);
    ladder.probed(3, false);
    ladder.take();
    ladder.call((role) => role.closeSession(session, 'shutdown', 'done'));
    expect(ladder.take()).toEqual([]);
    ladder.down(3);
    expect(ladder.take()).toEqual(['event session-closed']);
  });

  it('is none before it was reached', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    ladder.answer(1, [10]);
    ladder.take();
    ladder.suspect(3);
    ladder.probed(3, false);
    ladder.suspect(99);
    ladder.probed(99, false);
    expect(ladder.take()).toEqual([]);
  });
});

describe('a registrar that gives no sign of life', () => {
  it('is probed when the transport doubts, and stays home if it answers', () => {
    const ladder = new UserLadder(2);
    ladder.home();
    ladder.suspect(1);
    ladder.probed(1, true);
    expect(ladder.take()).toEqual(['probe 1']);
    expect(ladder.role.home?.channel).toBe(1);
  });

  it('is given up, and the next one is asked what it was asked', () => {
    const ladder = new UserLadder(2);
    ladder.home();
    ladder.open();
    ladder.take();
    ladder.probed(1, false);
    expect(ladder.take()).toEqual(HOME_GIVEN_UP);
    ladder.up(5, host(2));
    expect(ladder.takeOnly('5:')).toEqual(['5: handle-resolution abc']);
  });
});

describe('a channel for messages without a session, whose other end gives no sign of life', () => {
  /** A channel to element 10, one to element 11, and a message that went to the first. */
  function connected(): SendLadder {
    const ladder = new SendLadder();
    ladder.connected([10, 11]);
    ladder.post('x');
    ladder.take();
    return ladder;
  }

  it('is probed when the transport doubts, and stays if there is an answer', () => {
    const ladder = connected();
    ladder.suspect(3);
    ladder.probed(3, true);
    expect(ladder.take()).toEqual(['probe 3']);
  });

  it('[ASAP-355] [ASAP-206] is cut off and reported once, and what it gives back goes to another element', () => {
    const ladder = connected();
    ladder.probed(3, false);
    expect(ladder.take()).toEqual(['close 3 abort', '1: endpoint-unreachable abc 10']);
    ladder.suspect(3);
    ladder.probed(3, false);
    expect(ladder.take()).toEqual([]);
    ladder.giveBack(3);
    ladder.down(3);
    expect(ladder.take()).toEqual(['5: data x']);
  });

  it('is not asked while it is set up', () => {
    const ladder = new SendLadder();
    ladder.post('x', {}, { target: host(44) });
    ladder.take();
    ladder.suspect(3);
    ladder.probed(3, false);
    expect(ladder.take()).toEqual([]);
  });
});
