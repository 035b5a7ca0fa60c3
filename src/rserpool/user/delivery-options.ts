import { RSerPoolError } from '../errors.ts';

/** Message delivery options as the numbers that RFC 5352 §6.5.5 gives them, to be OR-ed. */
export const DELIVERY_FLAGS = {
  ASAP_USE_DEFAULT: 0x0000,
  ASAP_SEND_FAILOVER: 0x0001,
  ASAP_SEND_NO_FAILOVER: 0x0002,
  ASAP_SEND_TO_LAST: 0x0004,
  ASAP_SEND_TO_ALL: 0x0008,
  ASAP_SEND_TO_SELF: 0x0010,
  ASAP_SCTP_UNORDER: 0x1000,
} as const;

/** How a message without a session is delivered. RFC 5352 §6.5.5. */
export interface DeliveryOptions {
  /**
   * Whether the message goes to another element of the pool when the one that was chosen cannot be reached
   * (ASAP_SEND_FAILOVER, ASAP_SEND_NO_FAILOVER); `sendFailover` of the configuration unless given. Best effort: what the
   * element has acknowledged, but not read when it fails, is lost; and what it has read may be delivered twice.
   */
  readonly failover?: boolean | undefined;
  /**
   * Which elements of a pool get it: `one` by the pool's policy, the `last` one that got a message to this pool
   * (ASAP_SEND_TO_LAST), or a copy for `all` (ASAP_SEND_TO_ALL) but the sender itself. `one` unless given.
   */
  readonly to?: 'one' | 'last' | 'all' | undefined;
  /** With `to: 'all'`: the sender gets a copy as well, if it is an element of the pool (ASAP_SEND_TO_SELF). */
  readonly toSelf?: boolean | undefined;
}

/**
 * The options that a number stands for, ASAP_SCTP_UNORDER as `unordered`.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for flags that contradict each other, or that do not exist
 */
export function deliveryOptions(flags: number): DeliveryOptions & { readonly unordered: boolean } {
  const has = (name: keyof typeof DELIVERY_FLAGS): boolean => (flags & DELIVERY_FLAGS[name]) !== 0;
  const known = Object.values(DELIVERY_FLAGS).reduce<number>((all, flag) => all | flag, 0);
  if (!Number.isInteger(flags) || flags < 0 || flags > known || (flags & ~known) !== 0) {
    throw badFlags(flags, 'there are no other options than those of RFC 5352 §6.5.5');
  }
  if (has('ASAP_SEND_FAILOVER') && has('ASAP_SEND_NO_FAILOVER')) {
    throw badFlags(flags, 'ASAP_SEND_FAILOVER and ASAP_SEND_NO_FAILOVER contradict each other');
  }
  if (has('ASAP_SEND_TO_LAST') && has('ASAP_SEND_TO_ALL')) {
    throw badFlags(flags, 'ASAP_SEND_TO_LAST and ASAP_SEND_TO_ALL contradict each other');
  }
  return {
    failover: has('ASAP_SEND_FAILOVER') ? true : has('ASAP_SEND_NO_FAILOVER') ? false : undefined,
    to: has('ASAP_SEND_TO_ALL') ? 'all' : has('ASAP_SEND_TO_LAST') ? 'last' : 'one',
    toSelf: has('ASAP_SEND_TO_SELF'),
    unordered: has('ASAP_SCTP_UNORDER'),
  };
}

function badFlags(flags: number, why: string): RSerPoolError {
  return new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `delivery options 0x${flags.toString(16)}: ${why}`, { flags });
}
