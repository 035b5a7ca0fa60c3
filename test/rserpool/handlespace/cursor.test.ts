import { describe, expect, it } from 'vitest';
import type { HandlespaceCursor } from '../../../src/rserpool/handlespace/cursor.ts';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { OWN, PEER, parameter, peerRecord, registration } from './samples.ts';

/** Two pools, joined in turns: a has 1 3 5, b has 2 4 6; those of b are the peer's. */
function filled(): Handlespace<string> {
  const handlespace = new Handlespace<string>();
  for (const identifier of [1, 2, 3, 4, 5, 6]) {
    if (identifier % 2 === 1) handlespace.register(registration('a', parameter(identifier)));
    else handlespace.learn(peerRecord('b', parameter(identifier, { homeRegistrarIdentifier: PEER })));
  }
  return handlespace;
}

function take(cursor: HandlespaceCursor<string>, count = 100): string {
  let names = '';
  for (let i = 0; i < count; i++) {
    const element = cursor.peek();
    if (element === undefined) break;
    names += `${element.poolHandle}${element.parameter.identifier} `;
    cursor.advance();
  }
  return names.trim();
}

const remove = (handlespace: Handlespace<string>, pool: string, identifier: number) =>
  handlespace.remove(handlespace.find(poolHandle(pool), identifier)!);

describe('a walk over the handlespace', () => {
  it('[ENRP-090] goes pool by pool through everything, in parts of any size', () => {
    const handlespace = filled();
    expect(take(handlespace.cursor())).toBe('a1 a3 a5 b2 b4 b6');
    const cursor = handlespace.cursor();
    expect([take(cursor, 2), take(cursor, 2), take(cursor, 2), take(cursor, 2)]).toEqual([
      'a1 a3',
      'a5 b2',
      'b4 b6',
      '',
    ]);
  });

  it('[ENRP-211] can be limited to the elements of one registrar', () => {
    const handlespace = filled();
    expect([take(handlespace.cursor(OWN)), take(handlespace.cursor(PEER)), take(handlespace.cursor(4))]).toEqual([
      'a1 a3 a5',
      'b2 b4 b6',
      '',
    ]);
  });

  it('[ENRP-093] leaves nothing out and repeats nothing when the handlespace changes between the parts', () => {
    const handlespace = filled();
    const cursor = handlespace.cursor();
    expect(take(cursor, 2)).toBe('a1 a3');
    remove(handlespace, 'a', 1);
    remove(handlespace, 'b', 4);
    handlespace.register(registration('a', parameter(3)));
    handlespace.register(registration('a', parameter(7)));
    handlespace.register(registration('c', parameter(8)));
    expect(take(cursor)).toBe('a5 b2 b6');
  });

  it('goes past an element that is gone or has moved before its turn ended', () => {
    const handlespace = filled();
    const cursor = handlespace.cursor(PEER);
    expect(cursor.peek()?.parameter.identifier).toBe(2);
    remove(handlespace, 'b', 2);
    expect(cursor.peek()?.parameter.identifier).toBe(4);
    handlespace.register(registration('b', parameter(4)));
    expect(take(cursor)).toBe('b6');
    expect(cursor.peek()).toBeUndefined();
  });

  it('goes past nothing else when the element was removed after it was looked at', () => {
    const handlespace = filled();
    const cursor = handlespace.cursor();
    cursor.peek();
    remove(handlespace, 'a', 1);
    cursor.advance();
    expect(take(cursor)).toBe('a3 a5 b2 b4 b6');
  });

  it('survives that a whole pool goes and comes back', () => {
    const handlespace = filled();
    const cursor = handlespace.cursor();
    expect(take(cursor, 1)).toBe('a1');
    for (const identifier of [1, 3, 5]) remove(handlespace, 'a', identifier);
    handlespace.register(registration('a', parameter(3)));
    expect(take(cursor)).toBe('b2 b4 b6');
  });

  it('ends although elements join without end', () => {
    const handlespace = filled();
    const cursor = handlespace.cursor();
    let next = 100;
    let steps = 0;
    while (cursor.peek() !== undefined) {
      cursor.advance();
      handlespace.register(registration('a', parameter(next++)));
      handlespace.register(registration(`pool ${next}`, parameter(next++)));
      steps++;
    }
    expect(steps).toBe(6);
  });
});
