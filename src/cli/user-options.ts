import type { Command } from 'commander';
import { PoolUser, type PoolUserOptions, type UserConfig } from '../rserpool/index.ts';
import type { CaptureHook } from '../sctp/index.ts';
import { addConfigFileOption, type ConfigFileOption, withConfigFile } from './config-file.ts';
import { discoveryOf, type RegistrarsOption } from './discovery-options.ts';
import type { Io } from './io.ts';
import { MEMBER_KEYS } from './member-config.ts';
import { addSocketOptions, type SocketOptions } from './options.ts';
import { addProfileOption, type ProfileOption } from './profile-option.ts';

/** Of all commands that are pool users. */
export interface UserOptions extends SocketOptions, RegistrarsOption, ConfigFileOption, ProfileOption {}

/** All but how registrars are found, which stands in front. */
export function addUserOptions(command: Command): Command {
  return addConfigFileOption(addProfileOption(addSocketOptions(command)));
}

/** What the command line and the configuration file say together. @throws CliError */
export function userOptionsOf(options: UserOptions): PoolUserOptions & { readonly registrars: readonly string[] } {
  const { registrar, address, udpPort, profile } = options;
  const given: PoolUserOptions = { registrars: registrar, addresses: address, udpPort, profile };
  const said = withConfigFile(options, MEMBER_KEYS, given);
  return { ...said, ...discoveryOf({ ...options, registrar: said.registrars as readonly string[] | undefined }) };
}

/** A user whose failed look-ups are told. @param config what the command itself needs, over what was said */
export async function openUser(
  options: PoolUserOptions,
  io: Io,
  capture: CaptureHook | undefined,
  config: Partial<UserConfig> = {},
): Promise<PoolUser> {
  const user = await PoolUser.open({ ...options, capture, config: { ...options.config, ...config } });
  user.on('lookup-failed', (error) => io.err(`rserpool: ${error.message}`));
  return user;
}
