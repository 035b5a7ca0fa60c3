import type { Command } from 'commander';
import { PoolUser, type PoolUserOptions, type UserConfig } from '../rserpool/index.ts';
import type { CaptureHook } from '../sctp/index.ts';
import { addConfigFileOption, type ConfigFileOption, withConfigFile } from './config-file.ts';
import { discoveryOf, type RegistrarsOption } from './discovery-options.ts';
import type { Io } from './io.ts';
import { MEMBER_KEYS } from './member-config.ts';
import { addSocketOptions, type SocketOptions } from './options.ts';
import { addProfileOption, type ProfileOption } from './profile-option.ts';
import type { NodeSecurity } from './security/node-security.ts';
import { type SecurityConfig, securityKey } from './security/security-config.ts';
import { addSecurityOptions, type SecurityOptions, securityOf } from './security/security-options.ts';

/** Of all commands that are pool users. */
export interface UserOptions
  extends SocketOptions,
    RegistrarsOption,
    ConfigFileOption,
    ProfileOption,
    SecurityOptions {}

/** How a command opens its user. */
export interface UserOpening {
  readonly options: PoolUserOptions & { readonly registrars: readonly string[] };
  readonly security: NodeSecurity | undefined;
}

const CONFIG_KEYS = { ...MEMBER_KEYS, security: securityKey('user') };

/** All but how registrars are found, which stands in front. */
export function addUserOptions(command: Command): Command {
  return addConfigFileOption(addProfileOption(addSocketOptions(addSecurityOptions(command, 'user'))));
}

/** What the command line and the configuration file say together. @throws CliError */
export function userOpeningOf(options: UserOptions, io: Io): UserOpening {
  const { registrar, address, udpPort, profile } = options;
  const given: Omit<PoolUserOptions, 'security'> & { readonly security?: SecurityConfig } = {
    registrars: registrar,
    addresses: address,
    udpPort,
    profile,
  };
  const { security: config, ...said } = withConfigFile(options, CONFIG_KEYS, given);
  const discovery = discoveryOf({ ...options, registrar: said.registrars as readonly string[] | undefined });
  const security = securityOf('user', options, config, options.config, io);
  return { options: { ...said, ...discovery, security: security?.options }, security };
}

/** A user whose failed look-ups are told. @param config what the command itself needs, over what was said */
export async function openUser(
  { options }: UserOpening,
  io: Io,
  capture: CaptureHook | undefined,
  config: Partial<UserConfig> = {},
): Promise<PoolUser> {
  const user = await PoolUser.open({ ...options, capture, config: { ...options.config, ...config } });
  user.on('lookup-failed', (error) => io.err(`rserpool: ${error.message}`));
  user.on('untrusted', ({ error }) => io.err(`rserpool: ${error.message}`));
  return user;
}
