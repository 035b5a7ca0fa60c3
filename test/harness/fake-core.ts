import type { IpAddress } from '../../src/base/address.ts';
import type { Instant } from '../../src/base/contract.ts';
import type {
  AssociateRequest,
  AssociationEvent,
  AssociationId,
  AssociationStatus,
  EndpointCounters,
  EndpointOptions,
  EndpointOutput,
  SctpCore,
  SendRequest,
} from '../../src/sctp/core/contract.ts';
import { NO_EXTENSIONS } from '../../src/sctp/core/extensions.ts';

const [HELLO, WELCOME, DATA, ACK] = [1, 2, 3, 4];
const RETRANSMIT_MS = 100;

/**
 * The simplest thing that keeps the core's contract: stop-and-wait with one peer and no checks. It tests the harness,
 * and tests of drivers can use it.
 */
export class FakeCore implements SctpCore {
  readonly sctpPort: number;
  readonly addresses: readonly IpAddress[];
  readonly counters = {} as EndpointCounters;
  listening: boolean;
  /** What the driver said, for tests of drivers. */
  readonly consumedBytes: number[] = [];
  readonly tooLong: IpAddress[] = [];
  readonly received: Uint8Array[] = [];
  readonly #output: EndpointOutput[] = [];
  readonly #queue: Uint8Array[] = [];
  #peer: { readonly address: IpAddress; readonly udpPort: number } | undefined;
  #isUp = false;
  #sent = 0;
  #expected = 0;
  #timeoutAt: Instant | undefined;

  constructor(options: EndpointOptions) {
    this.sctpPort = options.sctpPort;
    this.addresses = options.addresses;
    this.listening = options.listening;
  }

  handleDatagram(_local: IpAddress, from: IpAddress, udpPort: number, bytes: Uint8Array, now: Instant): void {
    const [kind, number] = [bytes[0], bytes[1]];
    this.received.push(bytes);
    if (kind === HELLO && this.listening) {
      this.#peer = { address: from, udpPort };
      this.#up('remote');
      this.#packet(new Uint8Array([WELCOME, 0]));
    } else if (kind === WELCOME) this.#up('local');
    else if (kind === DATA) this.#takeData(number!, bytes.slice(2));
    else if (kind === ACK && this.#queue.length > 0 && number === this.#sent % 256) {
      this.#queue.shift();
      this.#sent++;
      if (this.#queue.length === 0) this.#event({ kind: 'dry' });
    } else return;
    this.#transmit(now);
  }

  handleIcmp(): void {}

  handleMessageTooLong(to: IpAddress): void {
    this.tooLong.push(to);
  }

  handleTimeout(now: Instant): void {
    if (this.#timeoutAt !== undefined && this.#timeoutAt <= now) this.#transmit(now);
  }

  pollOutput(): EndpointOutput | undefined {
    return this.#output.shift();
  }

  pollDone(): EndpointOutput | undefined {
    return this.pollOutput();
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#timeoutAt;
  }

  associate(request: AssociateRequest, now: Instant): AssociationId {
    this.#peer = { address: request.addresses[0]!, udpPort: request.udpPort };
    this.#transmit(now);
    return 1;
  }

  send(_association: AssociationId, request: SendRequest, now: Instant): boolean {
    this.#queue.push(request.data);
    if (this.#isUp && this.#queue.length === 1) this.#transmit(now);
    return true;
  }

  consumed(_association: AssociationId, windowBytes: number): void {
    this.consumedBytes.push(windowBytes);
  }

  shutdown(): void {}

  abort(): void {
    this.#timeoutAt = undefined;
    this.#event({ kind: 'closed', reason: { kind: 'aborted', text: '', causes: [] }, final: {} as AssociationStatus });
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

  close(): void {
    this.abort();
  }

  #up(initiator: 'local' | 'remote'): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#event({ kind: 'up', initiator, outboundStreams: 1, inboundStreams: 1, extensions: NO_EXTENSIONS });
  }

  #takeData(number: number, data: Uint8Array): void {
    if (number === this.#expected % 256) {
      this.#expected++;
      const windowBytes = data.length;
      this.#event({
        kind: 'message',
        data,
        streamId: 0,
        ssn: 0,
        ppid: 0,
        unordered: false,
        source: '10.0.0.9',
        windowBytes,
      });
    }
    this.#packet(new Uint8Array([ACK, number]));
  }

  /** Sends what is not acknowledged, and again until it is. */
  #transmit(now: Instant): void {
    const next = this.#queue[0];
    const isIdle = this.#isUp && next === undefined;
    this.#timeoutAt = isIdle ? undefined : now + RETRANSMIT_MS;
    if (!this.#isUp) this.#packet(new Uint8Array([HELLO, 0]));
    else if (next !== undefined) this.#packet(new Uint8Array([DATA, this.#sent % 256, ...next]));
  }

  #packet(bytes: Uint8Array): void {
    const from = this.addresses[0]!;
    const { address: to, udpPort } = this.#peer!;
    this.#output.push({ kind: 'packet', from, to, udpPort, bytes });
  }

  #event(event: AssociationEvent): void {
    this.#output.push({ kind: 'event', association: 1, event });
  }
}
