import { describe, expect, it } from 'vitest';
import { tsnAdd } from '../../../src/base/serial.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { ReconfiguringPeer } from './reconfiguring-peer.ts';
import { checkInvariants, coreOf, makeCore } from './transfer.ts';

const ssn = (number: number): never => number as never;

describe('Incoming SSN Reset Requests that meet others (RFC 6525 §5.2.3)', () => {
  it('[RECONF-0072] [AT-64] our request under way covers it: nothing to do', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(2, 'a');
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1, 2, 3] });
    peer.heard();
    peer.reconfig(peer.in(0, [2, 3]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=0']);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['outgoing 1,2,3', '1 performed']);
    expect(peer.heardReconfig()).toEqual([]);
  });

  it('[RECONF-0073] [AT-64] one that overlaps in part is acknowledged, and done afterwards', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(2, 'a');
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1, 2] });
    peer.heard();
    peer.reconfig(peer.in(0, [2, 3]));
    peer.reconfig(peer.in(0, [2, 3]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1', 'RESP:0=1']);
    peer.reconfig(peer.response(0));
    expect(peer.heardReconfig()).toEqual(['OUT-REQ:1,0/2,3 last 0']);
    // The request repeated: our request, as its answer, repeated.
    peer.reconfig(peer.in(0, [2, 3]));
    expect(peer.heardReconfig()).toEqual(['OUT-REQ:1,0/2,3 last 0']);
    peer.reconfig(peer.response(1));
    expect(peer.changes).toEqual(['outgoing 1,2', '1 performed', 'outgoing 2,3']);
  });

  it('[RECONF-0074] streams that are at SSN 0: nothing to do', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.heard();
    peer.reconfig(peer.in(0, [2, 3]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=0']);
  });

  it('[AT-64] two that cross do not wait for each other', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(2, 'a');
    peer.reconfigure({ kind: 'reset-streams', incoming: [1] });
    peer.heard();
    peer.reconfig(peer.in(0, [2]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    peer.reconfig(peer.response(0));
    expect(peer.heardReconfig()).toEqual(['OUT-REQ:1,0/2 last 0']);
    peer.reconfig(peer.out(1, [1]), peer.response(1));
    expect(peer.changes).toEqual(['1 performed', 'outgoing 2', 'incoming 1']);
  });

  it('both sides reset their own streams at once', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.heard();
    peer.reconfig(peer.out(0, [1]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['incoming 1', 'outgoing 1', '1 performed']);
  });

  it('a second request before the first is finished is refused', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfig(peer.out(0, [1], 5));
    peer.reconfig(peer.out(1, [2], -1));
    expect(peer.heardReconfig()).toEqual(['RESP:0=6', 'RESP:1=4']);
  });
});

