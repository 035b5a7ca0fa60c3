import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** A certificate with its key, as Node takes them: PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** DNS names are GeneralNames of type 2, IP addresses of type 7. RFC 5280 §4.2.1.6. */
function altName(name: string): { readonly type: number; readonly value?: string; readonly ip?: string } {
  return /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}

/** An authority for tests: signs certificates for names and addresses. */
export class TestAuthority {
  /** PEM of its own certificate. */
  readonly cert: string;
  readonly #key: string;
  readonly #subject: { readonly name: string; readonly value: string }[];
  #serial = 1;

  constructor(name = 'test authority') {
    this.#subject = [{ name: 'commonName', value: name }];
    const { publicKey, privateKey } = newKeys();
    this.#key = privateKey;
    this.cert = this.#sign(publicKey, this.#subject, [{ name: 'basicConstraints', cA: true, critical: true }]);
  }

  /** @param names DNS names and IP addresses; the first one is the subject's too */
  certify(...names: readonly string[]): Certified {
    return this.#certify(names[0]!, [{ name: 'subjectAltName', altNames: names.map(altName) }]);
  }

  /** One that has no alternative names, only a common name. */
  certifyWithout(commonName: string): Certified {
    return this.#certify(commonName, []);
  }

  #certify(commonName: string, extensions: object[]): Certified {
    const { publicKey, privateKey } = newKeys();
    const subject = [{ name: 'commonName', value: commonName }];
    return { cert: this.#sign(publicKey, subject, extensions), key: privateKey };
  }

  #sign(publicKey: string, subject: { name: string; value: string }[], extensions: object[]): string {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
    certificate.serialNumber = (this.#serial++).toString(16).padStart(4, '0');
    certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
    certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
    certificate.setSubject(subject);
    certificate.setIssuer(this.#subject);
    certificate.setExtensions(extensions);
    certificate.sign(forge.pki.privateKeyFromPem(this.#key), forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  }
}

function newKeys(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
