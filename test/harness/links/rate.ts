import type { Instant } from '../../../src/base/contract.ts';
import { Deque } from '../../../src/base/deque.ts';
import type { StageFactory } from './stage.ts';

export interface RateOptions {
  readonly bitsPerSecond: number;
  /** Bytes that may wait, the datagram on the line included; one that does not fit is lost (drop-tail). */
  readonly queueBytes: number;
  /** Bytes of IP and UDP headers that each datagram costs besides its payload; default 28 (IPv4). */
  readonly overheadBytes?: number;
}

/** A line of limited rate with a finite queue before it. Put it first: it wants datagrams in order of time. */
export function rate(options: RateOptions): StageFactory {
  const { bitsPerSecond, queueBytes, overheadBytes = 28 } = options;
  return () => {
    const counters = { passed: 0, dropped: 0, deepestQueueBytes: 0 };
    /** Datagrams that are waiting or on the line, with the time at which they will be gone. */
    const waiting = new Deque<{ readonly goneAt: Instant; readonly sizeBytes: number }>();
    let waitingBytes = 0;
    let freeAt: Instant = 0;
    return {
      name: 'rate',
      counters,
      pass(datagram, at, out) {
        for (let head = waiting.at(0); head !== undefined && head.goneAt <= at; head = waiting.at(0)) {
          waiting.shift();
          waitingBytes -= head.sizeBytes;
        }
        const sizeBytes = datagram.bytes.length + overheadBytes;
        // An idle line accepts any size.
        if (waiting.length > 0 && waitingBytes + sizeBytes > queueBytes) {
          counters.dropped++;
          out.drop(datagram, at, 'queue-full');
          return;
        }
        freeAt = Math.max(freeAt, at) + (sizeBytes * 8000) / bitsPerSecond;
        waiting.push({ goneAt: freeAt, sizeBytes });
        waitingBytes += sizeBytes;
        counters.passed++;
        counters.deepestQueueBytes = Math.max(counters.deepestQueueBytes, waitingBytes);
        out.forward(datagram, freeAt);
      },
    };
  };
}
