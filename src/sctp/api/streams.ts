import type { AssociationEvent } from '../core/contract.ts';
import { SctpError } from '../core/errors.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import { membership } from '../wire/stream-selection.ts';
import { SctpStream, type StreamOptions, type StreamServices } from './stream.ts';

type MessageEvent = Extract<AssociationEvent, { kind: 'message' }>;

/** What the streams of an association need of it. */
export interface StreamsServices extends Pick<StreamServices, 'send' | 'consumed'> {
  /** Asks the peer to let these outgoing streams begin anew. */
  resetStreams(outgoing: readonly number[]): Promise<void>;
  /** Messages of a stream that nobody has read. */
  takeUnread(streamId: number): readonly MessageEvent[];
}

interface ResetBatch {
  readonly streamIds: number[];
  readonly done: Promise<void>;
}

/** Streams in one request: a list of so many fits any packet. */
const MAX_BATCH = 128;

/** The streams of an association that are read and written as objects. */
export class Streams {
  readonly #services: StreamServices;
  readonly #association: StreamsServices;
  readonly #open = new Map<number, SctpStream>();
  /** Resets that wait for the one before. */
  #nextBatch: ResetBatch | undefined;
  #lastBatch: Promise<void> = Promise.resolve();

  constructor(association: StreamsServices) {
    this.#association = association;
    this.#services = {
      send: (data, options) => association.send(data, options),
      consumed: (windowBytes) => association.consumed(windowBytes),
      resetOutgoing: (streamId) => this.#reset(streamId),
      closed: (stream) => this.#closed(stream),
    };
  }

  /** The object of a stream: the one that there is, or a new one. @throws SctpError */
  get(streamId: number, streams: number, options: StreamOptions): SctpStream {
    if (!Number.isInteger(streamId) || streamId < 0 || streamId >= streams) {
      const text = `stream ${streamId} does not exist: this association has 0 to ${streams - 1}`;
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', text, { streamId, streams });
    }
    const known = this.#open.get(streamId);
    if (known !== undefined && !known.destroyed) {
      if (options.exclusive !== true && !known.exclusive) return known;
      throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `stream ${streamId} is in use`, { streamId });
    }
    const stream = new SctpStream(streamId, this.#services, options);
    this.#open.set(streamId, stream);
    for (const event of this.#association.takeUnread(streamId)) stream.deliver(event);
    return stream;
  }

  /** Whether only its object sends on a stream. */
  isExclusive(streamId: number): boolean {
    const stream = this.#open.get(streamId);
    return stream?.exclusive === true && !stream.destroyed;
  }

  /** Whether the message belongs to an object, which has it then. */
  deliver(event: MessageEvent): boolean {
    const stream = this.#open.get(event.streamId);
    if (stream?.takesMessages !== true) return false;
    stream.deliver(event);
    return true;
  }

  /** The peer has reset streams of its own. */
  peerReset(streams: StreamSelection): void {
    const isReset = membership(streams);
    for (const stream of [...this.#open.values()]) {
      if (!isReset(stream.id)) continue;
      stream.peerEnded();
      if (stream.destroyed) this.#open.delete(stream.id);
    }
  }

  /** The association has ended; with an error unless it was graceful. */
  end(error: SctpError | undefined): void {
    for (const stream of [...this.#open.values()]) {
      if (error !== undefined) stream.destroy(error);
      else {
        stream.peerEnded();
        stream.end();
      }
    }
    this.#open.clear();
  }

  /** A destroyed one that the peer has not ended stays: what still comes for it is dropped. */
  #closed(stream: SctpStream): void {
    if (!stream.takesMessages && this.#open.get(stream.id) === stream) this.#open.delete(stream.id);
  }

  /** Streams that end together share a request; the next one waits for its answer. */
  #reset(streamId: number): Promise<void> {
    if (this.#nextBatch === undefined || this.#nextBatch.streamIds.length >= MAX_BATCH) {
      this.#nextBatch = this.#newBatch();
    }
    this.#nextBatch.streamIds.push(streamId);
    return this.#nextBatch.done;
  }

  #newBatch(): ResetBatch {
    const streamIds: number[] = [];
    const done = this.#lastBatch.then(async () => {
      if (this.#nextBatch?.streamIds === streamIds) this.#nextBatch = undefined;
      // Not supported, denied, or too late: then only this side knows of the end.
      await this.#association.resetStreams(streamIds).catch(() => undefined);
    });
    this.#lastBatch = done;
    return { streamIds, done };
  }
}
