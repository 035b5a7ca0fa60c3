import { parsePlace } from '../rserpool/index.ts';
import { number, SETTINGS, TEXTS } from './config-file.ts';
import { policy } from './policy-option.ts';
import { PROFILE } from './profile-option.ts';
import type { ConfigKey } from './yaml-file.ts';

/** Whether reading a text succeeds. */
function reads(read: (text: string) => unknown): (value: unknown) => boolean {
  return (value) => {
    try {
      return typeof value === 'string' && read(value) !== undefined;
    } catch {
      return false;
    }
  };
}

const isPlace = reads(parsePlace);

/** What configuration files of pool elements and pool users may both say. */
export const MEMBER_KEYS = {
  registrars: {
    accepts: 'a list of places such as 10.0.0.1 or 10.0.0.1:3863;udp=9899',
    isGood: (value) => Array.isArray(value) && value.every(isPlace),
  },
  addresses: TEXTS,
  udpPort: number(0, 65_535),
  config: SETTINGS,
  sctp: SETTINGS,
  profile: PROFILE,
} as const satisfies Record<string, ConfigKey>;

/** A pool policy, as `--policy` takes it. */
export const POLICY: ConfigKey = { accepts: 'a policy such as weighted-round-robin:10', isGood: reads(policy) };
