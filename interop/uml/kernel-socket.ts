import { PATIENCE_MS } from '../patience.ts';
import { type Received, type Sent, STALL_MS, type Traffic } from '../traffic.ts';
import type { GuestCalls, GuestEvent } from './guest-calls.ts';
import type { KernelOption } from './kernel-options.ts';

/** What a socket of the guest does with messages that come in. */
export type ReadMode = 'report' | 'echo' | 'digest' | 'list';

export interface KernelSend {
  readonly stream?: number;
  readonly ppid?: number;
  readonly unordered?: boolean;
}

/** struct sctp_prinfo: SCTP_PR_SCTP_TTL with milliseconds, SCTP_PR_SCTP_RTX with a number of retransmissions. */
export interface PartialReliability {
  readonly policy: 0x10 | 0x20;
  readonly value: number;
}

interface Wanted {
  readonly matches: (event: GuestEvent) => boolean;
  readonly found: (event: GuestEvent) => void;
}

/** An SCTP socket in the guest's kernel. */
export class KernelSocket {
  readonly number: number;
  readonly #calls: GuestCalls;
  /** Seen and not asked for yet. */
  readonly #events: GuestEvent[] = [];
  readonly #wanted = new Set<Wanted>();

  constructor(calls: GuestCalls, number: number) {
    this.#calls = calls;
    this.number = number;
  }

  /** Takes the first event of that name with these details, seen already or to come. */
  event(name: string, details: Readonly<Record<string, unknown>> = {}, limitMs = PATIENCE_MS): Promise<GuestEvent> {
    const matches = (event: GuestEvent): boolean =>
      event.event === name && Object.entries(details).every(([key, value]) => event[key] === value);
    const at = this.#events.findIndex(matches);
    if (at >= 0) return Promise.resolve(this.#events.splice(at, 1)[0]!);
    return new Promise((resolve, reject) => {
      const wanted: Wanted = {
        matches,
        found: (event) => {
          clearTimeout(limit);
          resolve(event);
        },
      };
      const limit = setTimeout(() => {
        this.#wanted.delete(wanted);
        const seen = JSON.stringify(this.#events.slice(-10));
        reject(new Error(`the kernel did not report ${name} ${JSON.stringify(details)}; it reported ${seen}`));
      }, limitMs);
      this.#wanted.add(wanted);
    });
  }

  /** Something happened to it. */
  handleEvent(event: GuestEvent): void {
    for (const wanted of this.#wanted) {
      if (!wanted.matches(event)) continue;
      this.#wanted.delete(wanted);
      wanted.found(event);
      return;
    }
    this.#events.push(event);
  }

  send(data: Uint8Array, how: KernelSend = {}): Promise<void> {
    return this.#call('send', { hex: Buffer.from(data).toString('hex'), ...how });
  }

  /** Sends a stream of messages; resolves when the last one is in the send buffer. */
  sendTraffic(traffic: Traffic, reliability?: PartialReliability): Promise<Sent> {
    const { messages, messageBytes, streams, unorderedEvery = 0, pauseMs = 0 } = traffic;
    return this.#call('source', {
      messages,
      message_bytes: messageBytes,
      streams,
      unordered_every: unorderedEvery,
      pause_ms: pauseMs,
      pr: reliability === undefined ? null : [reliability.policy, reliability.value],
    });
  }

  /** What has come in on a socket of mode `digest` or `list`: so many messages, or less if nothing more comes. */
  received(messages: number): Promise<Received & { readonly ppids: readonly number[] }> {
    return this.#call('received', { messages, seconds: STALL_MS / 1000 });
  }

  /** Lets the receive buffer fill (false), or empties it again. */
  read(goOn: boolean): Promise<void> {
    return this.#call('read', { go_on: goOn });
  }

  /** One-to-many sockets only: sets up an association from a socket that listens. */
  call(addresses: readonly string[], port: number): Promise<void> {
    return this.#call('call', { addresses, port });
  }

  shutdown(): Promise<void> {
    return this.#call('shutdown', {});
  }

  /** One-to-many sockets only. */
  abort(reason: string): Promise<void> {
    return this.#call('abort', { reason });
  }

  /** SO_LINGER with a time of 0, then close. */
  abortByClose(): Promise<void> {
    return this.#call('abort_by_close', {});
  }

  close(): Promise<void> {
    return this.#call('close', {});
  }

  /** How many messages the kernel has given up so far (SCTP_PR_ASSOC_STATUS). */
  abandoned(): Promise<number> {
    return this.#call('abandoned', {});
  }

  /** setsockopt at level IPPROTO_SCTP. */
  setOption({ number, value }: KernelOption): Promise<void> {
    return this.#call('set_option', { number, value: Buffer.from(value).toString('hex') });
  }

  #call<Result>(name: string, details: Readonly<Record<string, unknown>>): Promise<Result> {
    return this.#calls.call<Result>(name, { ...details, on: this.number });
  }
}
