import type { Command } from 'commander';
import type { Finding } from '../doctor/finding.ts';
import { examineMulticast } from '../doctor/multicast.ts';
import { examineRuntime } from '../doctor/runtime.ts';
import { examineSockets } from '../doctor/sockets.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { examples } from '../options.ts';
import { tableOf } from '../table.ts';

export function addDoctorCommand(program: Command, io: Io): void {
  program
    .command('doctor')
    .description(
      'Look at what this machine offers: Node.js, UDP port and receive buffer, acceleration, IPv6, multicast. Fails if something is missing that is needed.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('rserpool doctor', 'rserpool doctor --json'))
    .action(({ json = false }: { readonly json?: boolean }) => runDoctor(json, io));
}

async function runDoctor(json: boolean, io: Io): Promise<void> {
  const findings = [...examineRuntime(), ...(await examineSockets()), await examineMulticast()];
  const bad = findings.filter(({ state }) => state === 'bad').map(({ name }) => name);
  if (json) io.out(jsonLine({ ok: bad.length === 0, findings }));
  else io.out(report(findings));
  if (bad.length > 0) throw new CliError('ERR_CLI_DOCTOR', `does not work on this machine: ${bad.join(', ')}`);
}

function report(findings: readonly Finding[]): string {
  const table = tableOf(
    ['', 'WHAT', 'HOW IT IS'],
    findings.map(({ name, state, found }) => [state, name, found]),
  );
  const advice = findings.flatMap((finding) =>
    finding.advice === undefined ? [] : [`${finding.name}: ${finding.advice}`],
  );
  return [table, ...(advice.length === 0 ? [] : ['', ...advice])].join('\n');
}
