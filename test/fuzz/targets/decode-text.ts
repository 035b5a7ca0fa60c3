import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { datagramText, messageText } from '../../../src/cli/message-text.ts';
import { ASAP_PORT, CSP_PORT, ENRP_PORT, PPID } from '../../../src/rserpool/index.ts';
import { CALCAPP_PPID, FRACTAL_PPID, PINGPONG_PPID } from '../../../src/rserpool/services/index.ts';
import { describePacket } from '../../../src/sctp/index.ts';
import { CAPTURED_PACKETS } from '../../sctp/wire/captured-packets.ts';
import { type FuzzInput, type FuzzTarget, must, step } from '../fuzz-target.ts';
import { ASAP_SEEDS, ENRP_SEEDS } from './message-seeds.ts';

const PPIDS = [PPID.asap, PPID.enrp, FRACTAL_PPID, PINGPONG_PPID, CALCAPP_PPID];
const UDP_PORTS = [ASAP_PORT, ENRP_PORT, CSP_PORT];

/** One line about the bytes; the first byte says what they are taken for. */
function textOf(bytes: Uint8Array): string | undefined {
  const kind = (bytes[0] ?? 0) % (PPIDS.length + UDP_PORTS.length + 1);
  const body = bytes.slice(1);
  if (kind < PPIDS.length) return messageText(PPIDS[kind]!, body);
  const udpPort = UDP_PORTS[kind - PPIDS.length];
  return udpPort === undefined ? describePacket(body) : datagramText(udpPort, body);
}

export const decodeText: FuzzTarget = {
  name: 'decode-text',
  about: 'what `rserpool decode` and `dump` print of packets, messages, announcements and status reports',
  shape: 'tlv',
  maxSteps: 1,
  seeds: (): FuzzInput[] => [
    ...ASAP_SEEDS.map((bytes) => [step(0, bytes)]),
    ...ENRP_SEEDS.map((bytes) => [step(1, bytes)]),
    ...[2, 3, 4, 7].flatMap((kind) =>
      [4, 8, 40, 64].map((length) => [step(kind, fromHex('01000028'), new Uint8Array(length))]),
    ),
    ...CAPTURED_PACKETS.map(({ hex }) => [step(8, fromHex(hex))]),
  ],
  run: ([bytes = new Uint8Array(0)]) => {
    const text = textOf(bytes) ?? '';
    must(
      !/\p{Cc}|undefined|NaN/u.test(text),
      () => `${JSON.stringify(text.slice(0, 200))} of ${toHex(bytes).slice(0, 200)}`,
    );
    must(text.length < 50_000 + 20 * bytes.length, () => `${text.length} characters about ${bytes.length} bytes`);
  },
};
