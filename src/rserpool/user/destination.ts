import type { PeerIdentity } from '../access/identity.ts';
import { RSerPoolError } from '../errors.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { DeliveryOptions } from './delivery-options.ts';

/** A PE handle: an element of a pool, and where it is. RFC 5352 §1.1, §6.5.3. */
export interface PoolElementHandle {
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
  /** Looked up where it is not given. */
  readonly target?: TransportTarget | undefined;
}

/** Where a message goes: to a pool, to one element, or to a transport address. RFC 5352 §6.5.1, §6.5.3, §6.5.4. */
export type Destination =
  | { readonly poolHandle: PoolHandle; readonly peIdentifier?: undefined; readonly target?: undefined }
  | PoolElementHandle
  | { readonly poolHandle?: undefined; readonly peIdentifier?: undefined; readonly target: TransportTarget };

/** Where a message went that was not delivered: as much as was known of it. RFC 5352 §6.7. */
export interface FailedDestination {
  readonly poolHandle?: PoolHandle | undefined;
  readonly peIdentifier?: number | undefined;
  readonly target?: TransportTarget | undefined;
}

/**
 * Where a message came from: a PE handle if the sender is known as an element, else its transport address alone; and the
 * channel, which is the association id. RFC 5352 §6.6.
 */
export interface Sender {
  readonly poolHandle: PoolHandle | undefined;
  readonly peIdentifier: number | undefined;
  readonly target: TransportTarget;
  /** Who it has proven to be; undefined without TLS. */
  readonly peer?: PeerIdentity | undefined;
  readonly channel: ChannelId;
}

/** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for options that a destination cannot have */
export function checkDelivery(destination: Destination, { to = 'one', failover }: DeliveryOptions): void {
  if (to !== 'one' && (destination.poolHandle === undefined || destination.peIdentifier !== undefined)) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `to: '${to}' is for messages to a pool (RFC 5352 §6.5.5)`);
  }
  if (failover === true && destination.poolHandle === undefined) {
    throw new RSerPoolError(
      'ERR_RSERPOOL_BAD_ARGUMENT',
      'there is no failover for messages to a transport address (RFC 5352 §6.5.4)',
    );
  }
}
