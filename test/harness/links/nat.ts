import type { IpAddress } from '../../../src/base/address.ts';
import type { UdpAddress } from './stage.ts';

/** A NAT with UDP port rewriting: inside addresses appear outside as one address, each socket with a port of its own. */
export class Nat {
  readonly outsideAddress: IpAddress;
  readonly #inside: ReadonlySet<IpAddress>;
  readonly #outward = new Map<string, number>();
  readonly #inward = new Map<number, UdpAddress>();
  #nextPort: number;

  constructor(options: {
    readonly inside: readonly IpAddress[];
    readonly outside: IpAddress;
    readonly firstPort?: number;
  }) {
    this.#inside = new Set(options.inside);
    this.outsideAddress = options.outside;
    this.#nextPort = options.firstPort ?? 20_000;
  }

  /** The source that the outside sees; the same one as long as the mapping lasts. */
  outward(from: UdpAddress, to: UdpAddress): UdpAddress {
    if (!this.#inside.has(from.address) || this.#inside.has(to.address)) return from;
    const key = `${from.address} ${from.udpPort}`;
    let udpPort = this.#outward.get(key);
    if (udpPort === undefined) {
      udpPort = this.#nextPort++;
      this.#outward.set(key, udpPort);
      this.#inward.set(udpPort, from);
    }
    return { address: this.outsideAddress, udpPort };
  }

  /** The inside socket that a datagram to the outside address is for; `undefined` if no mapping is there. */
  inward(to: UdpAddress): UdpAddress | undefined {
    return this.#inward.get(to.udpPort);
  }

  /** Forgets every mapping, as a NAT does that was idle too long or rebooted: the next datagrams get new ports. */
  forget(): void {
    this.#outward.clear();
    this.#inward.clear();
  }
}
