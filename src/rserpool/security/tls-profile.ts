import type { SecureContextOptions } from 'node:tls';

/**
 * Which versions and suites of TLS are used. `modern`: TLS 1.2 and 1.3, with forward secrecy and authenticated encryption
 * only (RFC 9325). `legacy`: those as well that RFC 5352 §9.2 makes mandatory, which RFC 9325 discourages:
 * TLS_RSA_WITH_AES_128_CBC_SHA, and TLS_PSK_WITH_AES_128_CBC_SHA. TLS 1.0 and 1.1 are never spoken (RFC 8996).
 */
export type TlsProfile = 'modern' | 'legacy';

export const TLS_PROFILES: readonly TlsProfile[] = ['modern', 'legacy'];

/**
 * TLS 1.3 with a key shared before uses the hash of the suite, and such keys are for SHA-256 (RFC 8446 §4.2.11): suites
 * with another one would make a server pass over a key that was offered.
 */
const PSK_MODERN = ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'ECDHE-PSK-CHACHA20-POLY1305'];
const PSK_LEGACY = ['PSK-AES128-CBC-SHA'];

const CERTIFICATE_MODERN = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];
const CERTIFICATE_LEGACY = ['AES128-SHA'];

/** What Node's TLS needs to know of a profile. */
export function profileOptions(
  profile: TlsProfile,
  by: 'psk' | 'certificate',
): Pick<SecureContextOptions, 'ciphers' | 'minVersion' | 'honorCipherOrder'> {
  const [modern, legacy] = by === 'psk' ? [PSK_MODERN, PSK_LEGACY] : [CERTIFICATE_MODERN, CERTIFICATE_LEGACY];
  const suites = profile === 'legacy' ? [...modern, ...legacy] : modern;
  return { ciphers: suites.join(':'), minVersion: 'TLSv1.2', honorCipherOrder: true };
}
