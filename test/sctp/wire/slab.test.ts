import { expect, it } from 'vitest';
import { freshBytes } from '../../../src/sctp/wire/slab.ts';

it('bytes for packets are zeroed and belong to one packet each, whatever their lengths', () => {
  const lengths = Array.from({ length: 500 }, (_, i) => (i * 7919) % 70_000);
  const packets = lengths.map((length, i) => {
    const bytes = freshBytes(length);
    expect([bytes.length, bytes.every((byte) => byte === 0)]).toEqual([length, true]);
    return bytes.fill(i);
  });
  for (const [i, packet] of packets.entries()) expect(packet.every((byte) => byte === (i & 0xff))).toBe(true);
});
