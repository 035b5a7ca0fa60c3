import { describe, expect, it } from 'vitest';
import { ReconfiguringPeer, SUPPORTS_RECONFIG } from './reconfiguring-peer.ts';

const ssn = (number: number): never => number as never;

describe('RE-CONFIG: who may send it (RFC 6525 §5.1.1)', () => {
  it('[RECONF-0020] [RECONF-0095] is listed in INIT and INIT ACK; the application sees whether both support it', () => {
    const lists = { kind: 'supported-extensions', chunkTypes: expect.arrayContaining([130]) };
    const passive = new ReconfiguringPeer().up();
    expect(passive.lastHeard('init-ack').parameters).toContainEqual(lists);
    expect(passive.node.eventsOf('up')[0]!.extensions.streamReconfiguration).toBe(true);
    const active = new ReconfiguringPeer();
    active.associate();
    expect(active.lastHeard('init').parameters).toContainEqual(lists);
  });

  it('[RECONF-0021] [RECONF-0022] nothing is asked of a peer that does not list it', () => {
    const peer = new ReconfiguringPeer().establish();
    expect(() => peer.reconfigure({ kind: 'reset-streams', outgoing: 'all' })).toThrow('the peer does not support it');
    expect(peer.heardAfter(1000)).toEqual([]);
    expect(peer.status?.extensions.streamReconfiguration).toBe(false);
  });

  it('switched off it is not offered, and its chunk is skipped like an unknown one', () => {
    const peer = new ReconfiguringPeer({ config: { streamReconfiguration: false } }).up();
    peer.send(peer.chunk(peer.out(0, 'all')), { kind: 'heartbeat', value: new Uint8Array(8) });
    expect(peer.heard()).toEqual(['HEARTBEAT-ACK']);
    expect(() => peer.reconfigure({ kind: 'reset-association' })).toThrow('streamReconfiguration is off');
  });

  it('[RECONF-0005] [RECONF-0010] [RECONF-0011] [RECONF-0012] [RECONF-0013] [RECONF-0015] [RECONF-0018] its parameters mean nothing in INIT', () => {
    for (let type = 13; type <= 18; type++) {
      const whole = new Uint8Array([0, type, 0, 8, 0, 0, 0, 0]);
      const peer = new ReconfiguringPeer();
      const parameters = [{ kind: 'unknown' as const, type, whole }, ...SUPPORTS_RECONFIG.parameters!];
      peer.establish({ parameters });
      // It stops there, without a report: what is behind it is not read.
      expect(peer.status?.extensions.streamReconfiguration).toBe(false);
      expect(peer.lastHeard('init-ack').parameters.some(({ kind }) => kind === 'unrecognized-parameter')).toBe(false);
      expect(peer.changes).toEqual([]);
    }
  });

  it('[RECONF-0003] other combinations of parameters are answered by ERROR, and do nothing', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfig(peer.in(0, 'all'), peer.addOut(1, 1));
    peer.reconfig(peer.tsnReset(0), peer.out(1, 'all'));
    peer.reconfig(peer.out(0, 'all'), peer.in(1, 'all'), peer.response(0));
    expect(peer.heard()).toEqual(Array(3).fill('ERROR protocol-violation'));
    expect(peer.changes).toEqual([]);
    peer.reconfig(peer.out(0, 'all'));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
  });
});

