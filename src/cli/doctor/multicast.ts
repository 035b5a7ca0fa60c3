import { classifyIp } from '../../base/address.ts';
import { type NetworkInterface, nodeSubstrate } from '../../sctp/index.ts';
import type { Finding } from './finding.ts';

/** Where registrars announce themselves. RFC 5352 §8.4. */
const GROUP = '224.0.1.185';

/** Whether announcements of registrars can be heard. */
export async function examineMulticast(): Promise<Finding> {
  const failures: string[] = [];
  try {
    const socket = await nodeSubstrate.openSocket({
      address: '0.0.0.0',
      port: 0,
      multicastGroups: [GROUP],
      onDatagram: () => undefined,
      onError: (error) => void failures.push(error.message),
    });
    // What cannot be joined is reported behind this turn.
    await new Promise((resolve) => setImmediate(resolve));
    await socket.close();
  } catch (error) {
    failures.push((error as Error).message);
  }
  return multicastFinding(nodeSubstrate.interfaces!(), failures);
}

export function multicastFinding(interfaces: readonly NetworkInterface[], failures: readonly string[]): Finding {
  const name = 'multicast';
  const outside = interfaces
    .filter(({ addresses }) => addresses.some((address) => classifyIp(address.replace(/%.*$/, '')) !== 'loopback'))
    .map((each) => each.name);
  if (failures.length > 0) {
    return {
      name,
      state: 'note',
      found: `registrars that announce themselves are not heard everywhere: ${failures[0]}`,
      advice: 'name registrars by address, or choose --interface',
    };
  }
  if (outside.length > 0) return { name, state: 'ok', found: `on ${outside.join(', ')}` };
  return { name, state: 'note', found: 'on this host only: no other interface is up' };
}
