import type { Dialects } from '../dialects.ts';
import { Outbox } from '../outbox.ts';
import { type ChannelId, PPID, type RoleOutput, type TransportTarget } from '../role.ts';
import type { AsapMessage } from '../wire/asap.ts';
import type { Dialect } from '../wire/dialect.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { encodeEnrp } from '../wire/enrp-codec.ts';
import { safeEnrpForRsplib } from '../wire/rsplib-limits.ts';
import { Counters } from './counters.ts';
import type { RegistrarEvent } from './events.ts';

/** What the registrar wants done, in order; its events are counted on the way. */
export class RegistrarOutbox {
  readonly #outbox: Outbox<RegistrarEvent>;
  readonly counters = new Counters();

  constructor(dialects: Dialects) {
    this.#outbox = new Outbox(dialects);
  }

  /** What is spoken on which channel. */
  get dialects(): Dialects {
    return this.#outbox.dialects;
  }

  poll(): RoleOutput<RegistrarEvent> | undefined {
    return this.#outbox.poll();
  }

  sendAsap(channel: ChannelId, message: AsapMessage): void {
    this.#outbox.control(channel, message);
  }

  /** The same message on several channels, a group-cast, in the dialect of each; rsplib gets only what it can bear. */
  sendEnrp(channels: readonly ChannelId[], message: EnrpMessage): void {
    const encoded = new Map<Dialect, Uint8Array | undefined>();
    for (const channel of channels) {
      const dialect = this.dialects.of(channel);
      if (!encoded.has(dialect)) encoded.set(dialect, encodeIfSafe(message, dialect));
      const bytes = encoded.get(dialect);
      if (bytes !== undefined) this.#outbox.data(channel, { ppid: PPID.enrp, bytes });
    }
  }

  /** Asks for a channel and returns the number it will have. @param owner who has to be there, if it is secured */
  connect(target: TransportTarget, ppid: number, owner?: string): ChannelId {
    return this.#outbox.connect(target, ppid, [], owner);
  }

  close(channel: ChannelId, how: 'shutdown' | 'abort', reason: string): void {
    this.#outbox.close(channel, how, reason);
  }

  /** Asks for a `probe-result`. */
  probe(channel: ChannelId): void {
    this.#outbox.probe(channel);
  }

  announce(message: AsapMessage): void {
    this.#outbox.announce(message);
  }

  /** A PRESENCE to the multicast group of the registrars. */
  announceEnrp(message: EnrpMessage): void {
    this.#outbox.announceBytes(PPID.enrp, encodeEnrp(message));
  }

  event(event: RegistrarEvent): void {
    this.counters.note(event);
    this.#outbox.event(event);
  }
}

function encodeIfSafe(message: EnrpMessage, dialect: Dialect): Uint8Array | undefined {
  if (dialect === 'rsplib' && safeEnrpForRsplib(message) === undefined) return undefined;
  return encodeEnrp(message, dialect);
}
