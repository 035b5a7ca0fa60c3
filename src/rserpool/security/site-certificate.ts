import { X509Certificate } from 'node:crypto';
import { RSerPoolError } from '../errors.ts';
import { certificateNames } from './certificate-names.ts';

/**
 * Whoever is called has to be known by the name that it is called by: its certificate says so in its subject alternative
 * names, DNS names or IP addresses; the common name does not count. RFC 5352 §9.2, RFC 5353 §6.2.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for a certificate without such names; what Node throws for what is none
 */
export function checkSiteCertificate({ cert }: { readonly cert: string }): void {
  const { raw, subject } = new X509Certificate(cert);
  if (certificateNames(raw).some((name) => /^(?:dns|ip):/.test(name))) return;
  const text = `the certificate of ${JSON.stringify(subject)} has no subject alternative names: nobody would accept it; expected the DNS names or IP addresses that others reach this host by`;
  throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text, { subject });
}
