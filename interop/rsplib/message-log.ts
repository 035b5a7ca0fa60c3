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

/** By protocol; messages of sessions by their PPID. */
export type MessageName = `ASAP ${(typeof ASAP)[number]}` | `ENRP ${(typeof ENRP)[number]}` | `PPID ${number}`;

/** A message as it was on the wire. */
export interface LoggedMessage {
  readonly name: MessageName;
  /** The second byte: of ASAP, ENRP, and the services that have a header. */
  readonly flags: number;
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly bytes: Uint8Array;
}

interface Filter {
  readonly from?: IpAddress;
  readonly to?: IpAddress;
}

/** The messages that go through a network from now on, unless they are fragmented. Disposing of it ends that. */
export class MessageLog implements Disposable {
  readonly messages: LoggedMessage[] = [];
  readonly #network: IpNetwork;
  /** By verification tag and TSN. */
  readonly #chunks = new Set<string>();
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

  /** Whatever is sent again is the same message. */
  #isNew(chunk: string): boolean {
    if (this.#chunks.has(chunk)) return false;
    this.#chunks.add(chunk);
    return true;
  }

  #read(packet: Uint8Array): void {
    const datagram = decodeIpPacket(packet);
    if (datagram?.encapsulation !== 'udp') return;
    const { from, to, toUdpPort, payload } = datagram;
    const log = (ppid: number, bytes: Uint8Array): void => {
      this.messages.push({ name: nameOf(ppid, bytes[0]!), flags: bytes[1]!, from, to, bytes: bytes.slice() });
    };
    // Announcements and multicast presences are not in SCTP.
    if (toUdpPort === 3863) log(PPID.asap, payload);
    else if (toUdpPort === 9901) log(PPID.enrp, payload);
    else if (toUdpPort === 9899) {
      const { header, chunks } = decodePacket(payload);
      for (const chunk of chunks) {
        if (chunk.kind === 'data' && this.#isNew(`${header.verificationTag} ${chunk.tsn}`))
          log(chunk.ppid, chunk.userData);
      }
    }
  }
}

function nameOf(ppid: number, type: number): MessageName {
  if (ppid === PPID.asap) return `ASAP ${ASAP[type] ?? '?'}`;
  if (ppid === PPID.enrp) return `ENRP ${ENRP[type] ?? '?'}`;
  return `PPID ${ppid}`;
}
