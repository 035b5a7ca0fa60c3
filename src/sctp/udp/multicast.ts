import type { Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { canonicalIp, type IpAddress, isIpv6, isUnicast } from '../../base/address.ts';

/**
 * Joins a group on interfaces, those where it is joined already included. Interfaces that cannot (down, no multicast) are
 * passed over.
 *
 * @param wanted names or addresses of the interfaces; all unless given
 * @returns the last error if the group could not be joined on any of them
 */
export function joinGroup(socket: Socket, group: IpAddress, wanted: readonly string[] | undefined): Error | undefined {
  let failure: Error | undefined;
  let joined = 0;
  // IPv4 names an interface by its address, IPv6 as `::%eth0`, on Windows as `::%12`.
  for (const handle of handlesOf(isIpv6(group), wanted)) {
    const error = attempt(() => socket.addMembership(group, handle));
    if (error === undefined || codeOf(error) === 'EADDRINUSE') joined++;
    else failure = error;
  }
  if (joined > 0) return undefined;
  // No interface was named: the system may know one that we do not.
  if (wanted === undefined && attempt(() => socket.addMembership(group)) === undefined) return undefined;
  return failure ?? new Error(`there is no interface to join ${group} on`);
}

/** Lets multicast from a socket that is bound to one address leave by the interface of that address. */
export function sendMulticastFrom(socket: Socket, address: IpAddress): void {
  if (!isUnicast(address)) return;
  const [handle] = handlesOf(isIpv6(address), [address]);
  // Interfaces without multicast: unicast works all the same.
  if (handle !== undefined) attempt(() => socket.setMulticastInterface(handle));
}

/** What `wanted` names, by an interface's name or by any of its addresses. */
function handlesOf(ipv6: boolean, wanted: readonly string[] | undefined): ReadonlySet<string> {
  const handles = new Set<string>();
  for (const [name, infos = []] of Object.entries(networkInterfaces())) {
    const known = [name, ...infos.map(({ address }) => canonicalIp(address))];
    if (wanted !== undefined && !wanted.some((each) => known.includes(each.replace(/%.*$/, '')))) continue;
    for (const { address, family, scopeid } of infos) {
      if ((family === 'IPv6') !== ipv6) continue;
      handles.add(ipv6 ? `::%${process.platform === 'win32' ? scopeid : name}` : address);
    }
  }
  return handles;
}

function attempt(run: () => void): Error | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function codeOf(error: Error): unknown {
  return (error as { readonly code?: unknown }).code;
}
