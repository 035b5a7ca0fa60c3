import { describe, expect, it } from 'vitest';
import { HeldMessages } from '../../../src/sctp/tx/held-messages.ts';

const message = (streamId: number, name: string) => ({ streamId, name });
const names = (messages: readonly { readonly request: { readonly name: string } }[]) =>
  messages.map(({ request }) => request.name);

describe('messages that wait for a reset', () => {
  it('[RECONF-0028] only those of the streams concerned wait, in the order of send, and come with their time', () => {
    const held = new HeldMessages<ReturnType<typeof message>>();
    expect(held.add(message(1, 'before'), 0)).toBe(false);
    const hold = held.hold([1, 2]);
    expect([1, 3, 2, 1].map((streamId, i) => held.add(message(streamId, `m${i}`), i))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(held.isEmpty).toBe(false);
    const released = held.release(hold);
    expect(names(released)).toEqual(['m0', 'm2', 'm3']);
    expect(released.map(({ at }) => at)).toEqual([0, 2, 3]);
    expect([held.isEmpty, held.add(message(1, 'after'), 9)]).toEqual([true, false]);
  });

  it('a message between two resets of its stream goes out between them', () => {
    const held = new HeldMessages<ReturnType<typeof message>>();
    const first = held.hold([1]);
    held.add(message(1, 'between'), 0);
    const second = held.hold('all');
    held.add(message(1, 'behind'), 0);
    held.add(message(5, 'other'), 0);
    expect(names(held.release(first))).toEqual(['between']);
    expect(held.add(message(1, 'late'), 1)).toBe(true);
    expect(names(held.release(second))).toEqual(['behind', 'other', 'late']);
  });

  it('gives up everything at the end', () => {
    const held = new HeldMessages<ReturnType<typeof message>>();
    const hold = held.hold([1]);
    held.hold([2]);
    held.add(message(2, 'b'), 0);
    held.add(message(1, 'a'), 0);
    expect(held.takeAll().map(({ name }) => name)).toEqual(['a', 'b']);
    expect([held.isEmpty, held.release(hold)]).toEqual([true, []]);
  });
});
