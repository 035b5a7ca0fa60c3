import { networkInterfaces } from 'node:os';
import { canonicalIp, classifyIp } from '../../base/address.ts';
import type { NetworkInterface } from './substrate.ts';

/** The interfaces of this host that are up and have an address. Windows has numbers for the zones, others names. */
export function nodeInterfaces(): readonly NetworkInterface[] {
  return Object.entries(networkInterfaces()).map(([name, infos = []]) => ({
    name,
    addresses: infos.flatMap((info) => {
      const address = canonicalIp(info.address);
      if (address === undefined) return [];
      const zone = process.platform === 'win32' && info.family === 'IPv6' ? info.scopeid : name;
      return [info.family === 'IPv6' && classifyIp(address) === 'link-local' ? `${address}%${zone}` : address];
    }),
  }));
}
