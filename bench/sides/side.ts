/** An implementation that takes part: two programs of it carry messages to each other over loopback. */
export interface Side {
  readonly name: string;
  /** What it is, exactly, and what holds for it alone. */
  readonly about: string;
  /** What `server|client CASE name=value...` is added to. */
  readonly program: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it is here to show what the machine can do, not as SCTP. */
  readonly ceiling: boolean;
  /** Whether it has associations. */
  readonly associations: boolean;
  /** Whether it resolves pool handles, or stands for what can be reached in doing so. */
  readonly resolves?: boolean;
  /**
   * Set-ups before those that count, as a multiple: code that is compiled while it runs takes some thousands of them to
   * reach its speed.
   */
  readonly warmups: number;
  /** Whether idle associations are probed, as RFC 9260 §8.3 wants. */
  readonly heartbeats: boolean;
  /** The largest path MTU that it can use and is stable with. */
  readonly largestMtu: number;
}

/** A side that is not on this machine. */
export interface Missing {
  readonly name: string;
  /** One line that says how to get it. */
  readonly install: string;
}

/** Looks for a side and builds what it needs. */
export type FindSide = () => Promise<Side | Missing>;

export function isMissing(found: object): found is Missing {
  return 'install' in found;
}
