import { describe, expect, it } from 'vitest';
import { ssn, tsn, tsnAdd } from '../../../src/base/serial.ts';
import type { ReconfigurationParameter } from '../../../src/sctp/wire/reconfig-parameter.ts';
import type { StreamSelection } from '../../../src/sctp/wire/stream-selection.ts';
import { fuzzInputs, fuzzTimeoutMs } from '../../harness/fuzz-inputs.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { ReconfiguringPeer } from './reconfiguring-peer.ts';
import { checkInvariants } from './transfer.ts';

const STEPS = 250;

const someStreams = (random: SeededRandom): StreamSelection =>
  random.chance(0.2) ? 'all' : Array.from({ length: 1 + random.below(3) }, () => random.below(12));

/** A parameter whose numbers are near to what the endpoint expects. */
function parameter(peer: ReconfiguringPeer, random: SeededRandom): ReconfigurationParameter {
  const { reconfiguration, inbound, outbound } = peer.tcb;
  const expected = reconfiguration?.expectedNumber ?? peer.initialTsn;
  const requestNumber = (expected + (random.chance(0.7) ? 0 : random.below(4) - 2)) >>> 0;
  const asked = ((reconfiguration?.nextNumber ?? peer.theirTsn) - random.below(4)) >>> 0;
  switch (random.below(7)) {
    case 0:
    case 1:
      return {
        kind: 'outgoing-ssn-reset-request',
        requestNumber,
        responseNumber: asked,
        lastAssignedTsn: tsnAdd(inbound!.tracker.cumulativeTsn, random.below(6) - 2),
        streams: someStreams(random),
      };
    case 2:
      return { kind: 'incoming-ssn-reset-request', requestNumber, streams: someStreams(random) };
    case 3:
      return { kind: 'ssn-tsn-reset-request', requestNumber };
    case 4: {
      const kind = random.chance(0.5) ? 'add-outgoing-streams-request' : 'add-incoming-streams-request';
      return { kind, requestNumber, newStreams: random.chance(0.9) ? random.below(3) : 65_535 };
    }
    default: {
      const nextTsns = { sender: tsn(random.u32()), receiver: tsnAdd(outbound.outstanding.nextTsn, random.below(9)) };
      return {
        kind: 're-configuration-response',
        responseNumber: asked,
        result: random.below(8),
        nextTsns: random.chance(0.7) ? nextTsns : undefined,
      };
    }
  }
}

function ask(peer: ReconfiguringPeer, random: SeededRandom): void {
  try {
    peer.reconfigure(
      random.chance(0.2)
        ? { kind: 'reset-association' }
        : random.chance(0.3)
          ? { kind: 'add-streams', outgoing: random.below(3), incoming: random.below(3) }
          : { kind: 'reset-streams', outgoing: someStreams(random), incoming: someStreams(random) },
    );
  } catch {
    // Refused: a stream that does not exist, one that is being reset, too early.
  }
}

describe('RE-CONFIG without sense', () => {
  it('[AT-64] whatever a peer says of streams, the endpoint keeps its invariants and a bounded memory', {
    timeout: fuzzTimeoutMs(60_000),
  }, () => {
    let events = 0;
    forEachSeed(fuzzInputs(60), (seed) => {
      const random = new SeededRandom(seed).fork('re-config');
      const peer = new ReconfiguringPeer({ seed, config: { receiveBufferBytes: 20_000 } }).up();
      for (let step = 0; step < STEPS && peer.status !== undefined; step++) {
        const { tracker } = peer.tcb.inbound!;
        const chance = random.below(10);
        if (chance < 5) {
          const parameters = Array.from({ length: 1 + random.below(3) }, () => parameter(peer, random));
          peer.reconfig(...parameters);
        } else if (chance < 7) {
          const fields = { tsn: tsnAdd(tracker.cumulativeTsn, 1 + random.below(4)), streamId: random.below(12) };
          peer.send(peer.data(0, { ...fields, ssn: ssn(random.below(2)), unordered: random.chance(0.8) }));
        } else if (chance < 8) {
          peer.send({ ...peer.sack(0), cumulativeTsnAck: tsnAdd(peer.tcb.outbound.outstanding.nextTsn, -1) });
        } else if (chance < 9) {
          peer.node.send(peer.id, new Uint8Array(1 + random.below(3000)), { streamId: random.below(10) });
        } else ask(peer, random);
        if (random.chance(0.1)) peer.clock.runFor(random.below(3000));
        if (peer.status === undefined) break;
        const { tcb } = peer;
        checkInvariants(tcb);
        const { waiting, invited } = tcb.reconfiguration ?? { waiting: [], invited: [] };
        expect(waiting.length + invited.length).toBeLessThan(48);
        expect([tcb.inbound!.streams <= 2048, tcb.outbound.streams <= 65_535]).toEqual([true, true]);
        expect(tcb.timers.isRunning('reconfiguration')).toBe(tcb.reconfiguration?.inFlight !== undefined);
      }
      events += peer.changes.length;
    });
    // It was taken seriously often enough.
    expect(events).toBeGreaterThan(fuzzInputs(200));
  });
});
