import { describe, it } from 'vitest';
import { figure } from '../../harness/figure.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const quiet = { config: { heartbeats: false } };

describe('figures: setting an association up (RFC 9260 §5.1)', () => {
  it('[SCTP-0335] [SCTP-0339] [SCTP-0345] [SCTP-0348] [SCTP-0353] the active side', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
      [COOKIE-WAIT]
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
      [COOKIE-ECHOED]
        <------- COOKIE-ACK -------
      [ESTABLISHED]
      (up)
      {send 10 bytes}
        -------- DATA 0 BE ------->
        <------- SACK 0 -----------
      (dry)
      `,
    );
  });

  it('[SCTP-0340] [SCTP-0344] [SCTP-0349] the passive side keeps no state before the COOKIE ECHO', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      [CLOSED]
        <------- INIT -------------
        -------- INIT-ACK -------->
      [CLOSED]
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (up)
      [ESTABLISHED]
        <------- DATA 0 -----------
        -------- SACK 0 ---------->
      (message m0)
      `,
    );
  });

  it('[SCTP-0350] [SCTP-0351] DATA may come in the packet of COOKIE ECHO; its SACK goes with the COOKIE ACK', () => {
    figure(
      new ScriptedPeer(quiet),
      `
        <------- INIT -------------
        -------- INIT-ACK -------->
        <------- COOKIE-ECHO + DATA 0 + DATA 1 ------
        -------- COOKIE-ACK + SACK 1 ------>
      (up)
      (message m0)
      (message m1)
      `,
    );
  });

  it('[SCTP-0323] [SCTP-0355] [SCTP-0457] T1-init: INIT again, each time after twice as long; then the first answer wins', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        ... 999 ms
        ... 1 ms
        -------- INIT ------------>
        ... 2 s
        -------- INIT ------------>
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        <------- INIT-ACK ---------
        <------- COOKIE-ACK -------
      (up)
        ... 600 s
      [ESTABLISHED]
      `,
    );
  });

  it('[SCTP-0324] [SCTP-0401] [SCTP-0484] T1-cookie: COOKIE ECHO again; a second COOKIE ACK is nothing', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        ... 1 s
        -------- COOKIE-ECHO ----->
        <------- COOKIE-ACK -------
        <------- COOKIE-ACK -------
      (up)
      [ESTABLISHED]
      `,
    );
  });

  it('[SCTP-0323] [SCTP-0418] nobody answers: after Max.Init.Retransmits the user is told', () => {
    figure(
      new ScriptedPeer({ config: { maxInitRetransmits: 2 } }),
      `
      {associate}
        -------- INIT ------------>
        ... 1 s
        -------- INIT ------------>
        ... 2 s
        -------- INIT ------------>
        ... 4 s
      (closed: unreachable)
      [CLOSED]
        ... 600 s
      `,
    );
  });

  it('[SCTP-0485] [SCTP-0486] a stale cookie: a new INIT', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        <------- ERROR stale-cookie -------
        -------- INIT ------------>
      [COOKIE-WAIT]
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        <------- COOKIE-ACK -------
      (up)
      `,
    );
  });

  it('[SCTP-0897] [SCTP-0458] a refusal: an ABORT in place of the INIT ACK', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- ABORT {tag wrong} --------
        <------- ABORT T {tag reflected} --------
      [COOKIE-WAIT]
        <------- ABORT ------------
      (closed: peer-aborted)
      [CLOSED]
        <------- INIT-ACK ---------
        -------- ABORT T --------->
      `,
    );
  });

  it('[SCTP-0467] [SCTP-0482] the COOKIE ACK is lost: the same COOKIE ECHO again, the same answer, nothing else', () => {
    figure(
      new ScriptedPeer(quiet),
      `
        <------- INIT -------------
        -------- INIT-ACK -------->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (up)
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      [ESTABLISHED]
      `,
    );
  });
});
