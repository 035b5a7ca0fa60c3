import { concatBytes } from '../../../src/base/bytes.ts';
import { MessageStream } from '../../../src/rserpool/wire/message-stream.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';
import { ASAP_SEEDS } from './message-seeds.ts';
import { inPieces, mustBeSameHoweverCut } from './pieces.ts';

const MAX_MESSAGE_BYTES = 2000;

function makeReader(): (piece: Uint8Array) => Iterable<Uint8Array> {
  const stream = new MessageStream(MAX_MESSAGE_BYTES);
  return function* (piece) {
    stream.add(piece);
    for (let message = stream.take(); message !== undefined; message = stream.take()) yield message;
    must(stream.pendingBytes <= MAX_MESSAGE_BYTES + 3, () => `${stream.pendingBytes} bytes wait`);
  };
}

export const tcpFraming: FuzzTarget = {
  name: 'tcp-framing',
  about: 'ASAP messages out of a TCP stream, cut in any way',
  shape: 'bytes',
  maxSteps: 20,
  seeds: () => [
    ...ASAP_SEEDS.map((bytes) => inPieces(bytes, 7)),
    ASAP_SEEDS.slice(0, 8),
    [concatBytes(ASAP_SEEDS.slice(0, 8))],
  ],
  run: (input) => mustBeSameHoweverCut(input, makeReader),
};
