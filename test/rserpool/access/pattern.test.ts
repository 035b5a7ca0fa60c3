import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pattern } from '../../../src/rserpool/access/pattern.ts';

/** The same by a regular expression. */
function reference(pattern: string, text: string): boolean {
  const source = pattern
    .split('*')
    .map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${source}$`).test(text);
}

describe('patterns', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['', '', true],
    ['*', '', true],
    ['pe-*', 'pe-7', true],
    ['pe-*', 'registrar-pe-7', false],
    ['*.example', 'a.example', true],
    ['aa*aa', 'aaa', false],
    ['a*b*c', 'a-c-b', false],
    ['a**c', 'ac', true],
  ])('%s and %s: %s', (pattern, text, matches) => {
    expect(new Pattern(pattern).matches(text)).toBe(matches);
  });

  it('means what a regular expression would', () => {
    const few = fc.array(fc.constantFrom('a', 'b', '*', '.'), { maxLength: 8 }).map((each) => each.join(''));
    fc.assert(
      fc.property(few, few, (pattern, text) => {
        expect(new Pattern(pattern).matches(text)).toBe(reference(pattern, text));
      }),
    );
  });
});
