import type { Entropy } from '../../base/contract.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import type { Profile } from '../profile.ts';
import type { TransportTarget } from '../role.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { UserConfig } from './config.ts';

type Protocol = TransportTarget['protocol'];

/** What a pool user needs to come into being. */
export interface UserRoleOptions {
  /** Configured registrars, in the order of preference. */
  readonly registrars: readonly RegistrarChoice[];
  /** Whether announcements will be delivered; then no registrar needs to be configured (RFC 5352 §3.6). */
  readonly announcements?: boolean | undefined;
  /** How registrars may be reached, the preferred way first: SCTP unless given; TCP is the other one (RFC 5352 §2.1). */
  readonly registrarProtocols?: readonly Protocol[] | undefined;
  /** How elements may be reached; SCTP unless given. */
  readonly elementProtocols?: readonly Protocol[] | undefined;
  /** Whether the program is this element itself: a copy for all is not for it (RFC 5352 §6.5.5). Never unless given. */
  readonly isSelf?: ((poolHandle: PoolHandle, peIdentifier: number) => boolean) | undefined;
  /** Which times it goes by; `default` unless given. */
  readonly profile?: Profile | undefined;
  /** Overrides of the profile. */
  readonly config?: Partial<UserConfig> | undefined;
  readonly entropy: Entropy;
}
