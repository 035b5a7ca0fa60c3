import { Duplex } from 'node:stream';
import type { SctpStream } from '../api/stream.ts';
import { SctpError } from '../core/errors.ts';
import { RecordCutter } from './record-cutter.ts';

/**
 * A bidirectional stream of an association as TLS uses it: each record is one message; what comes in may be cut in any
 * way. RFC 3436 §3.2.
 *
 * TLS tells its end by close_notify. If the stream ends instead, the data may have been truncated: `ERR_SCTP_CLOSED`.
 */
export class RecordStream extends Duplex {
  readonly #stream: SctpStream;
  readonly #cutter = new RecordCutter();
  #recordsSent: number;
  #firstSent: Uint8Array | undefined;
  /** Takes back what was to be done with the stream; undefined once another one has it. */
  #release: (() => void) | undefined;
  /** Sees what comes first; true if nobody else shall. */
  #onFirst: ((bytes: Uint8Array) => boolean) | undefined;

  /**
   * @param first what has come already
   * @param recordsSent what SCTP was given before
   */
  constructor(stream: SctpStream, first: readonly Uint8Array[] = [], recordsSent = 0) {
    // TLS takes it over: who receives close_notify answers it (RFC 5246 §7.2.1).
    super({ allowHalfOpen: false });
    this.#stream = stream;
    this.#recordsSent = recordsSent;
    for (const bytes of first) this.push(bytes);
    const onData = (bytes: Uint8Array): void => this.#receive(bytes);
    const onEnd = (): void => this.#cut();
    const onError = (error: Error): void => void this.destroy(error);
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onEnd);
    this.#release = () => void stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd);
  }

  /** The first record, once there is one. */
  get firstSent(): Uint8Array | undefined {
    return this.#firstSent;
  }

  /** Whoever looks sees the first message that comes; true if it goes no further. */
  lookAtFirst(look: (bytes: Uint8Array) => boolean): void {
    this.#onFirst = look;
  }

  /** Another one has the stream from now on, and what has come already; this one ends without a trace. */
  handOver(first: readonly Uint8Array[]): RecordStream {
    this.#release?.();
    this.#release = undefined;
    const next = new RecordStream(this.#stream, first, this.#recordsSent);
    this.destroy();
    return next;
  }

  /** Records that SCTP was given. */
  get recordsSent(): number {
    return this.#recordsSent;
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(chunk, callback);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], callback: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  /** Nothing to be told: close_notify was the last record. */
  override _final(callback: (error?: Error | null) => void): void {
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#release !== undefined) this.#stream.destroy();
    callback(error);
  }

  #receive(bytes: Uint8Array): void {
    const look = this.#onFirst;
    this.#onFirst = undefined;
    if (look?.(bytes) === true) return;
    if (!this.push(bytes)) this.#stream.pause();
  }

  #send(bytes: Uint8Array, callback: (error?: Error | null) => void): void {
    if (this.#release === undefined) {
      callback();
      return;
    }
    let records: Uint8Array[];
    try {
      records = this.#cutter.cut(bytes);
    } catch (error) {
      callback(error as Error);
      return;
    }
    this.#recordsSent += records.length;
    this.#firstSent ??= records[0];
    const last = records.pop();
    if (last === undefined) {
      callback();
      return;
    }
    for (const record of records) this.#stream.write(record);
    this.#stream.write(last, callback);
  }

  #cut(): void {
    const text = 'the stream ended before TLS did: data may be missing';
    this.destroy(new SctpError('ERR_SCTP_CLOSED', text, { stream: this.#stream.id }));
  }
}
