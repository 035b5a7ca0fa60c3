import { fromHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import { describePacket, pcapngHeader, pcapngPacket, readCapture } from '../../../src/sctp/index.ts';
import { CAPTURED_PACKETS } from '../../sctp/wire/captured-packets.ts';
import { type FuzzInput, type FuzzTarget, must } from '../fuzz-target.ts';

/** Classic pcap, raw IP, with one frame. */
function pcap(frame: Uint8Array): Uint8Array {
  const file = Buffer.alloc(24 + 16 + frame.length);
  file.writeUInt32BE(0xa1b2_c3d4, 0);
  file.writeUInt16BE(2, 4);
  file.writeUInt16BE(4, 6);
  file.writeUInt32BE(0x4_0000, 16);
  file.writeUInt32BE(101, 20);
  file.writeUInt32BE(frame.length, 32);
  file.writeUInt32BE(frame.length, 36);
  file.set(frame, 40);
  return new Uint8Array(file);
}

function pcapng(payload: Uint8Array, from: string, to: string, encapsulation: 'udp' | 'none'): Uint8Array {
  const packet = { timeUs: 1e15, from, fromUdpPort: 9899, to, toUdpPort: 9899, payload, encapsulation, comment: 'two' };
  return pcapngPacket(packet);
}

export const captureFiles: FuzzTarget = {
  name: 'capture-files',
  about: 'pcap and pcapng files, as `rserpool decode` reads them',
  shape: 'bytes',
  maxSteps: 1,
  seeds: (): FuzzInput[] => {
    const payloads = CAPTURED_PACKETS.slice(0, 6).map(({ hex }) => fromHex(hex));
    const packets = payloads.flatMap((payload) => [
      pcapng(payload, '10.0.0.1', '10.0.0.2', 'udp'),
      pcapng(payload, '2001:db8::1', '2001:db8::2', 'none'),
    ]);
    const header = pcapngHeader();
    return [
      ...packets.map((packet) => [new Uint8Array(Buffer.concat([header, packet]))]),
      // The IP packet within: behind the block's header, before its padding and options.
      ...packets.map((packet) => [pcap(packet.slice(28))]),
    ];
  },
  run: ([bytes = new Uint8Array(0)]) => {
    let datagrams = 0;
    try {
      for (const { payload, timeUs } of readCapture(bytes)) {
        datagrams++;
        must(Number.isFinite(timeUs), () => `time ${timeUs}`);
        describePacket(payload);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
    must(datagrams <= bytes.length, () => `${datagrams} packets in ${bytes.length} bytes`);
  },
};
