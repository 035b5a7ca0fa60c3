import type { IpAddress } from '../../src/base/address.ts';
import type { Instant } from '../../src/base/contract.ts';
import type {
  AssociateRequest,
  AssociationEvent,
  AssociationId,
  SctpCore,
  SendRequest,
} from '../../src/sctp/core/contract.ts';
import type { MessagePart } from '../../src/sctp/rx/received-message.ts';
import { inLargerBuffer, POISON } from './larger-buffer.ts';
import type { SimNetwork } from './network.ts';
import type { SimNode, SimSocket } from './node.ts';

/** IANA's port for SCTP over UDP. RFC 6951 §6. */
const DEFAULT_UDP_PORT = 9899;

export interface CoreEvent {
  readonly at: Instant;
  readonly association: AssociationId;
  readonly event: AssociationEvent;
}

/** A message that the core delivered. */
export interface CoreMessage {
  readonly at: Instant;
  readonly association: AssociationId;
  readonly streamId: number;
  readonly ppid: number;
  readonly unordered: boolean;
  readonly partial: MessagePart | undefined;
  readonly source: IpAddress;
  readonly data: Uint8Array;
}

export interface CoreNodeOptions {
  readonly udpPort?: number;
  /** `at-once` (default) frees the receive window as messages come; `by-hand` leaves it to the test. */
  readonly consume?: 'at-once' | 'by-hand';
  /** Called for every event after it was recorded; may use the node. */
  readonly onEvent?: ((event: AssociationEvent, association: AssociationId) => void) | undefined;
  /** Whether events and messages are recorded; off for transfers that would fill the memory. Default on. */
  readonly record?: boolean;
}

/**
 * Drives an {@link SctpCore} on the simulated network as the contract asks: one input, then all output, then the next
 * input. No promises: made for hundreds of transfers.
 */
export class CoreNode {
  readonly core: SctpCore;
  readonly node: SimNode;
  readonly udpPort: number;
  /** Every event except messages, in order. */
  readonly events: CoreEvent[] = [];
  readonly messages: CoreMessage[] = [];
  readonly #network: SimNetwork;
  readonly #sockets = new Map<IpAddress, SimSocket>();
  readonly #options: CoreNodeOptions;
  readonly #eventsToTell: { readonly event: AssociationEvent; readonly association: AssociationId }[] = [];
  #cancelTimer: () => void = () => {};
  #timerAt: Instant | undefined;
  #busy = false;
  #alive = true;

  constructor(network: SimNetwork, node: SimNode, core: SctpCore, options: CoreNodeOptions = {}) {
    this.#network = network;
    this.node = node;
    this.core = core;
    this.udpPort = options.udpPort ?? DEFAULT_UDP_PORT;
    this.#options = options;
    for (const address of core.addresses) {
      const socket = node.open({
        address,
        udpPort: this.udpPort,
        onDatagram: (bytes, from) => {
          const received = inLargerBuffer(bytes);
          this.call((core, now) => core.handleDatagram(address, from.address, from.udpPort, received, now));
          received.fill(POISON);
        },
        onTooLong: (to, bytes) => this.call((core, now) => core.handleMessageTooLong(to, bytes, now)),
        onIcmp: (message) => this.call((core, now) => core.handleIcmp(message, now)),
      });
      this.#sockets.set(address, socket);
    }
    this.#drain();
  }

  /** Calls the core, then carries out all that it wants. */
  call<T>(use: (core: SctpCore, now: Instant) => T): T {
    const result = use(this.core, this.#network.clock.now());
    this.#drain();
    return result;
  }

  /** Opens an association with another node, to all its addresses unless the request says otherwise. */
  associate(peer: CoreNode, request: Partial<AssociateRequest> = {}): AssociationId {
    const { sctpPort, addresses } = peer.core;
    return this.call((core, now) => core.associate({ sctpPort, addresses, udpPort: peer.udpPort, ...request }, now));
  }

  /** Sends bytes or text on stream 0, ordered, unless the request says otherwise; false if the buffer is full. */
  send(association: AssociationId, data: Uint8Array | string, request: Partial<SendRequest> = {}): boolean {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return this.call((core, now) =>
      core.send(association, { streamId: 0, ppid: 0, unordered: false, ...request, data: bytes }, now),
    );
  }

  shutdown(association: AssociationId): void {
    this.call((core, now) => core.shutdown(association, now));
  }

  abort(association: AssociationId, reason = 'test'): void {
    this.call((core, now) => core.abort(association, reason, now));
  }

  /** The node dies without a word: no packet and no timer reaches the core any more. */
  kill(): void {
    this.#alive = false;
    this.#cancelTimer();
    for (const socket of this.#sockets.values()) socket.close();
  }

  /** The events of one kind, in order. */
  eventsOf<Kind extends AssociationEvent['kind']>(kind: Kind): readonly Extract<AssociationEvent, { kind: Kind }>[] {
    return this.events
      .map(({ event }) => event)
      .filter((event): event is Extract<AssociationEvent, { kind: Kind }> => event.kind === kind);
  }

  /** The messages of one association as text. */
  texts(association?: AssociationId): readonly string[] {
    const decoder = new TextDecoder();
    return this.messages
      .filter((message) => association === undefined || message.association === association)
      .map((message) => decoder.decode(message.data));
  }

  #drain(): void {
    // A call made while output is carried out (from `onEvent`) is an input of its own; the loop below sees its output.
    if (this.#busy || !this.#alive) return;
    this.#busy = true;
    try {
      for (;;) {
        const output = this.core.pollOutput();
        if (output?.kind === 'packet') {
          this.#sockets.get(output.from)?.send(output.bytes, { address: output.to, udpPort: output.udpPort });
        } else if (output?.kind === 'event') {
          this.#eventsToTell.push(output);
        } else if (!this.#tellEvents()) break;
      }
    } finally {
      this.#busy = false;
    }
    this.#setTimer();
  }

  /** False if there was nothing to tell. */
  #tellEvents(): boolean {
    if (this.#eventsToTell.length === 0) return false;
    const now = this.#network.clock.now();
    for (const { association, event } of this.#eventsToTell.splice(0)) {
      if (this.#options.record !== false) this.#record(now, association, event);
      if (event.kind === 'message' && this.#options.consume !== 'by-hand') {
        this.core.consumed(association, event.windowBytes, now);
      }
      this.#options.onEvent?.(event, association);
    }
    return true;
  }

  #record(at: Instant, association: AssociationId, event: AssociationEvent): void {
    if (event.kind === 'message') {
      const { streamId, ppid, unordered, partial, source, data } = event;
      this.messages.push({ at, association, streamId, ppid, unordered, partial, source, data });
    } else this.events.push({ at, association, event });
  }

  #setTimer(): void {
    const wanted = this.core.nextTimeoutAt();
    if (wanted === this.#timerAt) return;
    this.#cancelTimer();
    this.#timerAt = wanted;
    if (wanted === undefined) return;
    this.#cancelTimer = this.#network.clock.at(wanted, () => {
      this.#timerAt = undefined;
      this.call((core, now) => core.handleTimeout(now));
    });
  }
}
