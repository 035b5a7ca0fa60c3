import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementSecurityOptions, RegistrarSecurityOptions, UserSecurityOptions } from '../../rserpool/index.ts';
import { usageError } from '../errors.ts';
import { textOf } from '../yaml-file.ts';
import { readAccessRules } from './access-file.ts';
import { SECRET_FILES, type SecurityFile, type SecurityFileNames, STANDARD_NAMES } from './file-names.ts';
import { checkCertified, doubtsOf, readCertificates, type TextFile } from './pem-files.ts';
import { readKeys, readOwnKey } from './psk-file.ts';

export type SecuredRole = 'registrar' | 'element' | 'user';

/** What the library takes of either role. */
export type FileOptions = Pick<
  RegistrarSecurityOptions & ElementSecurityOptions & UserSecurityOptions,
  'certificate' | 'ca' | 'psk' | 'elementKeys' | 'peerKeys' | 'access'
>;

/** What the files say at a moment. */
export interface ReadFiles {
  readonly options: FileOptions;
  readonly texts: ReadonlyMap<SecurityFile, TextFile>;
  /** What works, and should be otherwise. */
  readonly warnings: readonly string[];
}

const MEMBER_FILES: readonly SecurityFile[] = ['cert', 'key', 'ca'];

/** Which files a role has a use for. */
export const ROLE_FILES: Readonly<Record<SecuredRole, readonly SecurityFile[]>> = {
  registrar: [...MEMBER_FILES, 'psk', 'elementKeys', 'peerKeys', 'access'],
  element: [...MEMBER_FILES, 'psk'],
  user: MEMBER_FILES,
};

/** The option that names each file. */
const OPTIONS = {
  cert: '--tls-cert',
  key: '--tls-key',
  ca: '--tls-ca',
  psk: '--psk',
  elementKeys: '--element-keys',
  peerKeys: '--peer-keys',
  access: '--access',
} as const satisfies Readonly<Record<SecurityFile, string>>;

/** The files that secure a node: those in a directory, and before them those that are named one by one. */
export class SecurityFiles {
  readonly #role: SecuredRole;
  readonly #directory: string | undefined;
  readonly #named: SecurityFileNames;
  /** What was there once has to stay: rules that are gone would let everybody in. */
  #known: readonly SecurityFile[];

  /** @throws CliError `ERR_CLI_USAGE` if the directory is none of this role's */
  constructor(role: SecuredRole, directory: string | undefined, named: SecurityFileNames) {
    this.#role = role;
    this.#directory = directory;
    this.#named = named;
    this.#known = ROLE_FILES[role].filter((file) => named[file] !== undefined);
    if (directory !== undefined) checkDirectory(role, directory);
  }

  /** Paths of all that may be there. */
  get paths(): readonly string[] {
    return ROLE_FILES[this.#role].map((file) => this.#pathOf(file)).filter((path) => path !== undefined);
  }

  /** @throws CliError that names the file, and where it can the line, what is wrong, and what is accepted */
  read(): ReadFiles {
    const texts = new Map<SecurityFile, TextFile>();
    for (const file of ROLE_FILES[this.#role]) {
      const path = this.#pathOf(file);
      if (path === undefined || !(this.#known.includes(file) || existsSync(path))) continue;
      texts.set(file, { file: path, text: textOf(path, this.#optionOf(file)) });
    }
    checkComplete(this.#role, texts);
    const result = { options: optionsOf(texts), texts, warnings: warningsOf(texts) };
    this.#known = [...texts.keys()];
    return result;
  }

  #pathOf(file: SecurityFile): string | undefined {
    const named = this.#named[file];
    if (named !== undefined || this.#directory === undefined) return named;
    return join(this.#directory, STANDARD_NAMES[file]);
  }

  #optionOf(file: SecurityFile): string {
    return this.#named[file] === undefined ? '--security' : OPTIONS[file];
  }
}

function checkDirectory(role: SecuredRole, directory: string): void {
  const has = (file: SecurityFile): boolean => existsSync(join(directory, STANDARD_NAMES[file]));
  if (!existsSync(directory))
    throw usageError('--security', `there is no ${directory}; rserpool keys makes one to try`);
  if (ROLE_FILES[role].some(has)) {
    if (role === 'registrar' || !has('peerKeys')) return;
    throw usageError(
      '--security',
      `${directory} is a registrar's; expected one of ${role === 'user' ? 'a user' : 'an element'}`,
    );
  }
  const below = readdirSync(directory).filter((name) => existsSync(join(directory, name, STANDARD_NAMES.ca)));
  const names = ROLE_FILES[role].map((file) => STANDARD_NAMES[file]).join(', ');
  const hint = below.length === 0 ? '' : `; but there are ${below.join(', ')} in it: give one of them`;
  throw usageError('--security', `${directory} has none of ${names}${hint}`);
}

/** What a role cannot do without. */
function checkComplete(role: SecuredRole, texts: ReadonlyMap<SecurityFile, TextFile>): void {
  const has = (file: SecurityFile): boolean => texts.has(file);
  if (has('cert') !== has('key')) {
    const [given, missing] = has('cert') ? (['cert', 'key'] as const) : (['key', 'cert'] as const);
    throw usageError(OPTIONS[given], `it needs ${OPTIONS[missing]} FILE as well: a certificate and its private key`);
  }
  if (role === 'registrar' && !has('cert') && !has('elementKeys')) {
    throw usageError(
      '--security',
      'a registrar needs --tls-cert and --tls-key, or --element-keys: else nobody can come',
    );
  }
  if (role === 'element' && !has('psk') && !has('ca')) {
    throw usageError('--security', 'an element needs --psk or --tls-ca: else it can trust no registrar');
  }
  if (role === 'user' && !has('ca')) {
    throw usageError('--security', 'a user needs --tls-ca: else it can trust no registrar and no element');
  }
}

function optionsOf(texts: ReadonlyMap<SecurityFile, TextFile>): FileOptions {
  const [cert, key, ca] = [texts.get('cert'), texts.get('key'), texts.get('ca')];
  if (cert !== undefined && key !== undefined) checkCertified(cert, key);
  if (ca !== undefined) readCertificates(ca);
  const read = <T>(file: SecurityFile, reader: (file: string, text: string) => T): T | undefined => {
    const found = texts.get(file);
    return found && reader(found.file, found.text);
  };
  return {
    certificate: cert && key && { cert: cert.text, key: key.text },
    ca: ca?.text,
    psk: read('psk', readOwnKey),
    elementKeys: read('elementKeys', readKeys),
    peerKeys: read('peerKeys', readKeys),
    access: read('access', readAccessRules),
  };
}

function warningsOf(texts: ReadonlyMap<SecurityFile, TextFile>): readonly string[] {
  const warnings: string[] = [];
  for (const secret of SECRET_FILES) {
    const found = texts.get(secret);
    if (found !== undefined && isOpenToOthers(found.file)) {
      warnings.push(`${found.file}: every user of this host can read it; chmod 600 forbids that`);
    }
  }
  const cert = texts.get('cert');
  return cert === undefined ? warnings : [...warnings, ...doubtsOf(cert, new Date())];
}

/** Windows has other means, which modes do not show. */
function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o006) !== 0;
}
