import { describe, expect, it } from 'vitest';
import { tsn } from '../../../src/base/serial.ts';
import { joinedPacketBytes } from '../../../src/sctp/udp/joined-packets.ts';
import { writeChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';

const HEADER = { sourcePort: 5002, destinationPort: 5001, verificationTag: 0x0a0b_0c0d };
const OURS = new Set([5001, 120]);

function data(userData: Uint8Array, at = 0): Chunk {
  return {
    kind: 'data',
    beginning: true,
    ending: true,
    unordered: false,
    immediate: false,
    tsn: tsn(at),
    streamId: 0,
    ssn: 0 as never,
    ppid: 0,
    userData,
  };
}

function sack(cumulative: number): Chunk {
  return {
    kind: 'sack',
    cumulativeTsnAck: tsn(cumulative),
    advertisedRwndBytes: 100_000,
    gapAckBlocks: [],
    duplicateTsns: [],
  };
}

function packet(chunks: readonly Chunk[], header = HEADER): Uint8Array {
  return encodePacket(header, chunks).slice();
}

function join(packets: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(packets));
}

function packetBytes(piece: Uint8Array): number {
  return joinedPacketBytes(piece, (port) => OURS.has(port));
}

describe('joined packets', () => {
  it('takes a packet alone for what it is, whatever stands in it', () => {
    for (const chunks of [
      [sack(1)],
      [data(new Uint8Array(1424))],
      [data(new Uint8Array(1423))],
      [sack(1), data(new Uint8Array(100)), data(new Uint8Array(7))],
      [data(new Uint8Array(32_000))],
      [
        { kind: 'heartbeat', value: new Uint8Array(40) },
        { kind: 'pad', paddingBytes: 30_000 },
      ],
    ] satisfies Chunk[][]) {
      const whole = packet(chunks);
      expect(packetBytes(whole)).toBe(whole.length);
    }
  });

  it('finds the length of packets that were joined, and of those with a shorter last one', () => {
    for (const [count, bytes] of [
      [2, 16],
      [33, 1424],
      [64, 0],
      [7, 8900],
    ] as const) {
      const one = (at: number) => packet(bytes === 0 ? [sack(at)] : [data(new Uint8Array(bytes).fill(at), at)]);
      const packets = Array.from({ length: count }, (_, i) => one(i + 1));
      expect(packetBytes(join(packets))).toBe(packets[0]!.length);
      const last = packet([sack(9)]);
      if (last.length < packets[0]!.length) {
        expect(packetBytes(join([...packets, last]))).toBe(packets[0]!.length);
        expect(packetBytes(join([packets[0]!, last]))).toBe(packets[0]!.length);
      }
    }
  });

  it('does so when each packet belongs to another association or endpoint', () => {
    const packets = [1, 2, 3].map((n) => packet([sack(n)], { ...HEADER, sourcePort: 6000 + n, verificationTag: n }));
    expect(packetBytes(join(packets))).toBe(28);
    const elsewhere = packet([sack(1)], { ...HEADER, destinationPort: 7777 });
    expect(packetBytes(join([elsewhere, packets[0]!]))).toBe(28);
  });

  it('is not misled by user data that looks like packets, even like the very next one', () => {
    const next = packet([data(new Uint8Array(88), 2)]);
    const whole = packet([data(join([next, next, next]), 1)]);
    expect(packetBytes(whole)).toBe(whole.length);
    // A chunk as long as the number of one of our ports: the checksum is looked at.
    const suspicious = packet([data(new Uint8Array(100)), data(new Uint8Array(104)), data(new Uint8Array(104))]);
    expect(packetBytes(suspicious)).toBe(suspicious.length);
    expect(packetBytes(join([suspicious, suspicious, suspicious]))).toBe(suspicious.length);
  });

  it('is not misled by user data in the second packet that has the chunks end where the piece does', () => {
    const first = packet([data(new Uint8Array(8000))]);
    for (const destinationPort of OURS) {
      // Read as a chunk, the second header is one with as many bytes as the port says.
      const second = packet([data(new Uint8Array(8000))], { ...HEADER, destinationPort });
      const at = destinationPort + ((4 - (destinationPort % 4)) % 4);
      const rest = second.length - at;
      second.set([0, 3, rest >> 8, rest & 0xff], at);
      writeChecksum(second);
      expect(packetBytes(join([first, second]))).toBe(first.length);
    }
  });

  it('finds packets of peers that leave out the padding behind the last chunk', () => {
    const bare = packet([data(new Uint8Array(21))]).subarray(0, 12 + 16 + 21);
    writeChecksum(bare);
    expect(packetBytes(bare)).toBe(49);
    expect(packetBytes(join([bare, bare, bare]))).toBe(49);
  });

  it('leaves what is damaged, empty or short in one piece', () => {
    const damaged = join([packet([sack(1)]), packet([sack(2)])]);
    damaged[20]! ^= 1;
    for (const piece of [damaged, new Uint8Array(0), new Uint8Array(3), new Uint8Array(12), new Uint8Array(40)]) {
      expect(packetBytes(piece)).toBe(piece.length);
    }
  });

  it('does not make more packets of a piece than the system joins', () => {
    const smallest = packet([{ kind: 'cookie-ack' }]);
    expect(packetBytes(join(new Array(128).fill(smallest)))).toBe(16);
    expect(packetBytes(join(new Array(129).fill(smallest)))).toBe(129 * 16);
  });

  it('looks at so many chunks of the first packet and no more', () => {
    const of = (chunks: number) => packet(new Array(chunks).fill({ kind: 'cookie-ack' }));
    expect(packetBytes(join([of(1024), of(1)]))).toBe(12 + 4 * 1024);
    expect(packetBytes(join([of(1025), of(1)]))).toBe(12 + 4 * 1025 + 16);
  });

  it('needs little time for the worst pieces', () => {
    // 16,000 chunks of 4 bytes, the checksum never right.
    const chunks = new Uint8Array(65_500);
    for (let at = 12; at + 4 <= chunks.length; at += 4) chunks[at + 3] = 4;
    chunks[2] = chunks[14] = 0x13;
    chunks[3] = chunks[15] = 0x89;
    const looked = { ports: 0 };
    const bytes = joinedPacketBytes(chunks, () => {
      looked.ports++;
      return false;
    });
    expect([bytes, looked.ports <= chunks.length / 4]).toEqual([chunks.length, true]);
  });

  it('gets back what was joined, whatever it was, and never cuts a packet that came alone', () =>
    forEachSeed(500, (seed) => {
      const random = new SeededRandom(seed);
      const upTo = (n: number) => random.u32() % (n + 1);
      // Users send what they like: bytes of other packets among it.
      const seen: Uint8Array[] = [];
      const userData = (length: number) => {
        const bytes = random.bytes(length);
        const other = seen[upTo(seen.length)];
        if (other !== undefined) bytes.set(other.subarray(0, length), upTo(Math.max(0, length - other.length)));
        return bytes.subarray(0, length);
      };
      const draw = () => {
        const chunks: Chunk[] = upTo(2) === 0 ? [sack(random.u32())] : [];
        for (let i = upTo(3); i >= 0; i--) chunks.push(data(userData(1 + upTo(upTo(3) === 0 ? 9000 : 300)), upTo(9)));
        const header = upTo(1) === 0 ? HEADER : { ...HEADER, sourcePort: 1 + upTo(65_534), verificationTag: upTo(9) };
        const made = packet(chunks, header);
        seen.push(made);
        return made;
      };
      const first = draw();
      expect(packetBytes(first)).toBe(first.length);
      const packets = [first];
      let room = Math.min(63, Math.floor(65_000 / first.length) - 1, upTo(6));
      for (; room > 0; room--) {
        const bytes = first.slice();
        random.bytes(8).forEach((byte, i) => {
          bytes[12 + 4 + i] = byte;
        });
        writeChecksum(bytes);
        packets.push(bytes);
      }
      const last = draw();
      if (last.length < first.length) packets.push(last);
      expect(packetBytes(join(packets))).toBe(first.length);
    }));
});
