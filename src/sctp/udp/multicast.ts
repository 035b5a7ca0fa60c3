import type { Socket } from 'node:dgram';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { canonicalIp, type IpAddress, isIpv6, isUnicast } from '../../base/address.ts';

/** One interface as the calls for multicast name it. */
interface MulticastInterface {
  readonly address: IpAddress;
  /** IPv4: its address. IPv6: `::%eth0`, on Windows `::%12`. */
  readonly name: string;
}

/**
 * Joins a group on every interface. Interfaces that cannot (down, no multicast) are passed over.
 *
 * @returns the last error if the group could not be joined on any of them
 */
export function joinOnEveryInterface(socket: Socket, group: IpAddress): Error | undefined {
  let joined = 0;
  let failure: unknown;
  for (const name of new Set(interfacesOf(isIpv6(group)).map((each) => each.name))) {
    try {
      socket.addMembership(group, name);
      joined++;
    } catch (error) {
      failure = error;
    }
  }
  if (joined > 0) return undefined;
  try {
    socket.addMembership(group);
    return undefined;
  } catch (error) {
    failure ??= error;
  }
  return failure instanceof Error ? failure : new Error(String(failure));
}

/** Lets multicast from a socket that is bound to one address leave by the interface of that address. */
export function sendMulticastFrom(socket: Socket, address: IpAddress): void {
  if (!isUnicast(address)) return;
  const found = interfacesOf(isIpv6(address)).find((each) => each.address === address);
  try {
    if (found !== undefined) socket.setMulticastInterface(found.name);
  } catch {
    // Interfaces without multicast: unicast works all the same.
  }
}

function interfacesOf(ipv6: boolean): readonly MulticastInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, infos = []]) =>
    infos.flatMap((info) => {
      const address = canonicalIp(info.address);
      if (address === undefined || isIpv6(address) !== ipv6) return [];
      return [{ address, name: multicastName(interfaceName, info) }];
    }),
  );
}

function multicastName(interfaceName: string, info: NetworkInterfaceInfo): string {
  if (info.family !== 'IPv6') return info.address;
  return `::%${process.platform === 'win32' ? info.scopeid : interfaceName}`;
}
