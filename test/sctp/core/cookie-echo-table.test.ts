import { describe, expect, it } from 'vitest';
import { tsn } from '../../../src/base/serial.ts';
import type { StateCookie } from '../../../src/sctp/core/cookie.ts';
import type { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState, STATES } from './in-state.ts';
import { withoutCounters } from './without-counters.ts';

const COOKIE_TAG = 0x5151_5151;
const STRANGE_TAG = 0x6161_6161;

type Match = 'M' | 'X' | '0';
type Action = 'A' | 'B' | 'C' | 'D' | 'none';

/** RFC 9260 §5.2.4, Table 12; every combination that is not in it is 'none'. */
function actionOf(local: Match, peer: Match, localTie: Match, peerTie: Match): Action {
  if (local === 'M' && peer === 'M') return 'D';
  if (local === 'M') return 'B';
  if (peer === 'M') return localTie === '0' && peerTie === '0' ? 'C' : 'none';
  return localTie === 'M' && peerTie === 'M' ? 'A' : 'none';
}

const COMBINATIONS = (['M', 'X'] as const).flatMap((local) =>
  (['M', 'X'] as const).flatMap((peer) =>
    (['M', 'X', '0'] as const).flatMap((localTie) =>
      (['M', 'X', '0'] as const).map((peerTie) => ({ local, peer, localTie, peerTie })),
    ),
  ),
);

/** An association with tie-tags, as it is after an INIT that was answered. */
function withTieTags(state: (typeof STATES)[number]): ScriptedPeer {
  const peer = inState(state);
  // Ours to give here: COOKIE-WAIT and SHUTDOWN-ACK-SENT never make any, yet a cookie may be older than those states.
  peer.tcb.localTieTag = 0x0101_0101;
  peer.tcb.peerTieTag = 0x0202_0202;
  return peer;
}

/** A COOKIE ECHO as an INIT of this peer would have brought it about; its tags match (M), do not (X), or are 0. */
function echo(peer: ScriptedPeer, match: (typeof COMBINATIONS)[number], ageMs = 0): void {
  const { tcb, core } = peer;
  const now = peer.clock.now();
  const pick = (which: Match, mine: number): number => (which === 'M' ? mine : which === '0' ? 0 : STRANGE_TAG);
  const cookie: StateCookie = {
    createdAt: now - ageMs,
    lifeMs: 60_000,
    localTag: match.local === 'M' ? tcb.localTag : COOKIE_TAG,
    peerTag: pick(match.peer, tcb.peerTag),
    localTieTag: pick(match.localTie, tcb.localTieTag),
    peerTieTag: pick(match.peerTie, tcb.peerTieTag),
    localPort: core.sctpPort,
    peerPort: tcb.peerPort,
    localInitialTsn: tcb.localInitialTsn,
    peerInitialTsn: tcb.peerInitialTsn ?? tsn(1000),
    peerRwndBytes: 50_000,
    outboundStreams: 10,
    inboundStreams: 10,
    extensions: tcb.extensions,
    adaptation: undefined,
    peerAddresses: ['10.0.0.2'],
  };
  const bytes = core.cookies.seal(cookie, now);
  peer.sendWith({ tag: cookie.localTag }, { kind: 'cookie-echo', cookie: bytes });
}

describe.each(STATES)('a COOKIE ECHO in %s (RFC 9260 §5.2.4, Table 12)', (state) => {
  for (const match of COMBINATIONS) {
    const { local, peer: peerTag, localTie, peerTie } = match;
    // In COOKIE-WAIT the peer's tag is not known yet: no cookie can have it.
    if (state === 'COOKIE-WAIT' && peerTag === 'M') continue;
    const action = actionOf(local, peerTag, localTie, peerTie);

    it(`[SCTP-0463, SCTP-0464, SCTP-0465, SCTP-0466, SCTP-0467, SCTP-0468, SCTP-0469, AT-32] ${local} ${peerTag} ${localTie} ${peerTie}: ${action}`, () => {
      const peer = withTieTags(state);
      const { id, tcb, status } = peer;
      const next = peer.core.nextTimeoutAt();
      const settingUp = state === 'COOKIE-WAIT' || state === 'COOKIE-ECHOED';
      echo(peer, match);
      const heard = peer.heard();
      const events = peer.node.events.slice(-1).map(({ event }) => event.kind);
      switch (action) {
        case 'A':
          if (state === 'SHUTDOWN-ACK-SENT') {
            expect([heard, peer.state]).toEqual([
              ['SHUTDOWN-ACK + ERROR cookie-received-while-shutting-down'],
              'SHUTDOWN-ACK-SENT',
            ]);
            expect(tcb.localTag).toBe(peer.theirTag);
            break;
          }
          expect([heard, peer.state, events]).toEqual([['COOKIE-ACK'], 'ESTABLISHED', ['restart']]);
          expect([tcb.localTag, tcb.peerTag]).toEqual([COOKIE_TAG, STRANGE_TAG]);
          expect(peer.core.associations.byTag(COOKIE_TAG)).toBe(tcb);
          expect(peer.core.associations.byTag(peer.theirTag)).toBeUndefined();
          break;
        case 'B':
          expect([heard, peer.state]).toEqual([['COOKIE-ACK'], settingUp ? 'ESTABLISHED' : state]);
          expect([tcb.localTag, tcb.peerTag]).toEqual([peer.theirTag, STRANGE_TAG]);
          expect(peer.last.header.verificationTag).toBe(STRANGE_TAG);
          expect([tcb.timers.isRunning('t1-init'), tcb.timers.isRunning('t1-cookie')]).toEqual([false, false]);
          break;
        case 'D':
          expect([heard, peer.state]).toEqual([['COOKIE-ACK'], settingUp ? 'ESTABLISHED' : state]);
          expect(peer.last.header.verificationTag).toBe(peer.tag);
          expect([tcb.timers.isRunning('t1-init'), tcb.timers.isRunning('t1-cookie')]).toEqual([false, false]);
          break;
        default:
          expect([heard, peer.status, peer.core.nextTimeoutAt()]).toEqual([[], status, next]);
      }
      expect([peer.core.associations.size, peer.core.associations.get(id)]).toEqual([1, tcb]);
    });

    it(`[SCTP-0460, SCTP-0461, SCTP-0462] ${local} ${peerTag} ${localTie} ${peerTie}, past its life: ${action === 'D' ? 'D' : 'Stale Cookie'}`, () => {
      const peer = withTieTags(state);
      const { status, tcb } = peer;
      const next = peer.core.nextTimeoutAt();
      const peerTagOfCookie = peerTag === 'M' ? tcb.peerTag : STRANGE_TAG;
      echo(peer, match, 60_001);
      if (action === 'D') {
        expect(peer.heard()).toEqual(['COOKIE-ACK']);
        return;
      }
      expect([peer.heard(), peer.core.nextTimeoutAt()]).toEqual([['ERROR stale-cookie'], next]);
      expect(peer.last.header.verificationTag).toBe(peerTagOfCookie);
      expect(withoutCounters(peer.status)).toEqual(withoutCounters(status));
    });
  }
});
