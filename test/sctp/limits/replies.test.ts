import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/base/bytes.ts';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk, DataChunk } from '../../../src/sctp/wire/types.ts';
import { cookieOf, type PacketOverrides, ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { inState, STATES } from '../core/in-state.ts';

const TAG = 0x1234_5678;
const SMALL_MTU = {
  config: { pathMtuBytes: 576, heartbeats: false, maxStatelessRepliesPerSecond: 1_000_000 },
} as const;

const example = new ScriptedPeer();
/** The smallest chunk of each kind, and some that are made to be talked about. */
const CHUNKS: readonly Chunk[] = [
  { ...(example.data(0) as DataChunk), userData: new Uint8Array(1) },
  example.init(),
  { ...example.init(), outboundStreams: 0 },
  { ...example.init(), parameters: [{ kind: 'host-name-address', whole: new Uint8Array([0, 11, 0, 5, 0, 0, 0, 0]) }] },
  example.initAck(),
  example.sack(-1),
  { kind: 'heartbeat', value: new Uint8Array(0) },
  { kind: 'heartbeat-ack', value: new Uint8Array(0) },
  { kind: 'abort', tagReflected: false, causes: [] },
  { kind: 'shutdown', cumulativeTsnAck: example.initialTsn },
  { kind: 'shutdown-ack' },
  { kind: 'error', causes: [] },
  { kind: 'cookie-echo', cookie: new Uint8Array(0) },
  { kind: 'cookie-ack' },
  { kind: 'shutdown-complete', tagReflected: false },
  { kind: 're-config', parameters: [{ kind: 're-configuration-response', responseNumber: 0, result: 0 }] },
  { kind: 'unknown', type: 0x3f, flags: 0, whole: new Uint8Array([0x3f, 0, 0, 4]) },
  { kind: 'unknown', type: 0x7f, flags: 0, whole: new Uint8Array([0x7f, 0, 0, 4]) },
  { kind: 'unknown', type: 0xbf, flags: 0, whole: new Uint8Array([0xbf, 0, 0, 4]) },
  { kind: 'unknown', type: 0xff, flags: 0, whole: new Uint8Array([0xff, 0, 0, 4]) },
];

/** What comes back for one packet, and how long the packet was. */
function answered(peer: ScriptedPeer, chunks: readonly Chunk[], overrides: PacketOverrides) {
  const before = peer.packets.length;
  peer.sendWith(overrides, ...chunks);
  const answers = peer.packets.slice(before);
  return { answers, questionBytes: encodePacket(peer.header(overrides), chunks).length };
}

describe('answers without an association', () => {
  for (const listening of [true, false]) {
    it(`[AT-29, ATK-0017, ATK-0018] one packet at most, never longer than the question: ${listening ? 'somebody' : 'nobody'} listens`, () => {
      let answers = 0;
      for (const chunk of CHUNKS) {
        for (const tag of [0, TAG]) {
          for (const destinationPort of [5000, 5001]) {
            for (const copies of [1, 20]) {
              const peer = new ScriptedPeer({ listening });
              const question = new Array<Chunk>(copies).fill(chunk);
              const result = answered(peer, question, { tag, destinationPort });
              expect(result.answers.length).toBeLessThanOrEqual(1);
              const [answer] = result.answers;
              if (answer === undefined) continue;
              answers++;
              // The one exception is below.
              if (answer.chunks[0]?.kind === 'init-ack') continue;
              expect([chunk.kind, answer.bytes.length <= result.questionBytes]).toEqual([chunk.kind, true]);
            }
          }
        }
      }
      expect(answers).toBeGreaterThan(20);
    });
  }

  it('[AT-29] likewise for cookies: refused, stale, used up, and where there is no room', () => {
    const lengths: number[] = [];
    const ask = (options: ScriptedPeerOptions, before: (peer: ScriptedPeer) => void): void => {
      const peer = new ScriptedPeer(options);
      const ack = peer.askForInitAck();
      before(peer);
      const chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) } as const;
      const { answers, questionBytes } = answered(peer, [chunk], { tag: ack.initiateTag });
      expect(answers.length).toBe(1);
      expect(answers[0]!.bytes.length).toBeLessThanOrEqual(questionBytes);
      lengths.push(answers[0]!.bytes.length);
    };
    ask({}, (peer) => peer.clock.runFor(61_000));
    ask({}, (peer) => {
      peer.core.listening = false;
    });
    ask({ config: { maxAssociations: 1 } }, (peer) => peer.associate({ sctpPort: 6001 }));
    ask({}, (peer) => {
      peer.echo(peer.askForInitAck());
      peer.send({ kind: 'abort', tagReflected: false, causes: [] });
    });
    expect(lengths.length).toBe(4);
  });

  it('[ATK-0019] INIT ACK, the exception: the cookie, our addresses, and what is reported up to 512 bytes', () => {
    const factor = (endpointAddresses: readonly string[], parameters: Uint8Array[]): number => {
      const peer = new ScriptedPeer({ endpointAddresses });
      const init = peer.init({ parameters: parameters.map((whole) => ({ kind: 'unknown', type: 0xffff, whole })) });
      const { answers, questionBytes } = answered(peer, [init], { tag: 0 });
      expect(answers[0]!.chunks[0]!.kind).toBe('init-ack');
      return answers[0]!.bytes.length / questionBytes;
    };
    const unknown = (length: number): Uint8Array => {
      const whole = new Uint8Array(length);
      whole.set([0xff, 0xff, length >> 8, length & 0xff]);
      return whole;
    };
    expect(factor(['10.0.0.1'], [])).toBeLessThan(5);
    // Each of our addresses costs 8 bytes, or 20.
    expect(factor(['10.0.0.1', '10.0.1.1', '10.0.2.1'], [])).toBeLessThan(5.5);
    // The smallest parameters cost as much again for the report, until the reports are full.
    expect(factor(['10.0.0.1'], new Array<Uint8Array>(60).fill(unknown(4)))).toBeLessThan(3);
    expect(factor(['10.0.0.1'], [unknown(1400)])).toBeLessThan(0.5);
  });
});

