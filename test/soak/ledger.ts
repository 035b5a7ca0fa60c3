import type { SendRequest } from '../../src/sctp/core/contract.ts';

/** Whose message it is: the life of a host, then its association, and how often the peer has restarted that. */
export interface Sender {
  readonly life: string;
  readonly association: string;
}

/** What became of one message. */
interface Fate {
  readonly sender: Sender;
  readonly streamId: number;
  readonly unordered: boolean;
  readonly bytes: number;
  delivered: boolean;
  /** The life of the host that got it. */
  deliveredTo: string | undefined;
  /** Reported to the sender by `send-failed`; `unsent` if no part of it was transmitted. */
  failed: 'unsent' | 'partly-sent' | undefined;
  /** Given up while the association goes on: a hole in its stream is no error. */
  givenUp: boolean;
}

/**
 * Knows each message of a run and what became of it. The number of a message is its PPID, so that messages of one byte
 * have one too; its bytes follow from the number.
 */
export class Ledger {
  readonly #fates: Fate[] = [];
  /** The last ordered message that was delivered, per association and stream. */
  readonly #lastOrdered = new Map<string, number>();
  /** Lives that are over: nobody is left to be told of their messages. */
  readonly #dead = new Set<string>();
  readonly #incomplete = new Set<string>();
  readonly #mayComeTwice: boolean;
  delivered = 0;
  failed = 0;
  deliveredBytes = 0;

  /** @param mayComeTwice whether `dataWithCookieEcho` is on */
  constructor(mayComeTwice: boolean) {
    this.#mayComeTwice = mayComeTwice;
  }

  get messages(): number {
    return this.#fates.length;
  }

  /** The request for the next message; it counts once {@link accepted} is called. */
  next(streamId: number, unordered: boolean, bytes: number, extra: Partial<SendRequest>): SendRequest {
    const number = this.#fates.length;
    return { ...extra, data: contentOf(number, bytes), streamId, unordered, ppid: number };
  }

  /** `send` took it. */
  accepted(sender: Sender, request: SendRequest): void {
    if (request.ppid !== this.#fates.length) throw new Error('a message was offered out of turn');
    const { streamId, unordered, data } = request;
    this.#fates.push({
      sender,
      streamId,
      unordered,
      bytes: data.length,
      delivered: false,
      deliveredTo: undefined,
      failed: undefined,
      givenUp: false,
    });
  }

  /**
   * A host handed it to its application.
   *
   * @param association of that host: DATA that goes with COOKIE ECHO can reach one that ends before its COOKIE ACK is
   *   there, and the next one too
   */
  arrived(number: number, streamId: number, unordered: boolean, data: Uint8Array, association: string): void {
    const fate = this.#fateOf(number);
    const again = fate.deliveredTo !== association && this.#mayComeTwice;
    if (fate.delivered && !again) throw new Error(`message ${number} came twice`);
    if (fate.failed === 'unsent') throw new Error(`message ${number} came, but was reported as never sent`);
    if (fate.streamId !== streamId || fate.unordered !== unordered || fate.bytes !== data.length) {
      throw new Error(`message ${number} came with another stream, order or length`);
    }
    checkContent(number, data);
    fate.delivered = true;
    fate.deliveredTo = association;
    this.delivered++;
    this.deliveredBytes += data.length;
    if (unordered || again) return;
    const key = `${fate.sender.association} ${streamId}`;
    const last = this.#lastOrdered.get(key);
    if (last !== undefined && last > number) throw new Error(`message ${number} came behind ${last} of its stream`);
    this.#lastOrdered.set(key, number);
  }

  /** Its sender was told that it could not be sent. */
  reportedFailed(request: SendRequest, partlySent: boolean, reason: string): void {
    const number = request.ppid;
    const fate = this.#fateOf(number);
    if (fate.failed !== undefined) throw new Error(`message ${number} was reported as failed twice`);
    if (fate.delivered && !partlySent) throw new Error(`message ${number} came, and is now reported as never sent`);
    fate.failed = partlySent ? 'partly-sent' : 'unsent';
    fate.givenUp = reason !== 'closed' && reason !== 'restart';
    this.failed++;
  }

  /**
   * The association ended abruptly, or the peer has restarted it, while messages could be kept back at the receiver until
   * their streams were reset (RFC 6525 §5.2.2): acknowledged, and gone with it.
   */
  mayLackAcknowledged({ association }: Sender): void {
    this.#incomplete.add(association);
  }

  /** A host died without a word. */
  died(life: string): void {
    this.#dead.add(life);
  }

  /** When all is over: delivered or reported, and no holes in a stream before what was delivered. */
  checkEnd(): void {
    const firstMissing = new Map<string, number>();
    for (const [number, fate] of this.#fates.entries()) {
      const excused = this.#dead.has(fate.sender.life) || this.#incomplete.has(fate.sender.association);
      if (!fate.delivered && fate.failed === undefined && !excused) {
        throw new Error(`message ${number} (${fate.bytes} bytes) was neither delivered nor reported as failed`);
      }
      if (fate.unordered || fate.givenUp || (fate.failed === 'unsent' && !fate.delivered)) continue;
      const key = `${fate.sender.association} ${fate.streamId}`;
      const missing = firstMissing.get(key);
      if (!fate.delivered && missing === undefined) firstMissing.set(key, number);
      if (fate.delivered && missing !== undefined) {
        throw new Error(`message ${number} was delivered, but ${missing} before it in its stream was not`);
      }
    }
  }

  #fateOf(number: number): Fate {
    const fate = this.#fates[number];
    if (fate === undefined) throw new Error(`message ${number} was never sent`);
    return fate;
  }
}

function contentOf(number: number, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) data[i] = number + 31 * i + (i >> 8);
  return data;
}

function checkContent(number: number, data: Uint8Array): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== ((number + 31 * i + (i >> 8)) & 0xff))
      throw new Error(`byte ${i} of message ${number} has changed`);
  }
}
