import { describe, expect, it } from 'vitest';
import { isKept, onlyKey } from '../../../src/rserpool/security/trust.ts';

const pem = (text: string, eol = '\n') =>
  `-----BEGIN CERTIFICATE-----${eol}${Buffer.from(text).toString('base64')}${eol}-----END CERTIFICATE-----${eol}`;

describe('what is trusted stays so', () => {
  const key = Buffer.alloc(16, 1);
  const trust = { kind: 'key', identity: 'pe-1', key } as const;

  it('as long as the same key has the same name', () => {
    expect(isKept(trust, { keys: onlyKey({ identity: 'pe-1', key: Buffer.from(key) }) })).toBe(true);
    expect(isKept(trust, { keys: onlyKey({ identity: 'pe-1', key: Buffer.alloc(16, 2) }) })).toBe(false);
    expect(isKept(trust, { keys: onlyKey({ identity: 'pe-2', key }) })).toBe(false);
    expect(isKept(trust, { ca: pem('a') })).toBe(false);
  });

  it('as long as no authority has gone; new ones, and other ends of lines, do no harm', () => {
    const both = { kind: 'authorities', ca: pem('a') + pem('b') } as const;
    expect(isKept(both, { ca: pem('c') + pem('b', '\r\n') + pem('a') })).toBe(true);
    expect(isKept(both, { ca: pem('a') + pem('c') })).toBe(false);
    expect(isKept(both, {})).toBe(false);
  });

  it('if nothing is', () => {
    expect(isKept({ kind: 'none' }, {})).toBe(true);
  });
});
