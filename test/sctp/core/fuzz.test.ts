import { describe, expect, it } from 'vitest';
import { fsn, mid, ssn, tsnAdd } from '../../../src/base/serial.ts';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { verifyChecksum, writeChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { COMMON_HEADER_BYTES, encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { fuzzInputs, fuzzTimeoutMs } from '../../harness/fuzz-inputs.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import { SeededRandom } from '../../harness/random.ts';
import type { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { recountFlight } from '../../soak/invariants/flight.ts';
import { inState, STATES } from './in-state.ts';
import { checkInvariants, makeCore } from './transfer.ts';

const INPUTS = fuzzInputs(210_000);
const SEED = Number(process.env.SEED ?? 1);
const INPUTS_PER_ASSOCIATION = 300;
const RECEIVE_BUFFER_BYTES = 20_000;
const MAX_ASSOCIATIONS = 8;

type State = (typeof STATES)[number];

/** Packets as two real endpoints send them: set-up, data, losses, heartbeats, both kinds of end. */
function packetsOffTheWire(): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (const end of ['shutdown', 'abort'] as const) {
    const addresses = { a: { addresses: ['10.0.0.1', '10.0.1.1'] }, b: { addresses: ['10.0.0.2', '10.0.1.2'] } };
    const pair = new EndpointPair(makeCore, { seed: 7, link: [delay(5), loss(0.2)], ...addresses });
    pair.network.tap(({ fate, bytes }) => {
      if (fate === 'sent') packets.push(bytes.slice());
    });
    const ids = pair.connect();
    for (let i = 0; i < 30; i++) {
      pair.a.send(ids.a, new Uint8Array(100 * i + 1), { streamId: i % 4, unordered: i % 5 === 0 });
      pair.b.send(ids.b, new Uint8Array(50 * i + 1));
    }
    pair.clock.runFor(60_000);
    pair.a[end](ids.a);
    pair.clock.runFor(10_000);
  }
  return packets;
}

/** Chunks that the endpoint may take seriously at this moment, since their TSNs are near to what it expects. */
function plausibleChunk(peer: ScriptedPeer, random: SeededRandom): Chunk {
  const next = peer.tcb.inbound?.tracker.cumulativeTsn ?? tsnAdd(peer.initialTsn, -1);
  const acked = peer.tcb.outbound.outstanding.cumulativeTsnAck;
  const near = (spread: number): number => random.below(spread) - 2;
  switch (random.below(13)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const fields = {
        tsn: tsnAdd(next, near(random.chance(0.1) ? 70_000 : 40)),
        streamId: random.below(12),
        unordered: random.chance(0.6),
        beginning: random.chance(0.6),
        ending: random.chance(0.6),
        userData: new Uint8Array(random.below(random.chance(0.1) ? 3000 : 60)),
      };
      // The wrong kind ends the association: seldom.
      const interleaved = peer.tcb.extensions.interleaving !== random.chance(0.01);
      if (!interleaved) return peer.data(0, { ...fields, ssn: ssn(random.below(4)) });
      // Contradictions end it as well: mostly fragments that fit.
      if (random.chance(0.02))
        return peer.iData(0, { ...fields, mid: mid(random.below(4)), fsn: fsn(random.below(6)) });
      const piece = random.below(5);
      const number = mid(random.below(100));
      const place = { beginning: piece === 0, ending: piece === 4, fsn: fsn(piece), mid: number };
      return peer.iData(0, { ...fields, ...place, unordered: number % 2 === 0 });
    }
    case 4:
    case 5: {
      const start = 1 + random.below(5);
      const gapAckBlocks = random.chance(0.5) ? [{ start, end: start + random.below(3) }] : [];
      return {
        ...peer.sack(0),
        cumulativeTsnAck: tsnAdd(acked, near(6)),
        advertisedRwndBytes: random.below(4000),
        gapAckBlocks,
      };
    }
    case 6:
      if (random.chance(0.5)) {
        const skipped = Array.from({ length: random.below(4) }, () => ({
          streamId: random.below(12),
          unordered: random.chance(0.5),
          mid: mid(random.below(100)),
        }));
        const newCumulativeTsn = tsnAdd(next, near(random.chance(0.1) ? 70_000 : 20));
        return peer.tcb.extensions.interleaving
          ? { kind: 'i-forward-tsn', newCumulativeTsn, skipped }
          : {
              kind: 'forward-tsn',
              newCumulativeTsn,
              skipped: skipped.map(({ streamId, mid }) => ({ streamId, ssn: ssn(mid) })),
            };
      }
      return { kind: 'shutdown', cumulativeTsnAck: tsnAdd(acked, near(4)) };
    case 7:
      return random.chance(0.5) ? { kind: 'cookie-ack' } : { kind: 'shutdown-ack' };
    case 8:
      return random.chance(0.5) ? peer.init() : peer.initAck();
    case 9:
      return { kind: 'heartbeat', value: new Uint8Array(4 + random.below(40)) };
    case 10:
      return { kind: 'error', causes: [{ kind: 'stale-cookie', stalenessUs: random.u32() }] };
    case 11: {
      const skipped = Array.from({ length: random.below(4) }, () => ({
        streamId: random.below(12),
        ssn: ssn(random.below(4)),
      }));
      const newCumulativeTsn = tsnAdd(next, near(random.chance(0.1) ? 70_000 : 10));
      return { kind: 'forward-tsn', newCumulativeTsn, skipped };
    }
    default:
      return {
        kind: 'unknown',
        type: 15 + random.below(240),
        flags: 0,
        whole: new Uint8Array([15 + random.below(240), 0, 0, 4]),
      };
  }
}

/** Changes a packet behind its common header: bits, bytes, lengths, cuts, copies. */
function mutate(packet: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = packet.slice();
  for (let i = random.below(4); i > 0 && bytes.length > COMMON_HEADER_BYTES; i--) {
    const at = COMMON_HEADER_BYTES + random.below(bytes.length - COMMON_HEADER_BYTES);
    switch (random.below(6)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2:
        // Where lengths stand, if the chunk is aligned.
        bytes[(at & ~3) + 2 < bytes.length ? (at & ~3) + 2 : at] = random.chance(0.8) ? 0 : random.below(256);
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4: {
        const copy = new Uint8Array(bytes.length + 8);
        copy.set(bytes);
        copy.set(bytes.subarray(at, Math.min(at + 8, bytes.length)), bytes.length);
        bytes = copy;
        break;
      }
      default:
        bytes.fill(random.chance(0.5) ? 0 : 255, at, Math.min(at + 4, bytes.length));
    }
  }
  return bytes;
}

function makePacket(peer: ScriptedPeer, corpus: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const kind = random.below(10);
  if (kind === 0) return random.bytes(random.below(100));
  if (kind < 4) return mutate(corpus[random.below(corpus.length)]!, random);
  const chunks = Array.from({ length: 1 + random.below(3) }, () => encodeChunk(plausibleChunk(peer, random)));
  const packet = encodePacket(peer.header(), []);
  const whole = new Uint8Array(packet.length + chunks.reduce((sum, { length }) => sum + length, 0));
  whole.set(packet);
  let at = packet.length;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return kind < 7 ? whole : mutate(whole, random);
}

function address(packet: Uint8Array, tag: number): void {
  if (packet.length < COMMON_HEADER_BYTES) return;
  const view = new DataView(packet.buffer, packet.byteOffset);
  view.setUint16(0, 6000);
  view.setUint16(2, 5000);
  view.setUint32(4, tag);
}

/** What a packet that is not the peer's must leave alone. */
function identity(peer: ScriptedPeer): string {
  const { state, localTag, peerTag, errorCount, paths, outbound, inbound } = peer.tcb;
  const { outstanding } = outbound;
  const tsns = [
    outstanding.cumulativeTsnAck,
    outstanding.flightBytes,
    inbound?.tracker.cumulativeTsn,
    inbound?.reassembly.heldBytes,
  ];
  return JSON.stringify([
    state,
    localTag,
    peerTag,
    errorCount,
    tsns,
    paths.all.map(({ address, udpPort, confirmed, active }) => [address, udpPort, confirmed, active]),
  ]);
}

function checkBounds(peer: ScriptedPeer): void {
  expect(peer.core.associations.size).toBeLessThanOrEqual(MAX_ASSOCIATIONS);
  for (const tcb of peer.core.associations) {
    checkInvariants(tcb);
    recountFlight(tcb);
    expect(tcb.control.length).toBe(0);
    expect(tcb.paths.all.length).toBeLessThanOrEqual(16);
    if (tcb.inbound === undefined) continue;
    expect(tcb.inbound.reassembly.heldBytes).toBeLessThanOrEqual(RECEIVE_BUFFER_BYTES);
    expect(tcb.inbound.reassembly.heldChunks).toBeLessThanOrEqual(312);
    expect(tcb.inbound.tracker.duplicateCount).toBeLessThanOrEqual(64);
  }
}

/** With and without interleaving, with and without partial delivery. */
function freshPeer(state: State, seed: number): ScriptedPeer {
  const round = Math.floor(seed / INPUTS_PER_ASSOCIATION / STATES.length);
  const interleaving = round % 2 === 1;
  const config = {
    receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    maxAssociations: MAX_ASSOCIATIONS,
    interleaving,
    partialDeliveryBytes: round % 4 < 2 ? 0 : 200,
  };
  const peer = inState(state, {
    seed,
    config,
    moreUdpPorts: [4444],
    chunkTypes: interleaving ? [64, 194] : [192],
  });
  if (state === 'ESTABLISHED') {
    for (let i = 0; i < 8; i++) {
      peer.node.send(peer.id, new Uint8Array(700), i % 2 === 0 ? {} : { maxRetransmissions: 0 });
    }
  }
  peer.heardAfter(0);
  return peer;
}

describe('hostile input', () => {
  it(`[AT-9, SCTP-0068, SCTP-0069, SCTP-0216, SCTP-0279, UDPE-0032] ${INPUTS} inputs in all states: nothing is thrown, wrong tags and checksums change nothing, memory is bounded`, {
    timeout: fuzzTimeoutMs(120_000),
  }, () => {
    const corpus = packetsOffTheWire();
    expect(corpus.length).toBeGreaterThan(100);
    const random = new SeededRandom(SEED).fork('fuzz');
    let survived = 0;
    for (let input = 0; input < INPUTS; ) {
      const state = STATES[Math.floor(input / INPUTS_PER_ASSOCIATION) % STATES.length]!;
      const peer = freshPeer(state, input + 1);
      const left = Math.min(INPUTS_PER_ASSOCIATION, INPUTS - input);
      for (let i = 0; i < left; i++, input++) {
        if (peer.core.associations.get(peer.id) === undefined) {
          input += 1;
          break;
        }
        const { localTag, peerTag } = peer.tcb;
        const foreign = random.chance(0.3);
        const tag = foreign ? random.u32() : localTag;
        const packet = makePacket(peer, corpus, random);
        address(packet, tag);
        if (packet.length >= COMMON_HEADER_BYTES && random.chance(0.9)) writeChecksum(packet);
        // A reflected tag is right as well, and tag 0 is for INIT.
        const isForeign = !verifyChecksum(packet) || (foreign && tag !== localTag && tag !== peerTag);
        const before = isForeign ? identity(peer) : '';
        const udpPort = random.chance(0.1) ? 4444 : 9899;
        try {
          peer.node.call((core, now) => core.handleDatagram('10.0.0.1', '10.0.0.2', udpPort, packet, now));
          if (isForeign && identity(peer) !== before) throw new Error(`${before} became ${identity(peer)}`);
          peer.clock.runFor(random.chance(0.02) ? random.below(3000) : 0);
        } catch (error) {
          const hex = Buffer.from(packet).toString('hex');
          throw new Error(`input ${input} in ${state}, SEED=${SEED}: ${hex}`, { cause: error });
        }
        peer.packets.length = 0;
        if (isForeign) survived++;
      }
      checkBounds(peer);
    }
    expect(survived).toBeGreaterThan(INPUTS / 10);
  });
});
