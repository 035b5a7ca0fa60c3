import type { Command } from 'commander';
import { StatusReporter, type StatusSource } from '../rserpool/index.ts';

/** Whether a component reports how it is, and to whom. */
export interface StatusReportOption {
  readonly csp?: string;
}

export function addStatusReportOption(command: Command): Command {
  return command.option('--csp <place>', 'report to a status collector (rserpool status) at HOST[:PORT], UDP');
}

/** Reports until it is disposed of, if it was asked for. */
export async function reportStatus(
  source: StatusSource,
  { csp }: StatusReportOption,
): Promise<StatusReporter | undefined> {
  return csp === undefined ? undefined : StatusReporter.start(source, { collector: csp });
}
