import { describe, expect, it } from 'vitest';
import { tsnAdd } from '../../../src/base/serial.ts';
import { ReconfiguringPeer } from './reconfiguring-peer.ts';

/** The examples of RFC 6525, appendix A, with the endpoint in either role. X and Y are 0, the first request numbers. */
describe('RFC 6525, appendix A', () => {
  it('[RECONF-0007] [RECONF-0008] [RECONF-0009] [RECONF-0090] E-A resets outgoing streams 1 and 2', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a', 'b');
    peer.say(3, 'c');
    peer.send(peer.sack(2));
    peer.heard();
    const call = peer.reconfigure({ kind: 'reset-streams', outgoing: [1, 2] });
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:0,-1/1,2 last 2']);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['outgoing 1,2', `${call} performed`]);
    peer.say(1, 'd');
    peer.say(3, 'e');
    expect(peer.numbersOfData()).toEqual(['1/0', '1/1', '3/0', '1/0', '3/1']);
    expect(peer.heardAfter(900).some((packet) => packet.includes('RE-CONFIG'))).toBe(false);
  });

  it('[RECONF-0049] [RECONF-0066] [RECONF-0051] E-Z answers it', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0, { streamId: 1, ssn: 0 as never }), peer.data(1, { streamId: 2, ssn: 0 as never }));
    peer.heard();
    peer.reconfig(peer.out(0, [1, 2], 1));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 + SACK 1']);
    expect(peer.changes).toEqual(['incoming 1,2']);
    peer.send(peer.data(2, { streamId: 1, ssn: 0 as never, text: 'anew' }));
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'anew']);
  });

  it('[RECONF-0019] [RECONF-0061] [RECONF-0039] E-A resets incoming streams 1 and 2', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0, { streamId: 1 }));
    peer.heard();
    const call = peer.reconfigure({ kind: 'reset-streams', incoming: [1, 2] });
    expect(peer.heard()).toEqual(['RE-CONFIG IN-REQ:0/1,2']);
    peer.reconfig(peer.out(0, [1, 2], 0, 0));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 + SACK 0']);
    expect(peer.changes).toEqual(['incoming 1,2', `${call} performed`]);
    // The timer has stopped.
    expect(peer.heardAfter(10_000).filter((packet) => packet.includes('RE-CONFIG'))).toEqual([]);
  });

  it('[RECONF-0070] [RECONF-0031] [RECONF-0019] E-Z resets them as it is asked to', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.send(peer.sack(0));
    peer.heard();
    peer.reconfig(peer.in(0, [1, 2]));
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:0,0/1,2 last 0 + SACK -1']);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['outgoing 1,2']);
    peer.say(1, 'b');
    expect(peer.numbersOfData()).toEqual(['1/0', '1/0']);
  });

  it('[RECONF-0034] [RECONF-0032] [RECONF-0037] [RECONF-0029] E-A resets all streams in both directions', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0));
    peer.heard();
    const call = peer.reconfigure({ kind: 'reset-streams', outgoing: 'all', incoming: 'all' });
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:0,-1/all last -1 IN-REQ:1/all']);
    peer.reconfig(peer.response(0), peer.out(0, 'all', 0, 1));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 + SACK 0']);
    expect(peer.changes).toEqual(['outgoing all', 'incoming all', `${call} performed`]);
  });

  it('[RECONF-0054] [RECONF-0055] [RECONF-0071] [RECONF-0067] E-Z answers with one chunk, after both have had effect', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0));
    peer.say(4, 'a');
    peer.send(peer.sack(0));
    peer.heard();
    peer.reconfig(peer.out(0, 'all', 0), peer.in(1, 'all'));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 OUT-REQ:0,1/all last 0 + SACK 0']);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['incoming all', 'outgoing all']);
  });

  it('[RECONF-0044] [RECONF-0091] [RECONF-0042] [RECONF-0079] E-A asks for new TSNs', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.send(peer.sack(0), peer.data(0));
    peer.heard();
    const call = peer.reconfigure({ kind: 'reset-association' });
    expect(peer.heard()).toEqual(['RE-CONFIG TSN-REQ:0']);
    const B = tsnAdd(peer.theirTsn, 1_000_000);
    peer.reconfig(peer.response(0, 1, { sender: tsnAdd(peer.initialTsn, 1), receiver: B }));
    expect(peer.changes).toEqual(['association', `${call} performed`]);
    peer.say(1, 'b');
    expect(peer.lastHeard('data')).toMatchObject({ tsn: B, streamId: 1, ssn: 0 });
    peer.send(peer.data(1, { ssn: 0 as never, text: 'anew' }));
    expect(peer.node.texts()).toEqual(['m0', 'anew']);
    expect(peer.heardAfter(200).at(-1)).toBe('SACK 1');
  });

  it('[RECONF-0075] [RECONF-0076] [RECONF-0080] [RECONF-0051] [RECONF-0052] [RECONF-0053] E-Z chooses the TSNs', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.send(peer.sack(0), peer.data(0), peer.data(1));
    peer.heard();
    peer.reconfig(peer.tsnReset(0));
    const answer = peer.heard();
    // One more than was sent; one more than is acknowledged, plus 2^31, which is -2^31 counted with a sign.
    expect(answer).toEqual([`RE-CONFIG RESP:0=1 S-TSN=1 R-TSN=${2 - 2 ** 31} + SACK ${1 - 2 ** 31}`]);
    peer.say(1, 'b');
    expect(peer.lastHeard('data')).toMatchObject({ tsn: tsnAdd(peer.theirTsn, 1), ssn: 0 });
    peer.send(peer.data(2 - 2 ** 31, { ssn: 0 as never, text: 'anew' }));
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'anew']);
    expect(peer.changes).toEqual(['association']);
  });

  it('[RECONF-0092] [RECONF-0047] [RECONF-0048] [RECONF-0017] E-A adds 3 outgoing streams', () => {
    const peer = new ReconfiguringPeer({ config: { outboundStreams: 4 } }).up();
    const call = peer.reconfigure({ kind: 'add-streams', outgoing: 3 });
    expect(peer.heard()).toEqual(['RE-CONFIG ADD-OUT:0/3']);
    expect(() => peer.say(4, 'too early')).toThrow('stream 4 does not exist: this association has 0 to 3');
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['streams 7 out 10 in', `${call} performed`]);
    peer.say(6, 'a');
    expect(peer.numbersOfData()).toEqual(['6/0']);
    expect(() => peer.say(7, 'too far')).toThrow('0 to 6');
  });

  it('[RECONF-0082] [RECONF-0048] [RECONF-0017] E-Z takes them', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfig(peer.addOut(0, 3));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 + SACK -1']);
    expect(peer.changes).toEqual(['streams 10 out 13 in']);
    peer.send(peer.data(0, { streamId: 12, text: 'new' }), peer.data(1, { streamId: 13 }));
    expect(peer.node.texts()).toEqual(['new']);
    expect(peer.heard().join()).toContain('ERROR invalid-stream-identifier');
  });

  it('[RECONF-0086] E-A asks for 3 incoming streams', () => {
    const peer = new ReconfiguringPeer().up();
    const call = peer.reconfigure({ kind: 'add-streams', incoming: 3 });
    expect(peer.heard()).toEqual(['RE-CONFIG ADD-IN:0/3']);
    peer.reconfig(peer.addOut(0, 3));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 + SACK -1']);
    expect(peer.changes).toEqual(['streams 10 out 13 in', `${call} performed`]);
    expect(peer.heardAfter(10_000).filter((packet) => packet.includes('RE-CONFIG'))).toEqual([]);
  });

  it('[RECONF-0084] [RECONF-0086] E-Z asks for them in turn', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfig(peer.addIn(0, 3));
    // Two chunks: the answer cannot share one with this request.
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=1 + RE-CONFIG ADD-OUT:0/3 + SACK -1']);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['streams 13 out 10 in']);
  });
});
