import type { Entropy } from '../../base/contract.ts';
import type { PeerIdentity } from '../access/identity.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import type { Profile } from '../profile.ts';
import type { ElementConfig } from './config.ts';

/** What a pool element needs to come into being. */
export interface ElementRoleOptions {
  /** Configured registrars, in the order of preference. Elements reach registrars by SCTP only (RFC 5352 §2.1). */
  readonly registrars: readonly RegistrarChoice[];
  /** Whether announcements will be delivered; then no registrar needs to be configured (RFC 5352 §3.6). */
  readonly announcements?: boolean | undefined;
  /**
   * Who of those that come is a registrar, where channels are secured: nobody else commands the element, and who comes
   * without TLS is sent away (RFC 5352 §9.3, RFC 5355 §2.6). Unless given, channels are not secured, and anybody may.
   */
  readonly isRegistrar?: ((peer: PeerIdentity) => boolean) | undefined;
  /** Which times it goes by; `default` unless given. */
  readonly profile?: Profile | undefined;
  /** Overrides of the profile. */
  readonly config?: Partial<ElementConfig> | undefined;
  readonly entropy: Entropy;
}
