/** What the command line of a program asks for. UDP ports are ports of TCP for the side that speaks it. */
export interface Settings {
  /** Own port; the client's, too, so that both sides know each other. */
  readonly port: number;
  /** Port of the other program. */
  readonly peer: number;
  /** Path MTU, bytes of IP packets. */
  readonly mtu: number;
  /** Length of a message. */
  readonly bytes: number;
  /** How long a run goes before it counts. */
  readonly warmupMs: number;
  readonly runMs: number;
  /** Associations that are set up before those that count. */
  readonly warmup: number;
  /** Associations that count. */
  readonly count: number;
  /** Pool users. */
  readonly users: number;
  /** Pools, and requests of a user under way. */
  readonly pools: number;
}

/** Reads words like `bytes=100`; what is not given is 0. */
export function readSettings(words: readonly string[]): Settings {
  const nothing: Settings = {
    port: 0,
    peer: 0,
    mtu: 0,
    bytes: 0,
    warmupMs: 0,
    runMs: 0,
    warmup: 0,
    count: 0,
    users: 0,
    pools: 0,
  };
  const given = words.map((word) => word.split('=')).map(([name, value]) => [name, Number(value)]);
  return { ...nothing, ...Object.fromEntries(given) };
}
