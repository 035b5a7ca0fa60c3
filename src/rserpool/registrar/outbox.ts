import { Deque } from '../../base/deque.ts';
import { type ChannelId, ChannelIds, PPID, type RoleOutput, type TransportTarget } from '../role.ts';
import type { AsapMessage } from '../wire/asap.ts';
import { encodeAsap } from '../wire/asap-codec.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { encodeEnrp } from '../wire/enrp-codec.ts';
import { Counters } from './counters.ts';
import type { RegistrarEvent } from './events.ts';

/** What the registrar wants done, in order. The driver drains it after every input, so it holds one input's output. */
export class Outbox {
  readonly #queue = new Deque<RoleOutput<RegistrarEvent>>();
  readonly #ids = new ChannelIds();
  readonly counters = new Counters();

  poll(): RoleOutput<RegistrarEvent> | undefined {
    return this.#queue.shift();
  }

  sendAsap(channel: ChannelId, message: AsapMessage): void {
    this.#send(channel, PPID.asap, encodeAsap(message));
  }

  /** The same message on several channels: a group-cast. */
  sendEnrp(channels: readonly ChannelId[], message: EnrpMessage): void {
    const bytes = encodeEnrp(message);
    for (const channel of channels) this.#send(channel, PPID.enrp, bytes);
  }

  /** Asks for a channel and returns the number it will have. */
  connect(target: TransportTarget, ppid: number): ChannelId {
    const channel = this.#ids.take();
    this.#queue.push({ kind: 'connect', channel, target, ppid });
    return channel;
  }

  close(channel: ChannelId, how: 'shutdown' | 'abort', reason: string): void {
    this.#queue.push({ kind: 'close', channel, how, reason });
  }

  announce(message: AsapMessage): void {
    this.#queue.push({ kind: 'announce', bytes: encodeAsap(message) });
  }

  event(event: RegistrarEvent): void {
    this.counters.note(event);
    this.#queue.push({ kind: 'event', event });
  }

  #send(channel: ChannelId, ppid: number, bytes: Uint8Array): void {
    this.#queue.push({ kind: 'send', channel, ppid, streamId: 0, unordered: false, bytes });
  }
}
