/** What came out of the demo. */
export interface Summary {
  readonly ok: boolean;
  /** Why not, if not. */
  readonly failure?: string | undefined;
  readonly durationMs: number;
  /** Whether all of it ran over TLS. */
  readonly secured: boolean;
  readonly requests: {
    readonly sent: number;
    readonly answered: number;
    /** Sent and never answered. */
    readonly lost: number;
    /** Answered with another count than was due. */
    readonly wrong: number;
    /** Sent again to the next element. */
    readonly repeated: number;
  };
  /** From the kill of the element to the first answer by another one. */
  readonly failoverMs?: number | undefined;
  /** From the kill of the registrar until another one has taken it over. */
  readonly takeoverMs?: number | undefined;
  /** From the kill of the registrar until all its elements have another home. */
  readonly newHomeMs?: number | undefined;
  readonly killed: readonly string[];
  readonly restarted: readonly string[];
  /** The steps that happened, with the time since the start. */
  readonly steps: readonly { readonly name: string; readonly atMs: number }[];
  readonly capture?: { readonly file: string; readonly packets: number } | undefined;
}

const SECURED = 'by TLS: keys among registrars and with elements, certificates for the user';

/** The summary as a table for people. */
export function summaryTable(summary: Summary): string[] {
  const { requests, killed, restarted, capture } = summary;
  const rows: [string, string][] = [
    ['requests sent', String(requests.sent)],
    ['answered', String(requests.answered)],
    ['lost', String(requests.lost)],
    ['wrong counts', String(requests.wrong)],
    ['sent again after a failover', String(requests.repeated)],
    ['element killed → next answer', time(summary.failoverMs)],
    ['registrar killed → taken over', time(summary.takeoverMs)],
    ['registrar killed → new home', time(summary.newHomeMs)],
    ...(summary.secured ? [['secured', SECURED] as [string, string]] : []),
    ['killed', killed.join(', ') || '-'],
    ['restarted', restarted.join(', ') || '-'],
  ];
  if (capture !== undefined) {
    rows.push([
      'capture',
      `${capture.file}, ${capture.packets} packets; the last ones of a killed process may be missing`,
    ]);
  }
  rows.push(['result', summary.ok ? `all went well in ${time(summary.durationMs)}` : `failed: ${summary.failure}`]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

function time(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`;
}
