import type { Instant } from '../../base/contract.ts';
import { membership, type StreamSelection } from '../wire/stream-selection.ts';

/** A message that was given to `send` and waits until its stream is reset. */
export interface HeldMessage<Request> {
  readonly request: Request;
  /** When it was given to `send`. */
  readonly at: Instant;
}

/** A reset that was asked for and is not finished: what is sent on its streams meanwhile waits for its end. */
export interface Hold<Request> {
  readonly isOfReset: (streamId: number) => boolean;
  readonly messages: HeldMessage<Request>[];
}

/**
 * Messages that come between a request to reset their stream and its answer: they get their SSN afterwards.
 * RFC 6525 §5.1.2 A1, §5.1.4 C2. Those of one side are finished in the order in which they were asked for.
 */
export class HeldMessages<Request extends { readonly streamId: number }> {
  readonly #holds: Hold<Request>[] = [];

  /** Whether any reset is under way. */
  get isHolding(): boolean {
    return this.#holds.length > 0;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#holds.reduce((sum, { messages }) => sum + messages.length, 0);
  }

  /** Whether no message waits. */
  get isEmpty(): boolean {
    return this.#holds.every(({ messages }) => messages.length === 0);
  }

  /** From now on messages of these streams wait. */
  hold(streams: StreamSelection): Hold<Request> {
    const hold: Hold<Request> = { isOfReset: membership(streams), messages: [] };
    this.#holds.push(hold);
    return hold;
  }

  /** Keeps the message if its stream is being reset; of several resets it waits for the last. */
  add(request: Request, now: Instant): boolean {
    const hold = this.#holds.findLast(({ isOfReset }) => isOfReset(request.streamId));
    hold?.messages.push({ request, at: now });
    return hold !== undefined;
  }

  /**
   * The reset is finished, whichever way: its messages, in the order of `send`. One whose stream an earlier reset still
   * holds stays behind that one's messages.
   */
  release(hold: Hold<Request>): readonly HeldMessage<Request>[] {
    const at = this.#holds.indexOf(hold);
    if (at < 0) return [];
    this.#holds.splice(at, 1);
    const earlier = this.#holds.slice(0, at);
    return hold.messages.splice(0).filter((message) => {
      const holder = earlier.findLast(({ isOfReset }) => isOfReset(message.request.streamId));
      holder?.messages.push(message);
      return holder === undefined;
    });
  }

  /** Everything, for reports of what was not sent. */
  takeAll(): Request[] {
    return this.#holds.splice(0).flatMap(({ messages }) => messages.splice(0).map(({ request }) => request));
  }
}
