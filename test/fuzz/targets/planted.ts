import { type FuzzInput, type FuzzTarget, step } from '../fuzz-target.ts';

/** A fault that is there on purpose: three bytes, one after the other, as no blind search finds them soon. */
function parse(bytes: Uint8Array): void {
  if (bytes[0] !== 0x53) return;
  if (bytes[1] !== 0xc7) return;
  if (bytes[2] === 0x50) throw new Error('the planted fault');
}

/** For the test of the fuzzer itself: only run if it is named. */
export const planted: FuzzTarget = {
  name: 'planted',
  about: 'a fault that is there on purpose',
  shape: 'bytes',
  maxSteps: 1,
  seeds: (): FuzzInput[] => [[step(0, new Uint8Array(2))]],
  run: (input) => {
    for (const bytes of input) parse(bytes);
  },
};
