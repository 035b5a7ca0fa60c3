import { setImmediate as nextTurn } from 'node:timers/promises';
import tls from 'node:tls';
import { clientOptions } from '../../../src/rserpool/security/tls-client.ts';
import { type SecuredClient, TlsServer } from '../../../src/rserpool/security/tls-server.ts';
import { duplexPair } from '../../harness/duplex-pair.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';

const KEY = new Uint8Array(32).fill(1);
const server = new TlsServer({ keys: { find: (identity) => (identity === 'pe-1' ? KEY : undefined) } });
/** Turns of the event loop that a handshake may take. */
const MAX_TURNS = 300;

/** What becomes of one piece that the client has written, and whether it stays what it was. */
function meddle(bytes: Buffer, step: Uint8Array | undefined): { readonly pieces: Buffer[]; readonly isTrue: boolean } {
  const [what = 0, at = 0, value = 0] = step ?? [];
  const place = Math.floor((at * bytes.length) / 256);
  switch (what % 6) {
    case 1:
      return { pieces: [bytes.subarray(0, place), bytes.subarray(place)], isTrue: true };
    case 2:
      return { pieces: Array.from(bytes, (byte) => Buffer.of(byte)), isTrue: true };
    case 3: {
      const changed = Buffer.from(bytes);
      changed[place]! ^= value;
      return { pieces: [changed], isTrue: value === 0 };
    }
    case 4:
      return { pieces: [bytes.subarray(0, place)], isTrue: false };
    case 5:
      return {
        pieces: [bytes.subarray(0, place), Buffer.from(step!.subarray(2)), bytes.subarray(place)],
        isTrue: step!.length <= 2,
      };
    default:
      return { pieces: [bytes], isTrue: true };
  }
}

export const tlsHandshake: FuzzTarget = {
  name: 'tls-handshake',
  about: "a real client's handshake, cut in any way, and with some bytes changed, into the server's side",
  shape: 'bytes',
  maxSteps: 6,
  limitMs: 2000,
  seeds: () => [
    [new Uint8Array(1)],
    ...[1, 2, 3, 4, 5].flatMap((what) =>
      [0, 1, 2].map((piece) => [
        ...new Array<Uint8Array>(piece).fill(new Uint8Array(1)),
        Uint8Array.of(what, 100, 1, 22),
      ]),
    ),
  ],
  run: async (input) => {
    const [near, wire] = duplexPair();
    const [toServer, far] = duplexPair();
    let isTrue = true;
    let pieces = 0;
    wire.on('data', (bytes: Buffer) => {
      const meddled = meddle(bytes, input[pieces++]);
      isTrue &&= meddled.isTrue;
      for (const piece of meddled.pieces) if (piece.length > 0 && !toServer.destroyed) toServer.write(piece);
    });
    toServer.on('data', (bytes: Buffer) => wire.destroyed || wire.write(bytes));
    for (const end of [wire, toServer, far]) end.on('error', () => undefined);
    const client = tls.connect({ ...clientOptions({ psk: { identity: 'pe-1', key: KEY } }, []), socket: near });
    client.on('error', () => undefined);
    let accepted: SecuredClient | undefined;
    let isSettled = false;
    const accepting = server.accept(far).then(
      (secured) => {
        accepted = secured;
        secured.socket.on('error', () => undefined);
      },
      () => undefined,
    );
    void accepting.then(() => {
      isSettled = true;
    });
    for (let turn = 0; turn < MAX_TURNS && !isSettled; turn++) await nextTurn();
    const name = accepted?.identity.kind === 'psk' ? accepted.identity.name : undefined;
    for (const end of [client, accepted?.socket, near, wire, toServer, far]) end?.destroy();
    for (let turn = 0; turn < MAX_TURNS && !isSettled; turn++) await nextTurn();
    must(isSettled, () => 'the handshake has no end');
    must(!isTrue || name === 'pe-1', () => 'what was only cut is refused');
    must(name === undefined || name === 'pe-1', () => `it is known as ${name}`);
  },
};
