import type { IpAddress } from '../../base/address.ts';
import type { Tcb } from './tcb.ts';

/** What an association was filed under: it is taken out there when its tag, addresses or UDP ports have changed. */
export class Filing {
  readonly tcb: Tcb;
  readonly tag: number;
  /** Address of the primary path. */
  readonly primary: IpAddress;
  readonly addresses: readonly IpAddress[];
  /** Of the peer, for each address. */
  readonly #udpPorts: readonly number[];

  constructor(tcb: Tcb) {
    const { all, primary } = tcb.paths;
    this.tcb = tcb;
    this.tag = tcb.localTag;
    this.primary = primary.address;
    this.addresses = all.map(({ address }) => address);
    this.#udpPorts = all.map(({ udpPort }) => udpPort);
  }

  /** @param address one of {@link addresses} */
  udpPortOf(address: IpAddress): number {
    return this.#udpPorts[this.addresses.indexOf(address)]!;
  }
}
