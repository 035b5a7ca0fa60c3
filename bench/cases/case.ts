import type { Side } from '../sides/side.ts';

/** How long a run takes. */
export interface Lengths {
  readonly warmupMs: number;
  readonly runMs: number;
  /** Associations set up before those that count, and those that count. */
  readonly warmup: number;
  readonly count: number;
  /** Associations that are left alone; 0: this takes too long. */
  readonly idle: number;
}

/** Numbers that a program reports in its last line. */
export type Report = Readonly<Record<string, number>>;

/** What was measured, by the key of its column. */
export type Figures = Readonly<Record<string, number>>;

export interface Column {
  readonly key: string;
  readonly head: string;
  /** Digits after the point. */
  readonly digits: number;
}

/** Something that every side can be asked to do. */
export interface Case {
  readonly name: string;
  /** What the programs know it by. */
  readonly program: 'stream' | 'ping' | 'associations' | 'idle' | 'resolutions';
  /** The first one is what sides are compared by. */
  readonly columns: readonly Column[];
  /** Rounds at most, where one takes minutes. */
  readonly mostRounds?: number;
  /** Whether more of the first column is better, or less. */
  readonly better: 'more' | 'less';
  /** What the programs of this side are told, or undefined if it cannot do this. */
  settings(side: Side, lengths: Lengths): Readonly<Record<string, number>> | undefined;
  /** @throws Error if the reports contradict each other */
  figures(client: Report, server: Report): Figures;
}
