import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { cookieOf, ScriptedPeer } from '../../harness/scripted-peer.ts';

const ATTACKER = '10.0.0.2';
const VICTIM = '10.0.0.3';
const listing = (...addresses: string[]) =>
  ({ parameters: addresses.map((address) => ({ kind: 'ip-address', address }) as const) }) as const;

describe('attacks (RFC 5062)', () => {
  it('[ATK-0005, ATK-0008] address camping: a victim whose addresses are all listed restarts the attacker’s association, and that is told', () => {
    const peer = new ScriptedPeer({ addresses: [ATTACKER, VICTIM] }).establish(listing(VICTIM));
    // The victim has one address only, and it is in the attacker's list. The attacker answers for it, so it counts.
    peer.tcb.paths.find(VICTIM)!.confirmed = true;
    peer.sendWith({ tag: 0, from: VICTIM }, peer.init({ initiateTag: 0x77 }));
    const ack = peer.lastHeard('init-ack');
    expect(peer.packets.find(({ chunks }) => chunks[0] === ack)?.to).toBe(VICTIM);
    peer.sendWith({ tag: ack.initiateTag, from: VICTIM }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
    expect(peer.node.eventsOf('restart').length).toBe(1);
    expect(peer.core.associations.size).toBe(1);
    expect(peer.status?.paths.map(({ address }) => address)).toEqual([VICTIM]);
    // The attacker has lost it: its tag is worth nothing any more.
    peer.heard();
    peer.send(peer.data(0));
    expect([peer.heard(), peer.node.texts()]).toEqual([['ABORT T'], []]);
  });

  it('[ATK-0007] ASCONF is an unknown chunk, authenticated or not: it adds no address', () => {
    const peer = new ScriptedPeer({ addresses: [ATTACKER, VICTIM] }).establish();
    const addIp = [0xc0, 0x01, 0, 16, 0, 0, 0, 1, 0, 5, 0, 8, 10, 0, 0, 3];
    const asconf = new Uint8Array([0xc1, 0, 0, 32, 0, 0, 0, 1, 0, 5, 0, 8, 10, 0, 0, 2, ...addIp]);
    peer.sendRaw([asconf]);
    expect(peer.heard()).toEqual(['ERROR unrecognized-chunk-type']);
    expect(peer.status?.paths.map(({ address }) => address)).toEqual([ATTACKER]);
  });

  it('[ATK-0019, SCTP-1053] the answer to the smallest INIT is small', () => {
    const peer = new ScriptedPeer();
    peer.sendWith({ tag: 0 }, peer.init());
    const question = encodePacket(peer.header({ tag: 0 }), [peer.init()]).length;
    expect(question).toBe(32);
    // IP and UDP headers are 28 bytes of both.
    expect((peer.last.bytes.length + 28) / (question + 28)).toBeLessThan(3);
  });

  it('[SCTP-1045] a flood of INITs and cookies leaves nothing, and what is under way goes on', () => {
    const peer = new ScriptedPeer({ config: { maxStatelessRepliesPerSecond: 100 } }).establish();
    for (let i = 0; i < 2000; i++) {
      peer.sendWith({ tag: 0, sourcePort: 7000 + i }, peer.init({ initiateTag: i + 1 }));
      peer.sendWith({ tag: 7, sourcePort: 7000 + i }, { kind: 'cookie-echo', cookie: new Uint8Array(100) });
    }
    expect([peer.core.associations.size, peer.packets.length < 20]).toEqual([1, true]);
    peer.heard();
    peer.send(peer.data(0));
    peer.node.send(peer.id, 'x');
    expect([peer.heardAfter(0), peer.node.texts()]).toEqual([['SACK 0', 'DATA 0 BE'], ['m0']]);
    // Nor is anything said to those who are nobody.
    const { core } = peer;
    for (const from of ['224.0.0.1', '255.255.255.255']) {
      core.handleDatagram('10.0.0.1', from, 9899, encodePacket(peer.header({ tag: 0 }), [peer.init()]), 0);
    }
    expect(core.pollOutput()).toBeUndefined();
  });

  it('[SCTP-1048, SCTP-1049, SCTP-1051] one packet is answered by one packet of control chunks; a SACK may come beside it', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.data(0));
    peer.heard();
    const value = Uint8Array.from({ length: 700 }, (_, i) => [0, 1, 2, 0xbc][i] ?? i);
    const heartbeat: Chunk = { kind: 'heartbeat', value };
    const unknown: Chunk = { kind: 'unknown', type: 0xfe, flags: 0, whole: new Uint8Array([0xfe, 0, 0, 4]) };
    peer.send(heartbeat, unknown);
    expect(peer.heard()).toEqual(['HEARTBEAT-ACK + ERROR unrecognized-chunk-type']);
    peer.send(heartbeat, heartbeat, heartbeat, unknown, peer.data(1), peer.data(2, { immediate: true }));
    const heard = peer.heard();
    expect(heard.filter((line) => /HEARTBEAT-ACK|ERROR/.test(line)).length).toBe(1);
    expect(heard.join(' ')).toContain('SACK 2');
  });

  it('[ATK-0021, SCTP-1048] on a path with the least MTU an answer that does not fit one packet is not given at all', () => {
    const peer = new ScriptedPeer({ config: { pathMtuBytes: 576 } }).establish();
    const value = Uint8Array.from({ length: 600 }, (_, i) => [0, 1, 2, 0x58][i] ?? i);
    peer.send({ kind: 'heartbeat', value });
    expect(peer.heard()).toEqual([]);
    const unknown: Chunk = {
      kind: 'unknown',
      type: 0xfe,
      flags: 0,
      whole: new Uint8Array([0xfe, 0, 0, 204, ...new Array(200).fill(1)]),
    };
    peer.send(...Array.from({ length: 50 }, () => unknown), { kind: 'heartbeat', value: value.subarray(0, 4) });
    expect(peer.heard().length).toBe(1);
    expect(peer.last.bytes.length).toBeLessThanOrEqual(548);
  });

  it('[SCTP-1065] any PPID passes, and is not looked at', () => {
    const peer = new ScriptedPeer().establish();
    for (const [i, ppid] of [0, 1, 46, 0xffff_ffff].entries()) {
      peer.send(peer.data(i, { ppid }));
      peer.node.send(peer.id, 'x', { ppid });
    }
    expect(peer.node.messages.map(({ ppid }) => ppid)).toEqual([0, 1, 46, 0xffff_ffff]);
    peer.heardAfter(0);
    expect(peer.lastHeard('data').ppid).toBe(0xffff_ffff);
  });
});
