import type { Entropy } from '../../base/contract.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import type { Profile } from '../profile.ts';
import type { ElementConfig } from './config.ts';

/** What a pool element needs to come into being. */
export interface ElementRoleOptions {
  /** Configured registrars, in the order of preference. Elements reach registrars by SCTP only (RFC 5352 §2.1). */
  readonly registrars: readonly RegistrarChoice[];
  /** Whether announcements will be delivered; then no registrar needs to be configured (RFC 5352 §3.6). */
  readonly announcements?: boolean | undefined;
  /** Which times it goes by; `default` unless given. */
  readonly profile?: Profile | undefined;
  /** Overrides of the profile. */
  readonly config?: Partial<ElementConfig> | undefined;
  readonly entropy: Entropy;
}
