import { describe, expect, it } from 'vitest';
import { type Ssn, ssn, tsnAdd } from '../../../src/base/serial.ts';
import { ReconfiguringPeer } from './reconfiguring-peer.ts';

const DENIED = 2;
const IN_PROGRESS = 6;

describe('an SSN/TSN reset on a slow network (RFC 6525 §5.1.4)', () => {
  it('a SACK from before the reset is late, and no reason to end the association', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(0, 'a', 'b', 'c');
    peer.send(peer.sack(2));
    const late = [peer.sack(1), peer.sack(2), peer.shutdown(2)];
    const unsent = peer.sack(-100_000);
    peer.reconfigure({ kind: 'reset-association' });
    const receiver = tsnAdd(peer.theirTsn, 3 - 2 ** 31);
    peer.reconfig(peer.response(0, 1, { sender: peer.initialTsn, receiver }));
    expect(peer.changes).toContain('association');
    peer.send(late[0]!);
    peer.send(late[1]!);
    expect(peer.state).toBe('ESTABLISHED');
    peer.send(unsent);
    expect(peer.state).toBe('CLOSED');
  });

  /** Fills the buffer with what comes between the request and its answer. */
  function full(): ReconfiguringPeer {
    const peer = new ReconfiguringPeer({ config: { receiveBufferBytes: 2000, sackDelayMs: 0 } }).up();
    peer.reconfigure({ kind: 'reset-association' });
    for (let i = 0; i < 2; i++) {
      peer.send(peer.data(i, { streamId: 0, ssn: ssn(i) as Ssn, userData: new Uint8Array(1000) }));
    }
    expect([peer.node.messages.length, peer.lastHeard('sack').advertisedRwndBytes]).toEqual([0, 0]);
    peer.heard();
    return peer;
  }

  it('what is kept back until the answer comes fills the buffer, but does not end the association', () => {
    const peer = full();
    peer.send(peer.data(2));
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('if the peer is still busy, what came before an earlier copy of the request goes up, so that it can finish', () => {
    const peer = full();
    const busy = (): number => {
      peer.reconfig(peer.response(0, IN_PROGRESS));
      return peer.node.messages.length;
    };
    // This answer, and the one to the next copy, may be late ones: what has come since then may be from behind the reset.
    expect(busy()).toBe(0);
    peer.clock.runFor(1100);
    expect(busy()).toBe(0);
    peer.clock.runFor(2100);
    expect(busy()).toBe(2);
    peer.send(peer.data(2));
    expect([busy(), peer.state]).toEqual([2, 'ESTABLISHED']);
  });

  it('what is kept back until the answer comes is delivered if the association ends gracefully before', () => {
    for (const byPeer of [false, true]) {
      const peer = new ReconfiguringPeer().up();
      peer.reconfigure({ kind: 'reset-association' });
      peer.send(peer.data(0), peer.data(1));
      expect(peer.node.messages.length).toBe(0);
      if (byPeer) {
        peer.send(peer.shutdown());
        peer.send({ kind: 'shutdown-complete', tagReflected: false });
      } else {
        peer.node.shutdown(peer.id);
        peer.clock.runFor(0);
        expect(peer.lastHeard('shutdown').cumulativeTsnAck).toBe(tsnAdd(peer.initialTsn, 1));
        peer.send({ kind: 'shutdown-ack' });
      }
      expect([peer.node.messages.length, peer.state]).toEqual([2, 'CLOSED']);
    }
  });

  it('what the peer gives up meanwhile is skipped when the answer comes', () => {
    const extensions = { kind: 'supported-extensions', chunkTypes: [130] } as const;
    const peer = new ReconfiguringPeer().up({ parameters: [extensions, { kind: 'forward-tsn-supported' }] });
    peer.reconfigure({ kind: 'reset-association' });
    const fragment = (number: number, beginning: boolean) =>
      peer.data(number, { streamId: 1, ssn: ssn(0), beginning, ending: false, text: 'fragment' });
    peer.send(fragment(0, true));
    peer.send(fragment(1, false));
    peer.send({
      kind: 'forward-tsn',
      newCumulativeTsn: tsnAdd(peer.initialTsn, 2),
      skipped: [{ streamId: 1, ssn: ssn(0) }],
    });
    peer.send(peer.data(3, { streamId: 1, ssn: ssn(1), text: 'whole' }));
    expect(peer.node.texts()).toEqual([]);
    peer.reconfig(peer.response(0, DENIED));
    expect([peer.state, peer.node.texts()]).toEqual(['ESTABLISHED', ['whole']]);
  });
});
