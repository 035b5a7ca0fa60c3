import { X509Certificate } from 'node:crypto';

const KINDS: Readonly<Record<string, string>> = { DNS: 'dns', 'IP Address': 'ip', URI: 'uri', email: 'email' };

/**
 * The subject alternative names of a certificate as `dns:NAME`, `ip:ADDRESS`, `uri:URI` and `email:ADDRESS`, sorted: what
 * access rules know its holder by. Others, those with spaces, and those that Node has to
 * quote because they would read as something else, do not count.
 *
 * @param der the certificate
 */
export function certificateNames(der: Uint8Array): string[] {
  const { subjectAltName } = new X509Certificate(der);
  const names: string[] = [];
  for (const [, kind, value] of (subjectAltName ?? '').matchAll(/([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/g)) {
    const prefix = KINDS[kind!];
    if (prefix !== undefined && !/^"|\s/.test(value!))
      names.push(`${prefix}:${prefix === 'dns' ? value!.toLowerCase() : value}`);
  }
  return names.sort();
}