describe('SSN/TSN Reset Request (RFC 6525 §5.1.4, §5.2.4)', () => {
  it('[RECONF-0043] is sent when nothing is outstanding, and no DATA before its answer', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.reconfigure({ kind: 'reset-association' });
    peer.say(1, 'b');
    expect(peer.heard()).toEqual(['DATA 0 BE']);
    peer.send(peer.sack(0));
    expect(peer.heard()).toEqual(['RE-CONFIG TSN-REQ:0']);
    peer.say(2, 'c');
    expect(peer.heard()).toEqual([]);
    peer.reconfig(peer.response(0, 2));
    expect(peer.heard().join()).toBe('DATA 1 BE + DATA 2 BE');
    expect(peer.numbersOfData()).toEqual(['1/0', '1/1', '2/0']);
  });

  it('[RECONF-0077] [RECONF-0050] our DATA on the way is waited for, so that none is lost; then nothing is outstanding', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.heard();
    peer.reconfig(peer.tsnReset(0));
    expect(peer.heardReconfig()).toEqual(['RESP:0=6']);
    peer.say(1, 'b');
    expect(peer.heardReconfig()).toEqual([]);
    peer.send(peer.sack(0));
    expect(peer.heardReconfig()[0]).toMatch(/^RESP:0=1 S-TSN=1 R-TSN=/);
    // From behind the reset.
    expect(peer.numbersOfData()).toEqual(['1/0', '1/0']);
    expect(peer.tcb.outbound.outstanding.length).toBe(1);
  });

  it('[RECONF-0078] [RECONF-0052] unfinished messages are dropped, and old DATA changes nothing', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0, { ending: false }), peer.data(5));
    peer.reconfig(peer.tsnReset(0));
    expect(peer.tcb.inbound!.reassembly.heldBytes).toBe(0);
    const next = 1 - 2 ** 31;
    peer.send(peer.data(0), peer.data(-1), peer.data(5));
    expect(peer.node.texts()).toEqual([]);
    peer.send(peer.data(next, { ssn: ssn(0), text: 'anew' }));
    expect(peer.node.texts()).toEqual(['anew']);
  });

  it('[RECONF-0091] DATA from behind the reset that overtakes the answer is not lost, nor taken for a repetition', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0), peer.data(1));
    peer.reconfigure({ kind: 'reset-association' });
    peer.send(peer.data(2, { ssn: ssn(0), text: 'anew 0' }), peer.data(3, { ssn: ssn(1), text: 'anew 1' }));
    expect(peer.node.texts()).toEqual(['m0', 'm1']);
    peer.reconfig(peer.response(0, 1, { sender: tsnAdd(peer.initialTsn, 2), receiver: tsnAdd(peer.theirTsn, 9) }));
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'anew 0', 'anew 1']);
    peer.send(peer.data(4, { ssn: ssn(2), text: 'anew 2' }));
    expect(peer.node.texts().at(-1)).toBe('anew 2');
  });

  it('[RECONF-0076] two that cross are both refused: the sides would not agree on TSNs', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfigure({ kind: 'reset-association' });
    peer.heard();
    peer.reconfig(peer.tsnReset(0));
    expect(peer.heardReconfig()).toEqual(['RESP:0=4']);
  });

  it('an answer that says "performed" without TSNs ends the association', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfigure({ kind: 'reset-association' });
    peer.reconfig(peer.response(0));
    expect(peer.heard().at(-1)).toBe('ABORT protocol-violation');
    expect(peer.node.events.at(-1)!.event.kind).toBe('closed');
  });
});

describe('more streams (RFC 6525 §5.2.5, §5.2.6)', () => {
  it('[RECONF-0083] [RECONF-0085] [RECONF-0084] [RECONF-0016] up to the limits, whatever stands in the reserved field', () => {
    const peer = new ReconfiguringPeer({ config: { maxInboundStreams: 12, maxOutboundStreams: 11 } }).up();
    peer.reconfig(peer.addOut(0, 3), peer.addIn(1, 2));
    expect(peer.heardReconfig()).toEqual(['RESP:0=2 RESP:1=2']);
    peer.reconfig(peer.addIn(2, 65_535));
    expect(peer.heardReconfig()).toEqual(['RESP:2=2']);
    peer.reconfig(peer.addOut(3, 2), peer.addIn(4, 1));
    expect(peer.heardReconfig()).toEqual(['RESP:3=1 RESP:4=1', 'ADD-OUT:0/1']);
    expect(peer.changes).toEqual(['streams 10 out 12 in']);
  });

  it('[RECONF-0086] streams that the peer said it would add need no permission', () => {
    const peer = new ReconfiguringPeer({ config: { allowStreamAdditions: false } }).up();
    peer.reconfigure({ kind: 'add-streams', incoming: 3 });
    peer.heard();
    peer.reconfig(peer.response(0));
    peer.reconfig(peer.addOut(0, 3));
    peer.reconfig(peer.addOut(1, 3));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1', 'RESP:1=2']);
  });
});

