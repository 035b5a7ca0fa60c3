import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

/** A certificate with its private key, as Node takes them: PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** Whom a certificate is for, and how long. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Subject alternative names: DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly days: number;
}

const KEY_BITS = 2048;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * An authority for tests: signs certificates that modern TLS takes. Its keys are RSA, so that the suites of the legacy
 * profile work as well.
 */
export class Authority {
  /** Its own certificate and private key, to go on with it another time. */
  readonly certified: Certified;
  readonly #subject: forge.pki.CertificateField[];
  readonly #key: forge.pki.rsa.PrivateKey;
  readonly #until: Date;
  readonly #keyIdentifier: string;

  /** @throws what is wrong with the certificate or the key */
  constructor(certified: Certified) {
    const certificate = forge.pki.certificateFromPem(certified.cert);
    this.certified = certified;
    this.#subject = certificate.subject.attributes;
    this.#key = forge.pki.privateKeyFromPem(certified.key);
    this.#until = certificate.validity.notAfter;
    this.#keyIdentifier = certificate.generateSubjectKeyIdentifier().getBytes();
  }

  static create(commonName: string, days: number): Authority {
    const { publicKey, privateKey } = newKeys();
    const subject = [{ name: 'commonName', value: commonName }];
    const cert = sign({
      publicKey,
      subject,
      issuer: subject,
      issuerKey: forge.pki.privateKeyFromPem(privateKey),
      until: daysFromNow(days),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
        { name: 'subjectKeyIdentifier' },
      ],
    });
    return new Authority({ cert, key: privateKey });
  }

  /** A certificate with a key of its own, for servers and clients; it does not outlive the authority. */
  certify({ commonName, names, days }: CertificateRequest): Certified {
    const { publicKey, privateKey } = newKeys();
    const until = daysFromNow(days);
    const cert = sign({
      publicKey,
      subject: [{ name: 'commonName', value: commonName }],
      issuer: this.#subject,
      issuerKey: this.#key,
      until: until < this.#until ? until : this.#until,
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        { name: 'authorityKeyIdentifier', keyIdentifier: this.#keyIdentifier },
        ...(names.length > 0 ? [{ name: 'subjectAltName', altNames: names.map(altName) }] : []),
      ],
    });
    return { cert, key: privateKey };
  }
}

/** When a certificate, PEM, ends. */
export function validUntil(cert: string): Date {
  return new Date(new X509Certificate(cert).validTo);
}

interface Unsigned {
  readonly publicKey: string;
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly issuerKey: forge.pki.rsa.PrivateKey;
  readonly until: Date;
  readonly extensions: object[];
}

function sign({ publicKey, subject, issuer, issuerKey, until, extensions }: Unsigned): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // Positive, and not the same for two: RFC 5280 §4.1.2.2.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  // Clocks differ.
  certificate.validity.notBefore = new Date(Date.now() - HOUR_MS);
  certificate.validity.notAfter = until;
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions(extensions);
  certificate.sign(issuerKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** DNS names are GeneralNames of type 2, IP addresses of type 7. RFC 5280 §4.2.1.6. */
function altName(name: string): { readonly type: number; readonly value?: string; readonly ip?: string } {
  return /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

/** Made by Node: in JavaScript it would take seconds. */
function newKeys(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
