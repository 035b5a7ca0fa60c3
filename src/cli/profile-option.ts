import { type Command, Option } from 'commander';
import { PROFILES, type Profile } from '../rserpool/index.ts';
import type { ConfigKey } from './yaml-file.ts';

export interface ProfileOption {
  readonly profile?: Profile;
}

export function addProfileOption(command: Command): Command {
  return command.addOption(
    new Option('--profile <name>', 'which times to go by: short ones, those of the RFCs, or those of rsplib').choices(
      PROFILES,
    ),
  );
}

export const PROFILE: ConfigKey = {
  accepts: `one of ${PROFILES.join(', ')}`,
  isGood: (value) => PROFILES.some((name) => name === value),
};
