import { WireError } from '../../base/errors.ts';
import type { SecurePair } from '../../sctp/index.ts';
import { type DataFrame, DataFrameStream, dataFrame } from '../security/data-frames.ts';
import { tlsError } from '../security/tls-error.ts';
import { Undelivered } from '../security/undelivered.ts';
import { MessageStream } from '../wire/message-stream.ts';
import type { SendOutput } from './driver-channel.ts';

/** The longest message of the application; SCTP without TLS takes as much unless told otherwise. */
const MAX_DATA_BYTES = 256 * 1024;

export interface SecuredPairListener {
  readonly onMessage: (message: DataFrame) => void;
  /** The peer has ended it, and everything is read. */
  readonly onEnd: () => void;
  /** It is broken, or something came on it that cannot be read. */
  readonly onFailure: (reason: string) => void;
}

/** A pair of streams with TLS: messages of ASAP or ENRP on pair 0, of the application on the others. */
export class SecuredPair {
  readonly #pair: SecurePair;
  readonly #listener: SecuredPairListener;
  /** What did not arrive of the application's. */
  readonly #undelivered = new Undelivered<SendOutput>();

  /** @param controlPpid that of what comes on pair 0 */
  constructor(pair: SecurePair, controlPpid: number, listener: SecuredPairListener) {
    this.#pair = pair;
    this.#listener = listener;
    const { socket } = pair;
    const take = pair.id === 0 ? controlReader(controlPpid) : dataReader();
    socket.on('data', (bytes: Buffer) => this.#read(take(bytes)));
    socket.on('end', () => listener.onEnd());
    socket.on('error', (error) => listener.onFailure(tlsError(error).message));
  }

  /** Bytes that TLS, or SCTP below it, has not taken yet. */
  get waitingBytes(): number {
    return this.#pair.socket.writableLength;
  }

  /** @param unacknowledgedBytes of the whole association */
  send(message: SendOutput, unacknowledgedBytes: number): void {
    const { socket } = this.#pair;
    if (this.#pair.id === 0) {
      socket.write(message.bytes);
      return;
    }
    const frame = dataFrame(message);
    const sent = this.#undelivered.add(message, frame.length);
    socket.write(frame, () => sent(this.#pair.recordsSent));
    if (this.#undelivered.keptBytes > 2 * unacknowledgedBytes + MAX_DATA_BYTES) {
      this.#undelivered.forgetBut(unacknowledgedBytes + socket.writableLength);
    }
  }

  /** Resolves when the peer has room for more, or the pair has ended. */
  writable(): Promise<void> {
    const { socket } = this.#pair;
    if (!socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }

  pause(): void {
    this.#pair.socket.pause();
  }

  resume(): void {
    this.#pair.socket.resume();
  }

  recordLost(): void {
    this.#undelivered.recordLost();
  }

  /** After the end: what did not arrive. */
  takeUndelivered(): SendOutput[] {
    return this.#undelivered.take(this.#pair.recordsSent);
  }

  #read(messages: Iterable<DataFrame>): void {
    try {
      for (const message of messages) this.#listener.onMessage(message);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#listener.onFailure(`no message can begin here: ${error.message}`);
    }
  }
}

/** Messages of ASAP and ENRP have their length in themselves, as by TCP. */
function controlReader(ppid: number): (bytes: Buffer) => Iterable<DataFrame> {
  const stream = new MessageStream();
  return function* (bytes) {
    stream.add(bytes);
    for (let message = stream.take(); message !== undefined; message = stream.take()) {
      yield { ppid, streamId: 0, bytes: message };
    }
  };
}

function dataReader(): (bytes: Buffer) => Iterable<DataFrame> {
  const stream = new DataFrameStream(MAX_DATA_BYTES);
  return function* (bytes) {
    stream.add(bytes);
    for (let frame = stream.take(); frame !== undefined; frame = stream.take()) yield frame;
  };
}
