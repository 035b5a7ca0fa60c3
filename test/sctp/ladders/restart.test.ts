import { describe, it } from 'vitest';
import { figure } from '../../harness/figure.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const quiet = { config: { heartbeats: false } };

describe('figures: the peer begins anew (RFC 9260 §5.2.2, §5.2.4, §5.2.4.1)', () => {
  it('[SCTP-0444] [SCTP-0453] [SCTP-0464] [SCTP-0472] [SCTP-0474] [SCTP-0483] a restart', () => {
    figure(
      new ScriptedPeer(quiet).establish(),
      `
      [ESTABLISHED]
        <------- DATA 0 -----------
        -------- SACK 0 ---------->
      (message m0)
        <------- INIT anew --------
        -------- INIT-ACK -------->
      [ESTABLISHED]
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (restart)
      [ESTABLISHED]
        <------- DATA 0 -----------
        -------- SACK 0 ---------->
      (message m0)
      {send 10 bytes}
        -------- DATA 0 BE ------->
      `,
    );
  });

  it('[SCTP-0453] an INIT whose COOKIE ECHO never comes changes nothing', () => {
    figure(
      new ScriptedPeer(quiet).establish(),
      `
        <------- INIT anew --------
        -------- INIT-ACK -------->
        ... 600 s
      [ESTABLISHED]
      {send 10 bytes}
        -------- DATA 0 BE ------->
      `,
    );
  });

  it('[SCTP-0467] [SCTP-0468] the COOKIE ACK of a restart is lost: COOKIE ECHO again, no second restart; the cookie before it is dead', () => {
    figure(
      new ScriptedPeer(quiet),
      `
        <------- INIT -------------
        -------- INIT-ACK -------->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (up)
        <------- INIT anew --------
        -------- INIT-ACK -------->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (restart)
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      [ESTABLISHED]
        <------- COOKIE-ECHO 1 ----
      [ESTABLISHED]
      `,
    );
  });

  it('[SCTP-0470] what was not acknowledged fails with the restart', () => {
    figure(
      new ScriptedPeer(quiet).establish(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
        <------- INIT anew --------
        -------- INIT-ACK -------->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (send-failed)
      (restart)
        ... 10 s
      [ESTABLISHED]
      `,
    );
  });

  it('[SCTP-0456] [SCTP-0475] [SCTP-0956] in SHUTDOWN-ACK-SENT nobody restarts', () => {
    figure(
      new ScriptedPeer(quiet),
      `
        <------- INIT -------------
        -------- INIT-ACK -------->
        <------- COOKIE-ECHO ------
        -------- COOKIE-ACK ------>
      (up)
        <------- INIT anew --------
        -------- INIT-ACK -------->
        <------- SHUTDOWN -1 {tag first} ------
        -------- SHUTDOWN-ACK ---->
      (shutting-down)
      [SHUTDOWN-ACK-SENT]
        <------- INIT -------------
        -------- SHUTDOWN-ACK ---->
      [SHUTDOWN-ACK-SENT]
        <------- COOKIE-ECHO ------
        -------- SHUTDOWN-ACK + ERROR cookie-received-while-shutting-down ---->
      [SHUTDOWN-ACK-SENT]
        <------- SHUTDOWN-COMPLETE {tag first} ------
      (closed: peer-shutdown)
      `,
    );
  });
});
