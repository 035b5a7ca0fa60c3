import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState, STATES } from './in-state.ts';

describe.each(STATES)('in %s', (state) => {
  it('[SCTP-0305] STATUS names the state', () => {
    const peer = inState(state);
    expect(peer.core.status(peer.id)?.state).toBe(state);
    peer.node.abort(peer.id);
    // CLOSED is no association.
    expect([peer.core.status(peer.id), peer.core.associations.size]).toEqual([undefined, 0]);
  });

  it('[SCTP-0531, SCTP-0533, SCTP-0596, ERR-0055] DATA is taken in ESTABLISHED, SHUTDOWN-PENDING and SHUTDOWN-SENT', () => {
    const peer = inState(state);
    peer.send(peer.data(0));
    const taken = state === 'ESTABLISHED' || state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-SENT';
    expect(peer.node.texts()).toEqual(taken ? ['m0'] : []);
    expect(peer.heard()).toEqual(taken ? [state === 'SHUTDOWN-SENT' ? 'SHUTDOWN 0' : 'SACK 0'] : []);
    expect(peer.state).toBe(state);
  });

  it('[SCTP-0534, SCTP-0536, ERR-0055] SACK is taken in ESTABLISHED, SHUTDOWN-PENDING and SHUTDOWN-RECEIVED', () => {
    const peer = inState(state);
    const taken = state === 'ESTABLISHED' || state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-RECEIVED';
    if (state === 'ESTABLISHED') peer.node.send(peer.id, 'unacknowledged');
    peer.heardAfter(0);
    peer.send(peer.sack(0));
    expect(peer.status?.bufferedBytes).toBe(0);
    const next = { ESTABLISHED: [], 'SHUTDOWN-PENDING': ['SHUTDOWN -1'], 'SHUTDOWN-RECEIVED': ['SHUTDOWN-ACK'] };
    expect(peer.heard()).toEqual(taken ? next[state as keyof typeof next] : []);
  });

  it('[ERR-0008, SCTP-0339, SCTP-0345, SCTP-0353] T1-init guards INIT, T1-cookie guards COOKIE ECHO', () => {
    const { timers } = inState(state).tcb;
    expect([timers.isRunning('t1-init'), timers.isRunning('t1-cookie')]).toEqual([
      state === 'COOKIE-WAIT',
      state === 'COOKIE-ECHOED',
    ]);
  });
});

it('[SCTP-0310, SCTP-0353, SCTP-0478] COOKIE ACK stops T1-cookie', () => {
  const { timers } = new ScriptedPeer().connect().tcb;
  expect([timers.isRunning('t1-init'), timers.isRunning('t1-cookie')]).toEqual([false, false]);
});
