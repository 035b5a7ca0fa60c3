import { classifyIp, type IpAddress } from '../../base/address.ts';

/**
 * What to say of a registrar without security on these addresses: whoever reaches it registers, changes and removes what
 * he likes (RFC 5355 §2.1 to §2.5). Nothing if only programs of this host do.
 */
export function openToEverybody(addresses: readonly IpAddress[]): string | undefined {
  const open = addresses.filter((address) => classifyIp(address) !== 'loopback');
  if (open.length === 0) return undefined;
  return `this registrar is not secured: whoever reaches ${open.join(', ')} may register, change and remove everything`;
}
