import { MAX_RECORD_BYTES, RecordCutter } from '../../../src/sctp/tls/record-cutter.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';
import { HELLOS } from './hello-seeds.ts';
import { inPieces, mustBeSameHoweverCut } from './pieces.ts';

function makeReader(): (piece: Uint8Array) => Iterable<Uint8Array> {
  const cutter = new RecordCutter();
  return function* (piece) {
    for (const record of cutter.cut(piece)) {
      must(record.length <= MAX_RECORD_BYTES, () => `a record of ${record.length} bytes`);
      yield new Uint8Array(record);
    }
  };
}

const record = (type: number, length: number): Uint8Array =>
  Uint8Array.from([type, 3, 3, length >> 8, length & 255, ...new Uint8Array(length)]);

export const tlsRecords: FuzzTarget = {
  name: 'tls-records',
  about: 'TLS records out of what TLS writes, cut in any way (RFC 3436 §3.2)',
  shape: 'bytes',
  maxSteps: 20,
  seeds: () => [
    [record(23, 5), record(21, 2), record(23, 0)],
    inPieces(record(23, 300), 64),
    ...HELLOS.map((hello) => inPieces(hello, 100)),
  ],
  run: (input) => mustBeSameHoweverCut(input, makeReader),
};
