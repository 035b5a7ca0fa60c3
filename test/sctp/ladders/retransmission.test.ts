import { describe, it } from 'vitest';
import { figure } from '../../harness/figure.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const quiet = { config: { heartbeats: false, associationMaxRetrans: 3 } };
const up = (): ScriptedPeer => new ScriptedPeer(quiet).establish();

describe('figures: retransmission (RFC 9260 §6.1, §6.2, §6.3.3, §7.2.4)', () => {
  it('[SCTP-0653] [SCTP-0658] T3-rtx: again after 1, 2 and 4 s; then the peer is lost', () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
        ... 999 ms
        ... 1 ms
        -------- DATA 0 BE ------->
        ... 2 s
        -------- DATA 0 BE ------->
        ... 4 s
        -------- DATA 0 BE ------->
        ... 8 s
      (send-failed)
      (closed: lost)
        ... 600 s
      `,
    );
  });

  it('[SCTP-0654] [SCTP-0655] the timer begins anew with the ack of the earliest chunk, and ends with the last', () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
      {send 10 bytes}
        -------- DATA 1 BE ------->
        ... 100 ms
        <------- SACK 0 -----------
        ... 999 ms
        ... 1 ms
        -------- DATA 1 BE ------->
        <------- SACK 1 -----------
      (dry)
        ... 600 s
      `,
    );
  });

  it('[SCTP-0796] [SCTP-0797] [SCTP-0800] [SCTP-0805] fast retransmit: at the third SACK that misses it, once', () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
      {send 10 bytes}
        -------- DATA 1 BE ------->
      {send 10 bytes}
        -------- DATA 2 BE ------->
      {send 10 bytes}
        -------- DATA 3 BE ------->
      {send 10 bytes}
        -------- DATA 4 BE ------->
        <------- SACK -1 gaps 2-2 ------
        <------- SACK -1 gaps 2-3 ------
        <------- SACK -1 gaps 2-4 ------
        -------- DATA 0 BE ------->
        <------- SACK -1 gaps 2-5 ------
        <------- SACK -1 gaps 2-5 ------
        <------- SACK 4 -----------
      (dry)
      `,
    );
  });

  it('[SCTP-0544] [SCTP-0546] [SCTP-0548] the window is closed: one probe after an RTO, again with a doubling interval', () => {
    figure(
      up(),
      `
      {send 10 bytes}
        -------- DATA 0 BE ------->
        <------- SACK 0 window 0 --
      (dry)
      {send 10 bytes}
      {send 10 bytes}
        ... 1 s
        -------- DATA 1 BE ------->
        <------- SACK 0 window 0 --
        ... 1 s
        -------- DATA 1 BE ------->
        <------- SACK 0 window 0 --
        ... 2 s
        -------- DATA 1 BE ------->
        <------- SACK 1 window 5000 ------
        -------- DATA 2 BE ------->
        <------- SACK 2 -----------
      (dry)
      `,
    );
  });
});

describe('figures: acknowledgement (RFC 9260 §6.2, §6.7)', () => {
  it('[SCTP-0587] [SCTP-0588] [SCTP-0599] [SCTP-0603] [SCTP-0605] [SCTP-0795] every second packet, or after 200 ms; at once as long as something is missing, or came twice', () => {
    figure(
      up(),
      `
        <------- DATA 0 -----------
        -------- SACK 0 ---------->
        <------- DATA 1 -----------
        ... 199 ms
        ... 1 ms
        -------- SACK 1 ---------->
        <------- DATA 2 -----------
        <------- DATA 3 -----------
        -------- SACK 3 ---------->
        <------- DATA 5 -----------
        -------- SACK 3 gaps 2-2 ------>
        <------- DATA 7 -----------
        -------- SACK 3 gaps 2-2,4-4 ------>
        <------- DATA 5 -----------
        -------- SACK 3 gaps 2-2,4-4 duplicates 5 ------>
        <------- DATA 4 -----------
        -------- SACK 5 gaps 2-2 ------>
        <------- DATA 6 -----------
        ... 200 ms
        -------- SACK 7 ---------->
      (message m0)
      (message m1)
      (message m2)
      (message m3)
      (message m4)
      (message m5)
      (message m6)
      (message m7)
      `,
    );
  });
});
