import { Authority, type Certified } from '../../src/cli/keys/authority.ts';

/** An authority for tests: signs certificates for names and addresses. */
export class TestAuthority {
  /** PEM of its own certificate. */
  readonly cert: string;
  readonly #authority: Authority;

  constructor(name = 'test authority') {
    this.#authority = Authority.create(name, 1);
    this.cert = this.#authority.certified.cert;
  }

  /** @param names DNS names and IP addresses; the first one is the subject's too */
  certify(...names: readonly string[]): Certified {
    return this.#authority.certify({ commonName: names[0]!, names, days: 1 });
  }

  /** One that has no alternative names, only a common name. */
  certifyWithout(commonName: string): Certified {
    return this.#authority.certify({ commonName, names: [], days: 1 });
  }
}
