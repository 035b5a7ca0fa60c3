import { describe, expect, it } from 'vitest';
import { readPskKeys } from '../../../src/rserpool/security/psk-keys.ts';

const KEY = '00112233445566778899aabbccddeeff';

describe('files of keys', () => {
  it('[SEC-006] have a line for each identity', () => {
    const keys = readPskKeys(`# elements\npe-1:${KEY}\r\n\nhost:8:${KEY.toUpperCase()}${KEY}\n`);
    expect([...keys.keys()]).toEqual(['pe-1', 'host:8']);
    expect(Buffer.from(keys.get('pe-1')!).toString('hex')).toBe(KEY);
    expect(keys.get('host:8')).toHaveLength(32);
  });

  it.each([
    [KEY, 'line 1: no identity'],
    [`a:${KEY}\nb:xyz`, 'line 2: the key is not in hexadecimal digits'],
    [`a:${KEY}\na:${KEY}`, 'line 2: "a" stands there twice'],
    ['a:0011223344', 'line 1: the key has 5 bytes, not 16 to 512'],
    [`a:${'00'.repeat(513)}`, 'line 1: the key has 513 bytes'],
    [`a\0b:${KEY}`, 'line 1: the identity has characters that cannot be printed'],
    [`${'a'.repeat(129)}:${KEY}`, 'line 1: the identity is longer than 128 bytes'],
  ])('say what is wrong, and no key: case %#', (text, problem) => {
    expect(() => readPskKeys(text)).toThrow(problem);
    expect(() => readPskKeys(text)).toThrow(/expected IDENTITY:KEY, the key as 32 or more hexadecimal digits$/);
  });
});
