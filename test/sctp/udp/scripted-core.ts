import type { IpAddress } from '../../../src/base/address.ts';
import type { Instant } from '../../../src/base/contract.ts';
import type {
  AssociationEvent,
  AssociationId,
  AssociationStatus,
  EndpointCounters,
  EndpointOutput,
  IcmpMessage,
  SctpCore,
  SendRequest,
} from '../../../src/sctp/core/contract.ts';

const NO_COUNTERS: EndpointCounters = {
  packetsReceived: 0,
  packetsSent: 0,
  checksumErrors: 0,
  malformed: 0,
  outOfTheBlue: 0,
  wrongTag: 0,
  cookiesRefused: 0,
  initsAnswered: 0,
};

/** A core without a protocol: records what its driver calls, and wants whatever the test has put into `output`. */
export class ScriptedCore implements SctpCore {
  readonly sctpPort: number;
  readonly addresses: readonly IpAddress[];
  readonly counters = NO_COUNTERS;
  readonly output: EndpointOutput[] = [];
  /** Calls as `name argument…`, in order. */
  readonly calls: string[] = [];
  listening = false;
  timeoutAt: Instant | undefined;
  onTimeout: () => void = () => {};
  onSend: (request: SendRequest) => boolean = () => true;

  constructor(sctpPort = 5000, addresses: readonly IpAddress[] = ['10.0.0.1']) {
    this.sctpPort = sctpPort;
    this.addresses = addresses;
  }

  wantsPacket(bytes: Uint8Array, from = '10.0.0.1', to = '10.0.0.2', udpPort = 9899): void {
    this.output.push({ kind: 'packet', from, to, udpPort, bytes });
  }

  wantsEvent(association: AssociationId, event: AssociationEvent): void {
    this.output.push({ kind: 'event', association, event });
  }

  handleDatagram(local: IpAddress, from: IpAddress, udpPort: number, bytes: Uint8Array): void {
    this.calls.push(`datagram ${local} ${from} ${udpPort} ${bytes.length}`);
  }

  handleIcmp(message: IcmpMessage): void {
    this.calls.push(`icmp ${message.type} ${message.code}`);
  }

  handleMessageTooLong(to: IpAddress, packet: Uint8Array): void {
    this.calls.push(`too-long ${to} ${packet.length}`);
  }

  handleTimeout(now: Instant): void {
    this.calls.push(`timeout ${now}`);
    this.timeoutAt = undefined;
    this.onTimeout();
  }

  pollOutput(): EndpointOutput | undefined {
    return this.output.shift();
  }

  /** Packets are made when they are asked for. */
  pollDone(): EndpointOutput | undefined {
    return this.output[0]?.kind === 'event' ? this.output.shift() : undefined;
  }

  nextTimeoutAt(): Instant | undefined {
    return this.timeoutAt;
  }

  associate(): AssociationId {
    return 1;
  }

  send(_association: AssociationId, request: SendRequest): boolean {
    return this.onSend(request);
  }

  consumed(association: AssociationId, windowBytes: number): void {
    this.calls.push(`consumed ${association} ${windowBytes}`);
  }

  shutdown(association: AssociationId): void {
    this.calls.push(`shutdown ${association}`);
  }

  abort(association: AssociationId, reason: string): void {
    this.calls.push(`abort ${association} ${reason}`);
  }

  setPrimary(): void {}

  requestHeartbeat(): void {}

  probe(): void {}

  configure(): void {}

  configurePath(): void {}

  setStreamPriority(): void {}

  setStreamWeight(): void {}

  reconfigureStreams(): number {
    return 0;
  }

  peer(): undefined {
    return undefined;
  }

  status(): AssociationStatus | undefined {
    return undefined;
  }

  close(reason: string): void {
    this.calls.push(`close ${reason}`);
  }
}