describe('stream reconfiguration and the life of the association', () => {
  it('a shutdown waits for what a reset holds back', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.say(1, 'a');
    peer.node.shutdown(peer.id);
    peer.clock.runFor(0);
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:0,-1/1 last -1']);
    peer.reconfig(peer.response(0));
    expect(peer.heard()).toEqual(['DATA 0 BEI']);
    peer.send(peer.sack(0));
    expect(peer.heard()).toEqual(['SHUTDOWN -1']);
    expect(() => peer.reconfigure({ kind: 'reset-association' })).toThrow('no stream reconfiguration in SHUTDOWN-SENT');
  });

  it('what is held back is reported if the association ends', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.say(1, 'a');
    peer.node.abort(peer.id);
    expect(peer.node.eventsOf('send-failed')).toMatchObject([{ partlySent: false, reason: 'closed' }]);
    expect(peer.node.events.at(-1)!.event.kind).toBe('closed');
  });

  it('a restart of the peer begins with new request numbers, and forgets what was asked for', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.say(1, 'a');
    peer.tag = 0x0102_0304;
    peer.initialTsn = tsnAdd(peer.initialTsn, 5_000_000);
    const ack = peer.askForInitAck({
      parameters: [{ kind: 'supported-extensions', chunkTypes: [130] }],
    });
    peer.echo(ack);
    expect(peer.node.eventsOf('restart').length).toBe(1);
    expect(peer.node.eventsOf('send-failed')).toMatchObject([{ reason: 'restart' }]);
    peer.heard();
    peer.reconfig(peer.out(0, [1]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    expect(peer.heardReconfig()).toEqual(['OUT-REQ:0,0/1 last -1']);
  });

  it('requests are limited', () => {
    const peer = new ReconfiguringPeer().up();
    const add = (): number => peer.reconfigure({ kind: 'add-streams', outgoing: 1 });
    for (let i = 0; i < 32; i++) add();
    expect(add).toThrow('32 requests wait for the peer');
  });
});

/** Numbered messages both ways, on few streams, while both sides reset them, over a network that loses packets. */
describe('resets in mid-transfer', () => {
  it('[RECONF-0028] [RECONF-0062] [RECONF-0079] [RECONF-0093] every message arrives once and in order, and SSNs begin anew', () => {
    forEachSeed(40, (seed) => {
      const random = new SeededRandom(seed).fork('resets');
      const config = {
        allowAssociationResets: true,
        rtoMinMs: 100,
        rtoInitialMs: 200,
        sackDelayMs: 20,
        associationMaxRetrans: 100,
        interleaving: seed % 2 === 0,
      };
      const link = [delay(1 + random.below(30)), loss(0.1)];
      const pair = new EndpointPair(makeCore, { seed, link, a: { config }, b: { config } });
      const ids = pair.connect();
      const sides = [
        { node: pair.a, id: ids.a, other: pair.b },
        { node: pair.b, id: ids.b, other: pair.a },
      ] as const;
      const sent = [0, 0].map(() => [0, 0, 0].map((): string[] => []));
      for (let step = 0; step < 120; step++) {
        const which = random.below(2);
        const { node, id } = sides[which]!;
        const streamId = random.below(3);
        const text = `${step}`.padEnd(1 + random.below(3000), '.');
        if (node.send(id, text, { streamId })) sent[which]![streamId]!.push(text);
        if (random.chance(0.15)) {
          const outgoing = random.chance(0.2) ? 'all' : [streamId];
          const incoming = random.chance(0.3) ? [random.below(3)] : undefined;
          const wanted = random.chance(0.1)
            ? ({ kind: 'reset-association' } as const)
            : ({ kind: 'reset-streams', outgoing, incoming } as const);
          try {
            node.call((core, now) => core.reconfigureStreams(id, wanted, now));
          } catch {
            // One of these streams is being reset already, or it is too early for another reset of the association.
          }
        }
        pair.clock.runFor(random.below(60));
      }
      pair.clock.runFor(120_000);
      let resets = 0;
      for (const [which, { node, id, other }] of sides.entries()) {
        for (const streamId of [0, 1, 2]) {
          const got = other.messages.filter((message) => message.streamId === streamId);
          expect(got.map(({ data }) => new TextDecoder().decode(data))).toEqual(sent[which]![streamId]);
        }
        const tcb = coreOf(node).associations.get(id)!;
        checkInvariants(tcb);
        expect([tcb.outbound.bufferedBytes, tcb.outbound.held, tcb.reconfiguration?.inFlight]).toEqual([
          0,
          undefined,
          undefined,
        ]);
        resets += node.eventsOf('stream-reset').length;
      }
      expect(resets).toBeGreaterThan(4);
    });
  });
});
