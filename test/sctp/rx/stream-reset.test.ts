import { describe, expect, it } from 'vitest';
import { ssn, tsn } from '../../../src/base/serial.ts';
import { DeferringReassembler } from '../../../src/sctp/rx/deferring-reassembler.ts';
import type { ReceivedMessage } from '../../../src/sctp/rx/received-message.ts';
import { TsnTracker } from '../../../src/sctp/rx/tsn-tracker.ts';
import type { DataChunk } from '../../../src/sctp/wire/types.ts';
import { inLargerBuffer, POISON } from '../../harness/larger-buffer.ts';

const INITIAL_TSN = 0xffff_fffe;

/** Receives chunks as an association does; their TSNs count from 0. */
class Receiver {
  readonly reassembly = new DeferringReassembler(false, 0);
  readonly texts: string[] = [];
  readonly #tracker = new TsnTracker(tsn(INITIAL_TSN));
  readonly #deliver = ({ data }: ReceivedMessage): void => {
    this.texts.push(new TextDecoder().decode(data));
  };

  add(number: number, text: string, fields: Partial<DataChunk> = {}): string | undefined {
    const chunk: DataChunk = {
      kind: 'data',
      tsn: tsn(INITIAL_TSN + number),
      streamId: 1,
      ssn: ssn(0),
      ppid: 0,
      unordered: false,
      beginning: true,
      ending: true,
      immediate: false,
      userData: inLargerBuffer(new TextEncoder().encode(text)),
      ...fields,
    };
    this.#tracker.add(chunk.tsn);
    const conflict = this.reassembly.add(chunk, this.#tracker, this.#deliver);
    chunk.userData.fill(POISON);
    return conflict;
  }

  defer(streams: readonly number[] | 'all', lastNumber: number): void {
    this.reassembly.deferReset(streams, tsn(INITIAL_TSN + lastNumber));
  }

  reset(streams: readonly number[] | 'all'): string | undefined {
    this.reassembly.resetStreams(streams, this.#deliver);
    return this.reassembly.releaseHeldBack(this.#tracker, this.#deliver);
  }

  drop(number: number): boolean {
    return this.reassembly.dropEndingAt(tsn(INITIAL_TSN + number));
  }
}

describe('streams that are reset', () => {
  it('[RECONF-0064] the streams named expect SSN 0, the others go on', () => {
    const receiver = new Receiver();
    receiver.add(0, 'a', { streamId: 1 });
    receiver.add(1, 'b', { streamId: 2 });
    receiver.reset([1]);
    expect(receiver.add(2, 'c', { streamId: 1 })).toBe(undefined);
    expect(receiver.add(3, 'd', { streamId: 2, ssn: ssn(1) })).toBe(undefined);
    receiver.reset('all');
    receiver.add(4, 'e', { streamId: 1 });
    receiver.add(5, 'f', { streamId: 2 });
    expect(receiver.texts).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('[RECONF-0062] [RECONF-0065] while a reset is deferred, what was sent after it is kept, fragments and all', () => {
    const receiver = new Receiver();
    receiver.add(0, 'a');
    receiver.defer([1], 1);
    // Behind the reset, in any order; stream 2 is not concerned.
    receiver.add(5, 'de', { beginning: false });
    receiver.add(4, 'co', { beginning: false, ending: false });
    receiver.add(3, 'se', { ending: false });
    receiver.add(2, 'x', { streamId: 2 });
    receiver.add(6, 'late', { ssn: ssn(1) });
    expect(receiver.texts).toEqual(['a', 'x']);
    expect([receiver.reassembly.heldChunks, receiver.reassembly.heldBytes]).toEqual([4, 10]);
    receiver.add(1, 'b', { ssn: ssn(1) });
    expect(receiver.texts).toEqual(['a', 'x', 'b']);
    expect(receiver.reset([1])).toBe(undefined);
    expect(receiver.texts).toEqual(['a', 'x', 'b', 'secode', 'late']);
    expect([receiver.reassembly.heldChunks, receiver.reassembly.heldBytes]).toEqual([0, 0]);
  });

  it('what is kept can be given up to make room', () => {
    const receiver = new Receiver();
    receiver.defer([1], 0);
    receiver.add(2, 'kept');
    expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([4, 1]);
    expect([receiver.drop(2), receiver.drop(2)]).toEqual([true, false]);
    expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([0, 0]);
  });

  it('fragments that contradict each other are found when they are taken up', () => {
    const receiver = new Receiver();
    receiver.defer([1], 0);
    receiver.add(1, 'a', { ending: false });
    receiver.add(2, 'b');
    receiver.add(0, 'x', { streamId: 2 });
    expect(receiver.reset([1])).toBe('beginning-inside-a-message');
  });

  it('a peer that left out an SSN does not leave a message behind for the time after the reset', () => {
    const receiver = new Receiver();
    receiver.add(0, 'b', { ssn: ssn(2) });
    receiver.add(1, 'a', { ssn: ssn(1) });
    receiver.reset([1]);
    expect(receiver.texts).toEqual(['a', 'b']);
    expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([0, 0]);
    expect(receiver.add(2, 'c')).toBe(undefined);
  });
});
