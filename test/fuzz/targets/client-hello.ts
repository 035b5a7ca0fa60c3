import { ClientHelloReader } from '../../../src/rserpool/security/client-hello.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { HELLOS } from './hello-seeds.ts';
import { inPieces, mustBeSameHoweverCut } from './pieces.ts';

/** Reads until it knows. */
function makeReader(): (piece: Uint8Array) => Iterable<unknown> {
  const reader = new ClientHelloReader();
  let isKnown = false;
  return function* (piece) {
    const hello = isKnown ? undefined : reader.add(piece);
    if (hello === undefined) return;
    isKnown = true;
    yield hello;
  };
}

export const clientHello: FuzzTarget = {
  name: 'client-hello',
  about: 'the ClientHello that tells who wants to be known by a key, cut in any way',
  shape: 'bytes',
  maxSteps: 10,
  seeds: () => HELLOS.flatMap((hello) => [[hello], inPieces(hello, 30)]),
  run: (input) => mustBeSameHoweverCut(input, makeReader),
};
