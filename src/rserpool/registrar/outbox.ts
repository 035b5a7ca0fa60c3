import type { Instant } from '../../base/contract.ts';
import type { Dialects } from '../dialects.ts';
import { Outbox } from '../outbox.ts';
import { type ChannelId, PPID, type RoleOutput, type TransportTarget } from '../role.ts';
import type { AsapMessage } from '../wire/asap.ts';
import type { Dialect } from '../wire/dialect.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { encodeEnrp } from '../wire/enrp-codec.ts';
import { safeEnrpForRsplib } from '../wire/rsplib-limits.ts';
import type { Channel } from './channels.ts';
import { Complaints } from './complaints.ts';
import type { RegistrarConfig } from './config.ts';
import { Counters } from './counters.ts';
import type { RegistrarEvent } from './events.ts';
import type { RequestKind } from './request-limits.ts';

/** What the registrar wants done, in order; its events are counted on the way. */
export class RegistrarOutbox {
  readonly #outbox: Outbox<RegistrarEvent>;
  readonly counters = new Counters();
  readonly #complaints: Complaints;
  /** The time of the input that is being dealt with. */
  now: Instant = 0;

  constructor(dialects: Dialects, config: RegistrarConfig) {
    this.#outbox = new Outbox(dialects);
    this.#complaints = new Complaints(config);
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

  /** The channel has asked for one more of what is limited: if that is too much, nothing more is read of it for a while. */
  holdBack({ id, requests }: Channel, kind: RequestKind, now: Instant): void {
    const until = requests.spend(kind, now);
    if (until !== undefined) this.#outbox.hold(id, until);
  }

  /** The channel is gone. */
  forget(channel: ChannelId): void {
    this.dialects.forget(channel);
    this.#complaints.forget(channel);
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
    const isTold = this.#complaints.tells(event, this.now);
    this.counters.note(event, isTold);
    if (isTold) this.#outbox.event(event);
  }
}

function encodeIfSafe(message: EnrpMessage, dialect: Dialect): Uint8Array | undefined {
  if (dialect === 'rsplib' && safeEnrpForRsplib(message) === undefined) return undefined;
  return encodeEnrp(message, dialect);
}
