import { describe, expect, it } from 'vitest';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { element, UserLadder } from './user-ladder.ts';

describe('a resolution', () => {
  it.each<{ readonly id: string; readonly policy: PolicyParameter }>([
    { id: 'POL-051', policy: { kind: 'least-used', load: 0 } },
    { id: 'POL-070', policy: { kind: 'priority-least-used', load: 0, degradation: 1 } },
  ])('[$id] asks for as many elements as there are, so that there are backups: $policy.kind', ({ policy }) => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    // A bare request: no item count limits the answer (RFC 5352 §2.2.5).
    expect(ladder.take()).toContain('1: handle-resolution abc');
    const elements = [10, 11].map((n) => element(n, { policy }));
    ladder.answer(1, elements, { policy });
    ladder.up(3);
    ladder.take();
    ladder.down(3);
    const next = ladder.take();
    expect(next).toContain('connect 5 192.0.2.11');
    expect(next).not.toContain('1: handle-resolution abc');
  });
});
