/** A message that TLS was given. */
interface Kept<Message> {
  readonly message: Message;
  readonly bytes: number;
  /** The last of its records, counted from 1, once TLS has made them. */
  lastRecord: number | undefined;
}

/**
 * Which messages did not arrive, on a pair of streams with TLS: SCTP reports records, which nobody can read any more, and
 * knows nothing of what is in them. Messages are kept until their bytes must have been acknowledged.
 */
export class Undelivered<Message> {
  #kept: Kept<Message>[] = [];
  #keptBytes = 0;
  #lostRecords = 0;

  /** TLS is given a message; the function returned is to be called with the number of records made by then. */
  add(message: Message, bytes: number): (records: number) => void {
    const kept: Kept<Message> = { message, bytes, lastRecord: undefined };
    this.#kept.push(kept);
    this.#keptBytes += bytes;
    return (records) => {
      kept.lastRecord = records;
    };
  }

  /** Bytes of messages that are kept. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** So many bytes are not acknowledged, those of TLS included: what is older than the last so many has arrived. */
  forgetBut(unacknowledgedBytes: number): void {
    let bytes = 0;
    let from = this.#kept.length;
    while (from > 0 && bytes < unacknowledgedBytes) bytes += this.#kept[--from]!.bytes;
    // A message may be there in part; one that TLS has not taken yet is not among the acknowledged.
    while (from > 0 && this.#kept[from - 1]!.lastRecord === undefined) bytes += this.#kept[--from]!.bytes;
    this.#kept = this.#kept.slice(from);
    this.#keptBytes = bytes;
  }

  /** SCTP gives a record back. */
  recordLost(): void {
    this.#lostRecords++;
  }

  /** The messages that did not arrive as a whole, when so many records were made in all. */
  take(records: number): Message[] {
    const arrived = records - this.#lostRecords;
    const lost = this.#kept.filter(({ lastRecord }) => lastRecord === undefined || lastRecord > arrived);
    this.#kept = [];
    this.#keptBytes = 0;
    return lost.map(({ message }) => message);
  }
}
