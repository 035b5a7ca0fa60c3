import { describe, expect, it } from 'vitest';
import { HandshakeLimit } from '../../../src/rserpool/security/handshake-limit.ts';

const outcome = (limit: HandshakeLimit, address: string): string => {
  try {
    limit.begin(address);
    return 'begins';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('handshakes under way', () => {
  it('[SEC-014] are so many of one address, and so many in all', () => {
    const limit = new HandshakeLimit(3, 2);
    const [one, another] = ['10.0.0.1', '10.0.0.2'];
    expect([one, one, one, another, another].map((address) => outcome(limit, address))).toEqual([
      'begins',
      'begins',
      'too many handshakes of one address at a time',
      'begins',
      'too many handshakes at a time',
    ]);
    limit.end(one);
    expect([outcome(limit, one), outcome(limit, another)]).toEqual(['begins', 'too many handshakes at a time']);
    limit.end(another);
    limit.end(one);
    limit.end(one);
    expect([one, one].map((address) => outcome(limit, address))).toEqual(['begins', 'begins']);
  });
});
