import type { SeededRandom } from '../harness/random.ts';
import type { FuzzInput, FuzzTarget } from './fuzz-target.ts';
import { mutateTlv } from './tlv.ts';

const NUMBERS = [0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const MAX_STEP_BYTES = 70_000;

/** Another input, near to the first one; pieces may come from the second one. */
export function mutate(input: FuzzInput, other: FuzzInput, target: FuzzTarget, random: SeededRandom): FuzzInput {
  let steps = [...input];
  for (let changes = 1 + random.below(random.chance(0.2) ? 12 : 3); changes > 0; changes--) {
    if (target.maxSteps > 1 && random.chance(0.4)) steps = mutateSteps(steps, other, random);
    else {
      const at = random.below(steps.length);
      const theirs = other[random.below(other.length)] ?? new Uint8Array(0);
      if (steps[at] !== undefined) steps[at] = mutateStep(steps[at], theirs, target, random);
    }
  }
  return steps.slice(0, target.maxSteps);
}

/** Leaves out, doubles, swaps, takes over. The first step stays where it is: it may say where everything begins. */
function mutateSteps(steps: readonly Uint8Array[], other: FuzzInput, random: SeededRandom): Uint8Array[] {
  const result = [...steps];
  const at = 1 + random.below(result.length);
  switch (random.below(5)) {
    case 0:
      if (result.length > 1) result.splice(at, 1 + random.below(random.chance(0.2) ? 8 : 1));
      break;
    case 1:
      result.splice(at, 0, ...result.slice(at, at + 1 + random.below(4)));
      break;
    case 2: {
      const with_ = 1 + random.below(result.length);
      const [one, two] = [result[at], result[with_]];
      if (one !== undefined && two !== undefined) [result[at], result[with_]] = [two, one];
      break;
    }
    case 3: {
      const from = random.below(other.length);
      result.splice(at, 0, ...other.slice(from, from + 1 + random.below(6)));
      break;
    }
    default:
      result.splice(at, result.length, ...other.slice(random.below(other.length)));
  }
  return result;
}

function mutateStep(bytes: Uint8Array, other: Uint8Array, target: FuzzTarget, random: SeededRandom): Uint8Array {
  const { shape, words = [] } = target;
  if (bytes.length === 0 || random.chance(0.03)) return random.bytes(1 + random.below(40));
  if (shape === 'tlv') {
    if (random.chance(0.1)) return withByte(bytes, 0, random.below(256));
    if (random.chance(0.5)) return mutateTlv(bytes, 1, other, random).slice(0, MAX_STEP_BYTES);
  }
  const word = words[random.below(words.length)];
  if (word !== undefined && random.chance(0.4)) return insert(bytes, random.below(bytes.length + 1), word, random);
  return mutateBytes(bytes, other, random).slice(0, MAX_STEP_BYTES);
}

function mutateBytes(bytes: Uint8Array, other: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(8)) {
    case 0:
      return withByte(bytes, at, bytes[at]! ^ (1 << random.below(8)));
    case 1:
      return withByte(bytes, at, random.below(256));
    case 2:
      return withByte(bytes, at, bytes[at]! + random.below(9) - 4);
    case 3: {
      const copy = bytes.slice();
      const number = NUMBERS[random.below(NUMBERS.length)]!;
      const width = [1, 2, 4][random.below(3)]!;
      const aligned = random.chance(0.7) ? at & ~(width - 1) : at;
      for (let i = 0; i < width && aligned + i < copy.length; i++) {
        copy[aligned + i] = (number >>> (8 * (width - 1 - i))) & 0xff;
      }
      return copy;
    }
    case 4:
      return bytes.slice(0, at);
    case 5:
      return new Uint8Array(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]));
    case 6: {
      const from = random.below(bytes.length);
      return insert(bytes, at, bytes.subarray(from, from + 1 + random.below(32)), random);
    }
    default: {
      const from = random.below(other.length);
      return insert(bytes, at, other.subarray(from, from + 1 + random.below(32)), random);
    }
  }
}

/** Between the bytes, or over them. */
function insert(bytes: Uint8Array, at: number, what: Uint8Array, random: SeededRandom): Uint8Array {
  const rest = random.chance(0.5) ? at : Math.min(at + what.length, bytes.length);
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(rest)]));
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}
