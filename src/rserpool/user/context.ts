import type { Entropy, Instant } from '../../base/contract.ts';
import type { Outbox } from '../outbox.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { UserConfig } from './config.ts';
import type { UserEvent, UserSessionId } from './events.ts';
import type { FailedElements } from './failed-elements.ts';
import type { HandleCache } from './handle-cache.ts';
import type { RequestWatch } from './request-watch.ts';

/** What the sessions of one user share. */
export interface UserContext {
  readonly config: UserConfig;
  readonly entropy: Entropy;
  readonly outbox: Outbox<UserEvent>;
  readonly cache: HandleCache;
  readonly failed: FailedElements;
  /** Transports that elements can be reached by. */
  readonly protocols: readonly TransportTarget['protocol'][];
  /** Whose channel it is, from `connect` on. */
  readonly channels: Map<ChannelId, UserSessionId>;
  /** Sessions that wait for a point in time. */
  readonly timed: Set<UserSessionId>;
  /** Whether the program is this element itself. */
  isSelf(poolHandle: PoolHandle, peIdentifier: number): boolean;
  /** Sessions that wait for a reply. */
  readonly requests: RequestWatch;
  /** A session is over. */
  forget(session: UserSessionId): void;
  /** The home registrar's channel. */
  homeChannel(): ChannelId | undefined;
  /** Asks a registrar; all sessions of the pool hear the outcome. False if too many questions are out. */
  resolve(poolHandle: PoolHandle, now: Instant): boolean;
  /** ASAP_ENDPOINT_UNREACHABLE to the home registrar, if there is one. RFC 5352 §3.5. */
  reportUnreachable(poolHandle: PoolHandle, peIdentifier: number, now: Instant): void;
}
