import { describe, it } from 'vitest';
import { figure } from '../../harness/figure.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const quiet = { config: { heartbeats: false } };
const up = (): ScriptedPeer => new ScriptedPeer(quiet).establish();

describe('figures: a graceful end (RFC 9260 §9.2)', () => {
  it('[SCTP-0931] [SCTP-0932] [SCTP-0951] [SCTP-0898] our shutdown', () => {
    figure(
      up(),
      `
      {shutdown}
        -------- SHUTDOWN -1 ----->
      [SHUTDOWN-SENT]
        <------- SHUTDOWN-ACK -----
        -------- SHUTDOWN-COMPLETE ------>
      (closed: shutdown)
      [CLOSED]
        ... 600 s
      `,
    );
  });

  it("[SCTP-0939] [SCTP-0948] [SCTP-0953] the peer's shutdown", () => {
    figure(
      up(),
      `
        <------- SHUTDOWN -1 ------
        -------- SHUTDOWN-ACK ---->
      (shutting-down)
      [SHUTDOWN-ACK-SENT]
        <------- SHUTDOWN-COMPLETE ------
      (closed: peer-shutdown)
      [CLOSED]
        ... 600 s
      `,
    );
  });

  it('[SCTP-0929] [SCTP-0931] [SCTP-0954] data first: SHUTDOWN waits for the last SACK', () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
      {shutdown}
      [SHUTDOWN-PENDING]
        ... 1 s
        -------- DATA 0 BE ------->
        <------- SACK 0 -----------
      (dry)
        -------- SHUTDOWN -1 ----->
      [SHUTDOWN-SENT]
      `,
    );
  });

  it("[SCTP-0327] [SCTP-0942] [SCTP-0939] the peer's SHUTDOWN with our data outstanding: SHUTDOWN ACK waits for the last ack", () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
      {send 10 bytes}
        -------- DATA 1 BE ------->
        <------- SHUTDOWN 0 -------
      (shutting-down)
      [SHUTDOWN-RECEIVED]
        <------- SACK 1 -----------
      (dry)
        -------- SHUTDOWN-ACK ---->
      [SHUTDOWN-ACK-SENT]
      `,
    );
  });

  it('[SCTP-0325] [SCTP-0943] DATA in SHUTDOWN-SENT: SHUTDOWN again, at once, and the message is delivered', () => {
    figure(
      up(),
      `
      {shutdown}
        -------- SHUTDOWN -1 ----->
        <------- DATA 0 -----------
        -------- SHUTDOWN 0 ------>
      (message m0)
        <------- DATA 2 -----------
        -------- SHUTDOWN 0 + SACK 0 gaps 2-2 ------>
        <------- DATA 1 -----------
        -------- SHUTDOWN 2 ------>
      (message m1)
      (message m2)
        <------- SHUTDOWN-ACK -----
        -------- SHUTDOWN-COMPLETE ------>
      (closed: shutdown)
      `,
    );
  });

  it('[SCTP-0933] [SCTP-0934] SHUTDOWN is lost: T2-shutdown', () => {
    figure(
      up(),
      `
      {shutdown}
        -------- SHUTDOWN -1 ----->
        ... 1 s
        -------- SHUTDOWN -1 ----->
        ... 2 s
        -------- SHUTDOWN -1 ----->
        <------- SHUTDOWN-ACK -----
        -------- SHUTDOWN-COMPLETE ------>
      (closed: shutdown)
      `,
    );
  });

  it('[SCTP-0949] [SCTP-0963] SHUTDOWN ACK is lost: T2-shutdown, and at once for a SHUTDOWN that comes again', () => {
    figure(
      up(),
      `
        <------- SHUTDOWN -1 ------
        -------- SHUTDOWN-ACK ---->
      (shutting-down)
        ... 1 s
        -------- SHUTDOWN-ACK ---->
        <------- SHUTDOWN -1 ------
        -------- SHUTDOWN-ACK ---->
      [SHUTDOWN-ACK-SENT]
        <------- SHUTDOWN-COMPLETE ------
      (closed: peer-shutdown)
      `,
    );
  });

  it('[SCTP-0874] [SCTP-0875] SHUTDOWN COMPLETE is lost: SHUTDOWN ACK comes out of the blue', () => {
    figure(
      up(),
      `
      {shutdown}
        -------- SHUTDOWN -1 ----->
        <------- SHUTDOWN-ACK -----
        -------- SHUTDOWN-COMPLETE ------>
      (closed: shutdown)
        <------- SHUTDOWN-ACK -----
        -------- SHUTDOWN-COMPLETE T ---->
      `,
    );
  });

  it('[SCTP-0961] [SCTP-0962] both begin: SHUTDOWN crosses SHUTDOWN', () => {
    figure(
      up(),
      `
      {shutdown}
        -------- SHUTDOWN -1 ----->
        <------- SHUTDOWN -1 ------
        -------- SHUTDOWN-ACK ---->
      [SHUTDOWN-ACK-SENT]
        <------- SHUTDOWN-ACK -----
        -------- SHUTDOWN-COMPLETE ------>
      (closed: shutdown)
      [CLOSED]
      `,
    );
  });

  it('[SCTP-0952] [SCTP-0966] SHUTDOWN COMPLETE and SHUTDOWN ACK where none is due change nothing', () => {
    figure(
      up(),
      `
        <------- SHUTDOWN-COMPLETE ------
        <------- SHUTDOWN-ACK -----
      [ESTABLISHED]
      {shutdown}
        -------- SHUTDOWN -1 ----->
        <------- SHUTDOWN-COMPLETE ------
        <------- SHUTDOWN-COMPLETE T {tag reflected} ------
      [SHUTDOWN-SENT]
      `,
    );
  });

  it('[SCTP-0960] a SHUTDOWN before the association is up changes nothing', () => {
    figure(
      new ScriptedPeer(quiet),
      `
      {associate}
        -------- INIT ------------>
        <------- SHUTDOWN -1 ------
      [COOKIE-WAIT]
        <------- INIT-ACK ---------
        -------- COOKIE-ECHO ----->
        <------- SHUTDOWN -1 ------
      [COOKIE-ECHOED]
      `,
    );
  });

  it('[SCTP-0946] [SCTP-0947] the peer acknowledges and never ends: T5-shutdown-guard, five times RTO.Max', () => {
    figure(
      new ScriptedPeer({ config: { heartbeats: false, rtoMaxMs: 4000, associationMaxRetrans: 1000 } }).establish(),
      `
      {shutdown}
        -------- SHUTDOWN -1 ----->
        ... 1 s
        -------- SHUTDOWN -1 ----->
        ... 2 s
        -------- SHUTDOWN -1 ----->
        ... 4 s
        -------- SHUTDOWN -1 ----->
        ... 4 s
        -------- SHUTDOWN -1 ----->
        ... 4 s
        -------- SHUTDOWN -1 ----->
        ... 4 s
        -------- SHUTDOWN -1 ----->
        ... 999 ms
        ... 1 ms
        -------- ABORT ----------->
      (path-changed)
      (closed: protocol-violation)
      [CLOSED]
      `,
    );
  });

  it('[SCTP-0922] [SCTP-0924] [SCTP-0927] and an abort: one packet, and nothing after it', () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
      {abort}
        -------- ABORT user-initiated-abort ----->
      (send-failed)
      (closed: aborted)
      [CLOSED]
        ... 600 s
      `,
    );
    figure(
      up(),
      `
        <------- ABORT ------------
      (closed: peer-aborted)
      [CLOSED]
        ... 600 s
      `,
    );
  });
});
