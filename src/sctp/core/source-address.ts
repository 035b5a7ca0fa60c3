import { classifyIp, type IpAddress, isIpv6, parseIp } from '../../base/address.ts';

/**
 * The local address that packets to `destination` leave from: the same family, the same kind of address (loopback to
 * loopback), and among those the one that shares the longest prefix, as long as that tells networks apart; then the first
 * one. RFC 9260 §6.4 leaves the choice open; this one puts the paths of two hosts on two networks onto the two networks.
 *
 * @returns `undefined` if no local address is of the family
 */
export function chooseLocalAddress(local: readonly IpAddress[], destination: IpAddress): IpAddress | undefined {
  const ofFamily = local.filter((address) => isIpv6(address) === isIpv6(destination));
  if (ofFamily.length < 2) return ofFamily[0];
  let best: IpAddress | undefined;
  let bestScore = -1;
  for (const address of ofFamily) {
    const sharedBits = Math.min(commonPrefixBits(address, destination), isIpv6(address) ? 64 : 24);
    const score = (sameReach(address, destination) ? 1000 : 0) + sharedBits;
    if (score > bestScore) {
      best = address;
      bestScore = score;
    }
  }
  return best;
}

/**
 * Which of our addresses a peer at `destination` is told of: never loopback or link-local ones beyond their reach.
 */
export function advertisedAddresses(local: readonly IpAddress[], destination: IpAddress): readonly IpAddress[] {
  return local.filter((address) => {
    const kind = classifyIp(address);
    // A wildcard bind has no address to tell.
    if (kind === 'unspecified') return false;
    return (kind !== 'loopback' && kind !== 'link-local') || sameReach(address, destination);
  });
}

/**
 * Which of the addresses that a peer lists are taken: unicast ones that can be reached from where it speaks. One of our
 * own is not, unless the peer is on this host: behind its NAT somebody may have the same, and here it leads to ourselves.
 *
 * @param source where its packet came from
 * @param local our own addresses
 */
export function usablePeerAddress(address: IpAddress, source: IpAddress, local: readonly IpAddress[]): boolean {
  const kind = classifyIp(address);
  if (local.includes(address) && !local.includes(source)) return false;
  if (kind === 'multicast' || kind === 'broadcast' || kind === 'unspecified') return false;
  return (kind !== 'loopback' && kind !== 'link-local') || sameReach(address, source);
}

function sameReach(a: IpAddress, b: IpAddress): boolean {
  const [kindA, kindB] = [classifyIp(a), classifyIp(b)];
  return (kindA === 'loopback') === (kindB === 'loopback') && (kindA === 'link-local') === (kindB === 'link-local');
}

function commonPrefixBits(a: IpAddress, b: IpAddress): number {
  const [bytesA, bytesB] = [parseIp(a), parseIp(b)];
  if (bytesA === undefined || bytesB === undefined) return 0;
  let bits = 0;
  for (let i = 0; i < bytesA.length; i++) {
    const difference = bytesA[i]! ^ (bytesB[i] ?? 0);
    if (difference !== 0) return bits + Math.clz32(difference) - 24;
    bits += 8;
  }
  return bits;
}