describe('RE-CONFIG: one request at a time (RFC 6525 §5.1.1)', () => {
  it('[RECONF-0023] [RECONF-0027] [RECONF-0036] [RECONF-0041] [RECONF-0045] [RECONF-0029] [RECONF-0037] [AT-64] the next one waits for the answer; numbers ascend by one', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.reconfigure({ kind: 'reset-streams', incoming: [2] });
    peer.reconfigure({ kind: 'add-streams', outgoing: 1 });
    peer.reconfigure({ kind: 'reset-association' });
    peer.reconfigure({ kind: 'reset-streams', outgoing: [4] });
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:0,-1/1 last -1']);
    const next = ['IN-REQ:1/2', 'ADD-OUT:2/1', 'TSN-REQ:3'];
    for (const [number, request] of next.entries()) {
      peer.reconfig(peer.response(number));
      expect(peer.heard()).toEqual([`RE-CONFIG ${request}`]);
    }
    peer.reconfig(peer.response(3, 2));
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:4,-1/4 last -1']);
    peer.reconfig(peer.response(4));
    expect(peer.changes.filter((change) => change.includes(' performed') || change.includes(' denied'))).toEqual([
      '1 performed',
      '2 performed',
      '3 performed',
      '4 denied',
      '5 performed',
    ]);
  });

  it('[RECONF-0029] request numbers wrap at 2^32', () => {
    const peer = new ReconfiguringPeer({ initialTsn: 0xffff_ffff }).up();
    peer.reconfig(peer.out(0, [1]));
    peer.reconfig(peer.out(1, [1]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1', 'RESP:1=1']);
  });

  it('[RECONF-0024] [RECONF-0025] [RECONF-0026] it is repeated after RTO, which doubles; without any answer the association is lost', () => {
    const peer = new ReconfiguringPeer({ config: { associationMaxRetrans: 3, heartbeats: false } }).up();
    const begun = peer.clock.now();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.clock.runFor(60_000);
    const times = peer.packets.filter(({ chunks }) => chunks[0]!.kind === 're-config').map(({ at }) => at - begun);
    expect(times).toEqual([0, 1000, 3000, 7000]);
    expect(new Set(peer.heardReconfig())).toEqual(new Set(['OUT-REQ:0,-1/1 last -1']));
    expect(peer.node.eventsOf('closed')[0]).toMatchObject({ reason: { kind: 'lost' } });
  });

  it('[RECONF-0026] the destination counts the error, and another address is tried', () => {
    const peer = new ReconfiguringPeer({ addresses: ['10.0.0.2', '10.0.1.2'] });
    peer.up({ parameters: [...SUPPORTS_RECONFIG.parameters!, { kind: 'ip-address', address: '10.0.1.2' }] });
    // Both addresses are confirmed.
    peer.clock.runFor(3000);
    for (const { chunks, to } of [...peer.packets]) {
      for (const chunk of chunks) {
        if (chunk.kind === 'heartbeat') peer.sendWith({ from: to }, { kind: 'heartbeat-ack', value: chunk.value });
      }
    }
    peer.heard();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    expect(peer.heard()).toEqual(['RE-CONFIG OUT-REQ:0,-1/1 last -1']);
    expect(peer.heardAfter(1100)).toEqual(['@10.0.1.2 RE-CONFIG OUT-REQ:0,-1/1 last -1']);
    expect(peer.status?.paths.map(({ errorCount }) => errorCount)).toEqual([1, 0]);
    peer.reconfig(peer.response(0));
    expect(peer.changes.at(-1)).toBe('1 performed');
  });

  it('[RECONF-0024] an answer alone starts no timer', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfig(peer.out(0, [1]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    peer.clock.runFor(20_000);
    expect(peer.heardReconfig()).toEqual([]);
  });

  it('[RECONF-0057] it may share a packet with a SACK and with DATA', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(1, 'a');
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.send(peer.sack(0), peer.chunk(peer.response(0), peer.out(0, [2])), peer.data(0));
    expect(peer.changes).toEqual(['outgoing 1', '1 performed', 'incoming 2']);
    expect([peer.node.texts(), peer.status?.bufferedBytes]).toEqual([['m0'], 0]);
  });

  it('[RECONF-0087] answers to nothing are ignored, and an answer counts once', () => {
    const peer = new ReconfiguringPeer().up();
    peer.reconfig(peer.response(0));
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    peer.reconfig(peer.response(1), peer.response(-1));
    expect(peer.changes).toEqual([]);
    peer.reconfig(peer.response(0), peer.response(0));
    expect(peer.changes).toEqual(['outgoing 1', '1 performed']);
  });

  it('[RECONF-0088] [AT-64] "in progress" starts the timer again, and silence after it is no error', () => {
    const peer = new ReconfiguringPeer({
      config: { associationMaxRetrans: 2, rtoMaxMs: 2000, heartbeats: false },
    }).up();
    peer.reconfigure({ kind: 'reset-streams', outgoing: [1] });
    for (let i = 0; i < 20; i++) {
      peer.reconfig(peer.response(0, 6));
      expect(peer.heardAfter(2000).length).toBeGreaterThan(0);
    }
    expect(peer.state).toBe('ESTABLISHED');
    expect(peer.status!.paths[0]!.errorCount).toBe(0);
    peer.reconfig(peer.response(0));
    expect(peer.changes).toEqual(['outgoing 1', '1 performed']);
  });
});

describe('Outgoing SSN Reset Request (RFC 6525 §5.1.2, §5.2.2)', () => {
  it('[RECONF-0028] [RECONF-0030] [RECONF-0033] [RECONF-0065] what is sent meanwhile on the streams waits, then has SSN 0', () => {
    const peer = new ReconfiguringPeer().up();
    peer.say(3, 'a');
    peer.reconfigure({ kind: 'reset-streams', outgoing: [3] });
    expect(peer.heard()).toEqual(['DATA 0 BE', 'RE-CONFIG OUT-REQ:0,-1/3 last 0']);
    peer.say(3, 'b', 'c');
    peer.say(4, 'x');
    peer.send(peer.sack(1));
    expect(peer.numbersOfData()).toEqual(['3/0', '4/0']);
    expect(peer.status?.waitingFor).toBe('stream-reset');
    peer.reconfig(peer.response(0));
    expect(peer.numbersOfData()).toEqual(['3/0', '4/0', '3/0', '3/1']);
    peer.send(peer.sack(3));
    // Not while something waited.
    expect(peer.node.eventsOf('dry').length).toBe(1);
  });

  it('[RECONF-0094] [RECONF-0009] is asked for when all that was sent before has a TSN', () => {
    const peer = new ReconfiguringPeer({ advertisedRwndBytes: 3000 }).up();
    peer.node.send(peer.id, new Uint8Array(6000), { streamId: 3 });
    peer.reconfigure({ kind: 'reset-streams', outgoing: [3] });
    peer.node.send(peer.id, 'behind', { streamId: 3 });
    expect(peer.heardReconfig()).toEqual([]);
    for (let sent = 0; sent < 4; sent++) {
      const data = peer.packets.flatMap(({ chunks }) => chunks).filter(({ kind }) => kind === 'data').length;
      peer.send(peer.sack(data - 1));
    }
    const all = peer.packets.flatMap(({ chunks }) => chunks).filter(({ kind }) => kind === 'data').length;
    expect(peer.heardReconfig()).toEqual([`OUT-REQ:0,-1/3 last ${all - 1}`]);
    peer.send(peer.sack(all - 1));
    peer.reconfig(peer.response(0));
    expect(peer.numbersOfData().at(-1)).toBe('3/0');
  });

  it('[RECONF-0089] after a refusal the numbers go on, and what waited is sent', () => {
    for (const [result, outcome] of [
      [2, 'denied'],
      [3, 'failed'],
      [4, 'in-progress'],
      [5, 'failed'],
      [77, 'failed'],
    ] as const) {
      const peer = new ReconfiguringPeer().up();
      peer.say(3, 'a');
      peer.reconfigure({ kind: 'reset-streams', outgoing: [3] });
      peer.say(3, 'b');
      peer.reconfig(peer.response(0, result));
      peer.send(peer.sack(0));
      expect(peer.changes).toEqual([`1 ${outcome}`]);
      expect(peer.numbersOfData()).toEqual(['3/0', '3/1']);
    }
  });

  it('[RECONF-0062] [RECONF-0063] [RECONF-0068] [RECONF-0056] [AT-64] waits for DATA that is missing, says so, and tells at once when it is done', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(1, { streamId: 1, ssn: ssn(1) }));
    peer.heard();
    peer.reconfig(peer.out(0, [1], 1));
    expect(peer.heard()).toEqual(['RE-CONFIG RESP:0=6 + SACK -1 gaps 2-2']);
    // Behind the reset already: kept.
    peer.send(peer.data(2, { streamId: 1, ssn: ssn(0), text: 'anew' }), peer.data(3, { streamId: 2, ssn: ssn(0) }));
    peer.reconfig(peer.out(0, [1], 1));
    expect(peer.heardReconfig()).toEqual(['RESP:0=6']);
    expect([peer.node.texts(), peer.changes]).toEqual([['m3'], []]);
    peer.send(peer.data(0, { streamId: 1, ssn: ssn(0) }));
    expect(peer.node.texts()).toEqual(['m3', 'm0', 'm1', 'anew']);
    expect(peer.changes).toEqual(['incoming 1']);
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    peer.reconfig(peer.out(0, [1], 1));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1']);
    expect(peer.changes).toEqual(['incoming 1']);
  });

  it('[RECONF-0064] only the streams listed begin anew', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0, { streamId: 1, ssn: ssn(0) }), peer.data(1, { streamId: 2, ssn: ssn(0) }));
    peer.reconfig(peer.out(0, [1], 1));
    peer.send(peer.data(2, { streamId: 1, ssn: ssn(0) }), peer.data(3, { streamId: 2, ssn: ssn(1) }));
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  it('[RECONF-0058] [RECONF-0081] [RECONF-0060] [AT-64] a repeated request has the same answer and no second effect; a strange number is refused', () => {
    const peer = new ReconfiguringPeer().up();
    peer.send(peer.data(0, { streamId: 1, ssn: ssn(0) }));
    peer.reconfig(peer.out(0, [1], 0));
    peer.send(peer.data(1, { streamId: 1, ssn: ssn(0) }));
    peer.heard();
    for (let i = 0; i < 3; i++) peer.reconfig(peer.out(0, [1], 0));
    expect(peer.heardReconfig()).toEqual(['RESP:0=1', 'RESP:0=1', 'RESP:0=1']);
    for (const number of [5, -1, 2 ** 31, 2]) peer.reconfig(peer.out(number, [1], 1));
    expect(peer.heardReconfig()).toEqual(['RESP:5=5', 'RESP:-1=5', `RESP:${-(2 ** 31)}=5`, 'RESP:2=5']);
    // SSN 1 is next: nothing was reset again.
    peer.send(peer.data(2, { streamId: 1, ssn: ssn(1) }));
    expect(peer.node.texts()).toEqual(['m0', 'm1', 'm2']);
    expect(peer.changes).toEqual(['incoming 1']);

    const anew = new ReconfiguringPeer().up();
    anew.reconfig(anew.tsnReset(0));
    const [answer] = anew.heardReconfig();
    anew.say(1, 'moves our TSNs on');
    anew.heard();
    anew.reconfig(anew.tsnReset(0));
    expect(anew.heardReconfig()).toEqual([answer]);
  });

  it('[RECONF-0069] [RECONF-0050] [RECONF-0059] streams that do not exist, and what is not allowed', () => {
    const peer = new ReconfiguringPeer({ config: { outboundStreams: 4 } }).up();
    peer.say(1, 'a');
    peer.heard();
    peer.reconfig(peer.out(0, [1, 10]));
    peer.reconfig(peer.in(1, [4]));
    expect(peer.heardReconfig()).toEqual(['RESP:0=3', 'RESP:1=3']);
    const closed = { allowStreamResets: false, allowAssociationResets: false, allowStreamAdditions: false };
    peer.node.call((core, now) => core.configure(peer.id, closed, now));
    peer.reconfig(peer.out(2, [1]));
    peer.reconfig(peer.in(3, [1]));
    peer.reconfig(peer.tsnReset(4));
    peer.reconfig(peer.addOut(5, 1), peer.addIn(6, 1));
    expect(peer.heardReconfig()).toEqual(['RESP:2=2', 'RESP:3=2', 'RESP:4=2', 'RESP:5=2 RESP:6=2']);
    // Nothing is told of what was rejected.
    expect(peer.changes).toEqual([]);
  });

  it('without a word of the application new TSNs and streams are denied', () => {
    const defaults = {
      allowStreamResets: undefined,
      allowAssociationResets: undefined,
      allowStreamAdditions: undefined,
    };
    const peer = new ReconfiguringPeer({ config: defaults as never }).up();
    peer.reconfig(peer.tsnReset(0));
    peer.reconfig(peer.addOut(1, 1));
    expect(peer.heardReconfig()).toEqual(['RESP:0=2', 'RESP:1=2']);
  });
});
