import { describe, expect, it } from 'vitest';
import { heldHeapBytes } from '../../harness/heap.ts';
import { UserLadder } from './user-ladder.ts';

describe('a pool user', () => {
  it('[REQ-008] [OVW-006] holds little memory, with and without sessions', () => {
    const users: UserLadder[] = [];
    const before = heldHeapBytes();
    for (let i = 0; i < 100; i++) users.push(new UserLadder());
    const perUser = (heldHeapBytes() - before) / users.length;
    expect(perUser).toBeLessThan(50_000);

    const [user] = users;
    user!.home();
    const withoutSessions = heldHeapBytes();
    for (let i = 0; i < 1000; i++) user!.open();
    user!.answer(1, [10]);
    for (let i = 0; i < 1000; i++) user!.up(3 + 2 * i);
    user!.outputs.length = 0;
    user!.events.length = 0;
    user!.take();
    expect(user!.role.sessionCount).toBe(1000);
    expect((heldHeapBytes() - withoutSessions) / 1000).toBeLessThan(5000);
  });
});
