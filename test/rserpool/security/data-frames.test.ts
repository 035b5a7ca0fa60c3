import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrameStream, dataFrame } from '../../../src/rserpool/security/data-frames.ts';

function all(stream: DataFrameStream) {
  const frames = [];
  for (let frame = stream.take(); frame !== undefined; frame = stream.take()) frames.push(frame);
  return frames;
}

describe('messages within TLS', () => {
  it('have length, PPID and stream before them', () => {
    const frame = dataFrame({ ppid: 0x01020304, streamId: 0x0506, bytes: new Uint8Array([7, 8, 9]) });
    expect([...frame]).toEqual([0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9]);
  });

  it('come out as they went in, however they are cut', () => {
    const message = fc.record({
      ppid: fc.nat(0xffffffff),
      streamId: fc.nat(0xffff),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
    });
    fc.assert(
      fc.property(fc.array(message), fc.integer({ min: 1, max: 50 }), (messages, size) => {
        const stream = new DataFrameStream(100);
        const bytes = Buffer.concat(messages.map(dataFrame));
        const seen = [];
        for (let at = 0; at < bytes.length; at += size) {
          stream.add(bytes.subarray(at, at + size));
          seen.push(...all(stream));
        }
        expect(seen).toEqual(messages);
      }),
    );
  });

  it.each([
    [[0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 0], 'a message of 101 bytes'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'a message of 0 bytes'],
    [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], 'bad-value at byte 10'],
  ])('are refused before they are whole if they cannot be right: case %#', (header, why) => {
    const stream = new DataFrameStream(100);
    stream.add(Buffer.from(header));
    expect(() => stream.take()).toThrow(why);
  });
});
