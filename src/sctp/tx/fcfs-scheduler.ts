import { Deque } from '../../base/deque.ts';
import { isTaken, type Schedulable, type Scheduler } from './scheduler.ts';

/** First come, first served, whatever the stream; interleaving changes nothing. RFC 8260 §3.1. */
export class FcfsScheduler<Message extends Schedulable> implements Scheduler<Message> {
  readonly #messages = new Deque<Message>();

  get length(): number {
    return this.#messages.length;
  }

  get next(): Message | undefined {
    return this.#messages.at(0);
  }

  push(message: Message): void {
    this.#messages.push(message);
  }

  taken(): void {
    if (isTaken(this.#messages.at(0)!)) this.#messages.shift();
  }

  packetBegins(): void {}

  remove(matches: (message: Message) => boolean): Message[] {
    return this.#messages.removeIf(matches);
  }

  preferenceChanged(): void {}

  [Symbol.iterator](): Iterator<Message> {
    return this.#messages[Symbol.iterator]();
  }
}
