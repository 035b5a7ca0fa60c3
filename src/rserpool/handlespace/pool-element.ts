import type { Instant } from '../../base/contract.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

/**
 * A pool element as the handlespace knows it. The object stays the same while the element is registered, so it can be
 * the key of a map; its handlespace keeps it up to date.
 *
 * @typeParam Owner what the registrar wants to remember about the channel and the identity that registered it
 */
export interface PoolElement<Owner = unknown> {
  readonly poolHandle: PoolHandle;
  readonly identifier: number;
  /** The registrar that is its home now. */
  readonly homeRegistrarIdentifier: number;
  /** What was registered last, with the home of now. It may have to be unpacked: ask once, and not for the two numbers above. */
  readonly parameter: PoolElementParameter;
  /** Whether it is still in the handlespace. */
  readonly isMember: boolean;
  /**
   * Whether it fits to its pool. Peers' records are kept even if they do not, so that checksums match, but they are not
   * handed out.
   */
  readonly isConsistent: boolean;
  /** When it was registered, or told by a peer, last. */
  readonly updatedAt: Instant;
  /** The handlespace's revision at that time, or when its home changed. */
  readonly revision: number;
  /** When it is taken out of the handlespace unless it is refreshed; `undefined` for never. */
  readonly expiresAt: Instant | undefined;
  /** Set for elements that registered here; lost when another registrar becomes the home. */
  readonly owner: Owner | undefined;
  /** Reports of unreachability since the last registration. RFC 5352 §3.5. The registrar counts. */
  badReports: number;
}
