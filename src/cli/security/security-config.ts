import { TLS_PROFILES, type TlsProfile } from '../../rserpool/index.ts';
import { FLAG, number, SETTINGS, TEXT, TEXTS } from '../config-file.ts';
import type { ConfigKey } from '../yaml-file.ts';
import type { SecuredRole } from './security-files.ts';

/** The block `security` of a configuration file: the library's options, with names of files where they take texts. */
export interface SecurityConfig {
  readonly directory?: string;
  readonly certificate?: { readonly cert?: string; readonly key?: string };
  readonly ca?: string;
  readonly psk?: string;
  readonly elementKeys?: string;
  readonly peerKeys?: string;
  readonly access?: string;
  readonly profile?: TlsProfile;
  readonly maxHandshakes?: number;
  readonly maxHandshakesPerAddress?: number;
  readonly handshakeTimeoutMs?: number;
  readonly answersPlainUsers?: boolean;
  readonly registrarNames?: readonly string[];
  readonly elementNames?: readonly string[];
}

const FILE: ConfigKey = { ...TEXT, accepts: 'the name of a file' };

const COMMON_KEYS = {
  directory: { ...TEXT, accepts: 'the name of a directory' },
  certificate: { ...SETTINGS, accepts: 'cert and key, both names of files', keys: { cert: FILE, key: FILE } },
  ca: FILE,
  profile: {
    accepts: `one of ${TLS_PROFILES.join(', ')}`,
    isGood: (value) => TLS_PROFILES.some((name) => name === value),
  },
  maxHandshakes: number(1, 65_536),
  maxHandshakesPerAddress: number(1, 65_536),
  handshakeTimeoutMs: number(1, 86_400_000),
  registrarNames: TEXTS,
} as const satisfies Record<string, ConfigKey>;

const KEYS: Readonly<Record<SecuredRole, Readonly<Record<string, ConfigKey>>>> = {
  registrar: { ...COMMON_KEYS, psk: FILE, elementKeys: FILE, peerKeys: FILE, access: FILE, answersPlainUsers: FLAG },
  element: { ...COMMON_KEYS, psk: FILE },
  user: { ...COMMON_KEYS, elementNames: TEXTS },
};

/** What a configuration file may say under `security`. */
export function securityKey(role: SecuredRole): ConfigKey {
  return { ...SETTINGS, keys: KEYS[role] };
}
