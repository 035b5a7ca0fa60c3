import type { StageFactory } from './stage.ts';

/** Flips `bits` bits, one by default, in some datagrams, as if the UDP checksum had not seen it. */
export function corruption(probability: number, bits = 1): StageFactory {
  return (random) => {
    const counters = { passed: 0, corrupted: 0 };
    return {
      name: 'corruption',
      counters,
      pass(datagram, at, out) {
        if (!random.chance(probability) || datagram.bytes.length === 0) {
          counters.passed++;
          out.forward(datagram, at);
          return;
        }
        counters.corrupted++;
        const bytes = datagram.bytes.slice();
        for (let i = 0; i < bits; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
        out.forward({ ...datagram, bytes }, at);
      },
    };
  };
}
