import type { IpAddress } from '../../src/base/address.ts';
import { PPID } from '../../src/rserpool/index.ts';
import { decodeIpPacket } from '../../src/sctp/trace/ip-packet.ts';
import { decodePacket } from '../../src/sctp/wire/packet.ts';
import type { IpNetwork } from '../uml/network.ts';

/** By type. RFC 5352 §2.2. */
const ASAP = [
  '?',
  'registration',
  'deregistration',
  'registration-response',
  'deregistration-response',
  'handle-resolution',
  'handle-resolution-response',
  'keep-alive',
  'keep-alive-ack',
  'endpoint-unreachable',
  'server-announce',
  'cookie',
  'cookie-echo',
  'business-card',
  'error',
] as const;
/** By type. RFC 5353 §2. */
const ENRP = [
  '?',
  'presence',
  'table-request',
  'table-response',
  'handle-update',
  'list-request',
  'list-response',
  'init-takeover',
  'init-takeover-ack',
  'takeover-server',
  'error',
] as const;

export type MessageName = `ASAP ${(typeof ASAP)[number]}` | `ENRP ${(typeof ENRP)[number]}`;

/** A message of ASAP or ENRP as it was on the wire. */
export interface LoggedMessage {
  readonly name: MessageName;
  readonly flags: number;
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly bytes: Uint8Array;
}

interface Filter {
  readonly from?: IpAddress;
  readonly to?: IpAddress;
}

/** The messages that go through a network from now on; retransmissions count again. Disposing of it ends that. */
export class MessageLog implements Disposable {
  readonly messages: LoggedMessage[] = [];
  readonly #network: IpNetwork;
  readonly #trace = (packet: Uint8Array): void => this.#read(packet);

  constructor(network: IpNetwork) {
    this.#network = network;
    network.traces.add(this.#trace);
  }

  /** Those of a name, between certain addresses if they are given. */
  of(name: MessageName, { from, to }: Filter = {}): readonly LoggedMessage[] {
    return this.messages.filter(
      (message) =>
        message.name === name && (from ?? message.from) === message.from && (to ?? message.to) === message.to,
    );
  }

  [Symbol.dispose](): void {
    this.#network.traces.delete(this.#trace);
  }

  #read(packet: Uint8Array): void {
    const datagram = decodeIpPacket(packet);
    if (datagram?.encapsulation !== 'udp') return;
    const { from, to, toUdpPort, payload } = datagram;
    const log = (protocol: 'ASAP' | 'ENRP', bytes: Uint8Array): void => {
      const [type, flags] = [bytes[0]!, bytes[1]!];
      const name =
        protocol === 'ASAP' ? (`ASAP ${ASAP[type] ?? '?'}` as const) : (`ENRP ${ENRP[type] ?? '?'}` as const);
      this.messages.push({ name, flags, from, to, bytes: bytes.slice() });
    };
    // Announcements and multicast presences are not in SCTP.
    if (toUdpPort === 3863) log('ASAP', payload);
    else if (toUdpPort === 9901) log('ENRP', payload);
    else if (toUdpPort === 9899) {
      for (const chunk of decodePacket(payload).chunks) {
        if (chunk.kind !== 'data') continue;
        if (chunk.ppid === PPID.asap) log('ASAP', chunk.userData);
        else if (chunk.ppid === PPID.enrp) log('ENRP', chunk.userData);
      }
    }
  }
}
