import type { Instant } from '../../base/contract.ts';
import type { PeerIdentity } from '../access/identity.ts';
import type { DataMessage } from '../outbox.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { Destination } from './destination.ts';

/** A message without a session, from the call to the end. */
export interface Sending {
  readonly id: number;
  readonly destination: Destination;
  readonly message: DataMessage;
  readonly failover: boolean;
  readonly to: 'one' | 'last' | 'all';
  readonly toSelf: boolean;
  /** Elements that could not be reached. */
  readonly tried: Set<number>;
  /** A registrar was asked because no element was left. */
  asked: boolean;
  /** Copies that are not yet handed to a transport. */
  waiting: number;
  /** Where copies went so far. */
  readonly sentTo: ConduitEnd[];
  /** The program was told that all copies were handed to transports, or given up. */
  settled: boolean;
}

/** Who is at the other end of a conduit: an element, or a mere transport address. */
export interface ConduitEnd {
  readonly element: { readonly poolHandle: PoolHandle; readonly peIdentifier: number } | undefined;
  readonly target: TransportTarget;
  /** Who it has proven to be; undefined without TLS. */
  readonly peer?: PeerIdentity | undefined;
  readonly channel: ChannelId;
}

/** A channel for messages without a session: set up when needed, kept while it is used. */
export interface Conduit {
  readonly key: string;
  readonly element: ConduitEnd['element'];
  readonly target: TransportTarget;
  /** Who it has proven to be, once it is up. */
  peer: PeerIdentity | undefined;
  state: ConduitState;
  /** What waits for the channel. */
  queue: Sending[];
}

export type ConduitState =
  /** The pool fails: not yet. */
  | { readonly kind: 'pausing' }
  | { readonly kind: 'connecting'; readonly channel: ChannelId }
  | { readonly kind: 'up'; readonly channel: ChannelId; readonly since: Instant }
  /** What still comes is taken, nothing is sent. */
  | { readonly kind: 'closing'; readonly channel: ChannelId };
