import type { Certified } from '../../src/cli/keys/authority.ts';
import type { PskKeys } from '../../src/rserpool/security/psk-keys.ts';
import { TestAuthority } from '../harness/certificates.ts';

/** An authority whose certificates are made once: that takes a while. */
class Authority {
  #authority: TestAuthority | undefined;
  readonly #certificates = new Map<string, Certified>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get cert(): string {
    return this.#made.cert;
  }

  certify(...names: readonly string[]): Certified {
    const key = names.join(' ');
    const certified = this.#certificates.get(key) ?? this.#made.certify(...names);
    this.#certificates.set(key, certified);
    return certified;
  }

  get #made(): TestAuthority {
    this.#authority ??= new TestAuthority(this.#name);
    return this.#authority;
  }
}

/** The scope's own authority, and one that an attacker has made. */
export const authority = new Authority('scope');
export const rogueAuthority = new Authority('attacker');

const keyOf = (name: string): Uint8Array => Buffer.alloc(32, name);

/** Keys of those whose names begin like this. */
export function keysOf(prefix: string): PskKeys {
  return { find: (identity) => (identity.startsWith(prefix) ? keyOf(identity) : undefined) };
}

export function psk(identity: string): { readonly identity: string; readonly key: Uint8Array } {
  return { identity, key: keyOf(identity) };
}

/** Under a name that is known, a key that its holder does not have. */
export function guessed(identity: string): { readonly identity: string; readonly key: Uint8Array } {
  return { identity, key: Buffer.alloc(32, 'guessed') };
}

/** An attacker's server takes whatever name comes, but has no key that its holder has. */
export const guessedKeys: PskKeys = { find: () => Buffer.alloc(32, 'guessed') };
