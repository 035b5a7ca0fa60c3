import { describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import { decodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { ChunkCursor } from '../../../src/sctp/wire/chunk-cursor.ts';
import { decodePacket } from '../../../src/sctp/wire/packet.ts';
import { describePacket } from '../../../src/sctp/wire/text.ts';
import { fuzzInputs, fuzzTimeoutMs } from '../../harness/fuzz-inputs.ts';
import { SeededRandom } from '../../harness/random.ts';
import { CAPTURED_PACKETS } from './captured-packets.ts';

const INPUTS = fuzzInputs(60_000);

vi.setConfig({ testTimeout: fuzzTimeoutMs(60_000) });

const SEED = 9260;

/** Runs a decoder over hostile bytes; anything but a value or a WireError fails with the bytes at hand. */
function survive(bytes: Uint8Array, decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof WireError) {
      if (error.offset >= 0 && error.offset <= bytes.length) return false;
      throw new Error(`offset ${error.offset} outside of ${toHex(bytes)}`);
    }
    throw new Error(`seed ${SEED}: ${String(error)} for ${toHex(bytes)}`, { cause: error });
  }
}

describe('hostile bytes', () => {
  it('[SCTP-0068] [SCTP-0087] [SCTP-0279] random packets: a value or a WireError, always an end', () => {
    const random = new SeededRandom(SEED);
    const outcomes = { fine: 0, malformed: 0 };
    for (let i = 0; i < INPUTS; i++) {
      const packet = random.bytes(12 + (random.u32() % 90));
      // Known types and plausible lengths, so that the decoders behind are reached.
      if (packet.length > 19) {
        if (random.u32() % 4 !== 0) packet[12] = random.u32() % 15;
        if (random.u32() % 16 === 0)
          packet.set([130, 0, 0, 4 + (random.u32() % 40), 0, 13 + (random.u32() % 6), 0], 12);
        if (random.u32() % 4 !== 0) packet.set([0, Math.min(packet.length - 12, 4 + (random.u32() % 90))], 14);
        if (random.u32() % 4 === 0 && packet.length > 36)
          packet.set([0, 1 + (random.u32() % 13), 0, 4 + (random.u32() % 24)], 32);
      }
      expect(survive(packet, () => decodePacket(packet))).toBe(true);
      const { chunks, malformed } = decodePacket(packet);
      outcomes[malformed === undefined ? 'fine' : 'malformed']++;
      expect(chunks.length).toBeLessThanOrEqual((packet.length - 12) >> 2);
      if (i % 10 === 0) survive(packet, () => describePacket(packet));
    }
    // Both ways were taken often, or the test would say little.
    expect(outcomes.fine).toBeGreaterThan(1000);
    expect(outcomes.malformed).toBeGreaterThan(1000);
  });

  it('[SCTP-0290] captured packets with a few bytes changed', () => {
    const random = new SeededRandom(SEED);
    const packets = CAPTURED_PACKETS.map(({ hex }) => fromHex(hex));
    const outcomes = { fine: 0, malformed: 0 };
    for (let i = 0; i < INPUTS; i++) {
      const packet = packets[i % packets.length]!.slice();
      for (let changes = 1 + (random.u32() % 4); changes > 0; changes--) {
        // Lengths and counts stand near the front.
        const reach = random.u32() % 2 === 0 ? Math.min(packet.length, 60) : packet.length;
        packet[12 + (random.u32() % (reach - 12))] = random.u32() & 0xff;
      }
      const cut = random.u32() % 8 === 0 ? packet.subarray(0, 12 + (random.u32() % (packet.length - 11))) : packet;
      expect(survive(cut, () => outcomes[decodePacket(cut).malformed === undefined ? 'fine' : 'malformed']++)).toBe(
        true,
      );
    }
    expect(outcomes.fine).toBeGreaterThan(1000);
    expect(outcomes.malformed).toBeGreaterThan(1000);
  });

  it('[SCTP-0111] [SCTP-0216] random chunks of every type, at any offset and length', () => {
    const random = new SeededRandom(SEED);
    const outcomes = { fine: 0, malformed: 0 };
    for (let i = 0; i < INPUTS; i++) {
      const packet = random.bytes(4 + (random.u32() % 80));
      const offset = random.u32() % (packet.length - 3);
      packet[offset] = i % 17 === 16 ? 130 : i % 17;
      const length = random.u32() % 4 === 0 ? random.u32() % 100 : packet.length - offset;
      outcomes[survive(packet, () => decodeChunk(packet, offset, length)) ? 'fine' : 'malformed']++;
    }
    expect(outcomes.fine).toBeGreaterThan(1000);
    expect(outcomes.malformed).toBeGreaterThan(1000);
  });

  it('[SCTP-0068] the cursor always goes forward', () => {
    const random = new SeededRandom(SEED);
    for (let i = 0; i < 5_000; i++) {
      const packet = random.bytes(random.u32() % 200);
      for (let at = 14; at < packet.length; at += 4) packet[at] = 0;
      const cursor = new ChunkCursor(packet, 12);
      let end = 12;
      while (cursor.next()) {
        if (cursor.offset < end || cursor.length < 4) throw new Error(`stuck at ${cursor.offset} of ${toHex(packet)}`);
        end = cursor.offset + cursor.length;
      }
      expect(end).toBeLessThanOrEqual(Math.max(12, packet.length));
    }
  });

  it('[SCTP-0087] the largest possible list of parameters is read in one go', () => {
    const count = 16_000;
    const chunk = new Uint8Array(20 + 4 * count);
    chunk.set([1, 0, chunk.length >> 8, chunk.length & 0xff]);
    for (let at = 20; at < chunk.length; at += 4) chunk.set([0x80, 0x05, 0, 4], at);
    const decoded = decodeChunk(chunk, 0, chunk.length);
    expect(decoded.kind === 'init' && decoded.parameters.length).toBe(count);
  });
});
