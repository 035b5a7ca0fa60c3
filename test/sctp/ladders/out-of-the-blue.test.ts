import { describe, it } from 'vitest';
import { figure } from '../../harness/figure.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const quiet = { config: { heartbeats: false } };

describe('figures: packets of no association (RFC 9260 §8.4)', () => {
  it('[SCTP-0870] [SCTP-0874] [SCTP-0875] [SCTP-0876] [SCTP-0877] [SCTP-0878] [SCTP-0879] rule by rule', () => {
    figure(
      new ScriptedPeer(quiet),
      `
        <------- ABORT {tag 7} ----
        <------- ABORT T {tag 7} --
        <------- DATA 0 + ABORT {tag 7} ------
        <------- SHUTDOWN-ACK {tag 7} ------
        -------- SHUTDOWN-COMPLETE T ------>
        <------- SHUTDOWN-COMPLETE {tag 7} ------
        <------- SHUTDOWN-COMPLETE T {tag 7} ------
        <------- COOKIE-ACK {tag 7} ------
        <------- ERROR stale-cookie {tag 7} ------
        <------- ERROR out-of-resource {tag 7} ------
        -------- ABORT T --------->
        <------- DATA 0 {tag 7} ---
        -------- ABORT T --------->
        <------- SACK 0 {tag 7} ---
        -------- ABORT T --------->
        <------- HEARTBEAT {tag 7} ------
        -------- ABORT T --------->
        <------- HEARTBEAT-ACK {tag 7} ------
        -------- ABORT T --------->
        <------- SHUTDOWN -1 {tag 7} ------
        -------- ABORT T --------->
        <------- INIT-ACK {tag 7} ------
        -------- ABORT T --------->
      [CLOSED]
        ... 600 s
      `,
    );
  });

  it('[SCTP-0358] [SCTP-0872] an INIT while nobody listens: ABORT with its Initiate Tag, T = 0', () => {
    figure(
      new ScriptedPeer({ ...quiet, listening: false }),
      `
        <------- INIT -------------
        -------- ABORT ----------->
      [CLOSED]
      `,
    );
  });

  it('[SCTP-0891] [SCTP-0897] an association is not moved by any chunk with a tag that is not its own', () => {
    figure(
      new ScriptedPeer(quiet).establish(),
      `
        <------- DATA 0 {tag wrong} ------
        <------- ABORT {tag wrong} ------
        <------- ABORT T {tag wrong} ------
        <------- ABORT {tag reflected} ------
        <------- ABORT T ----------
        <------- SHUTDOWN -1 {tag wrong} ------
        <------- SHUTDOWN-ACK {tag wrong} ------
        <------- SHUTDOWN-COMPLETE {tag wrong} ------
        <------- SACK 0 {tag wrong} ------
      [ESTABLISHED]
        <------- ABORT T {tag reflected} ------
      (closed: peer-aborted)
      `,
    );
  });
});
