import { canonicalIp, classifyIp, type IpAddress, isUnicast } from '../../base/address.ts';
import { SctpError } from '../core/errors.ts';

/**
 * Local addresses to bind, canonical, without repetitions.
 *
 * @throws SctpError `ERR_SCTP_BAD_ADDRESS`
 */
export function localAddresses(texts: readonly string[] | undefined): readonly IpAddress[] {
  const addresses = canonicalAddresses(texts, "the local addresses, for example ['127.0.0.1'], or ['0.0.0.0'] for any");
  const isWildcard = (address: IpAddress): boolean => classifyIp(address) === 'unspecified';
  for (const address of addresses) {
    if (!isUnicast(address) && !isWildcard(address)) throw badAddress(address, 'an endpoint cannot be bound to it');
    // A wildcard already means all addresses; the others could not be told apart from it.
    if (isWildcard(address) && addresses.length > 1) throw badAddress(address, 'a wildcard has to stand alone');
  }
  return addresses;
}

/**
 * Addresses of one peer, canonical, without repetitions.
 *
 * @throws SctpError `ERR_SCTP_BAD_ADDRESS`
 */
export function peerAddresses(texts: readonly string[] | undefined): readonly IpAddress[] {
  const addresses = canonicalAddresses(texts, "the addresses of the peer, for example ['10.0.1.2']");
  for (const address of addresses) {
    if (!isUnicast(address)) throw badAddress(address, 'a peer has unicast addresses only');
  }
  return addresses;
}

/** @throws SctpError `ERR_SCTP_BAD_ADDRESS` */
export function canonicalAddress(text: string): IpAddress {
  const address = typeof text === 'string' ? canonicalIp(text) : undefined;
  if (address === undefined) throw badAddress(text, 'it is no IPv4 or IPv6 address; look up host names first');
  return address;
}

function canonicalAddresses(texts: readonly string[] | undefined, wanted: string): readonly IpAddress[] {
  if (!Array.isArray(texts) || texts.length === 0) {
    throw new SctpError('ERR_SCTP_BAD_ADDRESS', `addresses is missing or empty: name ${wanted}`, { addresses: texts });
  }
  const addresses = texts.map(canonicalAddress);
  return addresses.length === 1 ? addresses : [...new Set(addresses)];
}

function badAddress(address: string, why: string): SctpError {
  return new SctpError('ERR_SCTP_BAD_ADDRESS', `bad address ${JSON.stringify(address)}: ${why}`, { address });
}
