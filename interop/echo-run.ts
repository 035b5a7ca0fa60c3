import type { SctpAssociation } from '../src/sctp/index.ts';
import { expectThat } from './scenario.ts';

/** Far from the identifiers that a decoder knows. */
const FIRST_PPID = 0x5000_0000;
const UNORDERED_EVERY = 7;

export interface EchoRunOptions {
  readonly messages: number;
  readonly longestBytes: number;
}

/** Messages to an echo server on all streams, every seventh unordered; each must come back once, unchanged, in order. */
export class EchoRun {
  readonly #options: EchoRunOptions;

  constructor(options: EchoRunOptions) {
    this.#options = options;
  }

  /** Throws at the first thing that is not as it should be; says what was done. */
  async over(association: SctpAssociation): Promise<string> {
    const { messages, longestBytes } = this.#options;
    const streams = Math.min(association.inboundStreams, association.outboundStreams);
    const began = performance.now();
    const sending = this.#sendAll(association, streams);
    // If a check below throws, that is what is reported.
    sending.catch(() => undefined);
    const seen = new Set<number>();
    const last = new Map<number, number>();
    let bytes = 0;
    for await (const { data, ppid, stream, unordered } of association) {
      const i = ppid - FIRST_PPID;
      expectThat(Buffer.compare(data, this.#message(i)) === 0, `message ${i} came back changed`);
      expectThat(!seen.has(i), `message ${i} came back twice`);
      expectThat(stream === i % streams, `message ${i} came back on stream ${stream}`);
      expectThat(unordered === (i % UNORDERED_EVERY === 0), `message ${i} came back ${unordered ? 'un' : ''}ordered`);
      if (!unordered) {
        expectThat((last.get(stream) ?? -1) < i, `message ${i} overtook another one on stream ${stream}`);
        last.set(stream, i);
      }
      seen.add(i);
      bytes += data.length;
      if (seen.size === messages) break;
    }
    await sending;
    const seconds = (performance.now() - began) / 1000;
    return (
      `${seen.size} of ${messages} messages of 1 to ${longestBytes} bytes echoed on ${streams} streams, each once, ` +
      `unchanged, each stream in order: ${(bytes / 1e6).toFixed(1)} MB each way, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s`
    );
  }

  async #sendAll(association: SctpAssociation, streams: number): Promise<void> {
    for (let i = 0; i < this.#options.messages; i++) {
      await association.send(this.#message(i), {
        stream: i % streams,
        ppid: FIRST_PPID + i,
        unordered: i % UNORDERED_EVERY === 0,
      });
    }
  }

  /** Of a length that differs from the one before, with content that tells one from another. */
  #message(i: number): Uint8Array {
    return new Uint8Array(1 + ((i * 37) % this.#options.longestBytes)).fill(i);
  }
}
