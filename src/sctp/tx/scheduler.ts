/** What a scheduler looks at. */
export interface Schedulable {
  readonly request: { readonly data: Uint8Array; readonly streamId: number };
  /** Place in the order of `send`. */
  readonly position: number;
  /** Bytes that have left the queue. */
  readonly takenBytes: number;
}

/** Decides whose fragment leaves the send queue next. RFC 8260 §3. */
export interface Scheduler<Message extends Schedulable> extends Iterable<Message> {
  /** Messages that have not left wholly. */
  readonly length: number;
  /** The message whose fragment is next; the same one until something is taken, added or removed. */
  readonly next: Message | undefined;
  /** Adds a message behind the others of its stream. */
  push(message: Message): void;
  /** So many bytes of `next` were taken; its `takenBytes` says so already. */
  taken(bytes: number): void;
  /** The next fragment is the first one of its packet. */
  packetBegins(): void;
  /** Removes the messages that match, in the order of `send`. */
  remove(matches: (message: Message) => boolean): Message[];
  /** Priority or weight of a stream was set. */
  preferenceChanged(streamId: number): void;
}

/** Whether the message has left wholly. */
export function isTaken({ request, takenBytes }: Schedulable): boolean {
  return takenBytes === request.data.length;
}
