import type { ReportedAssociation } from './report.ts';

/** What a registrar, a pool element or a pool user says of itself at one moment. */
export interface ComponentStatus {
  /** See `componentId`. */
  readonly id: bigint;
  /** Where it is, for people. */
  readonly location: string;
  /** How it is, for people. */
  readonly status: string;
  /** From 0 to 1, if it has a load. */
  readonly workload: number | undefined;
  readonly associations: readonly Omit<ReportedAssociation, 'durationMs'>[];
}

/** IP protocol number of SCTP. */
export const SCTP_PROTOCOL = 132;
