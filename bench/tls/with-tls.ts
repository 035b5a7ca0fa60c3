import { TestAuthority } from '../../test/harness/certificates.ts';
import { type Credentials, TLS_VARIABLE } from '../node/tls-credentials.ts';
import { type FindSide, isMissing } from '../sides/side.ts';

const authority = new TestAuthority();

/** The same for both programs of all sides: a key of 32 bytes, and a certificate by RSA of 2048 bits. */
const CREDENTIALS: Readonly<Record<'key' | 'certificate', Credentials>> = {
  key: { key: Buffer.alloc(32, 7).toString('hex') },
  certificate: { certificate: authority.certify('127.0.0.1'), ca: authority.cert },
};

/** A side with TLS. Users are known by nothing, servers by what is named. */
export function withTls(find: FindSide, by: 'key' | 'certificate'): FindSide {
  return async () => {
    const side = await find();
    const name = `${side.name}, TLS by ${by}`;
    if (isMissing(side)) return { ...side, name };
    return {
      ...side,
      name,
      about: `${side.name} with TLS 1.3, server known by ${by === 'key' ? 'a shared key' : 'a certificate (RSA, 2048 bits)'}`,
      environment: { ...side.environment, [TLS_VARIABLE]: JSON.stringify(CREDENTIALS[by]) },
      // Pool users know registrars by certificates.
      resolves: side.resolves === true && by === 'certificate',
    };
  };
}
