import { type IpAddress, isIpv6 } from '../../src/base/address.ts';
import type { IcmpMessage } from '../../src/sctp/core/contract.ts';
import type { UdpAddress } from './links/stage.ts';

/** How a socket is opened on a simulated node. */
export interface SimSocketOptions {
  /** An address of the node, a loopback address, `0.0.0.0` or `::`. */
  readonly address: IpAddress;
  /** 0 means any free one. */
  readonly udpPort: number;
  readonly onDatagram: (bytes: Uint8Array, from: UdpAddress) => void;
  /** A datagram to `to` was longer than the first hop takes. */
  readonly onTooLong?: ((to: IpAddress, bytes: Uint8Array) => void) | undefined;
  /** An ICMP message came for something that this socket sent. Real UDP sockets of Node tell nothing of them. */
  readonly onIcmp?: ((message: IcmpMessage) => void) | undefined;
  readonly multicastGroups?: readonly IpAddress[] | undefined;
  /** Addresses of the interfaces on which the groups are joined; all unless given. */
  readonly multicastInterfaces?: readonly string[] | undefined;
  readonly shared?: boolean | undefined;
}

export interface SimSocket {
  readonly node: SimNode;
  readonly address: IpAddress;
  readonly udpPort: number;
  readonly options: SimSocketOptions;
  readonly isOpen: boolean;
  send(bytes: Uint8Array, to: UdpAddress): void;
  close(): void;
}

/** Why a socket could not be opened; `code` is the one of the operating system. */
export class SimBindError extends Error {
  readonly code: 'EADDRINUSE' | 'EADDRNOTAVAIL';

  constructor(code: 'EADDRINUSE' | 'EADDRNOTAVAIL', text: string) {
    super(`${code}: ${text}`);
    this.name = 'SimBindError';
    this.code = code;
  }
}

const FIRST_EPHEMERAL_PORT = 49_152;

/** A host of the simulated network: its addresses and its sockets. */
export class SimNode {
  readonly name: string;
  readonly addresses: readonly IpAddress[];
  readonly #socketsByPort = new Map<number, SimSocket[]>();
  readonly #transmit: (socket: SimSocket, bytes: Uint8Array, to: UdpAddress) => void;
  #nextEphemeralPort = FIRST_EPHEMERAL_PORT;

  constructor(
    name: string,
    addresses: readonly IpAddress[],
    transmit: (socket: SimSocket, bytes: Uint8Array, to: UdpAddress) => void,
  ) {
    this.name = name;
    this.addresses = addresses;
    this.#transmit = transmit;
  }

  /** @throws SimBindError if the address is not of this node or the port is taken */
  open(options: SimSocketOptions): SimSocket {
    const { address } = options;
    if (!isWildcard(address) && !isLoopback(address) && !this.addresses.includes(address)) {
      throw new SimBindError('EADDRNOTAVAIL', `${address} is no address of ${this.name}`);
    }
    const udpPort = options.udpPort === 0 ? this.#freePort(address) : options.udpPort;
    if (this.#isTaken(address, udpPort, options.shared === true)) {
      throw new SimBindError('EADDRINUSE', `UDP port ${udpPort} on ${address} of ${this.name}`);
    }
    let open = true;
    const socket: SimSocket = {
      node: this,
      address,
      udpPort,
      options,
      get isOpen() {
        return open;
      },
      send: (bytes, to) => {
        if (open) this.#transmit(socket, bytes, to);
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#remove(socket);
      },
    };
    const sockets = this.#socketsByPort.get(udpPort);
    if (sockets === undefined) this.#socketsByPort.set(udpPort, [socket]);
    else sockets.push(socket);
    return socket;
  }

  /** The node dies: all its sockets are gone at once, without a word to anybody. */
  kill(): void {
    for (const sockets of [...this.#socketsByPort.values()]) for (const socket of [...sockets]) socket.close();
  }

  /** The socket that gets a unicast datagram to this address and port: an exact one, else a wildcard. */
  socketFor(to: UdpAddress): SimSocket | undefined {
    const sockets = this.#socketsByPort.get(to.udpPort);
    if (sockets === undefined) return undefined;
    const wildcard = isIpv6(to.address) ? '::' : '0.0.0.0';
    return (
      sockets.find((socket) => socket.address === to.address) ?? sockets.find((socket) => socket.address === wildcard)
    );
  }

  /** The sockets that joined this group and listen on its port. */
  membersOf(group: UdpAddress): readonly SimSocket[] {
    const sockets = this.#socketsByPort.get(group.udpPort) ?? [];
    return sockets.filter((socket) => socket.options.multicastGroups?.includes(group.address) === true);
  }

  /** The source address of what `socket` sends to `to`; `undefined` if the node has none of that family. */
  sourceAddress(socket: SimSocket, to: IpAddress): IpAddress | undefined {
    if (!isWildcard(socket.address)) return isIpv6(socket.address) === isIpv6(to) ? socket.address : undefined;
    if (isLoopback(to)) return to;
    return this.addresses.find((address) => isIpv6(address) === isIpv6(to));
  }

  #isTaken(address: IpAddress, udpPort: number, shared: boolean): boolean {
    const sockets = this.#socketsByPort.get(udpPort) ?? [];
    return sockets.some(
      (other) =>
        isIpv6(other.address) === isIpv6(address) &&
        (other.address === address || isWildcard(other.address) || isWildcard(address)) &&
        !(shared && other.options.shared === true),
    );
  }

  #freePort(address: IpAddress): number {
    while (this.#isTaken(address, this.#nextEphemeralPort, false)) this.#nextEphemeralPort++;
    if (this.#nextEphemeralPort > 65_535) throw new SimBindError('EADDRINUSE', `no port left on ${this.name}`);
    return this.#nextEphemeralPort++;
  }

  #remove(socket: SimSocket): void {
    const sockets = this.#socketsByPort.get(socket.udpPort)!;
    sockets.splice(sockets.indexOf(socket), 1);
    if (sockets.length === 0) this.#socketsByPort.delete(socket.udpPort);
  }
}

export function isWildcard(address: IpAddress): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Loopback addresses mean the sending node itself; every node has them. */
export function isLoopback(address: IpAddress): boolean {
  return address === '::1' || address.startsWith('127.');
}
