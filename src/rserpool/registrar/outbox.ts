import { Outbox } from '../outbox.ts';
import { type ChannelId, PPID, type RoleOutput, type TransportTarget } from '../role.ts';
import type { AsapMessage } from '../wire/asap.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { encodeEnrp } from '../wire/enrp-codec.ts';
import { Counters } from './counters.ts';
import type { RegistrarEvent } from './events.ts';

/** What the registrar wants done, in order; its events are counted on the way. */
export class RegistrarOutbox {
  readonly #outbox = new Outbox<RegistrarEvent>();
  readonly counters = new Counters();

  poll(): RoleOutput<RegistrarEvent> | undefined {
    return this.#outbox.poll();
  }

  sendAsap(channel: ChannelId, message: AsapMessage): void {
    this.#outbox.control(channel, message);
  }

  /** The same message on several channels: a group-cast. */
  sendEnrp(channels: readonly ChannelId[], message: EnrpMessage): void {
    const bytes = encodeEnrp(message);
    for (const channel of channels) this.#outbox.data(channel, { ppid: PPID.enrp, bytes });
  }

  /** Asks for a channel and returns the number it will have. */
  connect(target: TransportTarget, ppid: number): ChannelId {
    return this.#outbox.connect(target, ppid);
  }

  close(channel: ChannelId, how: 'shutdown' | 'abort', reason: string): void {
    this.#outbox.close(channel, how, reason);
  }

  announce(message: AsapMessage): void {
    this.#outbox.announce(message);
  }

  event(event: RegistrarEvent): void {
    this.counters.note(event);
    this.#outbox.event(event);
  }
}
