import { describe, expect, it } from 'vitest';
import { FragmentMemory, handedBytes, ownBytes } from '../../../src/sctp/rx/kept-bytes.ts';
import { joinPieces } from '../../../src/sctp/rx/reassembler.ts';

/** A part of a packet of 1500 bytes, or of as many as are told. */
const partOf = (length: number, packetBytes = 1500): Uint8Array =>
  new Uint8Array(packetBytes).fill(7).subarray(0, length);

describe('bytes that outlive their packet', () => {
  it('are a view where they are at least half of the packet', () => {
    const view = partOf(750);
    expect([handedBytes(view), ownBytes(view), new FragmentMemory().keep(view)]).toEqual([view, view, view]);
    for (const kept of [handedBytes(view), ownBytes(view), new FragmentMemory().keep(view)]) {
      expect(kept.buffer).toBe(view.buffer);
    }
  });

  it('are else a copy', () => {
    const view = partOf(749);
    for (const kept of [handedBytes(view), ownBytes(view), new FragmentMemory().keep(view)]) {
      expect(kept).toEqual(view);
      expect(kept.buffer).not.toBe(view.buffer);
    }
  });

  it('share memory of 8 KiB at most when they go up, and none when they wait', () => {
    for (let i = 1; i < 3000; i += 7) {
      expect(handedBytes(partOf(i, 65_536)).buffer.byteLength).toBeLessThanOrEqual(Math.max(8192, i));
      expect(ownBytes(partOf(i, 65_536)).buffer.byteLength).toBe(i);
    }
  });
});

describe('the fragments of one message', () => {
  it('keep little more memory than their bytes, whatever packets they came in', () => {
    const memory = new FragmentMemory();
    const buffers = new Set<ArrayBufferLike>();
    let bytes = 0;
    for (let i = 0; i < 200; i++) {
      const fragment = memory.keep(partOf(1 + ((i * 97) % 1400), 65_536));
      expect(fragment.every((byte) => byte === 7)).toBe(true);
      buffers.add(fragment.buffer);
      bytes += fragment.length;
      const kept = [...buffers].reduce((total, { byteLength }) => total + byteLength, 0);
      expect(kept).toBeLessThan(4 * bytes + 1400);
    }
    expect(buffers.size).toBeLessThan(20);
  });

  it('lie one after the other where the message has the length that was expected, and are joined without a copy', () => {
    const memory = new FragmentMemory(5000);
    const pieces = [1400, 1400, 1400, 800].map((length) => memory.keep(partOf(length, 65_536)));
    const joined = joinPieces(pieces, 5000);
    expect(joined).toEqual(new Uint8Array(5000).fill(7));
    expect(joined.buffer).toBe(pieces[0]!.buffer);
  });

  it('are copies where there is room in what was expected, and views beyond it', () => {
    const memory = new FragmentMemory(3000);
    const views = [1400, 1400, 1400].map((length) => partOf(length));
    const kept = views.map((view) => memory.keep(view));
    expect(kept).toEqual(views);
    expect(kept.map(({ buffer }, i) => buffer === views[i]!.buffer)).toEqual([false, false, true]);
    expect(kept[1]!.buffer).toBe(kept[0]!.buffer);
    expect(joinPieces(kept, 4200)).toEqual(new Uint8Array(4200).fill(7));
    const long = partOf(4000, 4100);
    expect(new FragmentMemory(3000).keep(long).buffer).toBe(long.buffer);
  });

  it('are copied where they lie apart, in another order, or in far more memory', () => {
    const piecesOf = (expectedBytes: number): readonly Uint8Array[] => {
      const memory = new FragmentMemory(expectedBytes);
      return [1, 2, 3].map((byte) => memory.keep(partOf(1000, 65_536).fill(byte)));
    };
    const [a, b, c] = piecesOf(3000);
    for (const pieces of [[a!, c!], [b!, a!], [a!, new Uint8Array(1000).fill(9)], piecesOf(60_000).slice(0, 2)]) {
      const joined = joinPieces(pieces, 2000);
      expect(joined).toEqual(Uint8Array.from([...pieces[0]!, ...pieces[1]!]));
      expect(joined.buffer.byteLength).toBe(2000);
    }
  });

  it('take no more than 64 KiB on a guess', () => {
    expect(new FragmentMemory(1_000_000).keep(partOf(10, 65_536)).buffer.byteLength).toBe(65_536);
  });

  it('begin anew with small memory after some were given up', () => {
    const memory = new FragmentMemory();
    for (let i = 0; i < 100; i++) memory.keep(partOf(1000, 65_536));
    memory.beginAnew();
    expect(memory.keep(partOf(10, 65_536)).buffer.byteLength).toBe(10);
  });
});
