import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { TLS_PROFILES, type TlsProfile } from '../../rserpool/index.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { collected } from '../options.ts';
import { NodeSecurity } from './node-security.ts';
import type { SecurityConfig } from './security-config.ts';
import { type SecuredRole, SecurityFiles } from './security-files.ts';

/** Of all commands that can be secured. */
export interface SecurityOptions {
  readonly security?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly tlsProfile?: TlsProfile;
  readonly psk?: string;
  readonly elementKeys?: string;
  readonly peerKeys?: string;
  readonly access?: string;
  readonly answerPlainUsers?: boolean;
  readonly registrarName?: readonly string[];
  readonly elementName?: readonly string[];
}

/** A directory, or files one by one; they are read again when they change. */
export function addSecurityOptions(command: Command, role: SecuredRole): Command {
  command
    .option(
      '--security <directory>',
      'speak TLS, with the keys and certificates in it; rserpool keys makes some to try',
    )
    .option('--tls-cert <file>', 'its certificate, PEM, with those between it and the authority')
    .option('--tls-key <file>', 'private key of the certificate, PEM')
    .option('--tls-ca <file>', 'authorities that certificates of others have to be signed by, PEM')
    .addOption(
      new Option('--tls-profile <name>', 'versions and suites of TLS (default: modern)').choices(TLS_PROFILES),
    );
  command.option(
    '--registrar-name <name>',
    'who a registrar has to be, by its certificate (default: the name it is called by, or its address)',
    collected,
  );
  if (role === 'user') {
    return command.option('--element-name <name>', 'who an element has to be (default: its address)', collected);
  }
  command.option('--psk <file>', 'its own pre-shared key, a line IDENTITY:HEX');
  if (role === 'element') return command;
  return command
    .option('--element-keys <file>', 'keys of elements, a line IDENTITY:HEX for each')
    .option('--peer-keys <file>', 'keys of other registrars, a line IDENTITY:HEX for each')
    .option('--access <file>', 'who may do what: rules, YAML or JSON')
    .option('--answer-plain-users', 'answer users without TLS as well, on the port without it');
}

/**
 * How a command is secured, by its options and by what stands in its configuration file; undefined if it is not.
 *
 * @param configFile the file; names of files in it are seen from where it is
 * @throws CliError that names what is wrong
 */
export function securityOf(
  role: SecuredRole,
  options: SecurityOptions,
  config: SecurityConfig | undefined,
  configFile: string | undefined,
  io: Io,
): NodeSecurity | undefined {
  const given = givenOf(options);
  const said = { ...located(config, configFile), ...given };
  const { directory, cert, key, ca, psk, elementKeys, peerKeys, access, ...settings } = said;
  const named = { cert, key, ca, psk, elementKeys, peerKeys, access };
  if (directory === undefined && Object.values(named).every((file) => file === undefined)) {
    if (Object.keys(settings).length === 0) return undefined;
    throw usageError('--security', 'there is neither a directory nor a file with keys or certificates');
  }
  return new NodeSecurity(new SecurityFiles(role, directory, named), settings, io);
}

/** What was given on the command line, by the library's names. */
function givenOf(options: SecurityOptions) {
  const { security, tlsCert, tlsKey, tlsCa, tlsProfile, psk, elementKeys, peerKeys, access } = options;
  return withoutUndefined({
    directory: security,
    cert: tlsCert,
    key: tlsKey,
    ca: tlsCa,
    psk,
    elementKeys,
    peerKeys,
    access,
    profile: tlsProfile,
    answersPlainUsers: options.answerPlainUsers,
    registrarNames: options.registrarName,
    elementNames: options.elementName,
  });
}

/** What a configuration file says, with its files as they are found from here. */
function located({ certificate, ...config }: SecurityConfig = {}, configFile = '') {
  const { directory, ca, psk, elementKeys, peerKeys, access, ...settings } = config;
  const files = { directory, cert: certificate?.cert, key: certificate?.key, ca, psk, elementKeys, peerKeys, access };
  const found = Object.entries(withoutUndefined(files)).map(([name, file]) => [
    name,
    resolve(dirname(configFile), file),
  ]);
  return { ...settings, ...(Object.fromEntries(found) as typeof files) };
}

function withoutUndefined<T extends object>(values: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: NonNullable<T[Name]> };
}
