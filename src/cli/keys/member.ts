import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { InvalidArgumentError } from 'commander';

export type MemberKind = 'registrar' | 'element' | 'user';

/** Somebody who gets keys. */
export interface Member {
  readonly kind: MemberKind;
  /** What it is called: its directory, the identity of its pre-shared key, and the first name of its certificate. */
  readonly name: string;
  /** Further names and addresses that its certificate is for. */
  readonly others: readonly string[];
}

/** Letters, digits and hyphens between dots: host names, which are names of files on all systems. */
const HOST_NAME = /^(?=.{1,128}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
/** The only address that every host has. */
const THIS_HOST = '127.0.0.1';

/** Those that are made if nobody is named: a small scope. */
export const SMALL_SCOPE: readonly Member[] = [
  ...['registrar-1', 'registrar-2', 'registrar-3'].map((text) => memberOf('registrar', text)),
  ...['element-1', 'element-2'].map((text) => memberOf('element', text)),
  memberOf('user', 'user-1'),
];

/** Reads `NAME[,NAME-OR-ADDRESS…]`, once or more often. */
export function collectedMembers(kind: MemberKind) {
  return (text: string, before: readonly Member[] | undefined): readonly Member[] => [
    ...(before ?? []),
    memberOf(kind, text),
  ];
}

/** All names that its certificate is for. */
export function namesOf({ name, others }: Member): readonly string[] {
  return [name, ...others];
}

/**
 * Registrars and elements are found at addresses, so their certificates are for this host's unless others are given.
 *
 * @throws InvalidArgumentError
 */
export function memberOf(kind: MemberKind, text: string): Member {
  const [name = '', ...others] = text.split(',').map(nameOf);
  if (isIP(name) === 6) throw new InvalidArgumentError(`Before the address ${name} it takes a name: NAME,${name}.`);
  const hasAddress = [name, ...others].some((each) => isIP(each) !== 0);
  return { kind, name, others: hasAddress || kind === 'user' ? others : [...others, THIS_HOST] };
}

function nameOf(text: string): string {
  if (isIP(text) !== 0) return text;
  const name = domainToASCII(text);
  if (HOST_NAME.test(name)) return name;
  throw new InvalidArgumentError('It takes NAME or NAME,ADDRESS: letters, digits and hyphens between dots.');
}
