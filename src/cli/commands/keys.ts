import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { collectedMembers, type Member, SMALL_SCOPE } from '../keys/member.ts';
import { type MadeMember, ScopeDirectory } from '../keys/scope-directory.ts';
import { examples, wholeNumber } from '../options.ts';
import { tableOf } from '../table.ts';

interface KeysOptions {
  readonly registrar?: readonly Member[];
  readonly element?: readonly Member[];
  readonly user?: readonly Member[];
  readonly days: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addKeysCommand(program: Command, io: Io): void {
  const forms = 'NAME or NAME,ADDRESS';
  program
    .command('keys')
    .description(
      'Make keys and certificates for a secured scope, to try it: an authority, and for every registrar, element and ' +
        'user a directory that --security takes. Those that are named later are added.',
    )
    .argument('<directory>', 'where to; it is made if it is not there')
    .option('--registrar <name...>', `registrars, as ${forms} (default: three)`, collectedMembers('registrar'))
    .option('--element <name...>', `pool elements, as ${forms} (default: two)`, collectedMembers('element'))
    .option('--user <name...>', 'pool users, as NAME (default: one)', collectedMembers('user'))
    .option('--days <number>', 'how long certificates are good', wholeNumber(1, 3650), 365)
    .option('--force', 'new keys for those that have some')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `\nWithout an ADDRESS certificates of registrars and elements are for 127.0.0.1.\n${examples(
        'rserpool keys scope && rserpool registrar --security scope/registrar-1',
        'rserpool keys scope --registrar r1,10.0.0.1 r2,10.0.0.2 --element e1,10.0.1.1 --user alice',
        'rserpool keys scope --element e2,10.0.1.2   # one more; its key is added to those of the registrars',
      )}`,
    )
    .action((directory: string, options: KeysOptions) => runKeys(directory, options, io));
}

function runKeys(directory: string, options: KeysOptions, io: Io): void {
  const { registrar = [], element = [], user = [], days, force = false, json = false } = options;
  const named = [...registrar, ...element, ...user];
  if (named.length === 0 && ScopeDirectory.exists(directory)) {
    const text = `has an authority already: name who is to be added, by --registrar, --element or --user`;
    throw usageError('<directory>', `${directory} ${text}`);
  }
  const members = named.length === 0 ? SMALL_SCOPE : named;
  const twice = members.find(({ name }, i) => members.findIndex((each) => each.name === name) !== i);
  if (twice !== undefined) throw usageError(`--${twice.kind}`, `${twice.name} is named twice`);
  const scope = ScopeDirectory.open(directory, days);
  const known = members.find(({ name }) => scope.has(name));
  if (known !== undefined && !force) {
    throw usageError(`--${known.kind}`, `${directory} has ${known.name} already: --force gives it new keys`);
  }
  const made = members.map((member) => scope.add(member));
  if (json) io.out(jsonLine({ directory, validUntil: scope.validUntil, members: made }));
  else io.out(table(made));
}

function table(made: readonly MadeMember[]): string {
  const rows = made.map(({ kind, certificateFor, pskIdentity, validUntil, directory }) => [
    kind,
    directory,
    certificateFor.join(' '),
    pskIdentity ?? '-',
    validUntil.toISOString().slice(0, 10),
  ]);
  return tableOf(['WHO', '--security', 'CERTIFICATE FOR', 'KEY OF', 'GOOD UNTIL'], rows);
}
