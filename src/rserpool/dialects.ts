import type { ChannelId } from './role.ts';
import type { AsapMessage } from './wire/asap.ts';
import { decodeAsap } from './wire/asap-codec.ts';
import type { Dialect } from './wire/dialect.ts';
import { asapEvidence, enrpEvidence } from './wire/dialect-evidence.ts';
import type { EnrpMessage } from './wire/enrp.ts';
import { decodeEnrp } from './wire/enrp-codec.ts';

/** The setting of a role: one dialect for everybody, or what each peer turns out to speak. */
export const DIALECT_SETTING = { default: 'auto', oneOf: ['auto', 'rfc', 'rsplib'] } as const;

export type DialectSetting = (typeof DIALECT_SETTING.oneOf)[number];

/**
 * Which dialect is spoken on which channel: as the channel's target says, else as the setting says, else as the peer's
 * messages show. The first sign decides for good; until there is one it is the RFC's.
 */
export class Dialects {
  readonly #setting: DialectSetting;
  readonly #byChannel = new Map<ChannelId, Dialect>();

  constructor(setting: DialectSetting) {
    this.#setting = setting;
  }

  of(channel: ChannelId): Dialect {
    return this.#byChannel.get(channel) ?? (this.#setting === 'rsplib' ? 'rsplib' : 'rfc');
  }

  /** Whether it is settled what the peer speaks. */
  isDecided(channel: ChannelId): boolean {
    return this.#setting !== 'auto' || this.#byChannel.has(channel);
  }

  /** It is known what the peer speaks. */
  decide(channel: ChannelId, dialect: Dialect): void {
    this.#byChannel.set(channel, dialect);
  }

  forget(channel: ChannelId): void {
    this.#byChannel.delete(channel);
  }

  /** @throws MessageError as `decodeAsap` does */
  readAsap(channel: ChannelId, bytes: Uint8Array): AsapMessage {
    return this.#read(channel, bytes, decodeAsap, asapEvidence);
  }

  /** @throws MessageError as `decodeEnrp` does */
  readEnrp(channel: ChannelId, bytes: Uint8Array): EnrpMessage {
    return this.#read(channel, bytes, decodeEnrp, enrpEvidence);
  }

  #read<Message>(
    channel: ChannelId,
    bytes: Uint8Array,
    decode: (bytes: Uint8Array, dialect: Dialect) => Message,
    evidenceOf: (message: Message, bytes: Uint8Array) => Dialect | undefined,
  ): Message {
    const message = decode(bytes, this.of(channel));
    if (this.isDecided(channel)) return message;
    const evidence = evidenceOf(message, bytes);
    if (evidence === undefined) return message;
    this.decide(channel, evidence);
    return decode(bytes, evidence);
  }
}
