import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import { MessageStream } from '../../../src/rserpool/wire/message-stream.ts';

/** HANDLE_RESOLUTION of pools whose handles have 1 to 4 bytes: Message Length 9 to 12, always 12 bytes on the stream. */
const RESOLUTIONS = [
  '05000009 00090005 61000000',
  '0500000a 00090006 61620000',
  '0500000b 00090007 61626300',
  '0500000c 00090008 61626364',
].map((hex) => toHex(fromHex(hex)));

function takeAll(stream: MessageStream): string[] {
  const taken: string[] = [];
  for (let message = stream.take(); message !== undefined; message = stream.take()) taken.push(toHex(message));
  return taken;
}

describe('messages on a byte stream', () => {
  it('[ASAP-022] finds a message that comes byte by byte, at its last byte of padding and not before', () => {
    const stream = new MessageStream();
    const bytes = fromHex(RESOLUTIONS[0]!);
    for (const [i, byte] of bytes.entries()) {
      stream.add(new Uint8Array([byte]));
      expect(takeAll(stream)).toEqual(i === 11 ? RESOLUTIONS.slice(0, 1) : []);
      expect(stream.pendingBytes).toBe(i === 11 ? 0 : i + 1);
    }
  });

  it('[ASAP-022] finds all messages of one segment, each rounded up to a multiple of four', () => {
    const stream = new MessageStream();
    stream.add(fromHex(RESOLUTIONS.join('')));
    expect(takeAll(stream)).toEqual(RESOLUTIONS);
  });

  it('[ASAP-022] finds the same messages however the stream is cut', () => {
    const messages = [...RESOLUTIONS, ...RESOLUTIONS];
    const bytes = fromHex(messages.join(''));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 100 }), (lengths) => {
        const stream = new MessageStream();
        const taken: string[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = lengths[i % lengths.length]!;
          stream.add(bytes.subarray(at, at + length));
          taken.push(...takeAll(stream));
          at += length;
        }
        expect(taken).toEqual(messages);
      }),
    );
  });

  it('keeps nothing of what it was given, and gives away what it does not keep', () => {
    const stream = new MessageStream();
    const bytes = fromHex(RESOLUTIONS.join(''));
    stream.add(bytes.subarray(0, 30));
    bytes.fill(0, 0, 30);
    const [first, second] = [stream.take()!, stream.take()!];
    first.fill(0);
    expect(toHex(second)).toBe(RESOLUTIONS[1]);
    stream.add(bytes.subarray(30));
    expect(takeAll(stream)).toEqual(RESOLUTIONS.slice(2));
  });

  it('takes the longest message there can be', () => {
    const longest = concatBytes([fromHex('0500ffff'), new Uint8Array(65_532)]);
    const stream = new MessageStream();
    for (let at = 0; at < longest.length; at += 1000) stream.add(longest.subarray(at, at + 1000));
    expect(stream.take()).toEqual(longest);
    expect(stream.take()).toBeUndefined();
  });

  it('gives up a stream whose next length is impossible, after the messages before it', () => {
    for (const [bad, limit] of [
      ['05000003', 65_535],
      ['05000000', 65_535],
      ['05000041', 64],
    ] as const) {
      const stream = new MessageStream(limit);
      stream.add(fromHex(RESOLUTIONS[0] + bad));
      expect(toHex(stream.take()!)).toBe(RESOLUTIONS[0]);
      expect(() => stream.take()).toThrow(WireError);
      stream.add(fromHex(RESOLUTIONS[0]!));
      expect(() => stream.take()).toThrow(WireError);
    }
  });

  it('holds no more than the bytes of one message, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 60 }), (chunks) => {
        const stream = new MessageStream(1024);
        for (const chunk of chunks) {
          stream.add(chunk);
          try {
            takeAll(stream);
          } catch (error) {
            if (error instanceof WireError) return;
            throw error;
          }
          expect(stream.pendingBytes).toBeLessThan(1024);
        }
      }),
    );
  });
});
