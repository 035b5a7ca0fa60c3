import type { EndpointOptions } from '../../src/rserpool/index.ts';
import { Guest } from '../uml/guest.ts';
import type { Lab } from '../uml/guest-scenario.ts';
import { IpNetwork } from '../uml/network.ts';
import { networkSubstrate } from '../uml/network-substrate.ts';
import { RsplibHost } from './host.ts';

/** Everybody has an address in both networks. */
function addressesOf(host: number): readonly [string, string] {
  return [`10.99.1.${host}`, `10.99.2.${host}`];
}

/** Guests with rsplib's programs, hosts of ours, and the two networks between them. */
export class RsplibLab implements Lab {
  readonly network = new IpNetwork();
  /** Announcements and status reports are UDP without SCTP. */
  readonly sctpUdpPorts = '9899';
  readonly #hosts = new Map<number, RsplibHost>();

  get guests(): readonly Guest[] {
    return [...this.#hosts.values()].map(({ guest }) => guest).filter(({ ended }) => !ended);
  }

  /** A host of theirs, 1 to 9, started unless it runs. */
  async theirs(number = 1): Promise<RsplibHost> {
    let host = this.#hosts.get(number);
    if (host === undefined || host.guest.ended) {
      const addresses = addressesOf(number);
      host = new RsplibHost(await Guest.boot(this.network, addresses), addresses);
      this.#hosts.set(number, host);
    }
    return host;
  }

  /** A host of ours, from 10 on: every node that rsplib has to reach has one of its own. */
  ours(number: number): EndpointOptions & { readonly addresses: readonly [string, string] } {
    const addresses = addressesOf(number);
    // rsplib expects SCTP at this UDP port.
    return { addresses, udpPort: 9899, substrate: networkSubstrate(this.network, addresses) };
  }

  /** From now on nothing that a host of ours sends, or that is sent to it, arrives. */
  cutOff(number: number): void {
    const [{ fate }, host] = [this.network, addressesOf(number)];
    this.network.fate = (packet, network) =>
      [12, 16].some((at) => host.includes(packet.subarray(at, at + 4).join('.')))
        ? []
        : (fate?.(packet, network) ?? [0]);
  }

  async repair(): Promise<void> {
    this.network.fate = undefined;
    this.network.change = undefined;
    await Promise.all([...this.#hosts.values()].map((host) => host.clear()));
  }
}
