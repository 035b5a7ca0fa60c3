import { describe, it } from 'vitest';
import { figure } from '../../harness/figure.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const quiet = { config: { heartbeats: false } };

describe('figures: both sides begin (RFC 9260 §5.2.1, §5.2.4)', () => {
  it('[SCTP-0431] [SCTP-0441] [SCTP-0465] [SCTP-0476] the INITs cross, and the COOKIE ECHO of the peer comes first', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- INIT -------------
        -------- INIT-ACK -------->
      [COOKIE-WAIT]
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      [ESTABLISHED]
      (up)
        <------- COOKIE-ACK -------
        ... 600 s
      [ESTABLISHED]
      `,
    );
  });

  it('[SCTP-0435] [SCTP-0441] [SCTP-0481] an INIT in COOKIE-ECHOED; then the COOKIE ACK', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        <------- INIT -------------
        -------- INIT-ACK -------->
      [COOKIE-ECHOED]
        <------- COOKIE-ACK -------
      (up)
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      [ESTABLISHED]
      `,
    );
  });

  it('[SCTP-0441] [SCTP-0478] every answer to our INIT is lost: the peer’s own set-up is enough, T1-init stops', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        ... 1 s
        -------- INIT ------------>
        <------- INIT -------------
        -------- INIT-ACK -------->
        ... 2 s
        -------- INIT ------------>
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (up)
      [ESTABLISHED]
        ... 600 s
      `,
    );
  });

  it('[SCTP-0443] the COOKIE ACK of the peer is lost: our COOKIE ECHO again until its own one comes', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- INIT -------------
        -------- INIT-ACK -------->
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        ... 1 s
        -------- COOKIE-ECHO ----->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (up)
        ... 600 s
      [ESTABLISHED]
      `,
    );
  });
});
