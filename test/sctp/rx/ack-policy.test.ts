import { describe, expect, it } from 'vitest';
import { AckPolicy, type PacketSummary } from '../../../src/sctp/rx/ack-policy.ts';

const NEW: PacketSummary = { newData: true, duplicates: false, wantsSackNow: false, hasGaps: false };

/** A policy whose first SACK has been sent. */
function warm(sackDelayMs = 200, sackEveryPackets = 2): AckPolicy {
  const policy = new AckPolicy({ sackDelayMs, sackEveryPackets });
  policy.packetReceived(NEW, 0);
  policy.acknowledged();
  return policy;
}

describe('when to acknowledge (RFC 9260 §6.2, §6.7)', () => {
  it('[SCTP-0362] the first packet at once', () => {
    const policy = new AckPolicy({ sackDelayMs: 200, sackEveryPackets: 2 });
    policy.packetReceived(NEW, 0);
    expect(policy.due).toBe(true);
  });

  it('[SCTP-0587, SCTP-1058] every second packet, and the count begins anew', () => {
    const policy = warm();
    for (let i = 0; i < 5; i++) {
      policy.packetReceived(NEW, 0);
      expect([policy.due, policy.pending]).toEqual([false, true]);
      policy.packetReceived(NEW, 0);
      expect(policy.due).toBe(true);
      policy.acknowledged();
      expect([policy.due, policy.pending, policy.deadline]).toEqual([false, false, undefined]);
    }
  });

  it('[SCTP-0588] a single one after the delay, which counts from the oldest one', () => {
    const policy = warm(200, 10);
    policy.packetReceived(NEW, 100);
    policy.packetReceived(NEW, 250);
    expect(policy.deadline).toBe(300);
    policy.timeout(299);
    expect(policy.due).toBe(false);
    policy.timeout(300);
    expect(policy.due).toBe(true);
  });

  it.each([
    ['[SCTP-0697] a gap', { hasGaps: true }, true],
    ['[SCTP-0602] the I bit, or something dropped', { wantsSackNow: true }, true],
    ['[SCTP-0603] duplicates alone', { newData: false, duplicates: true }, true],
    ['[SCTP-0604] duplicates along with something new', { duplicates: true }, false],
  ])('%s', (_, summary, due) => {
    const policy = warm();
    policy.packetReceived({ ...NEW, ...summary }, 0);
    expect(policy.due).toBe(due);
  });

  it('[SCTP-0594] a delay of 0 acknowledges every packet', () => {
    const policy = warm(0);
    policy.packetReceived(NEW, 0);
    expect(policy.due).toBe(true);
  });
});
