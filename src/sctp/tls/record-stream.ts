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
  #recordsSent = 0;

  /** @param first what has come already */
  constructor(stream: SctpStream, first: readonly Uint8Array[] = []) {
    // TLS takes it over: who receives close_notify answers it (RFC 5246 §7.2.1).
    super({ allowHalfOpen: false });
    this.#stream = stream;
    for (const bytes of first) this.push(bytes);
    stream.on('data', (bytes: Uint8Array) => {
      if (!this.push(bytes)) stream.pause();
    });
    stream.on('end', () => this.#cut());
    stream.on('error', (error) => this.destroy(error));
    stream.on('close', () => this.#cut());
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
    this.#stream.destroy();
    callback(error);
  }

  #send(bytes: Uint8Array, callback: (error?: Error | null) => void): void {
    let records: Uint8Array[];
    try {
      records = this.#cutter.cut(bytes);
    } catch (error) {
      callback(error as Error);
      return;
    }
    this.#recordsSent += records.length;
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
