import type { AbandonmentPolicy } from './abandonment.ts';

/** Messages that were given up: of which nothing, or something, had been sent. */
export interface AbandonedCount {
  readonly unsent: number;
  readonly sent: number;
}

/** Messages that were given up, by policy. RFC 7496 §4.3, §4.4. */
export type AbandonedMessages = { readonly [Policy in AbandonmentPolicy]: AbandonedCount };

const NONE: AbandonedCount = { unsent: 0, sent: 0 };
const NONE_YET: AbandonedMessages = { lifetime: NONE, retransmissions: NONE, priority: NONE };

/** Counts abandoned messages of an association and of each of its streams. */
export class AbandonedMessageCounter {
  #all = NONE_YET;
  #byStream: Map<number, AbandonedMessages> | undefined;

  get all(): AbandonedMessages {
    return this.#all;
  }

  /** Those of each stream that has any. */
  get byStream(): ReadonlyMap<number, AbandonedMessages> {
    return new Map(this.#byStream);
  }

  /** @param sent whether any part of the message was transmitted */
  count(streamId: number, policy: AbandonmentPolicy, sent: boolean): void {
    this.#all = withOneMore(this.#all, policy, sent);
    this.#byStream ??= new Map();
    this.#byStream.set(streamId, withOneMore(this.#byStream.get(streamId) ?? NONE_YET, policy, sent));
  }
}

function withOneMore(counts: AbandonedMessages, policy: AbandonmentPolicy, sent: boolean): AbandonedMessages {
  const { [policy]: before } = counts;
  return { ...counts, [policy]: { unsent: before.unsent + (sent ? 0 : 1), sent: before.sent + (sent ? 1 : 0) } };
}