describe('answers with an association', () => {
  for (const state of STATES) {
    it(`[ATK-0017, ATK-0021] ${state}: a long packet full of one chunk brings one packet of answers, and a SACK or DATA beside it`, () => {
      for (const chunk of CHUNKS) {
        const peer = inState(state, SMALL_MTU);
        const copies = Math.floor(30_000 / encodePacket(peer.header(), [chunk]).length);
        const { answers } = answered(peer, new Array<Chunk>(copies).fill(chunk), {});
        const control = answers.filter(({ chunks }) => chunks.some(({ kind }) => kind !== 'sack' && kind !== 'data'));
        expect([chunk.kind, control.length <= 1, answers.length <= 2]).toEqual([chunk.kind, true, true]);
        for (const { bytes } of answers) expect(bytes.length).toBeLessThanOrEqual(548);
      }
    });
  }

  it('[ATK-0017] COOKIE ECHO many times in a packet, from an address that is not confirmed', () => {
    const peer = new ScriptedPeer({
      ...SMALL_MTU,
      addresses: ['10.0.0.2', '10.0.1.2'],
      endpointAddresses: ['10.0.0.1', '10.0.1.1'],
    });
    const ack = peer.askForInitAck({ parameters: [{ kind: 'ip-address', address: '10.0.1.2' }] });
    peer.echo(ack);
    const echo: Chunk = { kind: 'cookie-echo', cookie: cookieOf(ack) };
    const from = { tag: ack.initiateTag, from: '10.0.1.2', to: '10.0.1.1' } as const;
    const { answers } = answered(peer, new Array<Chunk>(200).fill(echo), from);
    expect(answers.length).toBe(1);
    expect(answers[0]!.chunks.filter(({ kind }) => kind === 'heartbeat').length).toBe(1);
  });

  it('[ATK-0021] what is reported fits the packet, however long the offence', () => {
    const peer = inState('ESTABLISHED', SMALL_MTU);
    const whole = concatBytes([new Uint8Array([0xff, 0, 0x20, 0]), new Uint8Array(0x2000 - 4)]);
    peer.send({ kind: 'unknown', type: 0xff, flags: 0, whole });
    expect([peer.heard(), peer.last.bytes.length <= 548]).toEqual([['ERROR unrecognized-chunk-type'], true]);
  });
});
