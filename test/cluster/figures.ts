/** What is told of many measurements of one kind, ms. */
export interface Figures {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** Measurements by their name. */
export class Samples {
  readonly #byName = new Map<string, number[]>();

  add(name: string, value: number): void {
    const samples = this.#byName.get(name);
    if (samples === undefined) this.#byName.set(name, [value]);
    else samples.push(value);
  }

  /** Takes in those of another run. */
  merge(other: Samples): void {
    for (const [name, values] of other.#byName) for (const value of values) this.add(name, value);
  }

  figures(): Record<string, Figures> {
    const names = [...this.#byName.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, figuresOf(this.#byName.get(name)!)]));
  }
}

function figuresOf(samples: readonly number[]): Figures {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  const [median, p99, max] = [at(0.5), at(0.99), at(1)].map((value) => Math.round(value * 10) / 10);
  return { count: sorted.length, median: median!, p99: p99!, max: max! };
}
