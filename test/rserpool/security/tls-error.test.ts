import { expect, it } from 'vitest';
import { tlsError } from '../../../src/rserpool/security/tls-error.ts';

const ofOpenSsl = (code: string, reason: string) =>
  Object.assign(
    new Error(`80FCEC3D:error:0A000417:SSL routines:ssl3_read_bytes:${reason}:../deps/openssl/ssl.c:1601:`),
    {
      code,
      reason,
      library: 'SSL routines',
    },
  );

it('what OpenSSL says is told without the places of its source', () => {
  const wrong = ofOpenSsl('ERR_SSL_BINDER_DOES_NOT_VERIFY', 'binder does not verify');
  expect(tlsError(wrong).message).toBe('its key is another one than that of this name here');
  expect(tlsError(wrong).cause).toBe(wrong);
  expect(tlsError(ofOpenSsl('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number')).message).toBe(
    'wrong version number',
  );
  const ours = new Error('no TLS within 5000 ms');
  expect(tlsError(ours)).toBe(ours);
});
