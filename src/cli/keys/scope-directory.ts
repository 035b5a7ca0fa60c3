import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { AccessRule } from '../../rserpool/index.ts';
import { CliError } from '../errors.ts';
import { STANDARD_NAMES } from '../security/file-names.ts';
import { Authority, validUntil } from './authority.ts';
import { orFileError, replace, writeNew } from './files.ts';
import { type Member, namesOf } from './member.ts';

export const AUTHORITY_CERT = 'ca.pem';
export const AUTHORITY_KEY = 'ca-key.pem';

const PSK_BYTES = 32;
const OWNER_ONLY = 0o700;

/** What was made for a member. */
export interface MadeMember {
  readonly kind: Member['kind'];
  readonly name: string;
  /** Directory with its files. */
  readonly directory: string;
  /** What its certificate is for. */
  readonly certificateFor: readonly string[];
  readonly validUntil: Date;
  /** Identity of its pre-shared key. */
  readonly pskIdentity: string | undefined;
}

/**
 * A directory with an authority, and a directory for everybody who is in the scope: what it has to know and no more, so
 * that it can be copied to its host. Members may be added later: every registrar's keys and access rules are added to.
 */
export class ScopeDirectory {
  readonly path: string;
  readonly #authority: Authority;
  readonly #days: number;

  private constructor(path: string, authority: Authority, days: number) {
    this.path = path;
    this.#authority = authority;
    this.#days = days;
  }

  static exists(path: string): boolean {
    return existsSync(join(path, AUTHORITY_KEY));
  }

  /**
   * Takes the authority of a directory, or makes it.
   *
   * @param days how long certificates are good
   * @throws CliError
   */
  static open(path: string, days: number): ScopeDirectory {
    const [cert, key] = [join(path, AUTHORITY_CERT), join(path, AUTHORITY_KEY)];
    if (ScopeDirectory.exists(path)) {
      const read = (file: string): string => orFileError(() => readFileSync(file, 'utf8'));
      const scope = new ScopeDirectory(path, new Authority({ cert: read(cert), key: read(key) }), days);
      if (scope.validUntil > new Date()) return scope;
      const until = scope.validUntil.toISOString().slice(0, 10);
      throw new CliError('ERR_CLI_FILE', `${cert}: the authority was good until ${until}; begin another directory`);
    }
    orFileError(() => mkdirSync(path, { recursive: true, mode: OWNER_ONLY }));
    const authority = Authority.create('RSerPool test authority', days);
    writeNew(key, authority.certified.key);
    writeNew(cert, authority.certified.cert);
    return new ScopeDirectory(path, authority, days);
  }

  get validUntil(): Date {
    return validUntil(this.#authority.certified.cert);
  }

  /** Whether there is something of that name. */
  has(name: string): boolean {
    return existsSync(join(this.path, name));
  }

  /** Makes what a member needs, in the place of what it had, and tells the registrars of it. @throws CliError */
  add(member: Member): MadeMember {
    const { kind, name } = member;
    const directory = join(this.path, name);
    orFileError(() => mkdirSync(directory, { recursive: true, mode: OWNER_ONLY }));
    if (kind === 'registrar') this.#shareWith(directory);
    const certified = this.#authority.certify({ commonName: name, names: namesOf(member), days: this.#days });
    replace(join(directory, STANDARD_NAMES.ca), this.#authority.certified.cert);
    replace(join(directory, STANDARD_NAMES.key), certified.key);
    replace(join(directory, STANDARD_NAMES.cert), certified.cert);
    if (kind !== 'user') {
      const line = `${name}:${randomBytes(PSK_BYTES).toString('hex')}`;
      replace(join(directory, STANDARD_NAMES.psk), `${line}\n`);
      const list = kind === 'registrar' ? STANDARD_NAMES.peerKeys : STANDARD_NAMES.elementKeys;
      for (const registrar of this.#registrars()) setKey(join(registrar, list), name, line);
    }
    for (const registrar of this.#registrars()) addRule(join(registrar, STANDARD_NAMES.access), ruleFor(member));
    return {
      kind,
      name,
      directory,
      certificateFor: namesOf(member),
      validUntil: validUntil(certified.cert),
      pskIdentity: kind === 'user' ? undefined : name,
    };
  }

  /** A registrar has the keys and rules that the others have. */
  #shareWith(directory: string): void {
    const other = this.#registrars().find((each) => each !== directory);
    for (const file of [STANDARD_NAMES.elementKeys, STANDARD_NAMES.access, STANDARD_NAMES.peerKeys]) {
      const path = join(directory, file);
      if (existsSync(path)) continue;
      writeNew(path, other === undefined ? HEADS[file] : orFileError(() => readFileSync(join(other, file), 'utf8')));
    }
  }

  /** Directories of registrars. */
  #registrars(): string[] {
    const names = orFileError(() => readdirSync(this.path)).sort();
    return names.map((name) => join(this.path, name)).filter((each) => existsSync(join(each, STANDARD_NAMES.peerKeys)));
  }
}

const HEADS = {
  [STANDARD_NAMES.elementKeys]: '# Elements that may register, as IDENTITY:KEY.\n',
  [STANDARD_NAMES.peerKeys]: '# Registrars of this scope, as IDENTITY:KEY.\n',
  [STANDARD_NAMES.access]: `# Who may do what: "who" is psk:NAME, dns:NAME or ip:ADDRESS of a certificate, or anonymous; "register" and "resolve"
# name pools, "elements" and "policies" what to register with, "peer" is for registrars. What no rule grants is denied.
`,
} as const;

/** What a member needs to do its work, as a rule; registrars know users by their certificates. */
function ruleFor({ kind, name }: Member): { readonly who: string; readonly grant: string } {
  switch (kind) {
    case 'registrar':
      return { who: `psk:${name}`, grant: 'peer: true' };
    case 'element':
      return { who: `psk:${name}`, grant: 'register: ["*"]' };
    case 'user':
      return { who: isIP(name) === 0 ? `dns:${name}` : `ip:${name}`, grant: 'resolve: ["*"]' };
  }
}

/** Puts the line of an identity into a file of keys, in the place of the one that it had. */
function setKey(path: string, identity: string, line: string): void {
  const text = orFileError(() => readFileSync(path, 'utf8'));
  const others = text.split('\n').filter((each) => each.slice(0, Math.max(each.lastIndexOf(':'), 0)) !== identity);
  replace(path, `${[...others.filter((each) => each !== ''), line].join('\n')}\n`);
}

/** Adds a rule unless there is one for the same; what people have written stays as it is. */
function addRule(path: string, { who, grant }: ReturnType<typeof ruleFor>): void {
  const text = orFileError(() => readFileSync(path, 'utf8'));
  const rules = rulesIn(text);
  if (rules?.some((rule) => rule?.who === who)) return;
  const longer = `${text.trimEnd()}\n- who: ${who}\n  ${grant}\n`;
  if (rules === undefined || rulesIn(longer)?.length !== rules.length + 1) {
    throw new CliError(
      'ERR_CLI_FILE',
      `${path}: it is no list in lines, so the rule for ${who} has to be added by hand`,
    );
  }
  replace(path, longer);
}

/** The rules of a text, unless it is no list. */
function rulesIn(text: string): readonly (Partial<AccessRule> | null)[] | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  const rules: unknown = document.toJS() ?? [];
  return Array.isArray(rules) ? (rules as readonly (Partial<AccessRule> | null)[]) : undefined;
}
