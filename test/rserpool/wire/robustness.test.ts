import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { describeAsap, describeEnrp } from '../../../src/rserpool/wire/text.ts';
import { fuzzInputs, fuzzTimeoutMs } from '../../harness/fuzz-inputs.ts';
import { asapMessages, enrpMessages } from './arbitraries.ts';
import { survives } from './bytes.ts';
import { CAPTURED_ASAP, CAPTURED_ENRP } from './captured-messages.ts';
import { GOLDEN_ASAP, GOLDEN_ENRP } from './golden-messages.ts';

vi.setConfig({ testTimeout: fuzzTimeoutMs(60_000) });

/** A generator of numbers below `limit`: mulberry32. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** A copy of `bytes` with a few bytes changed, cut, doubled or swapped, and mostly a true Message Length. */
function mutate(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  let copy = bytes.slice();
  for (let n = 1 + below(4); n > 0; n--) {
    const at = below(copy.length);
    const kind = below(6);
    if (kind <= 1) copy[at] = below(256);
    else if (kind === 2) copy[at]! ^= 1 << below(8);
    else if (kind === 3) copy[at] = [0, 1, 4, 0x40, 0x7f, 0x80, 0xc0, 0xff][below(8)]!;
    else if (kind === 4 && copy.length > 8) copy = copy.slice(0, copy.length - below(copy.length - 4));
    else copy = Uint8Array.from([...copy, ...copy.subarray(at & ~3)]).slice(0, 2000);
  }
  if (below(8) > 0) {
    copy[2] = copy.length >> 8;
    copy[3] = copy.length & 0xff;
  }
  return copy;
}

/** Decodes `count` mutations; what is accepted must have a text and, as long as it fits, bytes that decode the same. */
function torture<Message>(
  hexes: readonly string[],
  seed: number,
  count: number,
  codec: { decode: (b: Uint8Array) => Message; encode: (m: Message) => Uint8Array; text: (m: Message) => string },
): { accepted: number; refused: number } {
  const below = numbers(seed);
  const samples = hexes.map((hex) => fromHex(hex));
  const result = { accepted: 0, refused: 0 };
  for (let i = 0; i < count; i++) {
    const bytes = mutate(samples[below(samples.length)]!, below);
    if (!survives(codec.decode, bytes)) {
      result.refused++;
      continue;
    }
    result.accepted++;
    const message = codec.decode(bytes);
    expect(codec.text(message)).not.toMatch(/\n|undefined|NaN/);
    if (i % 16 === 0) expect(codec.decode(codec.encode(message))).toEqual(withoutReports(message));
  }
  return result;
}

function withoutReports<Message>(message: Message): Message {
  const { unrecognized, ...rest } = message as Message & { unrecognized?: unknown };
  return rest as Message;
}

describe('any message', () => {
  it('[PAR-006] [ASAP-012] ASAP: comes back as it was sent', () => {
    fc.assert(
      fc.property(asapMessages, (message: AsapMessage) => {
        const bytes = encodeAsap(message);
        expect(bytes.length % 4).toBe(0);
        expect(decodeAsap(bytes)).toEqual(message);
        expect(encodeAsap(decodeAsap(bytes))).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('[PAR-006] [ENRP-009] ENRP: comes back as it was sent', () => {
    fc.assert(
      fc.property(enrpMessages, (message: EnrpMessage) => {
        const bytes = encodeEnrp(message);
        expect(bytes.length % 4).toBe(0);
        expect(decodeEnrp(bytes)).toEqual(message);
        expect(encodeEnrp(decodeEnrp(bytes))).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hostile bytes', () => {
  it('[PAR-015] random ones are refused or understood, never anything else', () => {
    const below = numbers(0x5eed);
    for (let i = 0; i < fuzzInputs(40_000); i++) {
      const bytes = Uint8Array.from({ length: below(80) }, () => below(256));
      if (bytes.length >= 4) bytes.set([below(16), below(4), 0, bytes.length]);
      survives(decodeAsap, bytes);
      survives(decodeEnrp, bytes);
    }
  });

  it('[PAR-015] mutated ASAP messages are refused or understood, never anything else', () => {
    const hexes = [...GOLDEN_ASAP, ...CAPTURED_ASAP].map(({ hex }) => hex);
    const codec = { decode: decodeAsap, encode: encodeAsap, text: describeAsap };
    const { accepted, refused } = torture(hexes, 0xa5a9, fuzzInputs(60_000), codec);
    expect(accepted).toBeGreaterThan(10_000);
    expect(refused).toBeGreaterThan(10_000);
  });

  it('[PAR-015] mutated ENRP messages are refused or understood, never anything else', () => {
    const hexes = [...GOLDEN_ENRP, ...CAPTURED_ENRP].map(({ hex }) => hex);
    const codec = { decode: decodeEnrp, encode: encodeEnrp, text: describeEnrp };
    const { accepted, refused } = torture(hexes, 0xe4a9, fuzzInputs(60_000), codec);
    expect(accepted).toBeGreaterThan(10_000);
    expect(refused).toBeGreaterThan(10_000);
  });
});
