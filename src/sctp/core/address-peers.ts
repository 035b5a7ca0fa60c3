import type { IpAddress } from '../../base/address.ts';
import type { Filing } from './filing.ts';
import type { Tcb } from './tcb.ts';

/** Most ports have one association: only the others need a set. */
type OneOrMore = Tcb | Set<Tcb>;

/** The associations whose peers have one address, by their ports: numbers, as a text of both would cost more. */
export class AddressPeers {
  readonly #address: IpAddress;
  readonly #byPorts = new Map<number, OneOrMore>();
  readonly #bySctpPort = new Map<number, OneOrMore>();
  #primaries = 0;

  constructor(address: IpAddress) {
    this.#address = address;
  }

  get isEmpty(): boolean {
    return this.#bySctpPort.size === 0;
  }

  /** Associations whose primary path goes to this address. */
  get primaries(): number {
    return this.#primaries;
  }

  /** In the order in which they were added. */
  byPorts(sctpPort: number, udpPort: number): Iterable<Tcb> {
    return all(this.#byPorts.get(portsKey(sctpPort, udpPort)));
  }

  /** Likewise. */
  bySctpPort(sctpPort: number): Iterable<Tcb> {
    return all(this.#bySctpPort.get(sctpPort));
  }

  add(filing: Filing): void {
    const { tcb, primary } = filing;
    if (primary === this.#address) this.#primaries++;
    addTo(this.#byPorts, portsKey(tcb.peerPort, filing.udpPortOf(this.#address)), tcb);
    addTo(this.#bySctpPort, tcb.peerPort, tcb);
  }

  /** @param filing that was added */
  remove(filing: Filing): void {
    const { tcb, primary } = filing;
    if (primary === this.#address) this.#primaries--;
    removeFrom(this.#byPorts, portsKey(tcb.peerPort, filing.udpPortOf(this.#address)), tcb);
    removeFrom(this.#bySctpPort, tcb.peerPort, tcb);
  }
}

/** Both in 32 bits with a sign, which maps find fastest. */
function portsKey(sctpPort: number, udpPort: number): number {
  return (sctpPort << 16) | udpPort;
}

function all(there: OneOrMore | undefined): Iterable<Tcb> {
  if (there === undefined) return NOBODY;
  return there instanceof Set ? there : [there];
}

const NOBODY: readonly Tcb[] = [];

function addTo(index: Map<number, OneOrMore>, key: number, tcb: Tcb): void {
  const there = index.get(key);
  if (there === undefined) index.set(key, tcb);
  else if (there instanceof Set) there.add(tcb);
  else index.set(key, new Set([there, tcb]));
}

function removeFrom(index: Map<number, OneOrMore>, key: number, tcb: Tcb): void {
  const there = index.get(key);
  if (there instanceof Set) there.delete(tcb);
  if (there === tcb || (there instanceof Set && there.size === 0)) index.delete(key);
}
