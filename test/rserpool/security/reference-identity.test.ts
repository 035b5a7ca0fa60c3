import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isCertificateFor, referenceIdentity } from '../../../src/rserpool/security/reference-identity.ts';
import { TestAuthority } from '../../harness/certificates.ts';

const authority = new TestAuthority();

/** Which of these texts a certificate with these names is for. */
function accepted(names: readonly string[], texts: readonly string[]): string[] {
  const { raw } = new X509Certificate(authority.certify(...names).cert);
  return texts.filter((text) => isCertificateFor(raw, referenceIdentity(text)));
}

describe('reference identities', () => {
  it('[ASAP-417] [ASAP-418] [ENRP-248] [ENRP-249] one of the alternative names of the same type has to match', () => {
    const names = ['a.example', '10.0.0.1', 'c.example'];
    expect(accepted(names, ['c.example', 'd.example', '10.0.0.1', '10.0.0.2'])).toEqual(['c.example', '10.0.0.1']);
  });

  it('[ASAP-425] [ENRP-255] host names are compared without regard to case', () => {
    expect(accepted(['www.example.com'], ['WWW.Example.COM', 'www.example.com.'])).toHaveLength(2);
  });

  it('[ASAP-423] [ASAP-424] [ENRP-253] [ENRP-254] internationalized names are converted to ACE label by label', () => {
    const texts = ['bücher.example', 'bücher。example', 'BÜCHER.example', 'xn--bcher-kva.example', 'bucher.example'];
    expect(accepted(['xn--bcher-kva.example'], texts)).toEqual(texts.slice(0, 4));
  });

  it('[ASAP-426] [ENRP-256] a wildcard is the whole left-most label', () => {
    const texts = ['a.example.com', 'example.com', 'a.b.example.com', '*.example.com'];
    expect(accepted(['*.example.com'], texts.slice(0, 3))).toEqual(['a.example.com']);
    expect(accepted(['w*.example.com'], ['www.example.com'])).toEqual([]);
    expect(accepted(['www.*.com'], ['www.example.com'])).toEqual([]);
    expect(() => referenceIdentity('*.example.com')).toThrow('"*.example.com" is no host name and no IP address');
  });

  it('[ASAP-427] [ENRP-257] IP addresses are compared octet by octet', () => {
    expect(accepted(['10.0.0.1'], ['10.0.0.1', '::ffff:10.0.0.1', '10.0.0.10'])).toEqual(['10.0.0.1']);
    expect(accepted(['2001:db8::1'], ['2001:DB8:0:0:0:0:0:1', '2001:db8::2'])).toEqual(['2001:DB8:0:0:0:0:0:1']);
  });

  it('[ASAP-418] [ENRP-249] a name does not stand for an address, nor the common name for anything', () => {
    expect(accepted(['10.0.0.1'], ['a.example'])).toEqual([]);
    const { cert } = authority.certify('cn.example');
    expect(isCertificateFor(new X509Certificate(cert).raw, referenceIdentity('cn.example'))).toBe(true);
    const noNames = authority.certifyWithout('cn.example');
    expect(isCertificateFor(new X509Certificate(noNames.cert).raw, referenceIdentity('cn.example'))).toBe(false);
  });

  it.each(['', 'ex ample', 'a..b', 'a_b.example', '-a.example', `${'a'.repeat(64)}.example`])('%j is none', (text) => {
    expect(() => referenceIdentity(text)).toThrow('is no host name and no IP address');
  });
});
