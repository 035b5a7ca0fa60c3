import type { IpAddress } from '../../base/address.ts';
import type { SendRequest } from '../core/contract.ts';
import { SctpError } from '../core/errors.ts';
import { canonicalAddress } from './addresses.ts';
import type { SendOptions } from './message.ts';

/**
 * What a call of `send` asks of the core; checks what the core does not look at.
 *
 * @param peerAddresses what `destination` may be
 * @throws SctpError `ERR_SCTP_BAD_ARGUMENT`, `ERR_SCTP_BAD_ADDRESS`
 */
export function sendRequest(
  data: Uint8Array | string,
  options: SendOptions,
  peerAddresses: readonly IpAddress[],
): SendRequest {
  const { stream = 0, ppid = 0, unordered = false, sackImmediately, context } = options;
  const { lifetimeMs, maxRetransmissions, priority } = options;
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  if (!(bytes instanceof Uint8Array)) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `a message is a Uint8Array or a string, not ${typeof data}`);
  }
  const destination = options.destination === undefined ? undefined : knownAddress(options.destination, peerAddresses);
  return {
    data: bytes,
    streamId: stream,
    ppid,
    unordered,
    lifetimeMs,
    maxRetransmissions,
    priority,
    sackImmediately,
    destination,
    context,
  };
}

/** @throws SctpError `ERR_SCTP_BAD_ADDRESS` for what is none of the peer's addresses */
export function knownAddress(text: string, peerAddresses: readonly IpAddress[]): IpAddress {
  const address = canonicalAddress(text);
  if (peerAddresses.includes(address)) return address;
  const known = peerAddresses.join(', ');
  throw new SctpError('ERR_SCTP_BAD_ADDRESS', `${address} is none of the peer's addresses: ${known}`, {
    address,
    addresses: peerAddresses,
  });
}
