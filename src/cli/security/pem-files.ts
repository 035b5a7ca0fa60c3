import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { fileError } from '../yaml-file.ts';

/** A file and what stands in it. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

const BEGIN = /^-----BEGIN CERTIFICATE-----\s*$/;
const END = /^-----END CERTIFICATE-----\s*$/;

/** All certificates of a PEM text. @throws CliError `ERR_CLI_USAGE` that names file and line, and what is accepted */
export function readCertificates({ file, text }: TextFile): readonly X509Certificate[] {
  const lines = text.split(/\r?\n/);
  const certificates: X509Certificate[] = [];
  for (const [begin, line] of lines.entries()) {
    if (!BEGIN.test(line)) continue;
    const end = lines.findIndex((each, i) => i > begin && END.test(each));
    try {
      certificates.push(new X509Certificate(lines.slice(begin, end + 1).join('\n')));
    } catch (error) {
      throw fileError(
        file,
        begin + 1,
        'this is no whole certificate; expected what an authority has given, PEM',
        error,
      );
    }
  }
  if (certificates.length === 0) {
    throw fileError(file, undefined, 'there is no certificate; expected PEM, from "-----BEGIN CERTIFICATE-----" on');
  }
  return certificates;
}

/**
 * Checks that a private key belongs to a certificate, and that TLS takes both.
 *
 * @throws CliError `ERR_CLI_USAGE` that names the file, and what is accepted
 */
export function checkCertified(cert: TextFile, key: TextFile): void {
  const [certificate] = readCertificates(cert);
  let privateKey: ReturnType<typeof createPrivateKey>;
  try {
    privateKey = createPrivateKey(key.text);
  } catch (error) {
    const what = key.text.includes('ENCRYPTED') ? 'the private key needs a passphrase' : 'there is no private key';
    throw fileError(
      key.file,
      undefined,
      `${what}; expected PEM without passphrase, "-----BEGIN PRIVATE KEY-----"`,
      error,
    );
  }
  if (!certificate!.checkPrivateKey(privateKey)) {
    throw fileError(key.file, undefined, `the private key is not that of the certificate in ${cert.file}`);
  }
  try {
    createSecureContext({ cert: cert.text, key: key.text });
  } catch (error) {
    throw fileError(cert.file, undefined, `TLS does not take it: ${(error as Error).message}`, error);
  }
}

/** What others will not like about a certificate. */
export function doubtsOf(file: TextFile, now: Date): readonly string[] {
  const doubts: string[] = [];
  const [certificate] = readCertificates(file);
  const { validFrom, validTo, subjectAltName } = certificate!;
  if (now < new Date(validFrom)) doubts.push(`${file.file}: the certificate is good from ${validFrom} on`);
  if (now > new Date(validTo)) doubts.push(`${file.file}: the certificate was good until ${validTo}`);
  if (subjectAltName === undefined) {
    doubts.push(`${file.file}: the certificate has no subject alternative names, so it is for nobody`);
  }
  return doubts;
}
