import { fromHex, toHex } from '../../../src/base/bytes.ts';
import type { Instant } from '../../../src/base/contract.ts';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import {
  type ChannelId,
  PPID,
  type Role,
  type RoleInput,
  type RoleOutput,
  type TransportTarget,
} from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';

/** A host by the last byte of its address: 192.0.2.n. */
export function host(n: number, port = 3863, udpPort = 9899): TransportTarget {
  return { protocol: 'sctp', addresses: [`192.0.2.${n}`], port, udpPort };
}

/** The ASAP messages of a test, as hexadecimal text; white space does not count. */
export function hex(text: string): Uint8Array {
  return fromHex(text);
}

/** The home registrar on channel 1, the first of two, is gone: the other one is called, and it itself once more. */
export const HOME_LOST = ['connect 5 192.0.2.2', 'connect 7 192.0.2.1', 'event home-changed'];

/** The same where it is the role that gives it up. */
export const HOME_GIVEN_UP = ['close 1 abort', ...HOME_LOST];

/**
 * A role on virtual time whose peers are played by the test, message by message. What the role does is noted as one line
 * a step: `connect 1 192.0.2.1`, `1: registration 7`, `1: data hello`, `close 1 abort`, `event registered`. What goes with
 * the set-up of a channel stands behind its `connect`.
 */
export class RoleLadder<Event extends { readonly kind: string }, R extends Role<Event>> {
  readonly role: R;
  readonly local: TransportTarget;
  readonly events: Event[] = [];
  readonly outputs: RoleOutput<Event>[] = [];
  now: Instant = 0;
  #lines: string[] = [];

  constructor(role: R, local: TransportTarget = host(100, 4711, 5000)) {
    this.role = role;
    this.local = local;
  }

  /** The lines since the last time. */
  take(): string[] {
    this.#drain();
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** The lines since the last time that begin with `prefix`; the others are forgotten. */
  takeOnly(prefix: string): string[] {
    return this.take().filter((line) => line.startsWith(prefix));
  }

  input(input: RoleInput): void {
    this.role.handleInput(input, this.now);
    this.#drain();
  }

  /** @param peer who it has proven to be, on a secured channel */
  up(
    channel: ChannelId,
    remote: TransportTarget = host(channel),
    initiator: 'local' | 'remote' = 'local',
    peer?: PeerIdentity,
  ): void {
    this.input({ kind: 'channel-up', channel, initiator, remote, local: this.local, peer });
  }

  down(channel: ChannelId, failed = true, reason = 'gone'): void {
    this.input({ kind: 'channel-down', channel, reason, failed });
  }

  /** The peer ends the channel; nothing is on its way. */
  closing(channel: ChannelId, reason = 'ends'): void {
    this.input({ kind: 'channel-closing', channel, reason });
  }

  /** The transport's doubt: what was sent stays unacknowledged. */
  suspect(channel: ChannelId, reason = 'data stays unacknowledged'): void {
    this.input({ kind: 'channel-suspect', channel, reason });
  }

  /** The outcome of a probe. */
  probed(channel: ChannelId, alive: boolean): void {
    this.input({ kind: 'probe-result', channel, alive });
  }

  asap(channel: ChannelId, message: AsapMessage | Uint8Array): void {
    const bytes = message instanceof Uint8Array ? message : encodeAsap(message);
    this.input({ kind: 'message', channel, ppid: PPID.asap, streamId: 0, bytes });
  }

  data(channel: ChannelId, text: string, streamId = 0): void {
    const bytes = new TextEncoder().encode(text);
    this.input({ kind: 'message', channel, ppid: 0, streamId, bytes });
  }

  announce(from: string, message: AsapMessage): void {
    this.input({ kind: 'announcement', from: { address: from, udpPort: 3863 }, bytes: encodeAsap(message) });
  }

  call<T>(use: (role: R, now: Instant) => T): T {
    const result = use(this.role, this.now);
    this.#drain();
    return result;
  }

  /** Lets time pass, with every timeout in its turn. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.role.nextTimeoutAt(); next !== undefined && next <= end; next = this.role.nextTimeoutAt()) {
      this.now = Math.max(this.now, next);
      this.role.handleTimeout(this.now);
      this.#drain();
      const again = this.role.nextTimeoutAt();
      if (again !== undefined && again <= this.now) throw new Error(`a timeout at ${again} that does not go away`);
    }
    this.now = end;
  }

  /** Bytes of the latest message that was sent on a channel, in hexadecimal. */
  lastSent(channel: ChannelId): string {
    for (const output of this.outputs.toReversed()) {
      if (output.kind === 'send' && output.channel === channel) return toHex(output.bytes);
    }
    return '';
  }

  /** The events of one kind. */
  eventsOf<Kind extends Event['kind']>(kind: Kind): Extract<Event, { readonly kind: Kind }>[] {
    return this.events.filter((event): event is Extract<Event, { readonly kind: Kind }> => event.kind === kind);
  }

  #drain(): void {
    for (let output = this.role.pollOutput(); output !== undefined; output = this.role.pollOutput()) {
      this.outputs.push(output);
      if (output.kind === 'event') this.events.push(output.event);
      this.#lines.push(line(output));
      if (output.kind !== 'connect') continue;
      for (const { bytes } of output.first ?? []) this.#lines.push(`${output.channel}: ${control(bytes)}`);
    }
  }
}

function line<Event extends { readonly kind: string }>(output: RoleOutput<Event>): string {
  switch (output.kind) {
    case 'connect':
      return `connect ${output.channel} ${output.target.addresses.join('+')}`;
    case 'send':
      return `${output.channel}: ${output.ppid === PPID.asap ? control(output.bytes) : `data ${text(output.bytes)}`}`;
    case 'close':
      return `close ${output.channel} ${output.how}`;
    case 'probe':
      return `probe ${output.channel}`;
    case 'hold':
      return `hold ${output.channel}`;
    case 'announce':
      return 'announce';
    case 'event':
      return `event ${output.event.kind}`;
  }
}

function control(bytes: Uint8Array): string {
  const message = decodeAsap(bytes);
  switch (message.kind) {
    case 'registration':
      return `${message.kind} ${message.element.identifier}`;
    case 'deregistration':
    case 'endpoint-keep-alive-ack':
    case 'endpoint-unreachable':
      return `${message.kind} ${message.poolHandle} ${message.peIdentifier}`;
    case 'handle-resolution':
      return `${message.kind} ${message.poolHandle}`;
    case 'cookie':
    case 'cookie-echo':
      return `${message.kind} ${text(message.cookie)}`;
    default:
      return message.kind;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
