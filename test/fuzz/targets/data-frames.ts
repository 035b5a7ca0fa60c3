import { DataFrameStream, dataFrame } from '../../../src/rserpool/security/data-frames.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';
import { inPieces, mustBeSameHoweverCut } from './pieces.ts';

const MAX_MESSAGE_BYTES = 2000;

function makeReader(): (piece: Uint8Array) => Iterable<unknown> {
  const stream = new DataFrameStream(MAX_MESSAGE_BYTES);
  return function* (piece) {
    stream.add(Buffer.from(piece));
    for (let frame = stream.take(); frame !== undefined; frame = stream.take()) {
      const { length } = frame.bytes;
      must(length > 0 && length <= MAX_MESSAGE_BYTES, () => `a message of ${length} bytes`);
      yield frame;
    }
  };
}

const frame = (ppid: number, streamId: number, length: number): Uint8Array =>
  new Uint8Array(dataFrame({ ppid, streamId, bytes: new Uint8Array(length).fill(length) }));

export const dataFrames: FuzzTarget = {
  name: 'data-frames',
  about: "the application's messages out of the byte stream of a TLS connection, cut in any way",
  shape: 'bytes',
  maxSteps: 20,
  seeds: () => [
    [frame(0, 1, 1), frame(11, 2, 30)],
    inPieces(frame(0xffff_ffff, 0xffff, 300), 16),
    [frame(1, 1, MAX_MESSAGE_BYTES)],
  ],
  run: (input) => mustBeSameHoweverCut(input, makeReader),
};
