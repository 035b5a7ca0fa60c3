import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { canonicalIp } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';

/** Who a server has to be: what its certificate is compared with. RFC 5352 §9.2. */
export type ReferenceIdentity =
  /** In ASCII (ACE) and lower case. */
  { readonly kind: 'dns'; readonly name: string } | { readonly kind: 'ip'; readonly address: string };

/** UseSTD3ASCIIRules: letters, digits and hyphens. RFC 3490 §4.1. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads an IP address or a host name; an internationalized one is converted to its ACE form. RFC 5352 §9.2, RFC 3490 §4.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
 */
export function referenceIdentity(text: string): ReferenceIdentity {
  if (isIP(text) !== 0) return { kind: 'ip', address: text };
  const name = domainToASCII(text).replace(/\.$/, '');
  const isName = name.length <= 253 && name.split('.').every((label) => LABEL.test(label));
  if (isName) return { kind: 'dns', name };
  throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `${JSON.stringify(text)} is no host name and no IP address`, {
    text,
  });
}

/** As {@link isCertificateFor}, by the names that a handshake left of a certificate: `dns:NAME`, `ip:ADDRESS`. */
export function isNameFor(name: string, reference: ReferenceIdentity): boolean {
  const [kind, text] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)];
  if (kind !== reference.kind) return false;
  if (reference.kind === 'ip') return canonicalIp(text) === canonicalIp(reference.address);
  const label = reference.name.indexOf('.');
  return text === reference.name || (label > 0 && text === `*${reference.name.slice(label)}`);
}

/**
 * Whether a certificate is for somebody: by its subject alternative names of the same type, one after the other. `*` counts
 * as the whole of the left-most label only; addresses are compared octet by octet; the subject's common name does not
 * count. RFC 5352 §9.2.
 *
 * @param der the certificate
 */
export function isCertificateFor(der: Uint8Array, reference: ReferenceIdentity): boolean {
  const certificate = new X509Certificate(der);
  if (reference.kind === 'ip') return certificate.checkIP(reference.address) !== undefined;
  const match = certificate.checkHost(reference.name, {
    subject: 'never',
    wildcards: true,
    partialWildcards: false,
    multiLabelWildcards: false,
  });
  return match !== undefined;
}
